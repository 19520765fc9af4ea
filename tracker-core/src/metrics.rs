//! The metrics of an aggregate.

use std::fmt;
use std::sync::Arc;

use crate::error::Result;
use crate::metric::Metric;
use crate::ports::{AggregateKey, Store};
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
    store: Arc<dyn Store>,
    key: Arc<AggregateKey>,
}

impl Metrics {
    pub(crate) fn new(store: Arc<dyn Store>, key: Arc<AggregateKey>) -> Self {
        Self { store, key }
    }

    /// Adds a point.
    ///
    /// # Errors
    ///
    /// [`Error::EmptyName`](crate::Error::EmptyName) without a name,
    /// [`Error::TooLarge`](crate::Error::TooLarge) for an epoch or step above `i64::MAX`,
    /// [`Error::Json`](crate::Error::Json) for a JSON value that nests too deep,
    /// [`Error::Missing`](crate::Error::Missing) when the aggregate was removed.
    pub fn add(&self, metric: Metric) -> Result<()> {
        self.add_all([metric])
    }

    /// Adds points in the order given: all of them, or none where one is refused.
    ///
    /// # Errors
    ///
    /// As [`add`](Self::add).
    pub fn add_all(&self, metrics: impl IntoIterator<Item = Metric>) -> Result<()> {
        let metrics = metrics
            .into_iter()
            .map(Metric::checked)
            .collect::<Result<Vec<_>>>()?;
        self.store.add_metrics(&self.key, &metrics)
    }

    /// The points of one series, ordered by epoch, step and arrival; empty where there is none.
    ///
    /// # Errors
    ///
    /// [`Error::Missing`](crate::Error::Missing) when the aggregate was removed.
    pub fn list(&self, name: &str, phase: &str) -> Result<Vec<Metric>> {
        self.store.metrics(&self.key, name, phase)
    }

    /// The summary of one series, where there is one.
    ///
    /// # Errors
    ///
    /// [`Error::Missing`](crate::Error::Missing) when the aggregate was removed.
    pub fn summary(&self, name: &str, phase: &str) -> Result<Option<Summary>> {
        let of_series = |summary: &Summary| summary.name() == name && summary.phase() == phase;
        Ok(self.summaries()?.into_iter().find(of_series))
    }

    /// The summary of each series, ordered by name and phase. No history is read for it.
    ///
    /// # Errors
    ///
    /// [`Error::Missing`](crate::Error::Missing) when the aggregate was removed.
    pub fn summaries(&self) -> Result<Vec<Summary>> {
        self.store.summaries(&self.key)
    }

    /// Removes all points and summaries.
    ///
    /// # Errors
    ///
    /// [`Error::Missing`](crate::Error::Missing) when the aggregate was removed.
    pub fn clear(&self) -> Result<()> {
        self.store.clear_metrics(&self.key)
    }
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Metrics")
            .field("aggregate", &self.key.id)
            .finish_non_exhaustive()
    }
}
