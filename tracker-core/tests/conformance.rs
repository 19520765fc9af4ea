//! The store in memory passes the suite, with a journal and without.

use std::cell::Cell;

use tracker_core::{MemoryStore, Tracker, conformance};

#[test]
fn memory() {
    conformance::run(|| Tracker::new(MemoryStore::default()));
}

#[test]
fn memory_with_a_journal() {
    let (folder, count) = (tempfile::tempdir().unwrap(), Cell::new(0));
    conformance::run(|| {
        count.set(count.get() + 1);
        let path = folder.path().join(count.get().to_string());
        Tracker::journaled(MemoryStore::default(), path).unwrap()
    });
}
