//! What was stored is there when the file is opened again. The file that holds this says what the address
//! of the store in a file is (`address`).

use std::path::Path;

use serde_json::json;
use tracker_core::conformance::Sample;
use tracker_core::{Aggregate, Definition, Iteration, Metric, Tracker};

pub(crate) fn open(path: &Path) -> Tracker {
    Tracker::open(&crate::address(path)).unwrap()
}

fn model() -> Sample {
    Sample::new("MLP", r#"{"layers": 2, "rate": 1e-05}"#)
}

pub(crate) fn run(path: &Path) -> Aggregate {
    open(path)
        .experiment("digits")
        .unwrap()
        .track(&model())
        .unwrap()
}

#[test]
fn everything_is_there_after_reopening() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("runs");
    let optimizer = Sample::new("Adam", r#"{"lr": 0.1}"#);
    let metric = Metric::new("loss", f64::NAN)
        .phase("train")
        .epoch(2)
        .step(9);
    let id = open(&path).experiment("digits").unwrap().id();
    let modules = {
        let run = run(&path).with("optimizer", &optimizer).unwrap();
        run.metrics().add(metric.clone()).unwrap();
        let iteration = Iteration::new("train", 2).arguments(json!({"batch_size": 64}));
        run.iterations().put(iteration).unwrap();
        run.set_epoch(2).unwrap();
        run.set_name("the first").unwrap();
        run.set_param("seed", json!([17, "é"])).unwrap();
        run.define_metric("loss", Definition::default().unit("nats"))
            .unwrap();
        run.modules().unwrap()
    };

    let experiments = open(&path).experiments().list().unwrap();
    assert_eq!(experiments.len(), 1);
    assert_eq!(
        (experiments[0].id(), experiments[0].name()),
        (id, "digits".to_owned())
    );
    let aggregates = experiments[0].aggregates().list().unwrap();
    assert_eq!(aggregates.len(), 1);
    let run = &aggregates[0];
    assert_eq!(run.epoch(), 2);
    assert_eq!(run.name(), "the first");
    assert_eq!(run.params()["seed"].to_string(), r#"[17, "\u00e9"]"#);
    assert_eq!(run.record().definitions["loss"].unit, "nats");
    assert_eq!(run.modules().unwrap(), modules);
    let points = run.metrics().list("loss", "train").unwrap();
    assert_eq!(points.len(), 1);
    assert_eq!((&points[0].value, points[0].step), (&metric.value, 9));
    assert_eq!(
        run.metrics()
            .summary("loss", "train")
            .unwrap()
            .unwrap()
            .count,
        1
    );
    let iterations = run.iterations().list().unwrap();
    assert_eq!(iterations[0].arguments.to_string(), r#"{"batch_size": 64}"#);
}

#[test]
fn a_summary_goes_on_after_reopening() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("runs");
    for value in [0.5, -0.25, 3.0] {
        run(&path)
            .metrics()
            .add(Metric::new("loss", value))
            .unwrap();
    }
    let summary = run(&path).metrics().summary("loss", "").unwrap().unwrap();
    assert_eq!(
        (summary.count, summary.min, summary.max),
        (3, Some(-0.25), Some(3.0))
    );
    assert_eq!(summary.first.value.number(), Some(0.5));
    assert_eq!(summary.last.value.number(), Some(3.0));
}

#[test]
fn open_trackers_see_what_others_have_flushed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("runs");
    let (one, two) = (open(&path), open(&path));
    let metrics = [&one, &two].map(|tracker| {
        let run = tracker
            .experiment("digits")
            .unwrap()
            .track(&model())
            .unwrap();
        run.metrics()
    });
    metrics[0].add(Metric::new("loss", 1.0)).unwrap();
    metrics[1].add(Metric::new("loss", 2.0)).unwrap();
    one.flush().unwrap();
    two.flush().unwrap();
    assert_eq!(
        metrics[0].list("loss", "").unwrap(),
        metrics[1].list("loss", "").unwrap()
    );
    assert_eq!(metrics[0].summary("loss", "").unwrap().unwrap().count, 2);
}
