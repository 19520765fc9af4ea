//! A number comes back with every bit.

#[path = "../../../tracker-core/tests/bits/mod.rs"]
mod bits;

use bits::{any_bits, check, many_bits, metrics};
use proptest::prelude::*;
use tracker_core::Tracker;
use tracker_sqlite as _;

#[test]
fn every_bit_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let address = format!("sqlite:{}", folder.path().join("runs").display());
    let open = || Tracker::open(&address).unwrap();
    let (written, read) = (metrics(&open()), metrics(&open()));
    let config = ProptestConfig::with_cases(256);
    proptest!(config, |(bits in any_bits())| check(&written, &read, &bits)?);
    let config = ProptestConfig::with_cases(24);
    proptest!(config, |(bits in many_bits())| check(&written, &read, &bits)?);
}
