//! Every store passes the one suite.

use tracker_core::{JsonStore, MemoryStore, SqliteStore, Tracker, conformance};

#[test]
fn memory() {
    conformance::run(|| Tracker::new(MemoryStore::default()));
}

#[test]
fn sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let count = std::cell::Cell::new(0);
    conformance::run(|| {
        count.set(count.get() + 1);
        let path = folder.path().join(format!("{}.db", count.get()));
        Tracker::new(SqliteStore::open(path).unwrap())
    });
}

#[test]
fn json() {
    let folder = tempfile::tempdir().unwrap();
    let count = std::cell::Cell::new(0);
    conformance::run(|| {
        count.set(count.get() + 1);
        let path = folder.path().join(format!("{}.json", count.get()));
        Tracker::new(JsonStore::open(path).unwrap())
    });
}
