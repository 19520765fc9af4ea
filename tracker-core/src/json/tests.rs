//! Whatever the disk does, the file holds what was stored, once.

use std::path::Path;

use registry_core::Metadata;
use serde_json::json;
use uuid::Uuid;

use super::JsonStore;
use super::disk::{Disk, Place};
use super::simulated::{Failure, Renames, RestlessDisk, SimulatedDisk};
use crate::annotations::Annotation;
use crate::conformance::{self, Sample};
use crate::error::{Error, Result};
use crate::iteration::Iteration;
use crate::memory::MemoryStore;
use crate::metric::Metric;
use crate::module::Module;
use crate::ports::{
    AggregateKey, AggregateRecord, AggregateStore as _, Batch, Columns, ExperimentRecord,
    ExperimentStore as _, IterationStore as _, Mark, Store, Upkeep as _,
};
use crate::series::Series;
use crate::tracker::Tracker;

const JOURNAL: Uuid = Uuid::from_u128(7);

/// A store in `folder`, where its lock is; the file is on `disk`.
fn open(folder: &Path, disk: impl Disk + 'static) -> JsonStore {
    let path = folder.join("runs.json");
    JsonStore::at(path.clone(), Place::new(Box::new(disk), path))
}

type Step = Box<dyn Fn(&dyn Store) -> Result<()>>;

/// A session that makes every kind of change.
fn script() -> Vec<Step> {
    let experiment = ExperimentRecord::new("digits");
    let record = AggregateRecord::new("run");
    let other = AggregateRecord::new("other");
    let key = AggregateKey {
        experiment: experiment.id,
        id: "run".to_owned(),
    };
    let id = experiment.id;
    let module = |kind: &str, name: &str, epoch: u64| Module {
        epoch,
        ..Module::new(kind, &Sample::new(name, r#"{"rate": 1e-05}"#)).unwrap()
    };
    let (model, adam, later) = (
        module("model", "MLP", 0),
        module("optimizer", "Adam", 0),
        module("optimizer", "Adam", 3),
    );
    let points = move |from: u32| {
        let mut series = Series::new("loss", "train");
        (from..from + 3).for_each(|step| series.push(&Metric::new("", step).step(step.into())));
        series.push(&Metric::new("", json!({"step": from})).step(u64::from(from) + 9));
        series
    };
    let add = move |key: &AggregateKey, position: u32| -> Step {
        let batch = Batch {
            aggregate: key.clone(),
            series: vec![points(position)],
        };
        let mark = Mark {
            journal: JOURNAL,
            position: u64::from(position),
        };
        Box::new(move |store| {
            store
                .add_metrics(std::slice::from_ref(&batch), Some(mark))
                .map(drop)
        })
    };
    let iterate = |key: &AggregateKey, epoch: u64| -> Step {
        let iteration = Iteration::new("train", epoch)
            .dataset(&Sample::new("Digits", "{}"))
            .arguments(json!([1, 2]))
            .with("model", &Sample::new("MLP", "{}"));
        let (key, iteration) = (key.clone(), iteration.checked().unwrap());
        Box::new(move |store| store.put_iteration(&key, &iteration))
    };
    let tag = Annotation::SetTag {
        tag: "stage".to_owned(),
        value: "draft".to_owned(),
    };
    let notes = Annotation::SetNotes("zwölf".to_owned());
    let keys = || key.clone();
    let (k1, k2, k3, k4, k5) = (keys(), keys(), keys(), keys(), keys());
    let gone = AggregateKey {
        experiment: id,
        id: "other".to_owned(),
    };
    vec![
        Box::new(move |store| store.create_experiment(&experiment)),
        Box::new(move |store| store.create_aggregate(id, &record, std::slice::from_ref(&model))),
        add(&key, 1),
        Box::new(move |store| store.create_aggregate(id, &other, &[])),
        Box::new(move |store| store.put_module(&k1, &adam)),
        iterate(&key, 1),
        add(&key, 2),
        Box::new(move |store| store.set_epoch(&k2, 4)),
        Box::new(move |store| store.put_module(&k3, &later)),
        Box::new(move |store| store.annotate_aggregate(&k4, &tag)),
        Box::new(move |store| store.annotate_experiment(id, &notes)),
        iterate(&key, 2),
        Box::new(move |store| store.remove_aggregate(&gone)),
        add(&k5, 5),
        Box::new(move |store| store.rename_experiment(id, "numbers")),
    ]
}

/// All that a store holds, as text.
fn snapshot(store: &dyn Store) -> String {
    let mut lines = vec![format!("{}", store.position(JOURNAL).unwrap())];
    for experiment in store.experiments().unwrap() {
        lines.push(format!("{experiment:?}"));
        for row in store.table(experiment.id, &Columns::default()).unwrap() {
            let key = AggregateKey {
                experiment: experiment.id,
                id: row.aggregate.id.clone(),
            };
            lines.push(format!("{row:?}"));
            for summary in &row.summaries {
                let history = store.history(&key, summary.name(), summary.phase());
                lines.push(format!("{:?}", history.unwrap()));
            }
            lines.push(format!("{:?}", store.iterations(&key).unwrap()));
        }
    }
    lines.join("\n")
}

/// Runs the script against a disk that fails, and again whatever failed. After each power loss,
/// just what had returned must be there, or also the step that had not.
fn endure(failure: Failure, renames: Renames) -> bool {
    let folder = tempfile::tempdir().unwrap();
    let disk = SimulatedDisk::failing(failure);
    let mut store = open(folder.path(), disk.clone());
    let expected = MemoryStore::default();
    for step in script() {
        let before = snapshot(&expected);
        step(&expected).unwrap();
        let Err(error) = step(&store) else { continue };
        let text = error.to_string();
        assert!(
            text.contains("runs.json") && text.contains("\nhint: "),
            "{text}"
        );
        if disk.is_off() {
            disk.reboot(renames);
            store = open(folder.path(), disk.clone());
        }
        let found = snapshot(&store);
        assert!(
            found == before || found == snapshot(&expected),
            "{failure:?} {renames:?}:\n{found}\ninstead of\n{before}"
        );
        match step(&store) {
            Ok(()) | Err(Error::Taken { .. }) => {}
            Err(error) => panic!("{failure:?} {renames:?}: {error}"),
        }
    }
    let has_failed = !disk.disarm();
    let again = open(folder.path(), disk);
    assert_eq!(snapshot(&again), snapshot(&expected), "{failure:?}");
    assert_eq!(again.check().unwrap(), Vec::<String>::new());
    has_failed
}

/// Tries every place at which the failure can come, and says how many there are.
fn endure_all(failure: impl Fn(usize) -> Failure, renames: Renames) -> usize {
    let mut count = 0;
    while endure(failure(count + 1), renames) {
        count += 1;
    }
    count
}

#[test]
fn a_call_that_fails_loses_and_doubles_nothing() {
    // Each step reads the file, and replaces it by four calls.
    let calls = endure_all(Failure::Call, Renames::Kept);
    assert_eq!(calls, 5 * script().len());
}

#[test]
fn a_full_disk_loses_and_doubles_nothing() {
    assert_eq!(endure_all(Failure::Full, Renames::Kept), script().len());
}

#[test]
fn a_power_loss_takes_nothing_that_had_returned() {
    for renames in [Renames::Kept, Renames::Undone] {
        let syncs = endure_all(Failure::Freeze, renames);
        assert_eq!(syncs, 2 * script().len(), "{renames:?}");
    }
}

/// The store answers from memory; this one has to read all answers from the file.
#[test]
fn what_is_written_reads_back_as_the_suite_expects() {
    let folder = tempfile::tempdir().unwrap();
    conformance::run(|| Tracker::new(open(folder.path(), RestlessDisk::default())));
}

#[test]
fn a_record_reads_back_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path(), RestlessDisk::default());
    let experiment = ExperimentRecord::new("digits");
    store.create_experiment(&experiment).unwrap();
    let arguments = r#"{"b": {"$float": "NaN"}, "a": [-0.0, NaN, 1e-05, 340282366920938463463374607431768211455], "\u00e9": "\ud83d\ude00\u0000"}"#;
    let record = Metadata {
        name: "MLP".to_owned(),
        hash: registry_core::Hash::custom("release", "v7"),
        arguments: arguments.parse().unwrap(),
        exact: Some(r#"{"z": 1, "y": 2}"#.parse().unwrap()),
        signature: "(b, a, é)".to_owned(),
    };
    let modules = [Module {
        kind: "model".to_owned(),
        record: record.clone(),
        epoch: 3,
    }];
    let aggregate = AggregateRecord::new("another id");
    store
        .create_aggregate(experiment.id, &aggregate, &modules)
        .unwrap();
    let key = AggregateKey {
        experiment: experiment.id,
        id: aggregate.id.clone(),
    };
    let mut iteration = Iteration::new("train", 2).arguments(json!(["no", "object"]));
    iteration.dataset = Some(record);
    iteration.modules = modules.to_vec();
    let iteration = iteration.checked().unwrap();
    store.put_iteration(&key, &iteration).unwrap();

    assert_eq!(store.aggregate(&key).unwrap(), Some(aggregate));
    assert_eq!(store.modules(&key).unwrap(), modules);
    let arguments_read = store.modules(&key).unwrap()[0].arguments().to_string();
    assert_eq!(arguments_read, arguments);
    let read = format!("{:?}", store.iterations(&key).unwrap());
    assert_eq!(read, format!("{:?}", [iteration]));
}
