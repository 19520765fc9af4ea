//! What must be so of an aggregate.

use std::ops::Not;

use jiff::Timestamp;

use super::field::Field;
use super::scalar::{self, Scalar};

/// What must be so of an aggregate that is found.
///
/// Made by the comparisons of a [`Field`], and joined by [`and`](Self::and), [`or`](Self::or) and
/// `!`. A comparison of what is not there is false, also `ne`; so its negation is true.
///
/// # Examples
///
/// ```
/// use tracker_core::query::{argument, metric, tag};
///
/// let good = metric("accuracy").phase("test").max().gt(0.95);
/// let condition = good.and(argument("optimizer", "lr").lt(0.01).or(!tag("tuned").exists()));
/// assert_eq!(
///     condition.to_string(),
///     "metric.accuracy[test].max > 0.95 and (optimizer.lr < 0.01 or not tag.tuned exists)"
/// );
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition(pub(super) Tree);

/// The form of a condition, as a store reads it that answers a query by itself.
///
/// No `All` stands right inside an `All`, no `Any` inside an `Any` and no `Not` inside a `Not`, so
/// that conditions of one text are equal.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Tree {
    /// How a field compares with a value.
    Compare(Field, Comparison, Literal),
    /// Whether a field is there.
    Exists(Field),
    /// Whether all hold.
    All(Vec<Tree>),
    /// Whether one holds, or several.
    Any(Vec<Tree>),
    /// Whether it does not hold.
    Not(Box<Tree>),
}

/// How a field compares with a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// `=`
    Eq,
    /// `!=`
    Ne,
    /// `<`
    Lt,
    /// `<=`
    Le,
    /// `>`
    Gt,
    /// `>=`
    Ge,
    /// `~`: the text has this one in it.
    Contains,
}

impl Comparison {
    pub(super) const ALL: [(&'static str, Self); 7] = [
        ("=", Self::Eq),
        ("!=", Self::Ne),
        ("<", Self::Lt),
        ("<=", Self::Le),
        (">", Self::Gt),
        (">=", Self::Ge),
        ("~", Self::Contains),
    ];
}

impl Condition {
    /// Its form.
    pub fn tree(&self) -> &Tree {
        &self.0
    }

    /// Whether both hold.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        let flat = |node| match node {
            Tree::All(nodes) => nodes,
            node => vec![node],
        };
        Self(Tree::All(joined(flat(self.0), flat(other.0))))
    }

    /// Whether one of them holds, or both.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        let flat = |node| match node {
            Tree::Any(nodes) => nodes,
            node => vec![node],
        };
        Self(Tree::Any(joined(flat(self.0), flat(other.0))))
    }
}

fn joined(mut first: Vec<Tree>, mut second: Vec<Tree>) -> Vec<Tree> {
    first.append(&mut second);
    first
}

/// Whether the condition does not hold.
impl Not for Condition {
    type Output = Self;

    fn not(self) -> Self {
        Self(match self.0 {
            Tree::Not(inner) => *inner,
            node => Tree::Not(Box::new(node)),
        })
    }
}

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
#[derive(Clone, Debug, PartialEq)]
pub struct Literal(pub(super) Scalar<'static>);

impl Eq for Literal {}

impl Literal {
    /// The null of JSON, as an argument may have it. What is missing is not null.
    pub const NULL: Self = Self(Scalar::Null);

    /// The value.
    pub fn scalar(&self) -> &Scalar<'static> {
        &self.0
    }

    /// The literal for a field that is a time.
    pub(super) fn with_time(self) -> Self {
        match &self.0 {
            Scalar::Text(text) => match scalar::time(text) {
                Some(time) => Self(Scalar::Time(time)),
                None => self,
            },
            _ => self,
        }
    }

    /// The literal for a field that is no time.
    pub(super) fn without_time(self) -> Self {
        match self.0 {
            Scalar::Time(time) => time.to_string().into(),
            _ => self,
        }
    }
}

impl From<f64> for Literal {
    fn from(number: f64) -> Self {
        Self(Scalar::Float(number))
    }
}

/// Integers of these types.
macro_rules! from_integers {
    ($($integer:ty)+) => {
        $(impl From<$integer> for Literal {
            fn from(integer: $integer) -> Self {
                Self(Scalar::Integer(integer.into()))
            }
        })+
    };
}
from_integers!(i32 u32 i64 u64 i128);

impl From<bool> for Literal {
    fn from(boolean: bool) -> Self {
        Self(Scalar::Bool(boolean))
    }
}

impl From<&str> for Literal {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}

impl From<String> for Literal {
    fn from(text: String) -> Self {
        Self(Scalar::Text(text.into()))
    }
}

impl From<Timestamp> for Literal {
    fn from(time: Timestamp) -> Self {
        Self(Scalar::Time(time))
    }
}
