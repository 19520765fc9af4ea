//! What a store keeps beside the history of a series.

use crate::metric::Metric;

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
#[derive(Clone, Debug, PartialEq)]
pub struct Summary {
    /// The number of points.
    pub count: u64,
    /// The first point of the history, by epoch, step and arrival.
    pub first: Metric,
    /// The last point of the history.
    pub last: Metric,
    /// The smallest number, `-0.0` below `0.0`; NaN and JSON values do not count.
    pub min: Option<f64>,
    /// The largest number; NaN and JSON values do not count.
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
