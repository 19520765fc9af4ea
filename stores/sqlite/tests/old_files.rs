//! Files of every released version open with everything in them.
//!
//! `stores/version-1.db` and `stores/version-2.db` were written by versions 1 and 2 of the tables. A
//! file never changes once it is here.

use std::path::{Path, PathBuf};

use serde_json::json;
use tracker_core::conformance::Sample;
use tracker_core::ports::{AggregateRecord, Change, Detail, ExperimentRecord, Row, Scope, Store};
use tracker_core::{
    Aggregate, Annotation, Annotations, Experiment, Iteration, Metric, MetricValue, Micros, Moment,
    Series, Timestamp, Tracker, Uuid,
};
use tracker_sqlite::SqliteStore;

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

fn version_1_is_whole(tracker: &Tracker) {
    let experiments = tracker.experiments().list().unwrap();
    let names: Vec<String> = experiments.iter().map(Experiment::name).collect();
    // By their times of creation.
    assert_eq!(names, ["empty", "digits"]);
    let [empty, digits] = &experiments[..] else {
        panic!("{names:?}");
    };
    let id = "10b5a40b-d599-4f51-9647-c6f74f1577f2";
    assert_eq!(digits.id().to_string(), id);
    assert_eq!(digits.annotations(), Annotations::default());
    assert_eq!(digits.created(), time(1_700_000_000_000_000));
    assert_eq!(empty.created(), Timestamp::UNIX_EPOCH);
    assert!(empty.aggregates().list().unwrap().is_empty());

    let runs = digits.aggregates().list().unwrap();
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
    let epochs = (20..80_u64).map(|at| at / 20);
    assert!(loss.epochs().iter().copied().eq(epochs));
    let steps = (20..80_i64).map(|at| at % 20);
    assert!(loss.steps().iter().copied().eq(steps));
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

fn open(path: &Path) -> Tracker {
    Tracker::open(&format!("sqlite:{}", path.display())).unwrap()
}

fn uuids(tracker: &Tracker) -> Vec<Uuid> {
    let experiments = tracker.experiments().list().unwrap().into_iter();
    let runs = experiments.flat_map(|experiment| experiment.aggregates().list().unwrap());
    runs.map(|run| run.uuid()).collect()
}

#[test]
fn version_1_opens() {
    let (_folder, path) = copy("version-1.db");
    version_1_is_whole(&open(&path));
    // Once brought to the newest version, it opens as before.
    version_1_is_whole(&open(&path));
    let store = SqliteStore::open(&path).unwrap();
    assert_eq!(store.check().unwrap(), [""; 0]);
}

#[test]
fn who_only_reads_finds_the_same_and_changes_nothing() {
    for name in ["version-1.db", "version-2.db"] {
        let (_folder, path) = copy(name);
        let before = std::fs::read(&path).unwrap();
        let address = format!("sqlite:{}", path.display());
        let reader = Tracker::read(&address).unwrap();
        if name == "version-1.db" {
            version_1_is_whole(&reader);
        }
        let found = uuids(&reader);
        drop(reader);
        assert!(std::fs::read(&path).unwrap() == before, "{name} changed");
        // A run of an older version has the uuid that it will get.
        assert_eq!(uuids(&open(&path)), found, "{name}");
        assert_eq!(uuids(&Tracker::read(&address).unwrap()), found, "{name}");
    }
}

fn only_row(store: &SqliteStore, scope: &Scope) -> Row {
    store.rows(scope, &Detail::ALL).unwrap().remove(0)
}

#[test]
fn version_1_goes_on() {
    let (_folder, path) = copy("version-1.db");
    let store = SqliteStore::open(&path).unwrap();
    let experiment = store.experiment("digits").unwrap().unwrap().id;
    let aggregate = only_row(&store, &Scope::Experiment(experiment))
        .aggregate
        .uuid;
    let before = store.history(aggregate, "loss", "train").unwrap();
    let mut series = Series::new("loss", "train");
    for step in 0..2_000_u32 {
        let at = Moment {
            epoch: 9,
            step: step.into(),
            time: Micros::default(),
        };
        series.push_number(at, f64::from(step));
    }
    let series = vec![series];
    let added = Change::AddPoints { aggregate, series };
    store.apply(&[added], None).unwrap().complete().unwrap();
    let after = store.history(aggregate, "loss", "train").unwrap();
    assert_eq!(after.len(), 2_060);
    assert_eq!(after.numbers()[..60], before.numbers()[..]);
    assert_eq!(after.numbers()[60..62], [0.0, 1.0]);
    assert_eq!(store.check().unwrap(), [""; 0]);
}

/// Points in chunks, some of them JSON values, and behind them points in rows.
fn points() -> Series {
    let mut series = Series::new("loss", "train");
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
            .step(i64::from(at))
            .time(time(1_700_000_000_000_000 + i64::from(at) * 1_003));
        series.push(&metric);
    }
    series
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
        ..AggregateRecord::new(experiment.id, "run")
    };
    (experiment, aggregate)
}

fn iteration() -> Iteration {
    Iteration::new("train", 1)
        .dataset(&Sample::new("Digits", r#"{"train": true}"#))
        .arguments(json!({"batch_size": 64}))
        .with("optimizer", &Sample::new("Adam", r#"{"lr": 0.001}"#))
}

#[test]
fn version_2_opens() {
    let (_folder, path) = copy("version-2.db");
    let store = SqliteStore::open(&path).unwrap();
    let (experiment, aggregate) = records();
    let row = only_row(&store, &Scope::Experiment(experiment.id));
    let run = row.aggregate.uuid;
    assert_eq!(
        row.aggregate,
        AggregateRecord {
            uuid: run,
            ..aggregate
        }
    );
    assert_eq!(store.experiments().unwrap(), [experiment]);
    assert_eq!(row.modules.len(), 1);
    assert_eq!(row.modules[0].arguments().to_string(), r#"{"layers": 2}"#);
    assert_eq!(store.history(run, "loss", "train").unwrap(), points());
    let summary = &row.summaries[0];
    assert_eq!((summary.count, summary.max), (2_100, Some(f64::INFINITY)));
    let iterations = store.iterations(run).unwrap();
    assert_eq!(iterations.len(), 1);
    assert_eq!(iterations[0].hash(), iteration().hash());
    assert_eq!(iterations[0].modules, iteration().modules);
    assert_eq!(store.position(JOURNAL).unwrap(), 2);
    assert_eq!(store.check().unwrap(), [""; 0]);

    let annotation = Annotation::SetNotes("It opens.".to_owned());
    let changes = [
        Change::Annotate {
            aggregate: run,
            annotation,
        },
        Change::ClearMetrics { aggregate: run },
    ];
    store.apply(&changes, None).unwrap().complete().unwrap();
    assert!(store.history(run, "loss", "train").unwrap().is_empty());
    assert_eq!(store.check().unwrap(), [""; 0]);
}
