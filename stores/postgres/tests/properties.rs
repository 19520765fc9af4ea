//! Whatever is done to the store, it answers as the store in memory does.

mod common;
#[path = "../../../tracker-core/tests/differential/mod.rs"]
mod differential;

use std::cell::RefCell;
use std::collections::HashMap;

use common::Place;
use tracker_postgres::PostgresStore;

#[test]
fn postgres_answers_as_memory() {
    let places = RefCell::new(HashMap::new());
    differential::answers_as_memory(32, |path| {
        let mut places = places.borrow_mut();
        let place = places.entry(path.to_owned()).or_insert_with(Place::new);
        Box::new(PostgresStore::open(&place.address).unwrap())
    });
}
