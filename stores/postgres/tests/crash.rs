//! When a change has returned, it survives the end of the process, and nothing is there twice.

mod common;
#[path = "../../../tracker-core/tests/killed/mod.rs"]
mod killed;

use common::Place;
use tracker_core::Tracker;
use tracker_postgres as _;

/// How many processes are killed.
const ROUNDS: u64 = 100;

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
