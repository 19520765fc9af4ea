//! Several processes and threads share one new store, and nothing is lost.

mod common;
#[path = "../../../tracker-core/tests/processes/mod.rs"]
mod processes;

use common::Place;
use tracker_core::Tracker;
use tracker_postgres as _;

/// How many points each process adds.
const POINTS: i64 = 10_000;

/// The address of a new store, while its place is there.
fn store() -> (Place, String) {
    let place = Place::new();
    let address = place.address.clone();
    (place, address)
}

/// Who only reads does not know where journals are.
fn look(store: &str) -> Tracker {
    Tracker::open(store).unwrap()
}
