//! A number comes back with every bit.

mod bits;

use std::sync::Arc;

use bits::{any_bits, check, many_bits, metrics};
use proptest::prelude::*;
use tracker_core::{MemoryStore, Tracker};

/// Trackers on one store, each with a journal of its own.
#[test]
fn a_journal_keeps_every_bit() {
    let folder = tempfile::tempdir().unwrap();
    let store = Arc::<MemoryStore>::default();
    let open = || Tracker::journaled(Arc::clone(&store), folder.path().join("runs")).unwrap();
    let (written, read) = (metrics(&open()), metrics(&open()));
    let config = ProptestConfig::with_cases(256);
    proptest!(config, |(bits in any_bits())| check(&written, &read, &bits)?);
    let config = ProptestConfig::with_cases(24);
    proptest!(config, |(bits in many_bits())| check(&written, &read, &bits)?);
}

#[test]
fn memory_keeps_every_bit() {
    let metrics = metrics(&Tracker::open("memory:").unwrap());
    proptest!(|(bits in any_bits())| check(&metrics, &metrics, &bits)?);
}
