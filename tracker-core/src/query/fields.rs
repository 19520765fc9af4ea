//! How fields, conditions and orders are made by methods.

use super::condition::{Comparison, Condition, Literal, Tree};
use super::field::{Field, Order, Statistic, Target};

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

    /// The best number: the smallest or the largest, as the [definition](crate::Definition) of the
    /// metric says, or its name suggests. There is none where neither tells.
    pub fn best(self) -> Field {
        self.field(Statistic::Best)
    }

    /// The number of points.
    pub fn count(self) -> Field {
        self.field(Statistic::Count)
    }

    fn field(self, statistic: Statistic) -> Field {
        Field(Target::Metric {
            name: self.name,
            phase: self.phase,
            statistic,
        })
    }
}

/// An argument of the newest module of a kind. Dots lead into objects, and into lists by index,
/// from 0; defaults that are excluded from the identity hash can be asked for too.
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
    Field(Target::Argument {
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
    Field(Target::Component(kind.into()))
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
    Field(Target::Hash(kind.into()))
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
    Field(Target::Tag(name.into()))
}

/// The value of a parameter of the run, which is an argument of no component, as a seed. Dots lead into objects and lists, as in
/// an [`argument`].
///
/// # Examples
///
/// ```
/// use tracker_core::query::param;
///
/// assert_eq!(param("seed").eq(17).to_string(), "param.seed = 17");
/// ```
pub fn param(path: &str) -> Field {
    Field(Target::Param(path.split('.').map(str::to_owned).collect()))
}

/// The name that people gave it, where there is one.
///
/// # Examples
///
/// ```
/// use tracker_core::query::run_name;
///
/// assert_eq!(run_name().contains("baseline").to_string(), r#"name ~ "baseline""#);
/// ```
pub fn run_name() -> Field {
    Field(Target::Name)
}

/// How the newest attempt stands: `running`, `finished`, `failed`, `lost` or `unknown`.
///
/// # Examples
///
/// ```
/// use tracker_core::Status;
/// use tracker_core::query::status;
///
/// assert_eq!(status().eq(Status::Failed.as_str()).to_string(), r#"status = "failed""#);
/// ```
pub fn status() -> Field {
    Field(Target::Status)
}

/// How long the newest attempt has run, in seconds.
///
/// # Examples
///
/// ```
/// use tracker_core::query::duration;
///
/// assert_eq!(duration().gt(3600).to_string(), "duration > 3600");
/// ```
pub fn duration() -> Field {
    Field(Target::Duration)
}

/// Whether it is archived. A query that does not ask for it finds only what is not.
///
/// # Examples
///
/// ```
/// use tracker_core::query::archived;
///
/// assert_eq!(archived().eq(true).to_string(), "archived = true");
/// assert_eq!(archived().exists().to_string(), "archived exists", "finds all");
/// ```
pub fn archived() -> Field {
    Field(Target::Archived)
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
    Field(Target::Notes)
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
    Field(Target::Id)
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
    Field(Target::Epoch)
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
    Field(Target::Created)
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
        Condition(Tree::Exists(self))
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
        let created = self.0 == Target::Created && comparison != Comparison::Contains;
        let literal = if created {
            literal.with_time()
        } else {
            literal.without_time()
        };
        Condition(Tree::Compare(self, comparison, literal))
    }
}
