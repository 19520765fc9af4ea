//! The store passes the suite, by itself and behind its address, with journals.

use std::cell::Cell;

use tracker_core::{Tracker, conformance};
use tracker_sqlite::SqliteStore;

#[test]
fn by_itself() {
    let (folder, count) = (tempfile::tempdir().unwrap(), Cell::new(0));
    conformance::run(|| {
        count.set(count.get() + 1);
        let path = folder.path().join(format!("{}.db", count.get()));
        Tracker::new(SqliteStore::open(path).unwrap())
    });
}

#[test]
fn by_its_address() {
    let (folder, count) = (tempfile::tempdir().unwrap(), Cell::new(0));
    conformance::run(|| {
        count.set(count.get() + 1);
        let path = folder.path().join(format!("{}.db", count.get()));
        Tracker::open(&format!("sqlite:{}", path.display())).unwrap()
    });
}
