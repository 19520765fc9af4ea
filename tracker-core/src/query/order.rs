//! What items are ordered by, and how two of them compare.

use std::cmp::Ordering;

use registry_core::Value;

use super::field::Order;
use super::scalar::Scalar;

/// A value as something to order by: nothing for what stands last in both directions, which is what
/// is missing, null, NaN, a list or an object.
#[derive(Clone, Debug)]
pub struct Key<'a>(pub(super) Option<Scalar<'a>>);

impl<'a> Key<'a> {
    /// The key of a value.
    pub fn of(value: Scalar<'a>) -> Self {
        Self(match value {
            Scalar::Null | Scalar::Nested => None,
            // A cursor holds it as a number.
            Scalar::Time(time) => Some(Scalar::Integer(time.as_microsecond().into())),
            value => Some(value).filter(|value| !value.is_nan()),
        })
    }

    /// The value; `None` for what stands last.
    pub fn value(&self) -> Option<&Scalar<'a>> {
        self.0.as_ref()
    }

    /// The key as a cursor keeps it; null for what stands last.
    pub(super) fn kept(&self) -> Value {
        let value = self.0.as_ref().and_then(Scalar::kept);
        value.unwrap_or_else(|| Value::from(serde_json::Value::Null))
    }

    /// What comes first when this is ordered by.
    fn compare(&self, other: &Key<'_>, descending: bool) -> Ordering {
        match (&self.0, &other.0) {
            (Some(a), Some(b)) => {
                let ascending = match (a, b) {
                    // As databases do that keep floats as integers: `-0.0` before `0.0`.
                    (Scalar::Float(a), Scalar::Float(b)) => a.total_cmp(b),
                    (a, b) => a.order(b).unwrap_or_else(|| rank(a).cmp(&rank(b))),
                };
                if descending {
                    ascending.reverse()
                } else {
                    ascending
                }
            }
            (a, b) => a.is_none().cmp(&b.is_none()),
        }
    }
}

/// Numbers stand before texts, and texts before booleans.
fn rank(value: &Scalar<'_>) -> u8 {
    match value {
        Scalar::Text(_) => 1,
        Scalar::Bool(_) => 2,
        _ => 0,
    }
}

/// What comes first by these fields, of which each item has a key.
pub(super) fn compare(orders: &[Order], a: &[Key<'_>], b: &[Key<'_>]) -> Ordering {
    let fields = orders.iter().zip(a).zip(b);
    let mut compared = fields.map(|((order, a), b)| a.compare(b, order.descending));
    compared
        .find(|order| order.is_ne())
        .unwrap_or(Ordering::Equal)
}
