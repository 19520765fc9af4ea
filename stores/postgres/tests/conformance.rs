//! The store passes the suite, by itself and behind its address, with journals.

mod common;

use std::cell::RefCell;

use common::Place;
use tracker_core::{Tracker, conformance};
use tracker_postgres::PostgresStore;

#[test]
fn by_itself() {
    let places = RefCell::new(Vec::new());
    conformance::run(|| {
        let place = Place::new();
        let store = PostgresStore::open(&place.address).unwrap();
        let contents = store.contents();
        places.borrow_mut().push(place);
        Tracker::new(store).with_artifacts(contents)
    });
}

#[test]
fn by_its_address() {
    let places = RefCell::new(Vec::new());
    conformance::run(|| {
        let place = Place::new();
        let tracker = Tracker::open(&place.address).unwrap();
        places.borrow_mut().push(place);
        tracker
    });
}

#[test]
fn contents_by_themselves() {
    let places = RefCell::new(Vec::new());
    conformance::run_contents(|| {
        let place = Place::new();
        let contents = PostgresStore::open(&place.address).unwrap().contents();
        places.borrow_mut().push(place);
        contents
    });
}
