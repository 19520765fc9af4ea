//! Means of the last values of series.

use serde::{Deserialize, Serialize};

use super::number;
use super::series::Series;

/// The mean of the last numbers of a series.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Mean {
    /// The series.
    #[serde(flatten)]
    pub of: MeanOf,
    /// The mean, NaN where one of them is; nothing where none of the points is a number.
    #[serde(with = "number::option")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<number::Number>"))]
    pub value: Option<f64>,
}

/// Of how many numbers of a series a mean is wanted.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct MeanOf {
    /// The name of the metric.
    pub name: String,
    /// The phase; empty for none.
    pub phase: String,
    /// Of so many of the last numbers, or of all where there are fewer.
    pub last: u32,
}

impl MeanOf {
    /// The mean of a series whose points are in order.
    pub(crate) fn take(&self, series: &Series) -> Option<f64> {
        let mut json = series.json().iter().rev().peekable();
        let numbers = series.numbers().iter().enumerate().rev();
        let numbers = numbers.filter(|(index, _)| json.next_if(|json| json.0 == *index).is_none());
        let (mut sum, mut count) = (0.0, 0_u32);
        for (_, number) in numbers.take(self.last as usize) {
            sum += number;
            count += 1;
        }
        (count > 0).then(|| sum / f64::from(count))
    }
}

#[cfg(test)]
mod tests {
    use super::MeanOf;
    use crate::records::{Moment, Series};

    #[test]
    fn what_is_no_number_is_passed_over() {
        let mean = |series: &Series, last| {
            let (name, phase) = (String::new(), String::new());
            MeanOf { name, phase, last }.take(series)
        };
        let mut series = Series::new("loss", "");
        assert_eq!(mean(&series, 3), None);
        let at = Moment::default();
        series.push_json(at, serde_json::json!([1]).into());
        assert_eq!(mean(&series, 3), None);
        for number in [9.0, 1.0] {
            series.push_number(at, number);
        }
        series.push_json(at, serde_json::json!("x").into());
        series.push_number(at, 2.0);
        assert_eq!(mean(&series, 2), Some(1.5));
        assert_eq!(mean(&series, 9), Some(4.0));
        assert_eq!(mean(&series, 0), None);
    }
}
