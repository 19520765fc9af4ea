//! What a store keeps beside the history of a series.

use serde::{Deserialize, Serialize};

use crate::metric::Metric;
use crate::number;
use crate::series::Series;

/// The summary of one series: all points of an aggregate with one name and phase.
///
/// The store keeps it up to date as points arrive, so that a table of runs reads no history.
///
/// # Examples
///
/// ```
/// use tracker_core::{Metric, Summary};
///
/// let mut summary = Summary::of(&Metric::new("loss", 0.9).epoch(1));
/// summary.add(&Metric::new("loss", 0.4).epoch(2));
/// assert_eq!((summary.count, summary.min, summary.max), (2, Some(0.4), Some(0.9)));
/// assert_eq!(summary.last.value.number(), Some(0.4));
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// The number of points.
    pub count: u64,
    /// The first point of the history, by epoch, step and arrival.
    pub first: Metric,
    /// The last point of the history.
    pub last: Metric,
    /// The smallest number, `-0.0` below `0.0`; NaN and JSON values do not count.
    #[serde(with = "number")]
    pub min: Option<f64>,
    /// The largest number; NaN and JSON values do not count.
    #[serde(with = "number")]
    pub max: Option<f64>,
}

impl Summary {
    /// The summary of a single point.
    pub fn of(metric: &Metric) -> Self {
        let number = metric.value.number().filter(|number| !number.is_nan());
        Self {
            count: 1,
            first: metric.clone(),
            last: metric.clone(),
            min: number,
            max: number,
        }
    }

    /// The summary of points in the order they arrived; none without points.
    pub(crate) fn of_series(series: &Series) -> Option<Self> {
        let (epochs, steps) = (series.epochs(), series.steps());
        let (mut first, mut last) = (0, 0);
        for index in 1..series.len() {
            let at = (epochs[index], steps[index]);
            if at < (epochs[first], steps[first]) {
                first = index;
            }
            if at >= (epochs[last], steps[last]) {
                last = index;
            }
        }
        // The places of JSON values hold a NaN.
        let numbers = || series.numbers().iter().copied().filter(|n| !n.is_nan());
        Some(Self {
            count: series.len() as u64,
            first: series.get(first)?,
            last: series.get(last)?,
            min: numbers().min_by(f64::total_cmp),
            max: numbers().max_by(f64::total_cmp),
        })
    }

    /// Takes in points of the same series that arrived after all others.
    pub(crate) fn append(&mut self, later: Self) {
        let at = |metric: &Metric| (metric.epoch, metric.step);
        self.count += later.count;
        if at(&later.first) < at(&self.first) {
            self.first = later.first;
        }
        if at(&later.last) >= at(&self.last) {
            self.last = later.last;
        }
        let both = |a: Option<f64>, b: Option<f64>| a.into_iter().chain(b);
        self.min = both(self.min, later.min).min_by(f64::total_cmp);
        self.max = both(self.max, later.max).max_by(f64::total_cmp);
    }

    /// What was measured.
    pub fn name(&self) -> &str {
        &self.last.name
    }

    /// The phase; empty for none.
    pub fn phase(&self) -> &str {
        &self.last.phase
    }

    /// Takes in a point of the same series that arrived after all others.
    pub fn add(&mut self, metric: &Metric) {
        let at = (metric.epoch, metric.step);
        self.count += 1;
        if at < (self.first.epoch, self.first.step) {
            self.first = metric.clone();
        }
        if at >= (self.last.epoch, self.last.step) {
            self.last = metric.clone();
        }
        if let Some(number) = metric.value.number().filter(|number| !number.is_nan()) {
            if self.min.is_none_or(|min| number.total_cmp(&min).is_lt()) {
                self.min = Some(number);
            }
            if self.max.is_none_or(|max| number.total_cmp(&max).is_gt()) {
                self.max = Some(number);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Summary;
    use crate::metric::Metric;

    #[test]
    fn a_late_point_of_an_early_epoch_is_the_first() {
        let mut summary = Summary::of(&Metric::new("loss", 0.5).epoch(2));
        summary.add(&Metric::new("loss", 0.9).epoch(1));
        assert_eq!(summary.first.value.number(), Some(0.9));
        assert_eq!(summary.last.value.number(), Some(0.5));
    }

    #[test]
    fn nan_counts_but_is_neither_least_nor_greatest() {
        let mut summary = Summary::of(&Metric::new("loss", f64::NAN));
        assert_eq!((summary.min, summary.max), (None, None));
        summary.add(&Metric::new("loss", f64::INFINITY));
        summary.add(&Metric::new("loss", f64::NAN));
        assert_eq!(
            (summary.min, summary.max),
            (Some(f64::INFINITY), Some(f64::INFINITY))
        );
        assert_eq!(summary.count, 3);
    }
}
