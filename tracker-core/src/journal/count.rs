//! How much was added to a journal.

use std::fmt;
use std::ops::{AddAssign, Sub};

/// So many points, and so many other changes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Count {
    pub(super) points: u64,
    pub(super) changes: u64,
}

impl AddAssign for Count {
    fn add_assign(&mut self, other: Self) {
        self.points += other.points;
        self.changes += other.changes;
    }
}

impl Sub for Count {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self {
            points: self.points.saturating_sub(other.points),
            changes: self.changes.saturating_sub(other.changes),
        }
    }
}

/// As in "3 points and 1 change wait".
impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let some = |count, one: &str| match count {
            1 => format!("1 {one}"),
            count => format!("{count} {one}s"),
        };
        let wait = match self.points + self.changes {
            1 => "waits",
            _ => "wait",
        };
        match self {
            Self { points, changes: 0 } => f.write_str(&some(*points, "point"))?,
            Self { points: 0, changes } => f.write_str(&some(*changes, "change"))?,
            Self { points, changes } => write!(
                f,
                "{} and {}",
                some(*points, "point"),
                some(*changes, "change")
            )?,
        }
        write!(f, " {wait}")
    }
}

#[cfg(test)]
mod tests {
    use super::Count;

    #[test]
    fn counts_are_words() {
        for (points, changes, text) in [
            (0, 0, "0 points wait"),
            (1, 0, "1 point waits"),
            (0, 1, "1 change waits"),
            (2, 1, "2 points and 1 change wait"),
        ] {
            assert_eq!(Count { points, changes }.to_string(), text);
        }
    }
}
