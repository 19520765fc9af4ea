//! Points of metrics.

use registry_core::Value;
use tracker_core::{Metric, MetricValue, Timestamp};

use super::Written;
use crate::fields::{DocumentError, Fields};

/// The Python package reads `value` as a float, so any other value has a member of its own.
pub(crate) fn write_metric(metric: &Metric) -> Written {
    let (number, json) = match &metric.value {
        MetricValue::Number(number) => (*number, None),
        MetricValue::Json(json) => (f64::NAN, Some(json.clone())),
    };
    let step = (metric.step != 0).then(|| Value::of(&metric.step));
    Ok(vec![
        ("name", Some(Value::of(&metric.name)?)),
        ("value", Some(Value::of(&number)?)),
        ("phase", Some(Value::of(&metric.phase)?)),
        ("epoch", Some(Value::of(&metric.epoch)?)),
        ("step", step.transpose()?),
        ("time", Some(Value::of(&metric.time.as_microsecond())?)),
        ("json", json),
    ])
}

pub(crate) fn read_metric(fields: &Fields) -> Result<Metric, DocumentError> {
    let value = match fields.get("json") {
        Some(json) => MetricValue::Json(json.clone()),
        None => measured(fields.need("value")?),
    };
    Ok(Metric {
        name: fields.text("name")?,
        value,
        phase: fields.text_or_none("phase")?.unwrap_or_default(),
        epoch: fields.count("epoch")?,
        step: fields.integer_or_0("step")?,
        time: fields.time("time")?.unwrap_or(Timestamp::UNIX_EPOCH),
    })
}

/// A number where an `f64` holds it exactly.
fn measured(value: &Value) -> MetricValue {
    let text = value.as_str();
    let is_number = text.starts_with(|first: char| "-0123456789NI".contains(first));
    let is_integer = text.bytes().all(|byte| matches!(byte, b'-' | b'0'..=b'9'));
    match value.to::<f64>() {
        // Without a fraction, a float is shown with all its digits.
        Ok(number) if is_number && (!is_integer || format!("{number:.0}") == text) => {
            MetricValue::Number(number)
        }
        _ => MetricValue::Json(value.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::measured;
    use registry_core::Value;
    use tracker_core::MetricValue;

    #[test]
    fn a_number_that_no_float_holds_stays_json() {
        for (text, number) in [
            ("3", Some(3.0)),
            ("-7", Some(-7.0)),
            ("1e-05", Some(1e-5)),
            ("-Infinity", Some(f64::NEG_INFINITY)),
            ("9007199254740992", Some(9_007_199_254_740_992.0)),
            ("9007199254740993", None),
            ("1152921504606846976", Some(1_152_921_504_606_846_976.0)),
            ("true", None),
            ("\"0.5\"", None),
            ("null", None),
            (r#"{"$float": "NaN"}"#, None),
        ] {
            let value: Value = text.parse().unwrap();
            let expected = number.map_or_else(|| value.clone().into(), MetricValue::Number);
            assert_eq!(measured(&value), expected, "{text}");
        }
    }
}
