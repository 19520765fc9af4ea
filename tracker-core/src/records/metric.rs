//! One measured point.

use std::borrow::Cow;

use jiff::Timestamp;
use registry_core::Value;
use serde::de::Error as _;
use serde::ser::SerializeStruct;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::identity;
use super::moment::{Micros, Moment, now};
use super::number::Number;
use crate::error::{Error, Result};
use crate::names::{check, check_form};

/// A value that was measured: a number, or any JSON value, such as a confusion matrix.
///
/// # Examples
///
/// ```
/// use serde_json::json;
/// use tracker_core::MetricValue;
///
/// assert_eq!(MetricValue::from(0.31).number(), Some(0.31));
/// assert_eq!(MetricValue::from(json!([[5, 1], [0, 7]])).number(), None);
/// assert_eq!(MetricValue::from(json!(0.31)), MetricValue::Number(0.31));
/// ```
#[derive(Clone, Debug)]
pub enum MetricValue {
    /// A number, kept to the bit; infinities and NaN too.
    Number(f64),
    /// Anything else that JSON can hold.
    Json(Value),
}

impl MetricValue {
    /// The number, where it is one.
    pub fn number(&self) -> Option<f64> {
        match self {
            Self::Number(number) => Some(*number),
            Self::Json(_) => None,
        }
    }
}

/// Equal when nothing can tell them apart: NaN equals NaN, and `-0.0` is not `0.0`.
impl PartialEq for MetricValue {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Number(a), Self::Number(b)) => {
                a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan())
            }
            (Self::Json(a), Self::Json(b)) => a == b,
            _ => false,
        }
    }
}

/// As the value of a [`Metric`]: `{"value": 0.31}`, or `{"json": [[5, 1]]}` for what is no number.
impl Serialize for MetricValue {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut form = serializer.serialize_struct("MetricValue", 1)?;
        match self {
            Self::Number(number) => form.serialize_field("value", &Number(*number))?,
            Self::Json(json) => form.serialize_field("json", json)?,
        }
        form.end()
    }
}

impl From<f64> for MetricValue {
    fn from(number: f64) -> Self {
        Self::Number(number)
    }
}

/// The `f64` of the same value.
impl From<f32> for MetricValue {
    fn from(number: f32) -> Self {
        Self::Number(f64::from(number))
    }
}

impl From<i32> for MetricValue {
    fn from(number: i32) -> Self {
        Self::Number(f64::from(number))
    }
}

impl From<u32> for MetricValue {
    fn from(number: u32) -> Self {
        Self::Number(f64::from(number))
    }
}

/// A JSON number that an `f64` holds exactly becomes a number.
impl From<serde_json::Value> for MetricValue {
    fn from(json: serde_json::Value) -> Self {
        match exact(&json) {
            Some(number) => Self::Number(number),
            None => Self::Json(json.into()),
        }
    }
}

impl From<Value> for MetricValue {
    fn from(json: Value) -> Self {
        Self::Json(json)
    }
}

fn exact(json: &serde_json::Value) -> Option<f64> {
    /// Below this every integer has an `f64` of its own.
    const EXACT: u64 = 1 << f64::MANTISSA_DIGITS;
    match json.as_i64() {
        Some(integer) if integer.unsigned_abs() > EXACT => None,
        None if json.is_u64() => None,
        _ => json.as_f64(),
    }
}

/// The phase of the figures of the machine, which say nothing of the training.
pub(crate) const SYSTEM: &str = "system";

/// A point of a series: what was measured, in which phase, and when.
///
/// # Examples
///
/// ```
/// use tracker_core::Metric;
///
/// let metric = Metric::new("loss", 0.31).phase("train").epoch(2).step(120);
/// assert_eq!((metric.name.as_str(), metric.epoch, metric.step), ("loss", 2, 120));
/// ```
///
/// As JSON it has its number under `value`, or any other value under `json`:
///
/// ```
/// # use tracker_core::{Metric, Timestamp};
/// let metric = Metric::new("loss", f64::NAN).phase("train").time(Timestamp::UNIX_EPOCH);
/// assert_eq!(
///     serde_json::to_string(&metric).unwrap(),
///     r#"{"name":"loss","phase":"train","epoch":0,"step":0,"time":"1970-01-01T00:00:00Z","value":"NaN"}"#
/// );
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Metric {
    /// What was measured, as `loss`.
    pub name: String,
    /// The value.
    pub value: MetricValue,
    /// The phase, as `train` or `test`; empty for none.
    pub phase: String,
    /// The epoch, counted as the aggregate counts; 0 unless said.
    pub epoch: u64,
    /// The step within the run or the epoch, as the user counts; may be negative; 0 unless said.
    pub step: i64,
    /// When it was measured, UTC, kept to the microsecond; the present unless said.
    pub time: Timestamp,
}

impl Metric {
    /// A point measured now, in no phase, at epoch 0 and step 0.
    pub fn new(name: impl Into<String>, value: impl Into<MetricValue>) -> Self {
        Self {
            name: name.into(),
            value: value.into(),
            phase: String::new(),
            epoch: 0,
            step: 0,
            time: Timestamp::now(),
        }
    }

    /// Sets the phase, as `train` or `test`.
    #[must_use]
    pub fn phase(mut self, phase: impl Into<String>) -> Self {
        self.phase = phase.into();
        self
    }

    /// Sets the epoch.
    #[must_use]
    pub fn epoch(mut self, epoch: u64) -> Self {
        self.epoch = epoch;
        self
    }

    /// Sets the step.
    #[must_use]
    pub fn step(mut self, step: i64) -> Self {
        self.step = step;
        self
    }

    /// Sets the time it was measured.
    #[must_use]
    pub fn time(mut self, time: Timestamp) -> Self {
        self.time = time;
        self
    }

    /// When it was measured, as every store keeps it.
    pub fn moment(&self) -> Moment {
        Moment {
            epoch: self.epoch,
            step: self.step,
            time: Micros::from(self.time),
        }
    }

    /// Why no store can keep the point, where that is so.
    pub(crate) fn check(&self) -> Result<()> {
        check("name", &self.name, "a metric")?;
        check_form(&self.phase, "a phase")?;
        check_count("epoch", self.epoch, || {
            format!("the metric `{}`", self.name)
        })?;
        if let MetricValue::Json(json) = &self.value {
            identity::check_json(json, || format!("the metric `{}`", self.name))?;
        }
        Ok(())
    }
}

/// A point as serde has it.
#[derive(Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename = "Metric")]
struct Form<'a> {
    #[serde(borrow)]
    name: Cow<'a, str>,
    #[serde(borrow, default)]
    phase: Cow<'a, str>,
    #[serde(default)]
    epoch: u64,
    #[serde(default)]
    step: i64,
    #[serde(default = "now")]
    time: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    value: Option<Number>,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "there"
    )]
    json: Option<Cow<'a, Value>>,
}

/// A value that is there, which may be null.
fn there<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Cow<'static, Value>>, D::Error> {
    Value::deserialize(deserializer).map(|value| Some(Cow::Owned(value)))
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Metric {
    fn schema_name() -> Cow<'static, str> {
        "Metric".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        <Form<'static>>::json_schema(generator)
    }
}

impl Serialize for Metric {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (value, json) = match &self.value {
            MetricValue::Number(number) => (Some(Number(*number)), None),
            MetricValue::Json(json) => (None, Some(Cow::Borrowed(json))),
        };
        Form {
            name: Cow::Borrowed(&self.name),
            phase: Cow::Borrowed(&self.phase),
            epoch: self.epoch,
            step: self.step,
            time: self.time,
            value,
            json,
        }
        .serialize(serializer)
    }
}

/// Refuses a point without a value, or with two.
impl<'de> Deserialize<'de> for Metric {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let form = Form::deserialize(deserializer)?;
        let value = match (form.value, form.json) {
            (Some(Number(number)), None) => MetricValue::Number(number),
            (None, Some(json)) => MetricValue::Json(json.into_owned()),
            _ => return Err(D::Error::custom("a point has either `value` or `json`")),
        };
        Ok(Self {
            name: form.name.into_owned(),
            phase: form.phase.into_owned(),
            value,
            epoch: form.epoch,
            step: form.step,
            time: form.time,
        })
    }
}

/// Databases count with a sign, so the upper half of `u64` is refused, the same for every store.
pub(crate) fn check_count(
    what: &'static str,
    value: u64,
    place: impl FnOnce() -> String,
) -> Result<()> {
    match i64::try_from(value) {
        Ok(_) => Ok(()),
        Err(_) => Err(Error::TooLarge {
            what,
            value,
            place: place(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::{Metric, MetricValue};
    use serde_json::json;

    #[test]
    fn equality_is_exact() {
        assert_eq!(MetricValue::from(f64::NAN), MetricValue::from(-f64::NAN));
        assert_ne!(MetricValue::from(0.0), MetricValue::from(-0.0));
    }

    #[test]
    fn null_is_a_value() {
        let point = Metric::new("loss", json!(null));
        let text = serde_json::to_string(&point).unwrap();
        assert_eq!(serde_json::from_str::<Metric>(&text).unwrap(), point);
        let empty = text.replace(r#","json":null"#, "");
        assert!(serde_json::from_str::<Metric>(&empty).is_err(), "{empty}");
    }

    #[test]
    fn a_json_integer_that_no_float_holds_stays_json() {
        let limit = 1_u64 << 53;
        assert_eq!(
            MetricValue::from(json!(limit)).number(),
            Some(9_007_199_254_740_992.0)
        );
        for integer in [json!(limit + 1), json!(u64::MAX), json!(i64::MIN + 1)] {
            assert_eq!(MetricValue::from(integer).number(), None);
        }
    }

    #[test]
    fn a_point_without_a_name_or_beyond_the_range_is_refused() {
        assert!(Metric::new("", 1.0).check().is_err());
        assert!(Metric::new("loss", 1.0).epoch(u64::MAX).check().is_err());
        assert!(
            Metric::new("loss", 1.0)
                .epoch((1 << 63) - 1)
                .check()
                .is_ok()
        );
        assert!(Metric::new("loss", 1.0).step(i64::MIN).check().is_ok());
    }
}
