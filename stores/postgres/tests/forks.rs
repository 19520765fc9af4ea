//! After a `fork` both processes go on: what either logs is there once, and neither hangs.
#![cfg(unix)]

mod common;
#[path = "../../../tracker-core/tests/forked/mod.rs"]
mod forked;

use common::Place;
use tracker_postgres as _;

/// The address of a new store, while its place is there.
fn store() -> (Place, String) {
    let place = Place::new();
    let address = place.address.clone();
    (place, address)
}
