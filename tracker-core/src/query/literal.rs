//! Values that a query names.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::scalar::{self, Scalar};
use crate::records::Status;

/// A value that a field is compared with: a number, a text, a boolean, a time or
/// [`NULL`](Self::NULL).
///
/// Numbers compare by their size, also integers with floats, and exactly; texts by their
/// characters; values of different types are unequal, and neither is less. NaN equals NaN.
///
/// # Examples
///
/// ```
/// use tracker_core::query::{Literal, argument, metric};
///
/// let constant = argument("optimizer", "schedule").eq(Literal::NULL);
/// assert_eq!(constant.to_string(), "optimizer.schedule = null");
/// assert_eq!(metric("loss").last().eq(f64::NAN).to_string(), "metric.loss.last = NaN");
/// ```
#[derive(Clone, Debug)]
pub struct Literal {
    scalar: Scalar<'static>,
    /// How many seconds before the query was made its time is, where it was said so.
    ago: Option<u64>,
}

/// Times that were said as `7d ago` are equal whenever each was.
impl PartialEq for Literal {
    fn eq(&self, other: &Self) -> bool {
        match (self.ago, other.ago) {
            (None, None) => self.scalar == other.scalar,
            (a, b) => a == b,
        }
    }
}

impl Eq for Literal {}

impl From<Scalar<'static>> for Literal {
    fn from(scalar: Scalar<'static>) -> Self {
        Self { scalar, ago: None }
    }
}

impl Literal {
    /// The null of JSON, as an argument may have it. What is missing is not null.
    pub const NULL: Self = Self {
        scalar: Scalar::Null,
        ago: None,
    };

    /// The time so long before now, in whole seconds: a query that keeps it stays the same query
    /// when it is made again later.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use tracker_core::query::{Literal, created};
    ///
    /// let week = Duration::from_secs(7 * 86_400);
    /// assert_eq!(created().gt(Literal::ago(week)).to_string(), "created > 7d ago");
    /// ```
    pub fn ago(duration: Duration) -> Self {
        /// Further back than any time.
        const LONGEST: u64 = 30_000 * 365 * 86_400;
        let seconds = duration.as_secs().min(LONGEST);
        let long = i64::try_from(seconds).map(SignedDuration::from_secs);
        let time = long.map(|long| Timestamp::now().saturating_sub(long));
        Self {
            scalar: Scalar::Time(time.ok().and_then(Result::ok).unwrap_or(Timestamp::MIN)),
            ago: Some(seconds),
        }
    }

    /// The value.
    pub fn scalar(&self) -> &Scalar<'static> {
        &self.scalar
    }

    /// How many seconds ago its time is, where it was said so.
    pub(super) fn seconds_ago(&self) -> Option<u64> {
        self.ago
    }

    /// The literal for a field that is a time.
    pub(super) fn with_time(self) -> Self {
        match &self.scalar {
            Scalar::Text(text) => match scalar::time(text) {
                Some(time) => Scalar::Time(time).into(),
                None => self,
            },
            _ => self,
        }
    }

    /// The literal for a field that is no time.
    pub(super) fn without_time(self) -> Self {
        match self.scalar {
            Scalar::Time(time) => time.to_string().into(),
            _ => self,
        }
    }
}

impl From<f64> for Literal {
    fn from(number: f64) -> Self {
        Scalar::Float(number).into()
    }
}

/// Integers of these types.
macro_rules! from_integers {
    ($($integer:ty)+) => {
        $(impl From<$integer> for Literal {
            fn from(integer: $integer) -> Self {
                Scalar::Integer(integer.into()).into()
            }
        })+
    };
}
from_integers!(i32 u32 i64 u64 i128);

impl From<bool> for Literal {
    fn from(boolean: bool) -> Self {
        Scalar::Bool(boolean).into()
    }
}

/// The word for it, as `status` has it.
impl From<Status> for Literal {
    fn from(status: Status) -> Self {
        status.as_str().into()
    }
}

impl From<&str> for Literal {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}

impl From<String> for Literal {
    fn from(text: String) -> Self {
        Scalar::Text(text.into()).into()
    }
}

impl From<Timestamp> for Literal {
    fn from(time: Timestamp) -> Self {
        Scalar::Time(time).into()
    }
}
