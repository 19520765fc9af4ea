//! Histories as a chart needs them: a range, downsampled to as many points as it can show.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::records::Series;

/// What a history is laid out along.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Axis {
    /// The step.
    #[default]
    Step,
    /// The epoch.
    Epoch,
    /// The time, in microseconds since 1970, UTC.
    Time,
}

/// Which histories are wanted: several series of several aggregates, a range of them, and the
/// largest number of points of each, to which longer ones are downsampled.
///
/// What is left out of a history that has more points is chosen so that no peak is lost: the range
/// is cut into pieces, and of each the first, the last, the smallest and the largest point stay
/// (M4; Jugel et al., *M4: A Visualization-Oriented Time Series Data Aggregation*, VLDB 2014).
///
/// # Examples
///
/// ```
/// use tracker_core::ports::Histories;
/// use tracker_core::{Moment, Series, Uuid};
///
/// let mut loss = Series::new("loss", "train");
/// for step in 0..10_000 {
///     let peak = if step == 5_000 { 1e9 } else { 0.5 };
///     loss.push_number(Moment { step, ..Moment::default() }, peak);
/// }
/// let thinned = Histories::of(Uuid::nil(), "loss", "train").most(100).take(Uuid::nil(), loss);
/// assert!(thinned.series.len() <= 100 && thinned.series.numbers().contains(&1e9));
/// assert_eq!(thinned.total, 10_000);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Histories {
    /// The uuids of the aggregates.
    pub aggregates: Vec<Uuid>,
    /// The name and phase of each series.
    pub series: Vec<(String, String)>,
    /// What the range is counted in, and what a chart lays the points out along.
    pub axis: Axis,
    /// Where on the axis the range begins; at the first point where it is `None`.
    pub from: Option<i64>,
    /// Where on the axis the range ends, itself included; at the last point where it is `None`.
    pub to: Option<i64>,
    /// At most so many points of each history, though 4 at least; all where it is `None`.
    pub most: Option<usize>,
}

/// A history, or as much of it as was wanted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct History {
    /// The uuid of the aggregate.
    pub aggregate: Uuid,
    /// The points, along the axis.
    pub series: Series,
    /// How many points are in the range.
    pub total: u64,
    /// What of them a chart cannot draw.
    pub specials: Specials,
}

/// What of a range no chart can draw, whether or not the points were left out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Specials {
    /// How many values are NaN.
    pub nan: u64,
    /// How many are infinite.
    pub infinite: u64,
    /// How many are no numbers, but other JSON.
    pub json: u64,
    /// Where on the axis the first NaN or infinity is.
    pub first: Option<i64>,
}

impl Histories {
    /// The whole history of one series.
    pub fn of(aggregate: Uuid, name: impl Into<String>, phase: impl Into<String>) -> Self {
        Self {
            aggregates: vec![aggregate],
            series: vec![(name.into(), phase.into())],
            ..Self::default()
        }
    }

    /// Sets the largest number of points.
    #[must_use]
    pub fn most(mut self, points: usize) -> Self {
        self.most = Some(points);
        self
    }

    /// The pieces of a history that begins and ends at these places.
    pub(crate) fn pieces(&self, (first, last): (i64, i64)) -> Pieces {
        let start = self.from.map_or(first, |from| from.max(first));
        let end = self.to.map_or(last, |to| to.min(last)).max(start);
        Pieces {
            count: self.most.map_or(1, |most| (most / 4).max(1)) as u128,
            start: start.into(),
            length: (i128::from(end) - i128::from(start)).unsigned_abs() + 1,
        }
    }

    /// Takes out of a whole history, which stands in its order, what is wanted.
    pub fn take(&self, aggregate: Uuid, series: Series) -> History {
        let epochs: Vec<i64>;
        let places = match self.axis {
            Axis::Step => series.steps(),
            Axis::Time => series.times(),
            Axis::Epoch => {
                // The domain has seen to the range.
                epochs = series
                    .epochs()
                    .iter()
                    .map(|epoch| epoch.cast_signed())
                    .collect();
                &epochs
            }
        };
        let ends = (
            places.iter().min().copied().unwrap_or(0),
            places.iter().max().copied().unwrap_or(0),
        );
        let is_before = |place: i64| self.from.is_some_and(|from| place < from);
        let is_behind = |place: i64| self.to.is_some_and(|to| place > to);
        let (total, specials, chosen);
        if places.is_sorted() {
            let start = places.partition_point(|place| is_before(*place));
            let end = places
                .partition_point(|place| !is_behind(*place))
                .max(start);
            let points = Points {
                series: &series,
                places,
                index: |at| start + at,
            };
            total = end - start;
            specials = points.specials(total);
            chosen = points.choose(total, self.most, self.pieces(ends));
        } else {
            let wanted = |index: &usize| !is_before(places[*index]) && !is_behind(places[*index]);
            let mut order: Vec<usize> = (0..series.len()).filter(wanted).collect();
            // A stable sort leaves those of one place in the order of the history.
            order.sort_by_key(|index| places[*index]);
            let points = Points {
                series: &series,
                places,
                index: |at| order[at],
            };
            total = order.len();
            specials = points.specials(total);
            chosen = points.choose(total, self.most, self.pieces(ends));
        }
        let is_all = chosen.len() == series.len() && chosen.is_sorted();
        let mut taken = Series::new(series.name(), series.phase());
        if is_all {
            taken = series;
        } else {
            for index in chosen {
                taken.push_from(&series, index);
            }
        }
        History {
            aggregate,
            series: taken,
            total: total as u64,
            specials,
        }
    }
}

/// Equally long pieces of an axis.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pieces {
    count: u128,
    start: i128,
    length: u128,
}

impl Pieces {
    /// The piece in which a place is.
    pub(crate) fn of(&self, place: i64) -> u128 {
        let offset = (i128::from(place) - self.start).unsigned_abs();
        offset * self.count / self.length
    }

    /// The first place behind a piece.
    pub(crate) fn end(&self, piece: u128) -> i128 {
        self.start
            + ((piece + 1) * self.length)
                .div_ceil(self.count)
                .cast_signed()
    }
}

/// Points along an axis.
struct Points<'s, F> {
    series: &'s Series,
    /// Where each point of the series stands.
    places: &'s [i64],
    /// Which point of the series is the one of this number along the axis.
    index: F,
}

impl<F: Fn(usize) -> usize> Points<'_, F> {
    fn place(&self, at: usize) -> i64 {
        self.places[(self.index)(at)]
    }

    fn number(&self, at: usize) -> f64 {
        self.series.numbers()[(self.index)(at)]
    }

    /// What of the first `count` points a chart cannot draw.
    fn specials(&self, count: usize) -> Specials {
        let json = self.series.json();
        let mut specials = Specials::default();
        for at in (0..count).filter(|at| !self.number(*at).is_finite()) {
            let index = (self.index)(at);
            if json.binary_search_by_key(&index, |(at, _)| *at).is_ok() {
                specials.json += 1;
                continue;
            }
            if self.number(at).is_nan() {
                specials.nan += 1;
            } else {
                specials.infinite += 1;
            }
            specials.first.get_or_insert(self.place(at));
        }
        specials
    }

    /// The indices of all of the first `count` points, or where there are more than `most`, of the
    /// first, last, smallest and largest of each piece.
    fn choose(&self, count: usize, most: Option<usize>, pieces: Pieces) -> Vec<usize> {
        let Some(most) = most.filter(|most| count > *most) else {
            return (0..count).map(&self.index).collect();
        };
        let mut kept = Vec::with_capacity(most);
        let mut first = 0;
        while first < count {
            let next = pieces.end(pieces.of(self.place(first)));
            let end = self.end_of_piece(first, count, next);
            self.keep(first, end, &mut kept);
            first = end;
        }
        kept
    }

    /// The first point behind `first` that stands at `next` or behind it.
    fn end_of_piece(&self, first: usize, count: usize, next: i128) -> usize {
        let (mut low, mut high) = (first + 1, count);
        while low < high {
            let middle = low.midpoint(high);
            if i128::from(self.place(middle)) < next {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }

    /// Keeps the first, last, smallest and largest of the points from `first` to before `end`, in
    /// their order.
    fn keep(&self, first: usize, end: usize, kept: &mut Vec<usize>) {
        let (mut least, mut most) = ((first, f64::NAN), (first, f64::NAN));
        for at in first..end {
            let number = self.number(at);
            // A comparison with NaN is false, so the first number takes the place of one by hand.
            if number < least.1 || (least.1.is_nan() && !number.is_nan()) {
                least = (at, number);
            }
            if number > most.1 || (most.1.is_nan() && !number.is_nan()) {
                most = (at, number);
            }
        }
        let mut chosen = [first, least.0, most.0, end - 1];
        chosen.sort_unstable();
        let mut before = None;
        for at in chosen {
            if before != Some(at) {
                kept.push((self.index)(at));
            }
            before = Some(at);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Axis, Histories};
    use crate::records::{Micros, Moment, Series};
    use proptest::prelude::*;
    use uuid::Uuid;

    fn series(points: &[(u64, i64, f64)]) -> Series {
        let mut series = Series::new("loss", "");
        for (time, (epoch, step, number)) in (0..).zip(points) {
            let at = Moment {
                epoch: *epoch,
                step: *step,
                time: Micros::new(time).unwrap(),
            };
            series.push_number(at, *number);
        }
        series.sort();
        series
    }

    fn wanted() -> Histories {
        Histories::of(Uuid::nil(), "loss", "")
    }

    #[test]
    fn a_range_is_of_its_axis_with_both_ends() {
        let given = series(&[
            (0, 0, 0.0),
            (0, 1, 1.0),
            (1, 0, 2.0),
            (1, 1, 3.0),
            (2, 5, 4.0),
        ]);
        let take = |axis, from, to| {
            let wanted = Histories {
                axis,
                from,
                to,
                ..wanted()
            };
            wanted
                .take(Uuid::nil(), given.clone())
                .series
                .numbers()
                .to_vec()
        };
        assert_eq!(take(Axis::Epoch, Some(1), Some(2)), [2.0, 3.0, 4.0]);
        assert_eq!(take(Axis::Step, None, Some(0)), [0.0, 2.0]);
        assert_eq!(take(Axis::Step, None, None), [0.0, 2.0, 1.0, 3.0, 4.0]);
        assert_eq!(take(Axis::Time, Some(3), None), [3.0, 4.0]);
        assert_eq!(take(Axis::Time, Some(9), None), [0.0; 0]);
    }

    #[test]
    fn what_cannot_be_drawn_is_told() {
        let mut given = series(&[(0, 1, f64::NAN), (0, 2, f64::INFINITY), (0, 3, 1.0)]);
        given.push_json(Moment::default(), "[1]".parse().unwrap());
        given.sort();
        let history = wanted().take(Uuid::nil(), given);
        let told = history.specials;
        assert_eq!(
            (told.nan, told.infinite, told.json, told.first),
            (1, 1, 1, Some(1))
        );
    }

    proptest! {
        #[test]
        fn no_peak_is_lost(
            numbers in proptest::collection::vec(
                prop_oneof![9 => -1e3..1e3, 1 => Just(f64::NAN), 1 => Just(f64::INFINITY)], 1..400),
            gaps in proptest::collection::vec(0..9_i64, 400),
            most in 1..100_usize,
        ) {
            let mut step = -50;
            let points: Vec<_> = numbers.iter().zip(gaps).map(|(number, gap)| {
                step += gap;
                (0, step, *number)
            }).collect();
            let given = series(&points);
            let taken = Histories { most: Some(most), ..wanted() }.take(Uuid::nil(), given.clone());
            prop_assert!(taken.series.len() <= most.max(4));
            prop_assert_eq!(taken.total, given.len() as u64);
            prop_assert_eq!(taken.series.get(0), given.get(0));
            prop_assert_eq!(
                taken.series.get(taken.series.len() - 1), given.get(given.len() - 1));
            let extremes = |series: &Series| {
                let numbers = || series.numbers().iter().copied().filter(|n| !n.is_nan());
                (numbers().min_by(f64::total_cmp), numbers().max_by(f64::total_cmp))
            };
            prop_assert_eq!(extremes(&taken.series), extremes(&given));
            prop_assert!(taken.series.steps().is_sorted());
        }
    }
}
