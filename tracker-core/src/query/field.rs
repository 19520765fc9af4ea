//! What a query looks at.

use std::str::FromStr;

use super::condition::{Comparison, Condition, Literal, Node};
use super::parse::Parser;
use crate::error::{Error, Result};

/// Something that an aggregate may have: a metric, an argument, a tag.
///
/// Made by [`metric`], [`argument`] and the other functions of this module, or read from the text
/// that `Display` writes.
///
/// # Examples
///
/// ```
/// use tracker_core::query::{Field, argument};
///
/// let field = argument("model", "layers.0.size");
/// assert_eq!(field.to_string(), "model.layers.0.size");
/// assert_eq!("model.layers.0.size".parse::<Field>()?, field);
/// # Ok::<(), tracker_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field(pub(super) Place);

/// Where the value of a field stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Metric {
        name: String,
        phase: String,
        statistic: Statistic,
    },
    Argument {
        kind: String,
        path: Vec<String>,
    },
    Name(String),
    Hash(String),
    Tag(String),
    Notes,
    Id,
    Epoch,
    Created,
}

/// A part of a summary.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Statistic {
    First,
    Last,
    Min,
    Max,
    Count,
}

impl Statistic {
    pub(super) const ALL: [(&'static str, Self); 5] = [
        ("first", Self::First),
        ("last", Self::Last),
        ("min", Self::Min),
        ("max", Self::Max),
        ("count", Self::Count),
    ];
}

/// A series of a metric, of which a query can ask a part; made by [`metric`].
///
/// # Examples
///
/// ```
/// use tracker_core::query::metric;
///
/// let best = metric("accuracy").phase("test").max();
/// assert_eq!(best.to_string(), "metric.accuracy[test].max");
/// assert_eq!(metric("loss").last().to_string(), "metric.loss.last");
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct MetricField {
    name: String,
    phase: String,
}

/// The metric of this name, without a phase unless one is given.
///
/// # Examples
///
/// ```
/// use tracker_core::Query;
/// use tracker_core::query::metric;
///
/// let query = Query::new().filter(metric("loss").phase("test").last().lt(0.1));
/// assert_eq!(query.to_string(), "metric.loss[test].last < 0.1");
/// ```
pub fn metric(name: impl Into<String>) -> MetricField {
    MetricField {
        name: name.into(),
        phase: String::new(),
    }
}

impl MetricField {
    /// Sets the phase.
    pub fn phase(mut self, phase: impl Into<String>) -> Self {
        self.phase = phase.into();
        self
    }

    /// The value of the first point, by epoch, step and arrival.
    pub fn first(self) -> Field {
        self.field(Statistic::First)
    }

    /// The value of the last point, by epoch, step and arrival.
    pub fn last(self) -> Field {
        self.field(Statistic::Last)
    }

    /// The smallest number.
    pub fn min(self) -> Field {
        self.field(Statistic::Min)
    }

    /// The largest number.
    pub fn max(self) -> Field {
        self.field(Statistic::Max)
    }

    /// The number of points.
    pub fn count(self) -> Field {
        self.field(Statistic::Count)
    }

    fn field(self, statistic: Statistic) -> Field {
        Field(Place::Metric {
            name: self.name,
            phase: self.phase,
            statistic,
        })
    }
}

/// An argument of the newest module of a kind. Dots lead into objects, and into lists by index,
/// from 0; defaults that identity leaves out are there too.
///
/// A name with a dot of its own is written as text: `r#"model."odd.name""#.parse::<Field>()`.
///
/// # Examples
///
/// ```
/// use tracker_core::query::argument;
///
/// assert_eq!(argument("optimizer", "betas.0").lt(0.9).to_string(), "optimizer.betas.0 < 0.9");
/// ```
pub fn argument(kind: impl Into<String>, path: &str) -> Field {
    Field(Place::Argument {
        kind: kind.into(),
        path: path.split('.').map(str::to_owned).collect(),
    })
}

/// The name of the newest module of a kind.
///
/// # Examples
///
/// ```
/// use tracker_core::query::name;
///
/// assert_eq!(name("model").eq("MLP").to_string(), r#"model = "MLP""#);
/// ```
pub fn name(kind: impl Into<String>) -> Field {
    Field(Place::Name(kind.into()))
}

/// The hash of the newest module of a kind.
///
/// # Examples
///
/// ```
/// use tracker_core::query::hash;
///
/// assert_eq!(hash("dataset").eq("c0ffee").to_string(), r#"hash.dataset = "c0ffee""#);
/// ```
pub fn hash(kind: impl Into<String>) -> Field {
    Field(Place::Hash(kind.into()))
}

/// The value of a tag, a text.
///
/// # Examples
///
/// ```
/// use tracker_core::query::tag;
///
/// assert_eq!((!tag("stage").eq("broken")).to_string(), r#"not tag.stage = "broken""#);
/// assert_eq!(tag("best").exists().to_string(), "tag.best exists");
/// ```
pub fn tag(name: impl Into<String>) -> Field {
    Field(Place::Tag(name.into()))
}

/// The notes, where there are any.
///
/// # Examples
///
/// ```
/// use tracker_core::query::notes;
///
/// assert_eq!(notes().contains("diverged").to_string(), r#"notes ~ "diverged""#);
/// ```
pub fn notes() -> Field {
    Field(Place::Notes)
}

/// The id.
///
/// # Examples
///
/// ```
/// use tracker_core::query::id;
///
/// assert_eq!(id().eq("seed-1").to_string(), r#"id = "seed-1""#);
/// ```
pub fn id() -> Field {
    Field(Place::Id)
}

/// The epoch.
///
/// # Examples
///
/// ```
/// use tracker_core::query::epoch;
///
/// assert_eq!(epoch().ge(10).to_string(), "epoch >= 10");
/// ```
pub fn epoch() -> Field {
    Field(Place::Epoch)
}

/// When it was created. It compares with a [`Timestamp`](crate::Timestamp), and with a text that
/// has the form of RFC 3339 or is a date, which is its first moment in UTC; any other text is no
/// time, and equals none.
///
/// # Examples
///
/// ```
/// use tracker_core::query::created;
///
/// let query = created().ge("2026-01-31");
/// assert_eq!(query.to_string(), r#"created >= "2026-01-31T00:00:00Z""#);
/// ```
pub fn created() -> Field {
    Field(Place::Created)
}

impl Field {
    /// Whether it equals a value.
    pub fn eq(self, value: impl Into<Literal>) -> Condition {
        self.compare(Comparison::Eq, value.into())
    }

    /// Whether it is there and differs from a value.
    pub fn ne(self, value: impl Into<Literal>) -> Condition {
        self.compare(Comparison::Ne, value.into())
    }

    /// Whether it is less than a value.
    pub fn lt(self, value: impl Into<Literal>) -> Condition {
        self.compare(Comparison::Lt, value.into())
    }

    /// Whether it is less than a value or equal to it.
    pub fn le(self, value: impl Into<Literal>) -> Condition {
        self.compare(Comparison::Le, value.into())
    }

    /// Whether it is greater than a value.
    pub fn gt(self, value: impl Into<Literal>) -> Condition {
        self.compare(Comparison::Gt, value.into())
    }

    /// Whether it is greater than a value or equal to it.
    pub fn ge(self, value: impl Into<Literal>) -> Condition {
        self.compare(Comparison::Ge, value.into())
    }

    /// Whether it is a text that has this one in it.
    pub fn contains(self, text: impl Into<String>) -> Condition {
        self.compare(Comparison::Contains, text.into().into())
    }

    /// Whether it is there.
    pub fn exists(self) -> Condition {
        Condition(Node::Exists(self))
    }

    /// The order from the least to the greatest.
    pub fn asc(self) -> Order {
        Order {
            field: self,
            descending: false,
        }
    }

    /// The order from the greatest to the least.
    pub fn desc(self) -> Order {
        Order {
            field: self,
            descending: true,
        }
    }

    pub(super) fn compare(self, comparison: Comparison, literal: Literal) -> Condition {
        let created = self.0 == Place::Created && comparison != Comparison::Contains;
        let literal = if created {
            literal.with_time()
        } else {
            literal.without_time()
        };
        Condition(Node::Compare(self, comparison, literal))
    }
}

impl FromStr for Field {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        Parser::new(text).whole(Parser::field)
    }
}

/// A field to order by, and the direction.
///
/// What is missing, NaN, null, a list or an object stands last in both directions. Numbers stand
/// before texts, and texts before booleans.
///
/// # Examples
///
/// ```
/// use tracker_core::Query;
/// use tracker_core::query::{epoch, metric};
///
/// let query = Query::new().order_by(metric("loss").min().asc()).order_by(epoch().desc());
/// assert_eq!(query.to_string(), "order by metric.loss.min, epoch desc");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    pub(super) field: Field,
    pub(super) descending: bool,
}

/// Ascending.
impl From<Field> for Order {
    fn from(field: Field) -> Self {
        field.asc()
    }
}
