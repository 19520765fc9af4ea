//! How fields, conditions and orders are made by methods.

use super::condition::{Comparison, Condition, Operand, Tree};
use super::field::{Field, Order, Target};
use super::literal::Literal;
use super::pattern::Pattern;

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
/// assert_eq!(run_name().is_in(["a", "b"]).to_string(), r#"name in ("a", "b")"#);
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
/// assert_eq!(status().eq(Status::Failed).to_string(), r#"status = "failed""#);
/// let over = status().is_in([Status::Finished, Status::Failed]);
/// assert_eq!(over.to_string(), r#"status in ("finished", "failed")"#);
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

/// When the newest attempt was last heard of: when it ended, or gave its last sign of life. It
/// compares as [`created`] does.
///
/// # Examples
///
/// ```
/// use tracker_core::query::updated;
///
/// assert_eq!(updated().lt("2026-01-31").to_string(), r#"updated < "2026-01-31T00:00:00Z""#);
/// ```
pub fn updated() -> Field {
    Field(Target::Updated)
}

/// When the newest attempt ended, where it has. It compares as [`created`] does.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use tracker_core::query::{Literal, ended};
///
/// let hour = Duration::from_secs(3_600);
/// assert_eq!(ended().ge(Literal::ago(hour)).to_string(), "ended >= 1h ago");
/// ```
pub fn ended() -> Field {
    Field(Target::Ended)
}

/// The comparisons are with a value or with another field.
impl Field {
    /// Whether it equals a value.
    pub fn eq(self, value: impl Into<Operand>) -> Condition {
        self.compare(Comparison::Eq, value.into())
    }

    /// Whether it is there and differs from a value.
    pub fn ne(self, value: impl Into<Operand>) -> Condition {
        self.compare(Comparison::Ne, value.into())
    }

    /// Whether it is less than a value.
    pub fn lt(self, value: impl Into<Operand>) -> Condition {
        self.compare(Comparison::Lt, value.into())
    }

    /// Whether it is less than a value or equal to it.
    pub fn le(self, value: impl Into<Operand>) -> Condition {
        self.compare(Comparison::Le, value.into())
    }

    /// Whether it is greater than a value.
    pub fn gt(self, value: impl Into<Operand>) -> Condition {
        self.compare(Comparison::Gt, value.into())
    }

    /// Whether it is greater than a value or equal to it.
    pub fn ge(self, value: impl Into<Operand>) -> Condition {
        self.compare(Comparison::Ge, value.into())
    }

    /// Whether it equals one of these values.
    ///
    /// # Examples
    ///
    /// ```
    /// use tracker_core::query::{argument, param};
    ///
    /// let some = argument("optimizer", "lr").is_in([0.1, 0.01]).and(param("seed").not_in([1, 2]));
    /// assert_eq!(
    ///     some.to_string(),
    ///     "optimizer.lr in (0.1, 0.01) and param.seed exists and not param.seed in (1, 2)"
    /// );
    /// ```
    pub fn is_in<L: Into<Literal>>(self, values: impl IntoIterator<Item = L>) -> Condition {
        let values = values.into_iter().map(Into::into);
        let values = values.map(|value| self.literal(value)).collect();
        Condition(Tree::In(self, values))
    }

    /// Whether it is there and equals none of these values.
    pub fn not_in<L: Into<Literal>>(self, values: impl IntoIterator<Item = L>) -> Condition {
        self.clone().exists().and(!self.is_in(values))
    }

    /// Whether it is a text that has this one in it; upper and lower case are two.
    pub fn contains(self, text: impl Into<String>) -> Condition {
        self.matches(Pattern::of_text(text))
    }

    /// Whether it is a text, or a time as RFC 3339 writes it, in which a pattern is found.
    ///
    /// # Examples
    ///
    /// ```
    /// use tracker_core::query::name;
    ///
    /// let some = name("model").matches("^(MLP|CNN)$".parse()?);
    /// assert_eq!(some.to_string(), r#"model ~ "^(MLP|CNN)$""#);
    /// # Ok::<(), tracker_core::Error>(())
    /// ```
    pub fn matches(self, pattern: Pattern) -> Condition {
        Condition(Tree::Matches(self, pattern))
    }

    /// Whether it is there, and is no text in which a pattern is found.
    pub fn matches_not(self, pattern: Pattern) -> Condition {
        self.clone().exists().and(!self.matches(pattern))
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

    pub(super) fn compare(self, comparison: Comparison, operand: Operand) -> Condition {
        let operand = match operand {
            Operand::Value(value) => Operand::Value(self.literal(value)),
            Operand::Field(field) => Operand::Field(field),
        };
        Condition(Tree::Compare(self, comparison, operand))
    }

    /// A value as it is compared with this.
    fn literal(&self, value: Literal) -> Literal {
        if self.is_time() {
            value.with_time()
        } else {
            value.without_time()
        }
    }
}
