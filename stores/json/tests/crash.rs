//! When a change has returned, it survives the end of the process, and nothing is there twice.

#[path = "../../../tracker-core/tests/killed/mod.rs"]
mod killed;

use tempfile::TempDir;
use tracker_core::Tracker;
use tracker_json as _;

/// How many processes are killed.
const ROUNDS: u64 = 5;

/// The address of a new store, while its folder is there.
fn store() -> (TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let address = format!("json:{}", folder.path().join("runs").display());
    (folder, address)
}

fn look(store: &str) -> Tracker {
    Tracker::read(store).unwrap()
}
