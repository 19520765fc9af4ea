//! What must be so of an aggregate.

use std::ops::Not;

use super::field::Field;
use super::literal::Literal;
use super::pattern::Pattern;

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
    /// How a field compares with a value or another field.
    Compare(Field, Comparison, Operand),
    /// Whether a field equals one of these values.
    In(Field, Vec<Literal>),
    /// Whether a field is a text in which the pattern is found.
    Matches(Field, Pattern),
    /// Whether a field is there.
    Exists(Field),
    /// Whether all hold.
    All(Vec<Tree>),
    /// Whether one holds, or several.
    Any(Vec<Tree>),
    /// Whether it does not hold.
    Not(Box<Tree>),
}

/// What a field is compared with.
///
/// # Examples
///
/// ```
/// use tracker_core::query::metric;
///
/// let loss = |phase| metric("loss").phase(phase).last();
/// let overfits = loss("train").lt(0.1).and(loss("train").lt(loss("test")));
/// assert_eq!(
///     overfits.to_string(),
///     "metric.loss[train].last < 0.1 and metric.loss[train].last < metric.loss[test].last"
/// );
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Operand {
    /// A value.
    Value(Literal),
    /// What the same aggregate has there; where it has nothing, the comparison is false.
    Field(Field),
}

impl<L: Into<Literal>> From<L> for Operand {
    fn from(value: L) -> Self {
        Self::Value(value.into())
    }
}

impl From<Field> for Operand {
    fn from(field: Field) -> Self {
        Self::Field(field)
    }
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
}

impl Comparison {
    pub(super) const ALL: [(&'static str, Self); 6] = [
        ("=", Self::Eq),
        ("!=", Self::Ne),
        ("<", Self::Lt),
        ("<=", Self::Le),
        (">", Self::Gt),
        (">=", Self::Ge),
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
