//! A store with something of everything, and all that a store holds.

use registry_core::Hash;
use serde_json::json;
use tracker_core::conformance::Sample;
use tracker_core::ports::{Detail, ExperimentRecord, Row, Scope, Store};
use tracker_core::{Definition, Iteration, Metric, Series, Timestamp, Tracker};

pub(crate) fn model() -> Sample {
    Sample::new(
        "MLP",
        r#"{"layers": 2, "rate": 1e-05, "größe": [NaN, -0.0]}"#,
    )
}

pub(crate) fn optimizer(name: &str) -> Sample {
    Sample::new(name, r#"{"lr": 0.1}"#)
}

pub(crate) fn metric(name: &str, value: f64, epoch: u64) -> Metric {
    Metric::new(name, value).phase("train").epoch(epoch)
}

/// Puts something of everything into a store.
pub(crate) fn fill(tracker: &Tracker) {
    let digits = tracker.experiment("digits").unwrap();
    digits.set_tag("owner", "Zoë").unwrap();
    digits.set_notes("Two\nlines").unwrap();
    let run = digits.track(&model()).unwrap();
    run.set_tag("stage", "").unwrap();
    run.set_name("the first").unwrap();
    run.set_param("seed", json!([17, -0.0, "é"])).unwrap();
    let unit = Definition::default().unit("nats");
    run.define_metric("loss", unit.clone()).unwrap();
    digits.define_metric("混同", unit.maximize()).unwrap();
    for (epoch, name) in ["SGD", "Adam", "SGD"].iter().enumerate() {
        run.set_epoch(epoch as u64).unwrap();
        run.with("optimizer", &optimizer(name)).unwrap();
        run.with("criterion", &Sample::new("CrossEntropy", "{}"))
            .unwrap();
        let hash = Hash::custom("release", format!("v{epoch}"));
        run.with("🎲", &Sample::new("Sampler", "{}").with_hash(hash))
            .unwrap();
        for phase in ["test", "train"] {
            let iteration = Iteration::new(phase, epoch as u64)
                .dataset(&Sample::new("Digits", r#"{"part": "日本"}"#))
                .with("optimizer", &optimizer(name))
                .arguments(json!({"batch_size": 64 + epoch / 2}));
            run.iterations().put(iteration).unwrap();
        }
    }
    let points = [f64::NAN, 0.0, -0.0, f64::INFINITY, 5e-324, 0.0, 0.0];
    let points = points.into_iter().enumerate();
    let points = points.map(|(at, value)| metric("loss", value, 3 - at as u64 / 2));
    run.metrics().add_all(points).unwrap();
    let same = metric("loss", 0.5, 1).time(Timestamp::UNIX_EPOCH);
    run.metrics().add_all([same.clone(), same]).unwrap();
    let confusion = json!([[5, 1], [null, "é"]]);
    let values = [json!(1.5), confusion.clone(), json!(1.5), confusion];
    let values = values.map(|value| Metric::new("混同", value).step(7));
    run.metrics().add_all(values).unwrap();
    let other = digits.track_as("another id", &model()).unwrap();
    other.archive().unwrap();
    tracker.experiment("empty").unwrap();
}

/// An experiment with its aggregates, each with its iterations, histories, attempts and artifacts.
pub(crate) type OfExperiment = (ExperimentRecord, Vec<(Row, String, Vec<Series>)>);

/// All that a store holds.
pub(crate) fn content(store: &dyn Store) -> Vec<OfExperiment> {
    let of_row = |row: Row| {
        let uuid = row.aggregate.uuid;
        let histories = row.summaries.iter();
        let histories = histories.map(|it| store.history(uuid, it.name(), it.phase()).unwrap());
        let histories = histories.collect();
        let others = format!(
            "{:?} {:?} {:?}",
            store.iterations(uuid).unwrap(),
            store.attempts(uuid).unwrap(),
            store.artifacts(uuid).unwrap(),
        );
        (row, others, histories)
    };
    let experiments = store.experiments().unwrap().into_iter();
    experiments
        .map(|experiment| {
            let scope = Scope::Experiment(experiment.id);
            let rows = store.rows(&scope, &Detail::ALL).unwrap();
            (experiment, rows.into_iter().map(of_row).collect())
        })
        .collect()
}
