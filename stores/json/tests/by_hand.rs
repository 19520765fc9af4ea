//! Documents that others have written: with ids that are no UUIDs, without times.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use tempfile::TempDir;
use tracker_core::ports::{AggregateRecord, Change, Detail, ExperimentRecord, Scope, Store as _};
use tracker_core::{Annotation, Metric, Series, Timestamp, Uuid};
use tracker_json::JsonStore;

const EXPERIMENT: &str = "89234522-5363-42e4-88f5-cffdd62b3eb5";

/// A file with these models of one experiment, by number.
fn store(models: &[(u32, &str)]) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("runs.json");
    let model = |(number, id): &(u32, &str)| {
        let model = json!({
            "id": id, "hash": format!("hash of {id}"), "name": "MLP", "epoch": 0,
            "experiment": EXPERIMENT,
        });
        format!(r#""{number}": {model}"#)
    };
    let models: Vec<String> = models.iter().map(model).collect();
    let experiment = json!({"id": EXPERIMENT, "name": "digits"});
    let text = format!(
        r#"{{"experiments": {{"1": {experiment}}}, "models": {{{}}}}}"#,
        models.join(", ")
    );
    fs::write(&path, text).unwrap();
    (folder, path)
}

fn aggregates(path: &Path) -> Vec<AggregateRecord> {
    let rows = JsonStore::read(path)
        .unwrap()
        .rows(&Scope::All, &Detail::NONE);
    rows.unwrap().into_iter().map(|row| row.aggregate).collect()
}

fn ids(path: &Path) -> Vec<String> {
    aggregates(path)
        .into_iter()
        .map(|record| record.id)
        .collect()
}

fn document(path: &Path, table: &str, number: &str) -> Value {
    let file: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    file[table][number].clone()
}

#[test]
fn an_aggregate_keeps_its_uuid_and_others_get_one() {
    let uuid = "c44d475d-9e4c-483a-82c0-ea9eaa7843ae";
    let (_folder, path) = store(&[(1, uuid), (2, &uuid.to_uppercase()), (3, "seven"), (4, "")]);
    let found = aggregates(&path);
    let uuids: Vec<Uuid> = found.iter().map(|record| record.uuid).collect();
    assert_eq!(uuids[0].to_string(), uuid);
    for (index, uuid) in uuids.iter().enumerate() {
        assert!(!uuids[..index].contains(uuid), "{uuids:?}");
    }
    assert_eq!(aggregates(&path), found, "they are the same each time");
}

#[test]
fn what_is_added_refers_to_the_text_in_the_file() {
    let (_folder, path) = store(&[(1, "seven")]);
    let store = JsonStore::open(&path).unwrap();
    let aggregate = aggregates(&path)[0].uuid;
    let mut series = Series::new("loss", "");
    series.push(&Metric::new("loss", 0.5));
    let changes = [
        Change::AddPoints {
            aggregate,
            series: vec![series],
        },
        Change::SetEpoch {
            aggregate,
            epoch: 3,
        },
    ];
    let _ = store.apply(&changes, None).unwrap();
    assert_eq!(document(&path, "metrics", "1")["model"], "seven");
    assert_eq!(document(&path, "models", "1")["id"], "seven");
    let again = JsonStore::open(&path).unwrap();
    assert_eq!(
        again.history(aggregate, "loss", "").unwrap().numbers(),
        [0.5]
    );
    assert_eq!(aggregates(&path)[0].epoch, 3);

    let remove = Change::RemoveAggregate { aggregate };
    let _ = store.apply(&[remove], None).unwrap();
    assert_eq!(document(&path, "metrics", "1"), Value::Null);
    assert_eq!(document(&path, "models", "1"), Value::Null);
}

#[test]
fn the_order_of_the_file_is_that_of_creation() {
    // In an order that neither ids nor numbers have.
    let (_folder, path) = store(&[(1, "c"), (2, "b"), (7, "a"), (3, "d")]);
    let order = ["hash of c", "hash of b", "hash of a", "hash of d"];
    assert_eq!(ids(&path), order);
    let store = JsonStore::open(&path).unwrap();
    let created = |path| -> Vec<Timestamp> {
        let records = aggregates(path).into_iter();
        records.map(|record| record.created).collect()
    };
    let before = created(&path);
    assert_eq!(before[0], Timestamp::UNIX_EPOCH);
    assert!(before.is_sorted());

    // Who is removed, and who is new, leaves the others where they are.
    let experiment: Uuid = EXPERIMENT.parse().unwrap();
    let changes = [
        Change::RemoveAggregate {
            aggregate: aggregates(&path)[0].uuid,
        },
        Change::CreateAggregate {
            record: AggregateRecord::new(experiment, "new"),
            modules: Vec::new(),
        },
    ];
    let _ = store.apply(&changes, None).unwrap();
    assert_eq!(created(&path)[..2], before[1..3]);
    assert_eq!(ids(&path), [order[1], order[2], order[3], "new"]);
}

#[test]
fn what_says_nothing_is_left_out() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("runs.json");
    let store = JsonStore::open(&path).unwrap();
    let experiment = ExperimentRecord::new("digits");
    let record = AggregateRecord::new(experiment.id, "run");
    let aggregate = record.uuid;
    let changes = [
        Change::CreateExperiment(experiment),
        Change::CreateAggregate {
            record,
            modules: Vec::new(),
        },
    ];
    let _ = store.apply(&changes, None).unwrap();
    let members = |number: &str| {
        let document = document(&path, "models", number);
        let members = document.as_object().unwrap().keys().cloned();
        members.collect::<Vec<String>>()
    };
    let bare = members("1");
    let mut expected = ["id", "hash", "name", "epoch", "experiment", "created"];
    expected.sort_unstable();
    assert_eq!(bare, expected);

    let there_and_back = [
        Change::NameAggregate {
            aggregate,
            name: "first".to_owned(),
        },
        Change::Archive {
            aggregate,
            archived: true,
        },
        Change::Annotate {
            aggregate,
            annotation: Annotation::SetNotes("n".to_owned()),
        },
        Change::NameAggregate {
            aggregate,
            name: String::new(),
        },
        Change::Archive {
            aggregate,
            archived: false,
        },
        Change::Annotate {
            aggregate,
            annotation: Annotation::SetNotes(String::new()),
        },
    ];
    for change in there_and_back {
        let _ = store.apply(&[change], None).unwrap();
    }
    assert_eq!(members("1"), bare);
}
