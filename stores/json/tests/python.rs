//! The Python package `mltracker` 0.1.5 and the tracker share a file.

use std::path::Path;
use std::process::Command;

use serde_json::json;
use tracker_core::conformance::Sample;
use tracker_core::ports::{ArtifactRecord, AttemptRecord, AttemptState, Change, Store as _};
use tracker_core::{
    Aggregate, Definition, Experiment, Hash, Iteration, Metric, MetricValue, Outcome, Provenance,
    Query, Timestamp, Tracker, Uuid,
};
use tracker_json::JsonStore;

/// Names a Python that has the package.
const PYTHON: &str = "TRACKER_TEST_PYTHON";

const MLP: &str =
    r#"{"layers": 2, "rate": 1e-05, "activation": "ReLU", "seed": 1180591620717411303424}"#;
const ADAM: &str = r#"{"lr": 0.1, "betas": [0.9, 0.999], "clip": Infinity}"#;

fn open(path: &Path) -> Tracker {
    Tracker::open(&format!("json:{}", path.display())).unwrap()
}

fn folder(name: &str) -> String {
    format!("{}/tests/{name}", env!("CARGO_MANIFEST_DIR"))
}

fn numbers(run: &Aggregate, name: &str, phase: &str) -> Vec<MetricValue> {
    let history = run.metrics().list(name, phase).unwrap();
    history.into_iter().map(|point| point.value).collect()
}

fn values(numbers: &[f64]) -> Vec<MetricValue> {
    numbers.iter().copied().map(MetricValue::from).collect()
}

/// Looks for all that `make.py` has written.
fn check_made(path: &Path) {
    let tracker = open(path);
    let experiments = tracker.experiments().list().unwrap();
    let names: Vec<String> = experiments.iter().map(Experiment::name).collect();
    assert_eq!(names, ["digits", "Ziffern – zwei"]);
    let runs = experiments[0].aggregates().list().unwrap();
    assert_eq!(runs.len(), 2);
    assert!(experiments[1].aggregates().list().unwrap().is_empty());

    // The hash that the package stored is the one that is computed here.
    let run = experiments[0].track(&Sample::new("MLP", MLP)).unwrap();
    assert_eq!((run.id(), run.epoch()), (runs[0].id(), 6));
    assert_eq!(run.created(), Timestamp::UNIX_EPOCH);
    check_modules(&run);
    let nan = f64::NAN;
    let loss = [
        0.9,
        nan,
        f64::INFINITY,
        -f64::INFINITY,
        1e-5,
        3.0,
        0.1 + 0.2,
    ];
    assert_eq!(numbers(&run, "loss", "train"), values(&loss));
    assert_eq!(numbers(&run, "größe", "prüfung"), values(&[-0.0]));
    let summary = run.metrics().summary("loss", "train").unwrap().unwrap();
    assert_eq!((summary.count, summary.last.epoch), (7, 6));
    assert_eq!(summary.min, Some(-f64::INFINITY));
    assert_eq!(summary.last.time, Timestamp::UNIX_EPOCH);

    let iterations = run.iterations().list().unwrap();
    let shown: Vec<_> = iterations
        .iter()
        .map(|one| (one.phase.as_str(), one.epoch, one.arguments.to_string()))
        .collect();
    let batches = r#"{"batch_size": 64, "shuffle": true, "note": "caf\u00e9"}"#.to_owned();
    let test = r#"{"batch_size": 256}"#.to_owned();
    assert_eq!(shown, [("train", 6, batches), ("prüfung", 6, test)]);
    assert_eq!(iterations[0].hash(), Hash::custom("md5-v1", "11"));

    let large = Sample::new("MLP", r#"{"layers": 9, "rate": 5e-324}"#);
    let large = experiments[0].track(&large).unwrap();
    assert_eq!(large.id(), runs[1].id());
    assert_eq!(numbers(&large, "loss", "train"), values(&[0.7]));
}

fn check_modules(run: &Aggregate) {
    let modules = run.modules().unwrap();
    let shown: Vec<_> = modules
        .iter()
        .map(|one| (one.kind.as_str(), one.name(), one.epoch))
        .collect();
    assert_eq!(
        shown,
        [
            ("model", "MLP", 6),
            ("optimizer", "Adam", 3),
            ("optimizer", "SGD", 4)
        ]
    );
    let texts: Vec<String> = modules
        .iter()
        .map(|module| module.arguments().to_string())
        .collect();
    assert_eq!(texts, [MLP, ADAM, r#"{"lr": 1e+16, "nesterov": true}"#]);
    for module in &modules[..2] {
        let name = module.name();
        let computed = Hash::of(&Sample::new(name, &module.arguments().to_string()));
        assert_eq!(module.hash(), &computed, "{name}");
    }
}

#[test]
fn a_file_of_the_package_opens() {
    let folder_of_test = tempfile::tempdir().unwrap();
    let path = folder_of_test.path().join("runs.json");
    std::fs::copy(folder("stores/mltracker-0.1.5.json"), &path).unwrap();
    check_made(&path);
}

#[test]
fn a_file_of_the_package_keeps_what_it_holds() {
    let folder_of_test = tempfile::tempdir().unwrap();
    let path = folder_of_test.path().join("runs.json");
    let made = std::fs::read_to_string(folder("stores/mltracker-0.1.5.json")).unwrap();
    std::fs::write(&path, &made).unwrap();
    open(&path).experiment("third").unwrap();
    let third = open(&path).experiment("third").unwrap().id();

    let text = std::fs::read_to_string(&path).unwrap();
    let (before, rest) = text.split_once(r#", "3": {"#).unwrap();
    let (added, after) = rest.split_once('}').unwrap();
    // A table of its own says from now on which store it is.
    let (after, rest) = after
        .split_once(r#", "identity": {"1": {"uuid": ""#)
        .unwrap();
    let (uuid, rest) = rest.split_once(r#""}}"#).unwrap();
    uuid.parse::<tracker_core::Uuid>().unwrap();
    assert_eq!(format!("{before}{after}{rest}"), made);
    assert!(added.contains(&third.to_string()), "{added}");
}

/// The values that `check.py` expects.
fn measured() -> Vec<Metric> {
    let nan = f64::NAN;
    let least = f64::from_bits(1);
    let finite = [
        0.9,
        nan,
        f64::INFINITY,
        -f64::INFINITY,
        1e-5,
        3.0,
        -0.0,
        0.1 + 0.2,
        least,
    ];
    let metrics = (0..)
        .zip(finite)
        .map(|(epoch, value)| (epoch, value.into()));
    metrics
        .chain([(9, json!([[5, 1], [0, 7]]).into())])
        .map(|(epoch, value): (u32, MetricValue)| {
            Metric::new("größe", value)
                .phase("prüfung")
                .epoch(epoch.into())
                .step(i64::from(epoch) * 10 - 20)
                .time(Timestamp::from_microsecond(1_700_000_000_000_001).unwrap())
        })
        .collect()
}

/// Writes what `check.py` expects.
fn write(path: &Path) {
    let tracker = open(path);
    let digits = tracker.experiment("digits").unwrap();
    digits.set_tag("stage", "draft").unwrap();
    let nats = Definition::default().unit("nats").minimize();
    digits.define_metric("größe", nats.clone()).unwrap();
    tracker.experiment("Ziffern – zwei").unwrap();
    let run = digits.track(&Sample::new("MLP", MLP)).unwrap();
    run.set_epoch(3).unwrap();
    let run = run.with("optimizer", &Sample::new("Adam", ADAM)).unwrap();
    run.set_epoch(6).unwrap();
    run.set_notes("Sehr gut – „so“").unwrap();
    run.set_name("der erste").unwrap();
    run.set_param("seed", json!({"$float": 17})).unwrap();
    run.define_metric("größe", nats).unwrap();
    run.metrics().add_all(measured()).unwrap();
    let batches = json!({"batch_size": 64, "note": "café"});
    let train = Iteration::new("train", 6)
        .dataset(&Sample::new("Digits", r#"{"train": true}"#))
        .arguments(batches)
        .with("model", &Sample::new("MLP", MLP));
    run.iterations().put(train).unwrap();
    let no_object = Iteration::new("prüfung", 6)
        .set_hash(Hash::custom("md5-v1", "22"))
        .arguments(json!([1, 2]));
    run.iterations().put(no_object).unwrap();
    let other = digits.track(&Sample::new("CNN", "{}")).unwrap();
    other.metrics().add(Metric::new("loss", 0.5)).unwrap();
    other.archive().unwrap();
    attend(path, run.uuid());
}

/// Records an attempt and an artifact.
fn attend(path: &Path, aggregate: Uuid) {
    let store = JsonStore::open(path).unwrap();
    let changes = [
        Change::PutAttempt {
            aggregate,
            attempt: attempt(),
        },
        Change::PutArtifact {
            aggregate,
            artifact: artifact(),
        },
    ];
    let _ = store.apply(&changes, None).unwrap();
}

fn attempt() -> AttemptRecord {
    let time = Timestamp::from_microsecond(1_700_000_000_000_002).unwrap();
    let failed = Outcome::Failed {
        reason: "kein Platz".to_owned(),
    };
    AttemptRecord {
        id: Uuid::from_u128(9),
        state: AttemptState {
            started: time,
            seen: time,
            ended: Some(time),
            outcome: failed,
            place: "hier".to_owned(),
            process: 17,
            process_started: 1_700_000_000,
        },
        provenance: Provenance {
            host: "größer".to_owned(),
            more: [("nodes".to_owned(), "[1, NaN]".parse().unwrap())].into(),
            ..Provenance::default()
        },
    }
}

fn artifact() -> ArtifactRecord {
    ArtifactRecord {
        name: "weights.safetensors".to_owned(),
        epoch: Some(6),
        hash: "0".repeat(64),
        size: 1 << 40,
        media_type: "application/octet-stream".to_owned(),
        created: Timestamp::from_microsecond(1_700_000_000_000_003).unwrap(),
    }
}

/// Looks for all that was written here and by `check.py`.
fn check_both(path: &Path) {
    let experiments = open(path).experiments().list().unwrap();
    assert_eq!(experiments[0].name(), "Ziffern – eins");
    assert_eq!(experiments[0].annotations().tags["stage"], "draft");
    let runs = experiments[0].aggregates().list().unwrap();
    let run = &runs[0];
    assert_eq!(run.epoch(), 7);
    assert_eq!(run.annotations().notes, "Sehr gut – „so“");
    check_descriptions(path, &experiments[0], run);
    let optimizer = run.module("optimizer").unwrap();
    assert_eq!(optimizer.epoch, 7);
    assert_eq!(optimizer.arguments().to_string(), ADAM);
    let again = experiments[0].track(&Sample::new("MLP", MLP)).unwrap();
    assert_eq!(again.id(), run.id());

    let points = run.metrics().list("größe", "prüfung").unwrap();
    let (own, added): (Vec<_>, Vec<_>) = points.into_iter().partition(|point| point.epoch < 10);
    assert_eq!(own, measured());
    assert_eq!(added.len(), 1);
    assert_eq!(added[0].value.number(), Some(1e-7));

    let iterations = run.iterations().list().unwrap();
    let dataset = iterations[0].dataset.as_ref().unwrap();
    assert_eq!(dataset.arguments.to_string(), r#"{"train": true}"#);
    assert_eq!(iterations[0].modules[0].arguments().to_string(), MLP);
    assert_eq!(iterations[1].epoch, 7);
    assert_eq!(iterations[1].arguments.to_string(), "[1, 2]");
}

/// Looks for what the package has no place for.
fn check_descriptions(path: &Path, experiment: &Experiment, run: &Aggregate) {
    let nats = Definition::default().unit("nats").minimize();
    let record = run.record();
    assert_eq!(record.name, "der erste");
    assert_eq!(record.params["seed"].to_string(), r#"{"$float": 17}"#);
    assert_eq!(record.definitions["größe"], nats);
    let archived: Query = "archived = true".parse().unwrap();
    assert_eq!(experiment.aggregates().find(archived).unwrap().len(), 1);
    let store = JsonStore::read(path).unwrap();
    let experiments = store.experiments().unwrap();
    assert_eq!(experiments[0].definitions["größe"], nats);
    assert_eq!(store.attempts(run.uuid()).unwrap(), [attempt()]);
    assert_eq!(store.artifacts(run.uuid()).unwrap(), [artifact()]);
}

fn python(script: &str, path: &Path) {
    let python = std::env::var_os(PYTHON)
        .unwrap_or_else(|| panic!("set {PYTHON}, or run scripts/python-interop.sh"));
    let status = Command::new(python)
        .args(["-X", "utf8"])
        .arg(folder(&format!("python/{script}")))
        .arg(path)
        .status()
        .unwrap();
    assert!(status.success(), "{script}");
}

#[test]
#[ignore = "needs a Python with mltracker; scripts/python-interop.sh makes one"]
fn a_file_goes_to_the_package_and_back() {
    let folder = tempfile::tempdir().unwrap();
    let made = folder.path().join("made.json");
    python("make.py", &made);
    check_made(&made);

    let written = folder.path().join("written.json");
    write(&written);
    python("check.py", &written);
    check_both(&written);
}
