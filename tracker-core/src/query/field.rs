//! What a query looks at.

/// Something that an aggregate may have: a metric, an argument, a tag.
///
/// Made by [`metric`](crate::query::metric), [`argument`](crate::query::argument) and the other functions of this module, or read from the text
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
pub struct Field(pub(super) Target);

/// What a field looks at, as a store reads it that answers a query by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Target {
    /// A part of the summary of a series.
    Metric {
        /// The name of the metric.
        name: String,
        /// The phase; empty for none.
        phase: String,
        /// The part of the summary.
        statistic: Statistic,
    },
    /// An argument of the newest module of a kind.
    Argument {
        /// The kind of the module.
        kind: String,
        /// The argument, and the way into it.
        path: Vec<String>,
    },
    /// The name of the newest module of this kind.
    Component(String),
    /// The hash of the newest module of this kind.
    Hash(String),
    /// The value of this tag.
    Tag(String),
    /// The value of a parameter, and the way into it.
    Param(Vec<String>),
    /// The notes.
    Notes,
    /// The id.
    Id,
    /// The name that people gave it.
    Name,
    /// The epoch.
    Epoch,
    /// When it was created.
    Created,
    /// When the newest attempt was last heard of.
    Updated,
    /// When the newest attempt ended.
    Ended,
    /// Whether it is archived.
    Archived,
    /// How the newest attempt stands.
    Status,
    /// How long the newest attempt has run, in seconds.
    Duration,
}

/// A part of the summary of a series.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Statistic {
    /// The value of the first point, by epoch, step and arrival.
    First,
    /// The value of the last point.
    Last,
    /// The smallest number.
    Min,
    /// The largest number.
    Max,
    /// The smallest or the largest number, whichever is the better one.
    Best,
    /// The epoch in which the best number was first measured.
    BestEpoch,
    /// The step at which it was.
    BestStep,
    /// The number of points.
    Count,
    /// The mean of so many of the last numbers, or of all where there are fewer; NaN where one of
    /// them is.
    Mean(u32),
}

impl Statistic {
    /// All but the mean, which has an argument.
    pub(super) const ALL: [(&'static str, Self); 8] = [
        ("first", Self::First),
        ("last", Self::Last),
        ("min", Self::Min),
        ("max", Self::Max),
        ("best", Self::Best),
        ("best_epoch", Self::BestEpoch),
        ("best_step", Self::BestStep),
        ("count", Self::Count),
    ];
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
    /// What is ordered by.
    pub field: Field,
    /// Whether the greatest comes first.
    pub descending: bool,
}

impl Field {
    /// What it looks at.
    pub fn target(&self) -> &Target {
        &self.0
    }

    /// Whether it is a time.
    pub(super) fn is_time(&self) -> bool {
        matches!(self.0, Target::Created | Target::Updated | Target::Ended)
    }
}

/// What names with dots of their own need: each part of the target is taken as it is.
///
/// # Examples
///
/// ```
/// use tracker_core::query::{Field, Target};
///
/// let field = Field::from(Target::Param(vec!["learning.rate".to_owned()]));
/// assert_eq!(field.to_string(), r#"param."learning.rate""#);
/// ```
impl From<Target> for Field {
    fn from(target: Target) -> Self {
        Self(target)
    }
}

/// Ascending.
impl From<Field> for Order {
    fn from(field: Field) -> Self {
        Self {
            field,
            descending: false,
        }
    }
}
