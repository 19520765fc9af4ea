//! Files of every released version open with everything in them.
//!
//! `stores/version-1.db` was written by version 1 of the tables. The newest file is written by
//! `cargo test -p tracker-core --test old_files -- --ignored`, once for each version of the tables,
//! just before it is released; from then on it never changes.

use std::path::{Path, PathBuf};

use serde_json::json;
use tracker_core::conformance::Sample;
use tracker_core::ports::{
    AggregateKey, AggregateRecord, AggregateStore, Batch, ExperimentRecord, ExperimentStore,
    IterationStore, Mark, MetricStore, Upkeep,
};
use tracker_core::{
    Aggregate, Annotation, Annotations, Experiment, Iteration, Metric, MetricValue, Module, Series,
    SqliteStore, Timestamp, Tracker, Uuid,
};

const STORES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/stores");
const JOURNAL: Uuid = Uuid::from_u128(7);

/// A copy that may be changed, and the folder that holds it.
fn copy(name: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::copy(Path::new(STORES).join(name), &path).unwrap();
    (folder, path)
}

fn time(microseconds: i64) -> Timestamp {
    Timestamp::from_microsecond(microseconds).unwrap()
}

fn version_1_is_whole(path: &Path) {
    let tracker = Tracker::open(&format!("sqlite:{}", path.display())).unwrap();
    let experiments = tracker.experiments().list().unwrap();
    let names: Vec<String> = experiments.iter().map(Experiment::name).collect();
    assert_eq!(names, ["digits", "empty"]);
    let id = "10b5a40b-d599-4f51-9647-c6f74f1577f2";
    assert_eq!(experiments[0].id().to_string(), id);
    assert_eq!(experiments[0].annotations(), Annotations::default());
    assert_eq!(experiments[0].created(), time(1_700_000_000_000_000));
    assert_eq!(experiments[1].created(), Timestamp::UNIX_EPOCH);
    assert!(experiments[1].aggregates().list().unwrap().is_empty());

    let runs = experiments[0].aggregates().list().unwrap();
    let hashes: Vec<&str> = runs.iter().map(Aggregate::id).collect();
    let expected = [
        "c5bbfb0ab61e0126609d2df8af814d5a",
        "1b71ec909dba5a0db2b60e63ab14519f",
    ];
    assert_eq!(hashes, expected);
    for (offset, run) in (0..).zip(&runs) {
        assert_eq!(run.epoch(), 3);
        assert_eq!(run.created(), time(1_700_000_000_000_000));
        records_are_whole(run);
        points_are_whole(run, offset);
    }
}

fn records_are_whole(run: &Aggregate) {
    assert_eq!(run.module("model").unwrap().hash().as_str(), run.id());
    let optimizer = run.module("optimizer").unwrap();
    assert_eq!(optimizer.arguments().to_string(), r#"{"lr": 0.001}"#);
    let exact = optimizer.record.exact.unwrap();
    assert_eq!(exact.to_string(), r#"{"lr": 0.001, "beta1": 0.9}"#);

    let iterations = run.iterations().list().unwrap();
    assert_eq!(iterations.len(), 1);
    let hash = iterations[0].hash();
    assert_eq!(hash.as_str(), "0056e12462641ff789a7a6402596098d");
    assert_eq!(iterations[0].dataset.as_ref().unwrap().name, "Digits");
    assert_eq!(iterations[0].modules[0].kind, "optimizer");
}

fn points_are_whole(run: &Aggregate, offset: i32) {
    let metrics = run.metrics();
    let loss = metrics.history("loss", "train").unwrap();
    let counts = || (20..80_u32).map(u64::from);
    assert!(loss.epochs().iter().copied().eq(counts().map(|at| at / 20)));
    assert!(loss.steps().iter().copied().eq(counts().map(|at| at % 20)));
    let times = (20..80).map(|at| 1_700_000_000_000_000 + at * 1_000_003);
    assert!(loss.times().iter().copied().eq(times));
    let numbers = (20..80).map(|at| 1.0 / f64::from(at + offset));
    assert!(loss.numbers().iter().copied().eq(numbers));
    let summary = metrics.summary("loss", "train").unwrap().unwrap();
    assert_eq!(summary.count, 60);
    assert_eq!(summary.min, Some(1.0 / f64::from(79 + offset)));
    assert_eq!(summary.max, Some(1.0 / f64::from(20 + offset)));
    assert_eq!(Some(&summary.last), loss.get(59).as_ref());

    let accuracy = metrics.history("accuracy", "test").unwrap();
    assert_eq!(accuracy.numbers(), [0.91, 0.92, 0.93]);
    assert_eq!(accuracy.epochs(), [1, 2, 3]);
    let special = metrics.list("special", "").unwrap().into_iter();
    let expected = [f64::NAN, f64::INFINITY, -0.0, 5e-324].map(MetricValue::from);
    assert!(special.map(|point| point.value).eq(expected));
    let confusion = metrics.list("confusion", "test").unwrap();
    assert_eq!(confusion.len(), 1);
    assert_eq!(confusion[0].value, json!([[5, 1], [0, 7]]).into());
    assert_eq!(confusion[0].epoch, 3);
    assert_eq!(metrics.summaries().unwrap().len(), 4);
}

#[test]
fn version_1_opens() {
    let (_folder, path) = copy("version-1.db");
    version_1_is_whole(&path);
    // Once brought to the newest version, it opens as before.
    version_1_is_whole(&path);
    let store = SqliteStore::open(&path).unwrap();
    assert_eq!(store.check().unwrap(), [""; 0]);
}

#[test]
fn version_1_goes_on() {
    let (_folder, path) = copy("version-1.db");
    let store = SqliteStore::open(&path).unwrap();
    let experiment = store.experiment("digits").unwrap().unwrap().id;
    let id = store.aggregates(experiment).unwrap().remove(0).id;
    let aggregate = AggregateKey { experiment, id };
    let before = store.history(&aggregate, "loss", "train").unwrap();
    let mut series = Series::new("loss", "train");
    for step in 0..2_000_u32 {
        series.push_number(9, u64::from(step), 0, f64::from(step));
    }
    let batch = Batch {
        aggregate: aggregate.clone(),
        series: vec![series],
    };
    store.add_metrics(&[batch], None).unwrap();
    let after = store.history(&aggregate, "loss", "train").unwrap();
    assert_eq!(after.len(), 2_060);
    assert_eq!(after.numbers()[..60], before.numbers()[..]);
    assert_eq!(after.numbers()[60..62], [0.0, 1.0]);
    assert_eq!(store.check().unwrap(), [""; 0]);
}

/// Points in chunks, some of them JSON values, and behind them points in rows.
fn points() -> (Series, Series) {
    let (mut first, mut later) = (Series::new("loss", "train"), Series::new("loss", "train"));
    for at in 0..2_100_u32 {
        let value = match at {
            700 | 2_050 => json!({"at": at}).into(),
            701 => f64::NAN.into(),
            702 => (-0.0).into(),
            at => MetricValue::from(1.0 / f64::from(at)),
        };
        let metric = Metric::new("loss", value)
            .phase("train")
            .epoch(u64::from(at / 1_000))
            .step(u64::from(at))
            .time(time(1_700_000_000_000_000 + i64::from(at) * 1_003));
        let series = if at < 2_000 { &mut first } else { &mut later };
        series.push(&metric);
    }
    (first, later)
}

fn records() -> (ExperimentRecord, AggregateRecord) {
    let annotations = Annotations {
        tags: [("stage".to_owned(), "candidate".to_owned())].into(),
        notes: "The first that learns.".to_owned(),
    };
    let experiment = ExperimentRecord {
        id: Uuid::from_u128(2),
        created: time(1_700_000_000_000_001),
        annotations: annotations.clone(),
        ..ExperimentRecord::new("digits")
    };
    let aggregate = AggregateRecord {
        epoch: 2,
        created: time(1_700_000_000_000_002),
        annotations,
        ..AggregateRecord::new("run")
    };
    (experiment, aggregate)
}

fn iteration() -> Iteration {
    Iteration::new("train", 1)
        .dataset(&Sample::new("Digits", r#"{"train": true}"#))
        .arguments(json!({"batch_size": 64}))
        .with("optimizer", &Sample::new("Adam", r#"{"lr": 0.001}"#))
}

fn key() -> AggregateKey {
    let (experiment, aggregate) = records();
    AggregateKey {
        experiment: experiment.id,
        id: aggregate.id,
    }
}

#[test]
#[ignore = "writes the file that the other tests read"]
fn write_version_2() {
    let path = Path::new(STORES).join("version-2.db");
    let _ = std::fs::remove_file(&path);
    let store = SqliteStore::open(&path).unwrap();
    let (experiment, aggregate) = records();
    let model = Module::new("model", &Sample::new("MLP", r#"{"layers": 2}"#)).unwrap();
    store.create_experiment(&experiment).unwrap();
    store
        .create_aggregate(experiment.id, &aggregate, &[model])
        .unwrap();
    store.put_iteration(&key(), &iteration()).unwrap();
    let (first, later) = points();
    for (position, series) in [(1, first), (2, later)] {
        let batch = Batch {
            aggregate: key(),
            series: vec![series],
        };
        let mark = Mark {
            journal: JOURNAL,
            position,
        };
        store.add_metrics(&[batch], Some(mark)).unwrap();
    }
}

#[test]
fn version_2_opens() {
    let (_folder, path) = copy("version-2.db");
    let store = SqliteStore::open(&path).unwrap();
    let (experiment, aggregate) = records();
    assert_eq!(store.aggregates(experiment.id).unwrap(), [aggregate]);
    assert_eq!(store.experiments().unwrap(), [experiment]);
    let modules = store.modules(&key()).unwrap();
    assert_eq!(modules.len(), 1);
    assert_eq!(modules[0].arguments().to_string(), r#"{"layers": 2}"#);
    let (mut expected, later) = points();
    later.iter().for_each(|point| expected.push(&point));
    assert_eq!(store.history(&key(), "loss", "train").unwrap(), expected);
    let summary = store.summary(&key(), "loss", "train").unwrap().unwrap();
    assert_eq!((summary.count, summary.max), (2_100, Some(f64::INFINITY)));
    let iterations = store.iterations(&key()).unwrap();
    assert_eq!(iterations.len(), 1);
    assert_eq!(iterations[0].hash(), iteration().hash());
    assert_eq!(iterations[0].modules, iteration().modules);
    assert_eq!(store.position(JOURNAL).unwrap(), 2);
    assert_eq!(store.check().unwrap(), [""; 0]);

    let change = Annotation::SetNotes("It opens.".to_owned());
    store.annotate_aggregate(&key(), &change).unwrap();
    store.clear_metrics(&key()).unwrap();
    assert!(store.history(&key(), "loss", "train").unwrap().is_empty());
    assert_eq!(store.check().unwrap(), [""; 0]);
}
