//! What differs between two aggregates, and nothing else.

use registry_core::Value;
use serde_json::json;
use tracker_core::conformance::Sample;
use tracker_core::{Aggregate, Comparison, Metric, Tracker};

fn track(id: &str, model: &Sample) -> Aggregate {
    let tracker = Tracker::open("memory:").unwrap();
    let experiment = tracker.experiment("digits").unwrap();
    experiment.track_as(id, model).unwrap()
}

fn model(arguments: &str) -> Sample {
    Sample::new("MLP", arguments)
}

#[test]
fn what_is_the_same_is_left_out() {
    let run = |id| {
        let run = track(id, &model(r#"{"layers": 2}"#));
        run.metrics()
            .add(Metric::new("loss", f64::NAN).phase("train"))
            .unwrap();
        run
    };
    let comparison = run("a").compare(&run("b")).unwrap();
    assert!(comparison.is_empty());
    assert_eq!(comparison.to_string(), "`a` and `b` do not differ");
}

#[test]
fn everything_that_differs_stands_in_the_table() {
    let left = track(
        "left",
        &model(r#"{"layers": 2, "activation": {"name": "Leaky", "arguments": {"slope": 0.01}}}"#),
    );
    let right = track(
        "größer",
        &model(r#"{"layers": 8, "activation": {"name": "Leaky", "arguments": {"slope": 0.02}}}"#),
    );
    let left = left
        .with("optimizer", &Sample::new("SGD", r#"{"lr": 0.1}"#))
        .and_then(|run| run.with("optimizer", &Sample::new("Adam", r#"{"lr": 0.1}"#)))
        .and_then(|run| run.with("criterion", &Sample::new("CrossEntropy", "{}")))
        .unwrap();
    let right = right
        .with("optimizer", &Sample::new("SGD", r#"{"lr": 0.1}"#))
        .and_then(|run| run.with("scheduler", &Sample::new("Cosine", "{}")))
        .unwrap();
    right.set_epoch(12).unwrap();
    let points = |run: &Aggregate, loss: f64, confusion: serde_json::Value| {
        run.metrics()
            .add_all([
                Metric::new("loss", 9.0).phase("train").epoch(1),
                Metric::new("loss", loss).phase("train").epoch(2),
                Metric::new("same", 1.0).phase("train"),
                Metric::new("confusion", confusion),
            ])
            .unwrap();
    };
    points(&left, 1e-5, json!([[5, 1], [0, 7]]));
    points(&right, f64::INFINITY, json!(vec![vec![1_000; 10]; 10]));
    right
        .metrics()
        .add(Metric::new("accuracy", -0.0).phase("test"))
        .unwrap();

    let comparison = left.compare(&right).unwrap();
    insta::assert_snapshot!(comparison, @r"
                                      left              größer
    epoch                             0                 12
    criterion                         CrossEntropy      -
    model.layers                      2                 8
    model.activation.arguments.slope  0.01              0.02
    optimizer                         Adam              SGD
    scheduler                         -                 Cosine
    accuracy[test]                    -                 -0.0
    confusion                         [[5, 1], [0, 7]]  [[1000, 1000, 1000, 1000, 1000, 1000, 1…
    loss[train]                       1e-05             Infinity
    ");
    let values = |name: &str| {
        let found = comparison.differences.iter().find(|it| it.name == name);
        found.map(|it| it.values.clone())
    };
    let numbers = |values: [f64; 2]| Some(values.map(|value| Value::of(&value).ok()).to_vec());
    assert_eq!(
        values("epoch"),
        Some([0, 12].map(|epoch| Value::of(&epoch).ok()).to_vec())
    );
    let kinds = comparison
        .differences
        .iter()
        .map(|it| it.name.split('.').next().unwrap());
    let mut kinds: Vec<_> = kinds.filter(|kind| !kind.contains('[')).collect();
    kinds.dedup();
    assert_eq!(
        kinds,
        [
            "epoch",
            "criterion",
            "model",
            "optimizer",
            "scheduler",
            "confusion"
        ]
    );
    assert_eq!(values("loss[train]"), numbers([1e-5, f64::INFINITY]));
    assert_eq!(values("same[train]"), None);
    let same = comparison.equal.iter().find(|it| it.name == "same[train]");
    assert_eq!(same.map(|it| it.values.clone()), numbers([1.0, 1.0]));
}

#[test]
fn arguments_that_identity_skips_are_compared() {
    use registry_core::Entity;

    #[derive(Entity)]
    struct Regularizer {
        #[register(default = 0.5, skip_default)]
        rate: f64,
    }
    let run = |id, rate| {
        let run = track(id, &model("{}"));
        run.with("regularizer", &Regularizer { rate }).unwrap()
    };
    let comparison = run("a", 0.5).compare(&run("b", 0.1)).unwrap();
    let rate = &comparison.differences[0];
    let values = [0.5, 0.1].map(|rate| Value::of(&rate).ok());
    assert_eq!(
        (rate.name.as_str(), &rate.values[..]),
        ("regularizer.rate", &values[..])
    );
}

#[test]
fn any_number_is_compared() {
    let runs: Vec<Aggregate> = [("a", 2, 0.1), ("b", 4, 0.1), ("c", 2, 0.2)]
        .map(|(id, layers, dropout)| {
            let stack = json!({"sizes": {"layers": layers, "width": 8}, "dropout": dropout});
            let run = track(id, &model(&stack.to_string()));
            run.set_param("seed", 7).unwrap();
            run
        })
        .into();
    runs[2].set_param("night", true).unwrap();
    let comparison = Comparison::of(&runs.iter().collect::<Vec<_>>()).unwrap();
    insta::assert_snapshot!(comparison, @r"
                        a    b    c
    param.night         -    -    true
    model.dropout       0.1  0.1  0.2
    model.sizes.layers  2    4    2
    ");
    let equal: Vec<&str> = comparison.equal.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(equal, ["epoch", "param.seed", "model", "model.sizes.width"]);
    assert!(Comparison::of(&[&runs[0]]).unwrap().is_empty());
}
