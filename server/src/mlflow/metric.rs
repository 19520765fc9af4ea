//! A metric as MLflow has it, and the series that it belongs to.

use serde::{Serialize, Serializer};
use tracker_core::ports::Row;
use tracker_core::{Metric as Point, Series, Summary};

/// A float: a number, or a text where JSON has no number for it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Number(pub(super) f64);

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            number if number.is_nan() => serializer.serialize_str("NaN"),
            f64::INFINITY => serializer.serialize_str("Infinity"),
            f64::NEG_INFINITY => serializer.serialize_str("-Infinity"),
            number => serializer.serialize_f64(number),
        }
    }
}

/// A point of a metric.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Metric<'k> {
    pub(super) key: &'k str,
    pub(super) value: Number,
    pub(super) timestamp: i64,
    pub(super) step: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) run_id: Option<&'k str>,
}

/// What a series is called: its name, behind its phase where it has one.
pub(super) fn key(name: &str, phase: &str) -> String {
    if phase.is_empty() {
        name.to_owned()
    } else {
        format!("{phase}/{name}")
    }
}

/// The series that a key may be of, by name and phase: as MLflow writes them, and as Entia does.
pub(super) fn series(key: &str) -> Vec<(String, String)> {
    let mut series = vec![(key.to_owned(), String::new())];
    if let Some((phase, name)) = key.split_once('/') {
        series.push((name.to_owned(), phase.to_owned()));
    }
    series
}

/// Microseconds as milliseconds. A point that was put a microsecond before another is of the same
/// millisecond, see `seen.rs`.
pub(super) fn milliseconds(micros: i64) -> i64 {
    micros.saturating_add(500).div_euclid(1_000)
}

/// What tells a point from another in the set of a metric, and puts it before or behind: its step,
/// time and value. NaN stands before all numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Place {
    pub(super) step: i64,
    pub(super) time: i64,
    value: i64,
}

impl Place {
    pub(super) fn new(step: i64, time: i64, value: f64) -> Self {
        let bits = value.to_bits().cast_signed();
        // As `total_cmp` has it, for whole numbers.
        let ordered = bits ^ ((bits >> 63).cast_unsigned() >> 1).cast_signed();
        Self {
            step,
            time,
            value: if value.is_nan() { i64::MIN } else { ordered },
        }
    }

    /// The last that is of this step and time.
    pub(super) fn end(self) -> Self {
        Self {
            value: i64::MAX,
            ..self
        }
    }

    pub(super) fn value(self) -> f64 {
        if self.value == i64::MIN {
            return f64::NAN;
        }
        let bits = self.value ^ ((self.value >> 63).cast_unsigned() >> 1).cast_signed();
        f64::from_bits(bits.cast_unsigned())
    }

    /// As a history has them: by time, then by step and value.
    pub(super) fn in_history(self) -> (i64, i64, i64) {
        (self.time, self.step, self.value)
    }

    fn of(point: &Point, epochs: bool) -> Option<Self> {
        let step = if epochs {
            point.epoch.cast_signed()
        } else {
            point.step
        };
        let time = milliseconds(point.moment().time.get());
        Some(Self::new(step, time, point.value.number()?))
    }
}

/// The numbers of a series, each once. One without steps shows its epochs.
pub(super) fn places(series: &Series) -> Vec<Place> {
    let epochs = series.steps().iter().all(|step| *step == 0);
    let mut json = series.json().iter().map(|(index, _)| *index).peekable();
    let mut places = Vec::with_capacity(series.len());
    for (index, number) in series.numbers().iter().enumerate() {
        if json.next_if_eq(&index).is_some() {
            continue;
        }
        let step = if epochs {
            series.epochs()[index].cast_signed()
        } else {
            series.steps()[index]
        };
        let time = milliseconds(series.times()[index]);
        places.push(Place::new(step, time, *number));
    }
    places
}

/// The latest point of each metric of a run, by the key, where it is a number.
pub(super) fn latest(row: &Row) -> Vec<(String, Place)> {
    let mut latest: Vec<(String, Place)> = Vec::with_capacity(row.summaries.len());
    for summary in &row.summaries {
        if let Some(place) = last(summary) {
            latest.push((key(summary.name(), summary.phase()), place));
        }
    }
    latest.sort_unstable();
    // What two series have under one key is the later one's.
    latest.reverse();
    latest.dedup_by(|a, b| a.0 == b.0);
    latest.reverse();
    latest
}

fn last(summary: &Summary) -> Option<Place> {
    let epochs = summary.first.step == 0 && summary.last.step == 0;
    Place::of(&summary.last, epochs)
}

impl<'k> Metric<'k> {
    pub(super) fn new(key: &'k str, place: Place, run_id: Option<&'k str>) -> Self {
        Self {
            key,
            value: Number(place.value()),
            timestamp: place.time,
            step: place.step,
            run_id,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Place, key, milliseconds, series};

    #[test]
    fn places_keep_the_bits_and_order_as_numbers_do() {
        let numbers = [
            f64::NEG_INFINITY,
            -1e308,
            -5e-324,
            -0.0,
            0.0,
            5e-324,
            0.1 + 0.2,
            1e308,
            f64::INFINITY,
        ];
        let places = numbers.map(|number| Place::new(-3, 7, number));
        for (place, number) in places.iter().zip(numbers) {
            assert_eq!(place.value().to_bits(), number.to_bits());
        }
        assert!(places.is_sorted());
        assert!(Place::new(-3, 7, f64::NAN) < places[0] && places[8] < places[8].end());
        assert!(Place::new(-3, 7, f64::NAN).value().is_nan());
    }

    #[test]
    fn a_phase_stands_before_its_name() {
        let text = |pairs: &[(&str, &str)]| -> Vec<(String, String)> {
            let pairs = pairs.iter();
            pairs
                .map(|(a, b)| ((*a).to_owned(), (*b).to_owned()))
                .collect()
        };
        assert_eq!(key("loss", "train"), "train/loss");
        assert_eq!(
            series("train/loss"),
            text(&[("train/loss", ""), ("loss", "train")])
        );
        assert_eq!(series("loss"), text(&[("loss", "")]));
    }

    #[test]
    fn a_microsecond_before_is_the_same_millisecond() {
        assert_eq!(milliseconds(5_000), 5);
        assert_eq!(milliseconds(4_999), 5);
        assert_eq!(milliseconds(-1), 0);
        assert_eq!(milliseconds(-1_001), -1);
    }
}
