//! The history of a metric as columns.

use registry_core::Value;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::columns::Columns;
use super::metric::{Metric, MetricValue};
use super::moment::{Micros, Moment};
use super::number;

/// Points of one name and phase, a column for each part: the history of a metric.
///
/// # Examples
///
/// ```
/// # use tracker_core::{Tracker, conformance::Sample};
/// # let model = Sample::new("MLP", "{}");
/// # let run = Tracker::open("memory:")?.experiment("digits")?.track(&model)?;
/// use tracker_core::Metric;
///
/// run.metrics().add(Metric::new("loss", 0.9).phase("train").epoch(1).step(10))?;
/// run.metrics().add(Metric::new("loss", 0.4).phase("train").epoch(1).step(20))?;
///
/// let history = run.metrics().history("loss", "train")?;
/// assert_eq!(history.steps(), [10, 20]);
/// assert_eq!(history.numbers(), [0.9, 0.4]);
/// # Ok::<(), tracker_core::Error>(())
/// ```
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(remote = "Self")] // `deserialize` below checks what was read
pub struct Series {
    name: String,
    phase: String,
    epochs: Vec<u64>,
    steps: Vec<i64>,
    times: Vec<i64>,
    #[serde(with = "number::list")]
    #[cfg_attr(feature = "schema", schemars(with = "Vec<number::Number>"))]
    numbers: Vec<f64>,
    /// By index, ascending; `numbers` has a NaN in these places.
    json: Vec<(usize, Value)>,
}

impl Series {
    /// Without points.
    pub fn new(name: impl Into<String>, phase: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            phase: phase.into(),
            epochs: Vec::new(),
            steps: Vec::new(),
            times: Vec::new(),
            numbers: Vec::new(),
            json: Vec::new(),
        }
    }

    /// What was measured.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The phase; empty for none.
    pub fn phase(&self) -> &str {
        &self.phase
    }

    /// The number of points.
    pub fn len(&self) -> usize {
        self.numbers.len()
    }

    /// Whether there are no points.
    pub fn is_empty(&self) -> bool {
        self.numbers.is_empty()
    }

    /// The epoch of each point.
    pub fn epochs(&self) -> &[u64] {
        &self.epochs
    }

    /// The step of each point.
    pub fn steps(&self) -> &[i64] {
        &self.steps
    }

    /// The time of each point, in microseconds since 1970, UTC.
    pub fn times(&self) -> &[i64] {
        &self.times
    }

    /// The number of each point; NaN where the value is a JSON value.
    pub fn numbers(&self) -> &[f64] {
        &self.numbers
    }

    /// The values that are no number, each with the index of its point, in ascending order.
    pub fn json(&self) -> &[(usize, Value)] {
        &self.json
    }

    /// The point at an index, where there is one.
    pub fn get(&self, index: usize) -> Option<Metric> {
        let number = *self.numbers.get(index)?;
        let value = match self.json_at(index) {
            Some(json) => MetricValue::Json(json.clone()),
            None => MetricValue::Number(number),
        };
        let Moment { epoch, step, time } = self.moment(index)?;
        Some(Metric {
            name: self.name.clone(),
            phase: self.phase.clone(),
            value,
            epoch,
            step,
            time: time.timestamp(),
        })
    }

    /// Each point in order.
    pub fn iter(&self) -> impl Iterator<Item = Metric> + '_ {
        (0..self.len()).filter_map(|index| self.get(index))
    }

    /// The last point to arrive of each step of each epoch; the others are left out.
    ///
    /// # Examples
    ///
    /// ```
    /// use tracker_core::{Moment, Series};
    ///
    /// let mut loss = Series::new("loss", "train");
    /// for (step, number) in [(1, 0.9), (2, 0.5), (2, 0.4)] {
    ///     loss.push_number(Moment { step, ..Moment::default() }, number);
    /// }
    /// assert_eq!(loss.last_of_step().numbers(), [0.9, 0.4]);
    /// ```
    #[must_use]
    pub fn last_of_step(mut self) -> Self {
        self.sort();
        let at = |index: usize| (self.epochs[index], self.steps[index]);
        let mut last = Self::new(self.name.clone(), self.phase.clone());
        for index in 0..self.len() {
            if index + 1 == self.len() || at(index) != at(index + 1) {
                last.push_from(&self, index);
            }
        }
        last
    }

    /// When the point at an index was measured, where there is one.
    pub fn moment(&self, index: usize) -> Option<Moment> {
        Some(Moment {
            epoch: *self.epochs.get(index)?,
            step: self.steps[index],
            time: Micros::new(self.times[index])?,
        })
    }

    /// Appends a point; its name and phase are those of the series.
    pub fn push(&mut self, metric: &Metric) {
        match &metric.value {
            MetricValue::Number(number) => self.push_number(metric.moment(), *number),
            MetricValue::Json(json) => self.push_json(metric.moment(), json.clone()),
        }
    }

    /// Appends a point whose value is a number.
    pub fn push_number(&mut self, at: Moment, number: f64) {
        self.epochs.push(at.epoch);
        self.steps.push(at.step);
        self.times.push(at.time.get());
        self.numbers.push(number);
    }

    /// Appends a point whose value is JSON.
    pub fn push_json(&mut self, at: Moment, json: Value) {
        self.json.push((self.len(), json));
        self.push_number(at, f64::NAN);
    }

    /// Gives the point at an index a JSON value in the place of its number. Values come in the order
    /// of their points; one that comes too late, or has no point, is left out.
    pub fn set_json(&mut self, index: usize, json: Value) {
        let is_next = self.json.last().is_none_or(|(last, _)| *last < index);
        if let Some(number) = self.numbers.get_mut(index)
            && is_next
        {
            *number = f64::NAN;
            self.json.push((index, json));
        }
    }

    /// Appends the point at an index of another series, under the name and phase of this one.
    pub fn push_from(&mut self, other: &Self, index: usize) {
        if let Some(at) = other.moment(index) {
            match other.json_at(index) {
                Some(json) => self.push_json(at, json.clone()),
                None => self.push_number(at, other.numbers[index]),
            }
        }
    }

    /// Appends columns of one length, as a store has decoded them, and puts JSON values, which come
    /// with the index of their point in these columns in ascending order, in the place of its
    /// number.
    ///
    /// # Errors
    ///
    /// A sentence that says what is wrong: columns that differ in length, a time outside of the
    /// range, an epoch above `i64::MAX`, a JSON value without a point. The series is unchanged then.
    pub fn extend(&mut self, columns: Columns) -> Result<(), String> {
        let Columns {
            epochs,
            steps,
            times,
            numbers,
            json,
        } = columns;
        let len = numbers.len();
        if [epochs.len(), steps.len(), times.len()] != [len; 3] {
            return Err("the columns differ in length".to_owned());
        }
        check_ranges(&epochs, &times)?;
        if !json.is_sorted_by(|a, b| a.0 < b.0) || json.last().is_some_and(|(at, _)| *at >= len) {
            return Err("a JSON value is out of its place".to_owned());
        }
        let before = self.len();
        append(&mut self.epochs, epochs);
        append(&mut self.steps, steps);
        append(&mut self.times, times);
        append(&mut self.numbers, numbers);
        for (at, value) in json {
            self.numbers[before + at] = f64::NAN;
            self.json.push((before + at, value));
        }
        Ok(())
    }

    /// Takes room for so many points more, which spares copies where their number is known.
    pub fn reserve(&mut self, count: usize) {
        self.epochs.reserve(count);
        self.steps.reserve(count);
        self.times.reserve(count);
        self.numbers.reserve(count);
    }

    /// Appends so many points, which `fill` writes: epochs, steps, times and numbers, each zero
    /// before. Where that fails, or what it wrote is out of range, the series is unchanged.
    #[cfg(feature = "chunk")]
    pub(crate) fn extend_by(
        &mut self,
        count: usize,
        fill: impl FnOnce(&mut [u64], &mut [i64], &mut [i64], &mut [f64]) -> Result<(), String>,
    ) -> Result<(), String> {
        let before = self.len();
        let after = before + count;
        self.epochs.resize(after, 0);
        self.steps.resize(after, 0);
        self.times.resize(after, 0);
        self.numbers.resize(after, 0.0);
        let (epochs, times) = (&mut self.epochs[before..], &mut self.times[before..]);
        let (steps, numbers) = (&mut self.steps[before..], &mut self.numbers[before..]);
        let done = fill(epochs, steps, times, numbers)
            .and_then(|()| check_ranges(&self.epochs[before..], &self.times[before..]));
        if done.is_err() {
            self.epochs.truncate(before);
            self.steps.truncate(before);
            self.times.truncate(before);
            self.numbers.truncate(before);
        }
        done
    }

    /// Appends the points of another series.
    pub fn append(&mut self, other: &Self) {
        let before = self.len();
        self.epochs.extend_from_slice(&other.epochs);
        self.steps.extend_from_slice(&other.steps);
        self.times.extend_from_slice(&other.times);
        self.numbers.extend_from_slice(&other.numbers);
        let json = other.json.iter();
        self.json
            .extend(json.map(|(index, value)| (before + index, value.clone())));
    }

    /// Keeps the points for which this holds.
    pub fn retain(&mut self, keep: impl Fn(Moment) -> bool) {
        let mut kept = Self::new(
            std::mem::take(&mut self.name),
            std::mem::take(&mut self.phase),
        );
        for index in 0..self.len() {
            if self.moment(index).is_some_and(&keep) {
                kept.push_from(self, index);
            }
        }
        *self = kept;
    }

    /// The JSON value of the point at an index, where it has one.
    pub(crate) fn json_at(&self, index: usize) -> Option<&Value> {
        let found = self.json.binary_search_by_key(&index, |(at, _)| *at).ok()?;
        Some(&self.json[found].1)
    }

    /// Brings the points into the order of a history: by epoch, step and, as they stand now,
    /// arrival.
    pub fn sort(&mut self) {
        let at = |index: usize| (self.epochs[index], self.steps[index]);
        // Most series count their steps on from epoch to epoch, which is seen sooner.
        let in_order = self.epochs.is_sorted() && self.steps.is_sorted();
        if in_order || (1..self.len()).all(|index| at(index - 1) <= at(index)) {
            return;
        }
        let mut order: Vec<usize> = (0..self.len()).collect();
        order.sort_by_key(|index| at(*index));
        let json = order.iter().enumerate();
        self.json = json
            .filter_map(|(place, index)| Some((place, self.json_at(*index)?.clone())))
            .collect();
        arrange(&mut self.epochs, &order);
        arrange(&mut self.steps, &order);
        arrange(&mut self.times, &order);
        arrange(&mut self.numbers, &order);
    }
}

/// Refuses epochs above `i64::MAX` and times that no time stamp has.
fn check_ranges(epochs: &[u64], times: &[i64]) -> Result<(), String> {
    // Loops without a way out, which check several at once.
    let epochs = epochs.iter().fold(0, |all, epoch| all | epoch);
    if i64::try_from(epochs).is_err() {
        return Err(format!("an epoch is above {}", i64::MAX));
    }
    let least = Micros::MIN.get();
    let range = Micros::MAX.get().wrapping_sub(least).cast_unsigned();
    let far = |time: i64| time.wrapping_sub(least).cast_unsigned() > range;
    if times.iter().fold(false, |found, time| found | far(*time)) {
        return Err("a time is out of range".to_owned());
    }
    Ok(())
}

/// The first decoded columns are taken as they are, which spares a copy of a whole history.
fn append<T>(column: &mut Vec<T>, more: Vec<T>) {
    if column.is_empty() {
        *column = more;
    } else {
        column.extend(more);
    }
}

/// Brings a column into this order of its indices.
fn arrange<T: Copy>(column: &mut Vec<T>, order: &[usize]) {
    *column = order.iter().map(|index| column[*index]).collect();
}

impl Serialize for Series {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Self::serialize(self, serializer)
    }
}

/// Refuses columns of different lengths, and JSON values that do not stand in ascending order.
impl<'de> Deserialize<'de> for Series {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let read = Self::deserialize(deserializer)?;
        let mut series = Self::new(read.name, read.phase);
        let columns = Columns {
            epochs: read.epochs,
            steps: read.steps,
            times: read.times,
            numbers: read.numbers,
            json: read.json,
        };
        series.extend(columns).map_err(D::Error::custom)?;
        Ok(series)
    }
}

/// Equal when every point is; see [`MetricValue`] for what that means for NaN.
impl PartialEq for Series {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
            && self.phase == other.phase
            && self.epochs == other.epochs
            && self.steps == other.steps
            && self.times == other.times
            && self.json == other.json
            && self.numbers.len() == other.numbers.len()
            && std::iter::zip(&self.numbers, &other.numbers)
                .all(|(a, b)| MetricValue::Number(*a) == MetricValue::Number(*b))
    }
}

#[cfg(test)]
mod tests {
    use super::Series;
    use crate::records::Metric;
    use serde_json::json;

    #[test]
    fn sorting_keeps_arrivals_and_json_in_place() {
        let mut series = Series::new("loss", "");
        let values = [json!(1.0), json!([2]), json!(3.0), json!([4]), json!(5.0)];
        for (value, epoch) in values.iter().zip([2, 1, 2, 0, 1]) {
            series.push(&Metric::new("loss", value.clone()).epoch(epoch));
        }
        series.sort();
        assert_eq!(series.epochs(), [0, 1, 1, 2, 2]);
        let sorted: Vec<_> = series.iter().map(|point| point.value).collect();
        let expected = [json!([4]), json!([2]), json!(5.0), json!(1.0), json!(3.0)];
        assert!(sorted.into_iter().eq(expected.map(Into::into)));
    }

    #[test]
    fn columns_that_do_not_fit_are_refused() {
        let sound = json!({
            "name": "loss", "phase": "", "epochs": [0, 1], "steps": [0, 0], "times": [0, 0],
            "numbers": [0.5, "NaN"], "json": [[1, "x"]],
        });
        let read = |series: &serde_json::Value| serde_json::from_value::<Series>(series.clone());
        let series = read(&sound).unwrap();
        assert_eq!(series.get(1).unwrap().value, json!("x").into());
        for (column, content) in [
            ("epochs", json!([0])),
            ("steps", json!([0, 0, 0])),
            ("times", json!([])),
            ("numbers", json!([0.5])),
            ("json", json!([[2, "x"]])),
            ("json", json!([[1, "x"], [0, "y"]])),
            ("json", json!([[1, "x"], [1, "y"]])),
            ("times", json!([0, i64::MAX])),
            ("epochs", json!([0, u64::MAX])),
        ] {
            let mut series = sound.clone();
            series[column] = content;
            assert!(read(&series).is_err(), "{series}");
        }
    }
}
