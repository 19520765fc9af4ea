//! What a store keeps beside the history of a series.

use serde::{Deserialize, Serialize};

use super::metric::Metric;
use super::moment::Moment;
use super::number;
use super::series::Series;

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
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Summary {
    /// The number of points.
    pub count: u64,
    /// The first point of the history, by epoch, step and arrival.
    pub first: Metric,
    /// The last point of the history.
    pub last: Metric,
    /// The smallest number, `-0.0` below `0.0`; NaN and JSON values do not count.
    #[serde(with = "number::option")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<number::Number>"))]
    pub min: Option<f64>,
    /// The largest number; NaN and JSON values do not count.
    #[serde(with = "number::option")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<number::Number>"))]
    pub max: Option<f64>,
    /// Where the smallest number was first measured; unknown where an older version kept it.
    #[serde(default)]
    pub min_at: Option<Position>,
    /// Where the largest number was first measured; unknown where an older version kept it.
    #[serde(default)]
    pub max_at: Option<Position>,
}

/// Where in a history a point stands: by epoch, then by step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Position {
    /// The epoch.
    pub epoch: u64,
    /// The step.
    pub step: i64,
}

impl From<Moment> for Position {
    fn from(at: Moment) -> Self {
        Self {
            epoch: at.epoch,
            step: at.step,
        }
    }
}

impl Summary {
    /// The summary of a single point.
    pub fn of(metric: &Metric) -> Self {
        let number = metric.value.number().filter(|number| !number.is_nan());
        let at = number.map(|_| metric.moment().into());
        Self {
            count: 1,
            first: metric.clone(),
            last: metric.clone(),
            min: number,
            max: number,
            min_at: at,
            max_at: at,
        }
    }

    /// The summary of points in the order they arrived; none without points.
    pub fn of_series(series: &Series) -> Option<Self> {
        let position = |index: usize| (series.epochs()[index], series.steps()[index]);
        let time = |index: usize| series.times()[index];
        let (mut first, mut last) = (0, 0);
        for index in 1..series.len() {
            if position(index) < position(first) {
                first = index;
            }
            if (position(index), time(index)) >= (position(last), time(last)) {
                last = index;
            }
        }
        // The places of JSON values hold a NaN.
        let numbers = series.numbers().iter().copied().enumerate();
        let mut min: Option<(usize, f64)> = None;
        let mut max = min;
        for (index, number) in numbers.filter(|(_, number)| !number.is_nan()) {
            if min.is_none_or(|(_, min)| number.total_cmp(&min).is_lt()) {
                min = Some((index, number));
            }
            if max.is_none_or(|(_, max)| number.total_cmp(&max).is_gt()) {
                max = Some((index, number));
            }
        }
        let at = |found: Option<(usize, f64)>| series.moment(found?.0).map(Position::from);
        Some(Self {
            count: series.len() as u64,
            first: series.get(first)?,
            last: series.get(last)?,
            min: min.map(|(_, number)| number),
            max: max.map(|(_, number)| number),
            min_at: at(min),
            max_at: at(max),
        })
    }

    /// Takes in points of the same series that arrived after all others.
    pub fn append(&mut self, later: Self) {
        let at = |metric: &Metric| (metric.epoch, metric.step);
        // As every store keeps it.
        let time = |metric: &Metric| metric.moment().time;
        self.count += later.count;
        if at(&later.first) < at(&self.first) {
            self.first = later.first;
        }
        if (at(&later.last), time(&later.last)) >= (at(&self.last), time(&self.last)) {
            self.last = later.last;
        }
        if let Some(number) = later.min
            && self.min.is_none_or(|min| number.total_cmp(&min).is_lt())
        {
            (self.min, self.min_at) = (later.min, later.min_at);
        }
        if let Some(number) = later.max
            && self.max.is_none_or(|max| number.total_cmp(&max).is_gt())
        {
            (self.max, self.max_at) = (later.max, later.max_at);
        }
    }

    /// Takes in a point of the same series that arrived after all others.
    pub fn add(&mut self, metric: &Metric) {
        self.append(Self::of(metric));
    }

    /// Whether it is the summary of the same points; a position that an older version has not kept
    /// agrees with any.
    pub fn agrees_with(&self, other: &Self) -> bool {
        let agree = |a: Option<Position>, b: Option<Position>| a.is_none() || b.is_none() || a == b;
        let known = |summary: &Self| Self {
            min_at: None,
            max_at: None,
            ..summary.clone()
        };
        known(self) == known(other)
            && agree(self.min_at, other.min_at)
            && agree(self.max_at, other.max_at)
    }

    /// What was measured.
    pub fn name(&self) -> &str {
        &self.last.name
    }

    /// The phase; empty for none.
    pub fn phase(&self) -> &str {
        &self.last.phase
    }
}

#[cfg(test)]
mod tests {
    use super::Summary;
    use crate::records::Metric;

    #[test]
    fn a_late_point_of_an_early_epoch_is_the_first() {
        let mut summary = Summary::of(&Metric::new("loss", 0.5).epoch(2));
        summary.add(&Metric::new("loss", 0.9).epoch(1));
        assert_eq!(summary.first.value.number(), Some(0.9));
        assert_eq!(summary.last.value.number(), Some(0.5));
    }

    #[test]
    fn a_late_point_of_the_same_step_is_not_the_last() {
        use crate::records::Series;
        let at = |second| jiff::Timestamp::from_second(second).unwrap();
        let points = [(1, 0.5), (3, 0.4), (2, 0.9)];
        let points = points.map(|(second, value)| Metric::new("loss", value).time(at(second)));
        let mut series = Series::new("loss", "");
        let mut summary = Summary::of(&points[0]);
        for (at, point) in points.iter().enumerate() {
            series.push(point);
            if at > 0 {
                summary.add(point);
            }
        }
        assert_eq!(summary.last, points[1]);
        assert_eq!(Summary::of_series(&series), Some(summary));
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
