//! The store passes the suite, with a journal and without.

use std::cell::Cell;
use std::path::Path;

use tracker_core::{Tracker, conformance};
use tracker_json::JsonStore;

/// Runs the suite with a new file for each behaviour.
fn run(open: impl Fn(&Path) -> Tracker) {
    let (folder, count) = (tempfile::tempdir().unwrap(), Cell::new(0));
    conformance::run(|| {
        count.set(count.get() + 1);
        open(&folder.path().join(format!("{}.json", count.get())))
    });
}

#[test]
fn json() {
    run(|path| Tracker::new(JsonStore::open(path).unwrap()));
}

#[test]
fn json_with_a_journal() {
    run(|path| Tracker::journaled(JsonStore::open(path).unwrap(), path).unwrap());
}

#[test]
fn json_by_its_address() {
    run(|path| Tracker::open(&format!("json:{}", path.display())).unwrap());
}
