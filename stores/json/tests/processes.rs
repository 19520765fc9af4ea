//! Several processes and threads share one new store, and nothing is lost.

#[path = "../../../tracker-core/tests/processes/mod.rs"]
mod processes;

use tempfile::TempDir;
use tracker_core::Tracker;
use tracker_json as _;

/// How many points each process adds.
const POINTS: i64 = 200;

/// The address of a new store, while its folder is there.
fn store() -> (TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let address = format!("json:{}", folder.path().join("runs").display());
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
