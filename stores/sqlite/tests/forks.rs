//! After a `fork` both processes go on: what either logs is there once, and neither hangs.
#![cfg(unix)]

#[path = "../../../tracker-core/tests/forked/mod.rs"]
mod forked;

use tempfile::TempDir;
use tracker_sqlite as _;

/// The address of a new store, while its folder is there.
fn store() -> (TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let address = format!("sqlite:{}", folder.path().join("runs").display());
    (folder, address)
}
