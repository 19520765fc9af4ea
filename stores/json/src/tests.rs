//! Whatever the disk does, the file holds what was stored, once.

mod script;

use std::path::Path;

use registry_core::Metadata;
use serde_json::json;
use tracker_core::conformance;
use tracker_core::ports::{AggregateRecord, Change, Detail, ExperimentRecord, Scope, Store};
use tracker_core::{Error, Iteration, MemoryStore, ModuleRecord, Tracker, Uuid};

use crate::JsonStore;
use crate::disk::{Disk, StoreFile};
use crate::simulated::{Failure, Renames, RestlessDisk, SimulatedDisk};
use script::{JOURNAL, OLD_JOURNAL, add, hashed, script};

/// A store in `folder`, where its lock is; the file is on `disk`.
fn open(folder: &Path, disk: impl Disk + 'static) -> JsonStore {
    let path = folder.join("runs.json");
    JsonStore::at(path.clone(), StoreFile::new(Box::new(disk), path))
}

/// All that a store holds, as text.
fn snapshot(store: &dyn Store) -> String {
    let positions = [JOURNAL, OLD_JOURNAL].map(|journal| store.position(journal).unwrap());
    let mut lines = vec![format!("{positions:?}")];
    for experiment in store.experiments().unwrap() {
        lines.push(format!("{experiment:?}"));
    }
    for row in store.rows(&Scope::All, &Detail::ALL).unwrap() {
        let uuid = row.aggregate.uuid;
        lines.push(format!("{row:?}"));
        for summary in &row.summaries {
            let history = store.history(uuid, summary.name(), summary.phase());
            lines.push(format!("{:?}", history.unwrap()));
        }
        for iteration in store.iterations(uuid).unwrap() {
            lines.push(serde_json::to_string(&iteration).unwrap());
        }
        lines.push(format!("{:?}", store.attempts(uuid).unwrap()));
        lines.push(format!("{:?}", store.artifacts(uuid).unwrap()));
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
        step.make(&expected).unwrap();
        let Err(error) = step.make(&store) else {
            continue;
        };
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
        match step.make(&store) {
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

/// The store answers from memory, and after each change the file must say the same.
#[test]
fn each_change_reads_back_from_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let disk = SimulatedDisk::default();
    let store = open(folder.path(), disk.clone());
    let expected = MemoryStore::default();
    for step in script() {
        step.make(&expected).unwrap();
        step.make(&store).unwrap();
        let again = open(folder.path(), disk.clone());
        assert_eq!(snapshot(&again), snapshot(&expected), "{:?}", step.changes);
        assert_eq!(snapshot(&store), snapshot(&expected), "{:?}", step.changes);
    }
}

#[test]
fn a_list_that_is_refused_at_its_end_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let disk = SimulatedDisk::default();
    let store = open(folder.path(), disk.clone());
    for step in script() {
        step.make(&store).unwrap();
    }
    let (before, bytes) = (
        snapshot(&store),
        disk.read(&folder.path().join("runs.json")).unwrap(),
    );
    let run = store.rows(&Scope::All, &Detail::NONE).unwrap()[0]
        .aggregate
        .uuid;
    let mut list = add(run, 20);
    list.changes.insert(
        0,
        Change::SetEpoch {
            aggregate: run,
            epoch: 20,
        },
    );
    let refused = [
        Change::SetEpoch {
            aggregate: Uuid::nil(),
            epoch: 1,
        },
        Change::SetParam {
            aggregate: run,
            name: "seed".to_owned(),
            value: "18".parse().unwrap(),
        },
        // What the records take, and the file cannot hold.
        Change::SetParam {
            aggregate: run,
            name: "deep".to_owned(),
            value: ("[".repeat(125) + &"]".repeat(125)).parse().unwrap(),
        },
    ];
    for last in refused {
        let mut list = list.clone();
        list.changes.push(last.clone());
        assert!(list.make(&store).is_err(), "{last:?}");
        assert_eq!(snapshot(&store), before, "{last:?}");
        let found = disk.read(&folder.path().join("runs.json")).unwrap();
        assert!(found == bytes, "the file changed: {last:?}");
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
    let arguments = r#"{"b": {"$float": "NaN"}, "a": [-0.0, NaN, 1e-05, 340282366920938463463374607431768211455], "\u00e9": "\ud83d\ude00\u0000"}"#;
    let record = Metadata {
        name: "MLP".to_owned(),
        hash: registry_core::Hash::custom("release", "v7"),
        arguments: arguments.parse().unwrap(),
        exact: Some(r#"{"z": 1, "y": 2}"#.parse().unwrap()),
        signature: "(b, a, é)".to_owned(),
    };
    let modules = [ModuleRecord {
        kind: "model".to_owned(),
        record: record.clone(),
        epoch: 3,
    }];
    let aggregate = AggregateRecord {
        name: "a name".to_owned(),
        archived: true,
        params: [("p".to_owned(), arguments.parse().unwrap())].into(),
        ..AggregateRecord::new(experiment.id, "another id")
    };
    let uuid = aggregate.uuid;
    let mut iteration = Iteration::new("train", 2).arguments(json!(["no", "object"]));
    iteration.dataset = Some(record);
    iteration.modules = modules.to_vec();
    let iteration = hashed(iteration);
    let changes = [
        Change::CreateExperiment(experiment),
        Change::CreateAggregate {
            record: aggregate.clone(),
            modules: modules.to_vec(),
        },
        Change::PutIteration {
            aggregate: uuid,
            iteration: iteration.clone(),
        },
    ];
    let _ = store.apply(&changes, None).unwrap();

    let rows = store.rows(&Scope::Uuids(vec![uuid]), &Detail::ALL).unwrap();
    assert_eq!(rows[0].aggregate, aggregate);
    assert_eq!(rows[0].modules, modules);
    let arguments_read = rows[0].modules[0].arguments().to_string();
    assert_eq!(arguments_read, arguments);
    assert_eq!(rows[0].aggregate.params["p"].to_string(), arguments);
    let read = format!("{:?}", store.iterations(uuid).unwrap());
    assert_eq!(read, format!("{:?}", [iteration]));
}
