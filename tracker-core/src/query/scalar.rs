//! Single values, and how they compare.

use std::borrow::Cow;
use std::cmp::Ordering;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use registry_core::Value;

/// A value that a row holds or a query names.
#[derive(Clone, Debug)]
pub enum Scalar<'a> {
    /// The null of JSON.
    Null,
    /// A boolean.
    Bool(bool),
    /// A whole number.
    Integer(i128),
    /// Any other number.
    Float(f64),
    /// A text.
    Text(Cow<'a, str>),
    /// A time.
    Time(Timestamp),
    /// A list or an object, which equals nothing and has no order.
    Nested,
}

impl Scalar<'_> {
    /// The value of canonical JSON text, whose first byte tells what it is.
    pub fn of(value: &Value) -> Scalar<'static> {
        let text = value.as_str();
        match text.as_bytes().first() {
            Some(b'"') => value
                .to::<String>()
                .map_or(Scalar::Nested, |text| Scalar::Text(text.into())),
            Some(b'n') => Scalar::Null,
            Some(b't' | b'f') => Scalar::Bool(text == "true"),
            _ => Scalar::number(text).unwrap_or(Scalar::Nested),
        }
    }

    /// The number that a text writes: an integer where it has that form, else a float.
    pub(super) fn number(text: &str) -> Option<Scalar<'static>> {
        let integer = text.parse().ok().map(Scalar::Integer);
        integer.or_else(|| text.parse().ok().map(Scalar::Float))
    }

    /// The value as JSON, null for one without a form of its own.
    pub(super) fn kept(&self) -> Option<Value> {
        let value = match self {
            Self::Bool(boolean) => Value::of(boolean),
            Self::Integer(integer) => Value::of(integer),
            Self::Float(float) => Value::of(float),
            Self::Text(text) => Value::of(text),
            Self::Null | Self::Time(_) | Self::Nested => Value::of(&()),
        };
        value.ok()
    }

    /// A number as it is written.
    pub(super) fn written(&self) -> Option<String> {
        let is_number = match self {
            Self::Integer(_) => true,
            Self::Float(float) => float.is_finite(),
            _ => false,
        };
        self.kept()
            .filter(|_| is_number)
            .map(|value| value.as_str().to_owned())
    }

    /// How two values of one type stand to each other; nothing for others, and for NaN.
    pub(super) fn order(&self, other: &Scalar<'_>) -> Option<Ordering> {
        match (self, other) {
            (Scalar::Bool(a), Scalar::Bool(b)) => Some(a.cmp(b)),
            (Scalar::Integer(a), Scalar::Integer(b)) => Some(a.cmp(b)),
            (Scalar::Float(a), Scalar::Float(b)) => a.partial_cmp(b),
            (Scalar::Integer(a), Scalar::Float(b)) => integer_to_float(*a, *b),
            (Scalar::Float(a), Scalar::Integer(b)) => {
                integer_to_float(*b, *a).map(Ordering::reverse)
            }
            (Scalar::Text(a), Scalar::Text(b)) => Some(a.cmp(b)),
            (Scalar::Time(a), Scalar::Time(b)) => Some(a.cmp(b)),
            _ => None,
        }
    }

    /// Whether both are one value: numbers by their size, NaN and null as themselves.
    pub(super) fn equals(&self, other: &Scalar<'_>) -> bool {
        self.order(other) == Some(Ordering::Equal)
            || matches!((self, other), (Scalar::Null, Scalar::Null))
            || self.is_nan() && other.is_nan()
    }

    pub(super) fn is_nan(&self) -> bool {
        matches!(self, Scalar::Float(float) if float.is_nan())
    }
}

/// Equal when nothing can tell them apart, so that a query equals the one read from its text.
impl PartialEq for Scalar<'_> {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Scalar::Float(a), Scalar::Float(b)) => {
                a.to_bits() == b.to_bits() || a.is_nan() && b.is_nan()
            }
            (Scalar::Float(_), _) | (_, Scalar::Float(_)) => false,
            (Scalar::Integer(a), Scalar::Integer(b)) => a == b,
            _ => self.equals(other),
        }
    }
}

/// Exact, where `as f64` would round the integer.
fn integer_to_float(integer: i128, float: f64) -> Option<Ordering> {
    /// 2 to the power of 127, the first float above every `i128`.
    const LIMIT: f64 = 170_141_183_460_469_231_731_687_303_715_884_105_728.0;
    if float.is_nan() {
        None
    } else if float >= LIMIT {
        Some(Ordering::Less)
    } else if float < -LIMIT {
        Some(Ordering::Greater)
    } else {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "it is whole and within range"
        )]
        let whole = float.trunc() as i128;
        let fraction = 0.0.partial_cmp(&float.fract())?;
        Some(integer.cmp(&whole).then(fraction))
    }
}

/// The time that a text writes: RFC 3339, or a date, or a date with a time, both of them UTC.
pub(super) fn time(text: &str) -> Option<Timestamp> {
    let exact = text.parse().ok();
    exact.or_else(|| {
        let civil: DateTime = text.parse().ok()?;
        Some(civil.to_zoned(TimeZone::UTC).ok()?.timestamp())
    })
}

#[cfg(test)]
mod tests {
    use super::{Scalar, time};
    use std::cmp::Ordering;

    fn order(a: &str, b: &str) -> Option<Ordering> {
        Scalar::number(a)?.order(&Scalar::number(b)?)
    }

    #[test]
    fn integers_and_floats_compare_exactly() {
        assert_eq!(order("1", "1.0"), Some(Ordering::Equal));
        assert_eq!(
            order("9007199254740993", "9007199254740992.0"),
            Some(Ordering::Greater)
        );
        assert_eq!(
            order("9007199254740992.0", "9007199254740993"),
            Some(Ordering::Less)
        );
        assert_eq!(order("-1", "-1.5"), Some(Ordering::Greater));
        assert_eq!(order("-2", "-1.5"), Some(Ordering::Less));
        assert_eq!(
            order(&i128::MAX.to_string(), "1.7014118346046923e38"),
            Some(Ordering::Less)
        );
        assert_eq!(
            order(&i128::MIN.to_string(), "-1.7014118346046923e38"),
            Some(Ordering::Equal)
        );
        assert_eq!(order("1", "-inf"), Some(Ordering::Greater));
        assert_eq!(order("1", "nan"), None);
    }

    #[test]
    fn a_date_is_its_first_moment() {
        let midnight = time("2026-01-31T00:00:00Z");
        assert!(midnight.is_some());
        assert_eq!(time("2026-01-31"), midnight);
        assert_eq!(time("2026-01-31T02:00:00+02:00"), midnight);
        assert_eq!(time("2026-01-31T00:00"), midnight);
        assert_eq!(time("yesterday"), None);
        assert_eq!(time("2026-02-30"), None);
    }
}
