//! Figures out of measurements.

use std::time::Duration;

use serde::Serialize;

/// Latencies in nanoseconds, by nearest rank.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Percentiles {
    pub(crate) median: u64,
    p90: u64,
    p99: u64,
    #[serde(rename = "p99.9")]
    p99_9: u64,
    max: u64,
}

impl Percentiles {
    /// All 0 of no samples.
    pub(crate) fn of(mut nanoseconds: Vec<u64>) -> Self {
        nanoseconds.sort_unstable();
        let at = |per_mille: usize| {
            let rank = (nanoseconds.len() * per_mille).div_ceil(1_000);
            nanoseconds
                .get(rank.saturating_sub(1))
                .copied()
                .unwrap_or(0)
        };
        Self {
            median: at(500),
            p90: at(900),
            p99: at(990),
            p99_9: at(999),
            max: at(1_000),
        }
    }
}

/// How fast points were stored.
#[derive(Clone, Copy, Serialize)]
pub(crate) struct Speed {
    pub(crate) seconds: f64,
    points_per_second: f64,
}

impl Speed {
    pub(crate) fn new(n: u64, seconds: f64) -> Self {
        Self {
            seconds: rounded(seconds, 6),
            points_per_second: (float(n) / seconds).round(),
        }
    }
}

/// The middle of an odd number of values, the upper one of an even number; NaN of none.
pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

pub(crate) fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

pub(crate) fn rounded(value: f64, decimals: i32) -> f64 {
    let scale = 10_f64.powi(decimals);
    (value * scale).round() / scale
}

#[expect(clippy::cast_precision_loss, reason = "figures have few digits")]
pub(crate) fn float(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::{Percentiles, median};

    #[test]
    fn percentiles_are_samples() {
        let expected = Percentiles {
            median: 500,
            p90: 900,
            p99: 990,
            p99_9: 999,
            max: 1_000,
        };
        assert_eq!(Percentiles::of((1..=1_000).rev().collect()), expected);
    }

    #[test]
    fn a_percentile_between_two_samples_is_the_upper_one() {
        let percentiles = Percentiles::of(vec![30, 10, 20]);
        assert_eq!((percentiles.median, percentiles.p90), (20, 30));
        assert_eq!(Percentiles::of(vec![10, 20]).median, 10);
        assert_eq!(Percentiles::of(vec![5]).median, 5);
        assert_eq!(Percentiles::of(vec![5]).max, 5);
        assert_eq!(Percentiles::of(Vec::new()).max, 0);
    }

    #[test]
    fn the_median_is_in_the_middle_of_the_order() {
        assert_eq!(median(vec![9.0, 1.0, 5.0]).to_bits(), 5_f64.to_bits());
        assert_eq!(median(vec![-2.0]).to_bits(), (-2_f64).to_bits());
        assert!(median(Vec::new()).is_nan());
    }
}
