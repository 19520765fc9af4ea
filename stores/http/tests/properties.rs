//! Whatever is done to the store, it answers as the store in memory does.

mod common;
#[path = "../../../tracker-core/tests/differential/mod.rs"]
mod differential;

use std::cell::RefCell;
use std::collections::HashMap;

use common::Served;
use tracker_http::HttpStore;
use tracker_sqlite as _;

#[test]
fn a_server_answers_as_memory() {
    let (folder, servers) = (tempfile::tempdir().unwrap(), RefCell::new(HashMap::new()));
    differential::answers_as_memory(24, |path| {
        let mut servers = servers.borrow_mut();
        // The file of a server stays as long as that.
        let file = folder.path().join(format!("{}.db", servers.len()));
        let server = servers.entry(path.to_owned()).or_insert_with(|| {
            let address = format!("sqlite:{}", file.display());
            Served::over(tracker_core::Tracker::open(&address).unwrap())
        });
        Box::new(HttpStore::open(&server.url()).unwrap())
    });
}
