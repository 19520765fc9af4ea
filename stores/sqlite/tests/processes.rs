//! Several processes and threads share one new store, and nothing is lost.

#[path = "../../../tracker-core/tests/processes/mod.rs"]
mod processes;

use tempfile::TempDir;
use tracker_core::ports::{Change, ExperimentRecord, Store};
use tracker_core::{Result, Tracker};
use tracker_sqlite::SqliteStore;

/// How many points each process adds.
const POINTS: i64 = 10_000;

/// The address of a new store, while its folder is there.
fn store() -> (TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let address = format!("sqlite:{}", folder.path().join("runs").display());
    (folder, address)
}

fn look(store: &str) -> Tracker {
    Tracker::read(store).unwrap()
}

/// An empty file is what another process leaves for a moment while it creates a store.
#[test]
fn an_empty_file_is_a_new_store() {
    let (folder, store) = store();
    std::fs::write(folder.path().join("runs"), "").unwrap();
    let run = processes::run(&store);
    assert!(run.metrics().summaries().unwrap().is_empty());
}

fn create(store: &SqliteStore, name: &str) -> Result<()> {
    let created = Change::CreateExperiment(ExperimentRecord::new(name));
    store.apply(&[created], None).map(drop)
}

/// Another process holds the write lock and a thread waits for it; nobody who reads does.
#[test]
fn reads_do_not_wait_for_writes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("runs.db");
    let store = SqliteStore::open(&path).unwrap();
    create(&store, "digits").unwrap();
    let other = rusqlite::Connection::open(&path).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    std::thread::scope(|scope| {
        let (started, starts) = std::sync::mpsc::channel();
        let store = &store;
        let writer = scope.spawn(move || {
            started.send(()).unwrap();
            create(store, "letters")
        });
        starts.recv().unwrap();
        for _ in 0..500 {
            assert_eq!(store.experiments().unwrap().len(), 1);
        }
        other.execute_batch("COMMIT").unwrap();
        writer.join().unwrap().unwrap();
    });
    assert_eq!(store.experiments().unwrap().len(), 2);
}
