//! Whether numbers come back with every bit: what is written, and what has to be read.

use proptest::prelude::*;
use tracker_core::conformance::Sample;
use tracker_core::{Metric, Metrics, Tracker};

pub(crate) fn metrics(tracker: &Tracker) -> Metrics {
    let experiment = tracker.experiment("digits").unwrap();
    experiment
        .track(&Sample::new("MLP", "{}"))
        .unwrap()
        .metrics()
}

/// The payload of a NaN is the one thing that may be lost.
fn same(stored: f64, given: f64) -> bool {
    stored.to_bits() == given.to_bits() || (stored.is_nan() && given.is_nan())
}

/// Writes by one handle and reads by another, which may be of another store on the same file.
pub(crate) fn check(
    written: &Metrics,
    metrics: &Metrics,
    bits: &[u64],
) -> Result<(), TestCaseError> {
    let given: Vec<f64> = bits.iter().copied().map(f64::from_bits).collect();
    written.clear().unwrap();
    written
        .add_all(given.iter().map(|number| Metric::new("n", *number)))
        .unwrap();
    // Whoever asks for its own points waits until the store has them.
    prop_assert_eq!(written.history("n", "").unwrap().len(), given.len());

    let history = metrics.list("n", "").unwrap();
    prop_assert_eq!(history.len(), given.len());
    for (point, given) in history.iter().zip(&given) {
        let stored = point.value.number().unwrap();
        prop_assert!(
            same(stored, *given),
            "{:x} became {:x}",
            given.to_bits(),
            stored.to_bits()
        );
    }

    let summary = metrics.summary("n", "").unwrap().unwrap();
    let numbers = || given.iter().copied().filter(|number| !number.is_nan());
    let bits = |number: Option<f64>| number.map(f64::to_bits);
    prop_assert_eq!(bits(summary.min), bits(numbers().min_by(f64::total_cmp)));
    prop_assert_eq!(bits(summary.max), bits(numbers().max_by(f64::total_cmp)));
    prop_assert!(same(summary.first.value.number().unwrap(), given[0]));
    prop_assert!(same(
        summary.last.value.number().unwrap(),
        given[given.len() - 1]
    ));
    Ok(())
}

/// Any bits, and often those at the edges: zeros, infinities, NaN, the smallest and the largest.
pub(crate) fn any_bits() -> impl Strategy<Value = Vec<u64>> {
    let edge = prop::sample::select(vec![
        0,
        1,
        1 << 63,
        (1 << 63) | 1,
        f64::INFINITY.to_bits(),
        f64::NEG_INFINITY.to_bits(),
        f64::NAN.to_bits(),
        f64::NAN.to_bits() | (1 << 63),
        f64::INFINITY.to_bits() + 1,
        f64::MAX.to_bits(),
        f64::MIN_POSITIVE.to_bits(),
        u64::MAX,
    ]);
    prop::collection::vec(prop_oneof![any::<u64>(), edge], 1..20)
}

/// Enough points at once that a store which packs them has to.
pub(crate) fn many_bits() -> impl Strategy<Value = Vec<u64>> {
    (any_bits(), 2_000..5_000_usize, any::<u64>()).prop_map(|(bits, count, odd)| {
        let scramble = |at: u64| (at | 1).wrapping_mul(odd | 1).rotate_left(31) ^ odd;
        let random = (0..count as u64).map(scramble);
        bits.into_iter().chain(random).collect()
    })
}
