//! The metrics of an aggregate.

use std::fmt;
use std::sync::Arc;

use crate::error::Result;
use crate::link::Link;
use crate::metric::Metric;
use crate::ports::AggregateKey;
use crate::series::Series;
use crate::summary::Summary;

/// The metrics of an aggregate, a series for each name and phase.
///
/// # Examples
///
/// ```
/// # use tracker_core::conformance::Sample;
/// # let model = Sample::new("MLP", r#"{"layers": 2}"#);
/// # let run = tracker_core::Tracker::open("memory:")?.experiment("digits")?.track(&model)?;
/// use tracker_core::Metric;
///
/// let metrics = run.metrics();
/// metrics.add(Metric::new("accuracy", 0.91).phase("test").epoch(1))?;
/// metrics.add(Metric::new("accuracy", 0.97).phase("test").epoch(2))?;
///
/// assert_eq!(metrics.list("accuracy", "test")?.len(), 2);
/// let summary = metrics.summary("accuracy", "test")?.unwrap();
/// assert_eq!(summary.max, Some(0.97));
/// # Ok::<(), tracker_core::Error>(())
/// ```
#[derive(Clone)]
pub struct Metrics {
    link: Arc<Link>,
    key: Arc<AggregateKey>,
}

impl Metrics {
    pub(crate) fn new(link: Arc<Link>, key: Arc<AggregateKey>) -> Self {
        Self { link, key }
    }

    /// Adds a point.
    ///
    /// # Errors
    ///
    /// [`Error::EmptyName`](crate::Error::EmptyName) without a name,
    /// [`Error::TooLarge`](crate::Error::TooLarge) for an epoch or step above `i64::MAX`,
    /// [`Error::Json`](crate::Error::Json) for a JSON value that nests too deep,
    /// [`Error::Missing`](crate::Error::Missing) when the aggregate was removed.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "a point is made for it, and a `&` before it would only be in the way"
    )]
    pub fn add(&self, metric: Metric) -> Result<()> {
        metric.check()?;
        self.link.add(&self.key, std::slice::from_ref(&metric))
    }

    /// Adds points in the order given: all of them, or none where one is refused. Some thousands
    /// are too many for the journal, and such a call waits until they are in the store.
    ///
    /// # Errors
    ///
    /// As [`add`](Self::add).
    pub fn add_all(&self, metrics: impl IntoIterator<Item = Metric>) -> Result<()> {
        let metrics: Vec<Metric> = metrics.into_iter().collect();
        metrics.iter().try_for_each(Metric::check)?;
        self.link.add(&self.key, &metrics)
    }

    /// The points of one series, ordered by epoch, step and arrival; empty where there is none.
    ///
    /// # Errors
    ///
    /// [`Error::Missing`](crate::Error::Missing) when the aggregate was removed.
    pub fn list(&self, name: &str, phase: &str) -> Result<Vec<Metric>> {
        Ok(self.history(name, phase)?.iter().collect())
    }

    /// The points of one series as columns, ordered by epoch, step and arrival; without points
    /// where there is no such series.
    ///
    /// # Errors
    ///
    /// [`Error::Missing`](crate::Error::Missing) when the aggregate was removed.
    pub fn history(&self, name: &str, phase: &str) -> Result<Series> {
        self.link.settled()?.history(&self.key, name, phase)
    }

    /// The summary of one series, where there is one.
    ///
    /// # Errors
    ///
    /// [`Error::Missing`](crate::Error::Missing) when the aggregate was removed.
    pub fn summary(&self, name: &str, phase: &str) -> Result<Option<Summary>> {
        self.link.settled()?.summary(&self.key, name, phase)
    }

    /// The summary of each series, ordered by name and phase. No history is read for it.
    ///
    /// # Errors
    ///
    /// [`Error::Missing`](crate::Error::Missing) when the aggregate was removed.
    pub fn summaries(&self) -> Result<Vec<Summary>> {
        self.link.settled()?.summaries(&self.key)
    }

    /// Removes all points and summaries.
    ///
    /// # Errors
    ///
    /// [`Error::Missing`](crate::Error::Missing) when the aggregate was removed.
    pub fn clear(&self) -> Result<()> {
        self.link.settled()?.clear_metrics(&self.key)
    }
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Metrics")
            .field("aggregate", &self.key.id)
            .finish_non_exhaustive()
    }
}
