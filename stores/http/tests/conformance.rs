//! The store passes the suite, over a server of each kind of store.

mod common;

use std::cell::RefCell;

use common::Served;
use tracker_core::{Tracker, conformance};
use tracker_http::HttpStore;
use tracker_postgres as _;
use tracker_sqlite as _;

/// Runs the suite with a server for each store.
fn passes(open: impl Fn() -> Tracker) {
    let servers = RefCell::new(Vec::new());
    conformance::run(|| {
        let server = Served::over(open());
        let store = HttpStore::open(&server.url()).unwrap();
        servers.borrow_mut().push(server);
        let contents = store.contents();
        Tracker::new(store).with_artifacts(contents)
    });
}

#[test]
fn over_memory() {
    passes(|| Tracker::open("memory:").unwrap());
}

#[test]
fn over_sqlite() {
    let (folder, count) = (tempfile::tempdir().unwrap(), RefCell::new(0));
    passes(|| {
        *count.borrow_mut() += 1;
        let path = folder.path().join(format!("{}.db", count.borrow()));
        Tracker::open(&format!("sqlite:{}", path.display())).unwrap()
    });
}

/// Where `ENTIA_TEST_POSTGRES` names a database.
#[test]
fn over_postgres() {
    let Ok(database) = std::env::var("ENTIA_TEST_POSTGRES") else {
        return;
    };
    let (folder, count) = (tempfile::tempdir().unwrap(), RefCell::new(0));
    passes(|| {
        *count.borrow_mut() += 1;
        let sign = if database.contains('?') { '&' } else { '?' };
        let schema = format!("http_{}_{}", std::process::id(), count.borrow());
        let journals = folder.path().display();
        let address = format!("{database}{sign}schema={schema}&journals={journals}");
        Tracker::open(&address).unwrap()
    });
}

/// Behind its address, with journals.
#[test]
fn by_its_address() {
    let (folder, servers) = (tempfile::tempdir().unwrap(), RefCell::new(Vec::new()));
    conformance::run(|| {
        let server = Served::over(Tracker::open("memory:").unwrap());
        // Another server may have had the port before.
        let journals = folder.path().join(servers.borrow().len().to_string());
        let tracker = Tracker::open(&server.journaled(&journals)).unwrap();
        servers.borrow_mut().push(server);
        tracker
    });
}

#[test]
fn contents_by_themselves() {
    let servers = RefCell::new(Vec::new());
    conformance::run_contents(|| {
        let server = Served::over(Tracker::open("memory:").unwrap());
        let contents = HttpStore::open(&server.url()).unwrap().contents();
        servers.borrow_mut().push(server);
        contents
    });
}
