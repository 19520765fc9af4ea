//! A search that SQL answers finds what one in memory finds.

#[path = "../../../tracker-core/tests/differential/search.rs"]
mod search;

use std::cell::Cell;

use tracker_sqlite::SqliteStore;

#[test]
fn sql_finds_what_memory_finds() {
    let (folder, count) = (tempfile::tempdir().unwrap(), Cell::new(0));
    search::finds_what_memory_finds(48, || {
        count.set(count.get() + 1);
        let path = folder.path().join(format!("{}.db", count.get()));
        Box::new(SqliteStore::open(path).unwrap())
    });
}
