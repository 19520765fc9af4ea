//! The history of a metric as columns.

use jiff::Timestamp;
use registry_core::Value;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::metric::{Metric, MetricValue};
use crate::number;

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
#[serde(remote = "Self")] // `deserialize` below checks what was read
pub struct Series {
    name: String,
    phase: String,
    epochs: Vec<u64>,
    steps: Vec<u64>,
    times: Vec<i64>,
    #[serde(with = "number")]
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
    pub fn steps(&self) -> &[u64] {
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
        let value = match self.json.binary_search_by_key(&index, |(at, _)| *at) {
            Ok(found) => MetricValue::Json(self.json[found].1.clone()),
            Err(_) => MetricValue::Number(number),
        };
        let time = Timestamp::from_microsecond(self.times[index]).ok()?;
        Some(Metric {
            name: self.name.clone(),
            phase: self.phase.clone(),
            value,
            epoch: self.epochs[index],
            step: self.steps[index],
            time,
        })
    }

    /// Each point in order.
    pub fn iter(&self) -> impl Iterator<Item = Metric> + '_ {
        (0..self.len()).filter_map(|index| self.get(index))
    }

    /// Appends the epoch, step, time and value of a point; its name and phase are those of the
    /// series.
    pub fn push(&mut self, metric: &Metric) {
        let time = metric.microseconds();
        match &metric.value {
            MetricValue::Number(number) => {
                self.push_number(metric.epoch, metric.step, time, *number);
            }
            MetricValue::Json(json) => {
                self.push_json(metric.epoch, metric.step, time, json.clone());
            }
        }
    }

    /// Appends a point whose value is a number.
    pub fn push_number(&mut self, epoch: u64, step: u64, microseconds: i64, number: f64) {
        self.epochs.push(epoch);
        self.steps.push(step);
        self.times.push(microseconds);
        self.numbers.push(number);
    }

    /// Appends a point whose value is JSON.
    pub(crate) fn push_json(&mut self, epoch: u64, step: u64, microseconds: i64, json: Value) {
        self.push_number(epoch, step, microseconds, f64::NAN);
        self.set_last_json(self.len() - 1, json);
    }

    /// Makes room for this many more points.
    pub(crate) fn reserve(&mut self, points: usize) {
        self.epochs.reserve(points);
        self.steps.reserve(points);
        self.times.reserve(points);
        self.numbers.reserve(points);
    }

    /// Gives the point at `index` a JSON value for its NaN; no later point may have one.
    pub(crate) fn set_last_json(&mut self, index: usize, json: Value) {
        self.json.push((index, json));
    }

    /// Appends the points of another series.
    pub(crate) fn append(&mut self, other: &Self) {
        let before = self.len();
        self.epochs.extend_from_slice(&other.epochs);
        self.steps.extend_from_slice(&other.steps);
        self.times.extend_from_slice(&other.times);
        self.numbers.extend_from_slice(&other.numbers);
        let json = other.json.iter();
        self.json
            .extend(json.map(|(index, value)| (before + index, value.clone())));
    }

    /// Appends points to be filled in: their epochs, steps, times and numbers.
    pub(crate) fn grow(&mut self, by: usize) -> (&mut [u64], &mut [u64], &mut [i64], &mut [f64]) {
        let before = self.len();
        self.epochs.resize(before + by, 0);
        self.steps.resize(before + by, 0);
        self.times.resize(before + by, 0);
        self.numbers.resize(before + by, 0.0);
        (
            &mut self.epochs[before..],
            &mut self.steps[before..],
            &mut self.times[before..],
            &mut self.numbers[before..],
        )
    }

    /// Brings the points into the order of a history: by epoch, step and, as they stand now,
    /// arrival.
    pub fn sort(&mut self) {
        let at = |index: usize| (self.epochs[index], self.steps[index]);
        if (1..self.len()).all(|index| at(index - 1) <= at(index)) {
            return;
        }
        let mut order: Vec<usize> = (0..self.len()).collect();
        order.sort_by_key(|index| at(*index));
        let json = order.iter().enumerate().filter_map(|(place, index)| {
            let found = self.json.binary_search_by_key(index, |(at, _)| *at).ok()?;
            Some((place, self.json[found].1.clone()))
        });
        self.json = json.collect();
        arrange(&mut self.epochs, &order);
        arrange(&mut self.steps, &order);
        arrange(&mut self.times, &order);
        arrange(&mut self.numbers, &order);
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
        let series = Self::deserialize(deserializer)?;
        let len = series.len();
        if [series.epochs.len(), series.steps.len(), series.times.len()] != [len; 3] {
            return Err(D::Error::custom("the columns differ in length"));
        }
        if !series.json.is_sorted_by(|a, b| a.0 < b.0) {
            return Err(D::Error::custom("the JSON values are not in order"));
        }
        if series.json.last().is_some_and(|(index, _)| *index >= len) {
            return Err(D::Error::custom("a JSON value has no point"));
        }
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
    use crate::metric::Metric;
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
            "numbers": [0.5, {"$float": "NaN"}], "json": [[1, "x"]],
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
        ] {
            let mut series = sound.clone();
            series[column] = content;
            assert!(read(&series).is_err(), "{series}");
        }
    }
}
