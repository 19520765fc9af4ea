//! A search that SQL answers finds what one in memory finds.

mod common;
#[path = "../../../tracker-core/tests/differential/search.rs"]
mod search;

use std::cell::RefCell;

use common::Place;
use tracker_postgres::PostgresStore;

#[test]
fn sql_finds_what_memory_finds() {
    let places = RefCell::new(Vec::new());
    search::finds_what_memory_finds(48, || {
        let place = Place::new();
        let store = PostgresStore::open(&place.address).unwrap();
        places.borrow_mut().push(place);
        Box::new(store)
    });
}
