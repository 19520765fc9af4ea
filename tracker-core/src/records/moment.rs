//! When a point was measured: epoch, step and time.

use jiff::Timestamp;

/// A time in whole microseconds since 1970, UTC, within the range of a [`Timestamp`]: what every
/// store keeps of one.
///
/// # Examples
///
/// ```
/// use tracker_core::{Micros, Timestamp};
///
/// let time: Timestamp = "2026-01-31T12:00:00.123456789Z".parse().unwrap();
/// let micros = Micros::from(time);
/// assert_eq!(micros.timestamp().to_string(), "2026-01-31T12:00:00.123456Z");
/// assert_eq!(Micros::new(i64::MAX), None, "no calendar has this year");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Micros(i64);

impl Micros {
    /// The first time there is.
    pub const MIN: Self = Self(-377_705_023_201_000_000);
    /// The last time there is: counted in microseconds, the range ends with the last whole second.
    pub const MAX: Self = Self(253_402_207_200_000_000);

    /// This many microseconds since 1970; `None` outside of the range.
    pub fn new(microseconds: i64) -> Option<Self> {
        let time = Self(microseconds);
        (Self::MIN..=Self::MAX).contains(&time).then_some(time)
    }

    /// The present.
    pub fn now() -> Self {
        Timestamp::now().into()
    }

    /// The microseconds since 1970.
    pub fn get(self) -> i64 {
        self.0
    }

    /// Whether it says when something happened: what has no time, as a run of the Python package
    /// `mltracker`, is kept under one of the first day of 1970.
    ///
    /// ```
    /// use tracker_core::Micros;
    ///
    /// assert!(Micros::now().is_known() && !Micros::default().is_known());
    /// ```
    pub fn is_known(self) -> bool {
        const DAY: i64 = 24 * 60 * 60 * 1_000_000;
        !(0..DAY).contains(&self.0)
    }

    /// The same as a calendar knows it.
    pub fn timestamp(self) -> Timestamp {
        // Nothing outside of the range can be made.
        Timestamp::from_microsecond(self.0).unwrap_or(Timestamp::MAX)
    }
}

/// Rounded down to the microsecond.
impl From<Timestamp> for Micros {
    fn from(time: Timestamp) -> Self {
        let rounded = Self(
            time.as_nanosecond()
                .div_euclid(1_000)
                .try_into()
                .unwrap_or(i64::MAX),
        );
        rounded.clamp(Self::MIN, Self::MAX)
    }
}

/// When a point was measured, by name, so that no number is taken for another.
///
/// # Examples
///
/// ```
/// use tracker_core::{Micros, Moment, Series};
///
/// let mut loss = Series::new("loss", "train");
/// loss.push_number(Moment { epoch: 1, step: 100, time: Micros::now() }, 0.31);
/// assert_eq!(loss.steps(), [100]);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Moment {
    /// The epoch, counted as the aggregate counts; at most `i64::MAX`.
    pub epoch: u64,
    /// The step within the run or the epoch, as the user counts; may be negative.
    pub step: i64,
    /// When it was measured.
    pub time: Micros,
}

/// The present in whole microseconds.
pub(crate) fn now() -> Timestamp {
    Micros::now().timestamp()
}

#[cfg(test)]
mod tests {
    use super::Micros;
    use jiff::Timestamp;

    #[test]
    fn every_time_is_kept_to_the_microsecond() {
        let last_second = Timestamp::from_second(Timestamp::MAX.as_second()).unwrap();
        let time = |nanosecond| Timestamp::from_nanosecond(nanosecond).unwrap();
        for (given, kept) in [
            (Timestamp::MIN, Timestamp::MIN),
            (Timestamp::MAX, last_second),
            (time(1_999), time(1_000)),
            (time(-1), time(-1_000)),
        ] {
            assert_eq!(Micros::from(given).timestamp(), kept, "{given}");
        }
        assert_eq!(Micros::MIN.get(), Timestamp::MIN.as_second() * 1_000_000);
        assert_eq!(Micros::MAX.get(), Timestamp::MAX.as_second() * 1_000_000);
        assert_eq!(Micros::new(Micros::MAX.get() + 1), None);
        assert_eq!(Micros::new(Micros::MIN.get() - 1), None);
    }
}
