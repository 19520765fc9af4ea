//! One series as a line, with what no line can show.

use std::fmt::Write as _;

use tracker_core::ports::{History, Specials};
use tracker_core::{Series, Summary};

use crate::text;

/// What the points of a curve stand above.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum X {
    /// The epochs; the points of one are spread up to its end.
    Epoch,
    /// The steps.
    Step,
    /// The seconds since the first point of the run.
    Time,
    /// The order of the points, where that is all there is.
    Point,
}

impl X {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Epoch => "epoch",
            Self::Step => "step",
            Self::Time => "time",
            Self::Point => "point",
        }
    }

    /// Where the points of a series stand; `start` is when its run began, in microseconds.
    #[expect(
        clippy::cast_precision_loss,
        reason = "a picture shows fewer digits than an f64 has"
    )]
    pub(crate) fn places(self, series: &Series, start: i64) -> Vec<f64> {
        match self {
            Self::Step => series.steps().iter().map(|step| *step as f64).collect(),
            Self::Point => (1..=series.len()).map(|index| index as f64).collect(),
            Self::Time => {
                let since = |time: &i64| (i128::from(*time) - i128::from(start)) as f64 / 1e6;
                series.times().iter().map(since).collect()
            }
            Self::Epoch if series.steps().is_sorted_by(|a, b| a < b) => spread_by_step(series),
            Self::Epoch => spread_evenly(series.epochs()),
        }
    }
}

/// The points of an epoch at equal distances, the last at its end.
#[expect(clippy::cast_precision_loss, reason = "as for every place")]
fn spread_evenly(epochs: &[u64]) -> Vec<f64> {
    let groups = epochs.chunk_by(|left, right| left == right);
    let spread = groups.flat_map(|same| {
        let before = |index| (same.len() - 1 - index) as f64 / same.len() as f64;
        (0..same.len()).map(move |index| same[index] as f64 - before(index))
    });
    spread.collect()
}

/// As the steps lie between the end of the epoch before and that of their own: right for a series of
/// which points were left out, too.
#[expect(clippy::cast_precision_loss, reason = "as for every place")]
fn spread_by_step(series: &Series) -> Vec<f64> {
    let steps = series.steps();
    let mut places = Vec::with_capacity(steps.len());
    for same in series.epochs().chunk_by(|left, right| left == right) {
        let first = places.len();
        let end = steps[first + same.len() - 1] as f64;
        let distance = (end - steps[first] as f64) / (same.len().max(2) - 1) as f64;
        let begin = match first.checked_sub(1) {
            Some(before) => steps[before] as f64,
            None => steps[first] as f64 - distance.max(1.0),
        };
        let place = |step: i64| same[0] as f64 - (end - step as f64) / (end - begin);
        places.extend(
            steps[first..first + same.len()]
                .iter()
                .map(|step| place(*step)),
        );
    }
    places
}

/// A series as a line.
///
/// # Examples
///
/// ```
/// use entia_report::{Curve, X};
/// use tracker_core::{Metric, Series};
///
/// let mut loss = Series::new("loss", "train");
/// for (epoch, value) in [(1, 0.9), (2, f64::NAN), (3, 0.4)] {
///     loss.push(&Metric::new("loss", value).epoch(epoch));
/// }
/// let curve = Curve::of("train", loss, X::Epoch).unwrap();
/// assert_eq!(curve.facts(""), "3 points, last 0.4000, min 0.4000, max 0.9000, 1 of 3 is NaN");
/// ```
#[derive(Clone, Debug)]
pub struct Curve {
    /// What tells it from the other curves of its chart.
    pub label: String,
    /// The points from left to right; where a value is not finite, the line has a gap.
    pub(crate) points: Vec<(f64, f64)>,
    /// The same before they were smoothed.
    pub(crate) raw: Vec<(f64, f64)>,
    pub(crate) summary: Summary,
    pub(crate) specials: Specials,
    /// How many have no place on an axis of ratios.
    not_positive: u64,
    /// Which colour it has, in turn.
    pub(crate) color: usize,
    /// Which dashes.
    pub(crate) dash: usize,
}

impl Curve {
    /// The curve of a whole series; none without points.
    pub fn of(label: &str, series: Series, x: X) -> Option<Self> {
        let summary = Summary::of_series(&series)?;
        let start = series.times().iter().min().copied().unwrap_or(0);
        let all = tracker_core::ports::Histories::default();
        let history = all.take(tracker_core::Uuid::nil(), series);
        Some(Self::new(label, summary, &history, x, start))
    }

    pub(crate) fn new(label: &str, summary: Summary, history: &History, x: X, start: i64) -> Self {
        let series = &history.series;
        let mut points: Vec<_> = x
            .places(series, start)
            .into_iter()
            .zip(series.numbers().iter().copied())
            .collect();
        // A value that is no number is neither here nor a gap.
        let mut json = series.json().iter().map(|(index, _)| *index).peekable();
        let mut index = 0;
        points.retain(|_| {
            let is_json = json.next_if_eq(&index).is_some();
            index += 1;
            !is_json
        });
        Self {
            label: text::line(label),
            points,
            raw: Vec::new(),
            summary,
            specials: history.specials,
            not_positive: 0,
            color: 0,
            dash: 0,
        }
    }

    /// Whether there is anything to draw.
    pub fn is_drawn(&self) -> bool {
        self.points.iter().any(|(_, y)| y.is_finite())
    }

    /// Draws the running mean in the place of the points, each with `weight` times what came before
    /// it, as `TensorBoard` does; what is not finite stays a gap.
    pub(crate) fn smooth(&mut self, weight: f64) {
        self.raw.clone_from(&self.points);
        let (mut mean, mut rest) = (0.0, 1.0);
        for (_, y) in self.points.iter_mut().filter(|(_, y)| y.is_finite()) {
            mean = mean * weight + *y * (1.0 - weight);
            rest *= weight;
            // The beginning is not drawn towards zero.
            *y = mean / (1.0 - rest);
        }
    }

    /// Leaves out what an axis of ratios has no place for, and counts it among the points that were
    /// read.
    pub(crate) fn only_positive(&mut self) {
        let raw = if self.raw.is_empty() {
            &self.points
        } else {
            &self.raw
        };
        let not_positive = |(_, y): &&(f64, f64)| y.is_finite() && *y <= 0.0;
        self.not_positive = raw.iter().filter(not_positive).count() as u64;
        for (_, y) in self.points.iter_mut().chain(&mut self.raw) {
            if y.is_finite() && *y <= 0.0 {
                *y = f64::NAN;
            }
        }
    }

    /// At most so many points, such that a line through them looks like one through all.
    pub(crate) fn thin(&mut self, most: usize) {
        for points in [&mut self.points, &mut self.raw] {
            *points = thinned(points, most);
        }
    }

    /// The parts between the gaps, each with a point at least.
    pub(crate) fn parts(points: &[(f64, f64)]) -> impl Iterator<Item = &[(f64, f64)]> {
        let parts = points.split(|(_, y)| !y.is_finite());
        parts.filter(|part| !part.is_empty())
    }

    /// What a legend says of it: how many points it has, the last, smallest and largest value in
    /// their unit, and what is not drawn.
    pub fn facts(&self, unit: &str) -> String {
        let Summary {
            count,
            last,
            min,
            max,
            ..
        } = &self.summary;
        let value = |value: f64| text::measured(&value.into(), unit);
        let mut facts = text::plural(usize::try_from(*count).unwrap_or(usize::MAX), "point");
        let _ = write!(facts, ", last {}", text::measured(&last.value, unit));
        if let (Some(min), Some(max)) = (min, max) {
            let _ = write!(facts, ", min {}, max {}", value(*min), value(*max));
        }
        let not_drawn = self.not_drawn();
        if !not_drawn.is_empty() {
            facts.extend([", ", not_drawn.as_str()]);
        }
        facts
    }

    /// How many of its values no line can show: `2 of 3 are NaN`; empty for none.
    pub fn not_drawn(&self) -> String {
        let kinds = text::not_finite(self.summary.count, &self.specials);
        let positive = text::of(self.not_positive, self.summary.count, "not positive");
        let all = [kinds, positive]
            .into_iter()
            .filter(|kind| !kind.is_empty());
        all.collect::<Vec<_>>().join(", ")
    }
}

/// In each of many stretches the first, last, smallest and largest point, and one that is not finite.
fn thinned(points: &[(f64, f64)], most: usize) -> Vec<(f64, f64)> {
    if points.len() <= most {
        return points.to_vec();
    }
    let mut thinned = Vec::new();
    for stretch in points.chunks(points.len().div_ceil((most / 5).max(1))) {
        let indexed = || {
            stretch
                .iter()
                .enumerate()
                .filter(|(_, (_, y))| y.is_finite())
        };
        let by_value = |a: &(usize, &(f64, f64)), b: &(usize, &(f64, f64))| a.1.1.total_cmp(&b.1.1);
        let low = indexed().min_by(by_value).map(|(index, _)| index);
        let high = indexed().max_by(by_value).map(|(index, _)| index);
        let gap = stretch.iter().position(|(_, y)| !y.is_finite());
        let ends = [Some(0), Some(stretch.len() - 1)];
        let mut kept: Vec<usize> = ends.into_iter().chain([low, high, gap]).flatten().collect();
        kept.sort_unstable();
        kept.dedup();
        thinned.extend(kept.into_iter().map(|index| stretch[index]));
    }
    thinned
}

#[cfg(test)]
mod tests {
    use super::*;
    use tracker_core::Metric;

    fn series(points: &[(u64, i64, f64)]) -> Series {
        let mut series = Series::new("loss", "train");
        for (epoch, step, value) in points {
            series.push(&Metric::new("loss", *value).epoch(*epoch).step(*step));
        }
        series
    }

    fn curve(values: &[f64]) -> Curve {
        let points: Vec<_> = (0..)
            .zip(values)
            .map(|(step, value)| (0, step, *value))
            .collect();
        Curve::of("train", series(&points), X::Step).unwrap()
    }

    #[test]
    fn the_points_of_an_epoch_are_spread_up_to_its_end() {
        for steps in [[1, 2, 3, 4], [0, 0, 0, 0]] {
            let points = [1, 1, 2, 2]
                .into_iter()
                .zip(steps)
                .map(|(epoch, step)| (epoch, step, 0.5));
            let series = series(&points.collect::<Vec<_>>());
            assert_eq!(X::Epoch.places(&series, 0), [0.5, 1.0, 1.5, 2.0]);
            assert_eq!(X::Point.places(&series, 0), [1.0, 2.0, 3.0, 4.0]);
        }
        let once = series(&[(1, 10, 0.5), (2, 20, 0.5), (4, 30, 0.5)]);
        assert_eq!(X::Epoch.places(&once, 0), [1.0, 2.0, 4.0]);
        assert_eq!(X::Step.places(&once, 0), [10.0, 20.0, 30.0]);
    }

    #[test]
    fn what_no_line_can_show_is_a_gap_and_is_counted() {
        let nan = curve(&[1.0, f64::NAN, f64::NAN]);
        assert_eq!(
            nan.facts(""),
            "3 points, last NaN, min 1, max 1, 2 of 3 are NaN"
        );
        let infinite = curve(&[1.0, 1e300, f64::INFINITY]);
        assert_eq!(
            infinite.facts(""),
            "3 points, last inf, min 1, max inf, 1 of 3 is infinite"
        );
        let broken = curve(&[1.0, f64::NAN, 2.0, 3.0]);
        let parts: Vec<_> = Curve::parts(&broken.points).map(<[_]>::len).collect();
        assert_eq!(parts, [1, 2]);
        assert!(!curve(&[f64::NAN]).is_drawn());
    }

    #[test]
    fn a_value_that_is_no_number_is_not_a_gap() {
        let mut series = series(&[(0, 0, 1.0), (0, 2, 2.0)]);
        series.push(&Metric::new("loss", "[1]".parse::<registry_core::Value>().unwrap()).step(1));
        series.sort();
        let curve = Curve::of("", series, X::Step).unwrap();
        assert_eq!(curve.points, [(0.0, 1.0), (2.0, 2.0)]);
    }

    #[test]
    fn a_long_series_keeps_its_peaks_and_gaps() {
        let mut values: Vec<f64> = (0..100_000_u32).map(|step| f64::from(step % 7)).collect();
        (values[50_001], values[70_001], values[80_001]) = (1e6, -1e6, f64::NAN);
        let mut curve = curve(&values);
        curve.thin(1_000);
        assert!(curve.points.len() <= 1_000 && curve.points.is_sorted_by(|a, b| a.0 < b.0));
        assert!(
            curve.points.contains(&(50_001.0, 1e6)) && curve.points.contains(&(70_001.0, -1e6))
        );
        assert_eq!(Curve::parts(&curve.points).count(), 2);
    }

    #[test]
    fn a_smoothed_curve_begins_where_the_series_does() {
        let mut curve = curve(&[1.0, f64::NAN, 1.0, 3.0]);
        curve.smooth(0.5);
        let values: Vec<f64> = curve.points.iter().map(|point| point.1).collect();
        assert!(
            values[1].is_nan() && (values[0], values[2]) == (1.0, 1.0),
            "{values:?}"
        );
        assert!(values[3] > 1.0 && values[3] < 3.0 && curve.raw[3] == (3.0, 3.0));
    }

    #[test]
    fn an_axis_of_ratios_has_no_place_for_zero() {
        let mut curve = curve(&[1.0, 0.0, -1.0, 2.0]);
        curve.only_positive();
        assert_eq!(curve.not_drawn(), "2 of 4 are not positive");
        assert_eq!(Curve::parts(&curve.points).count(), 2);
    }
}
