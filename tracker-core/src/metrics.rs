//! The metrics of an aggregate.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use crate::error::{Error, Result};
use crate::ports::{Change, Detail, Histories, History, Row, Scope};
use crate::records::{Definition, Direction, Metric, Position, Series, Summary};
use crate::shared::Shared;

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
    aggregate: Arc<Shared>,
}

impl Metrics {
    pub(crate) fn new(aggregate: Arc<Shared>) -> Self {
        Self { aggregate }
    }

    /// Adds a point.
    ///
    /// # Errors
    ///
    /// [`Error::EmptyName`] without a name, [`Error::Name`] for one that is longer than 1,000 bytes
    /// or has a control character, [`Error::TooLarge`] for an epoch above `i64::MAX`,
    /// [`Error::Json`] for a JSON value that nests too deep, [`Error::Missing`] when the aggregate
    /// was removed. Where a store has a journal, what became of earlier points and changes is
    /// reported here too, once, by an error that says that this point is kept; and
    /// [`ErrorKind::Unavailable`](crate::ErrorKind::Unavailable) says that the journal has
    /// no room, and the point is not.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "a point is made for it, and a `&` before it would only be in the way"
    )]
    pub fn add(&self, metric: Metric) -> Result<()> {
        metric.check()?;
        let link = &self.aggregate.link;
        link.add(self.aggregate.uuid, std::slice::from_ref(&metric))
    }

    /// Adds points in the order given: all of them, or none where one is refused.
    ///
    /// # Errors
    ///
    /// As [`add`](Self::add).
    pub fn add_all(&self, metrics: impl IntoIterator<Item = Metric>) -> Result<()> {
        let metrics: Vec<Metric> = metrics.into_iter().collect();
        metrics.iter().try_for_each(Metric::check)?;
        self.aggregate.link.add(self.aggregate.uuid, &metrics)
    }

    /// The points of one series, ordered by epoch, step and arrival; empty where there is none.
    ///
    /// # Errors
    ///
    /// [`Error::Missing`] when the aggregate was removed.
    pub fn list(&self, name: &str, phase: &str) -> Result<Vec<Metric>> {
        Ok(self.history(name, phase)?.iter().collect())
    }

    /// The points of one series as columns, ordered by epoch, step and arrival; without points
    /// where there is no such series.
    ///
    /// # Errors
    ///
    /// [`Error::Missing`] when the aggregate was removed.
    pub fn history(&self, name: &str, phase: &str) -> Result<Series> {
        let link = &self.aggregate.link;
        let uuid = self.aggregate.uuid;
        let history = link.settled()?.history(uuid, name, phase)?;
        if history.is_empty() {
            link.check_aggregate(uuid)?;
        }
        Ok(history)
    }

    /// One series downsampled for a chart: no more points than it can show, chosen so that no peak
    /// is lost; see [`Histories`].
    ///
    /// # Errors
    ///
    /// When the store fails.
    ///
    /// # Examples
    ///
    /// ```
    /// # use tracker_core::conformance::Sample;
    /// # let run = tracker_core::Tracker::open("memory:")?.experiment("digits")?
    /// #     .track(&Sample::new("MLP", "{}"))?;
    /// use tracker_core::Metric;
    ///
    /// run.metrics().add_all((0..5_000).map(|step| Metric::new("loss", 0.5).step(step)))?;
    /// let thinned = run.metrics().thinned("loss", "", 400)?;
    /// assert!(thinned.series.len() <= 400);
    /// assert_eq!(thinned.total, 5_000);
    /// # Ok::<(), tracker_core::Error>(())
    /// ```
    pub fn thinned(&self, name: &str, phase: &str, most: usize) -> Result<History> {
        let uuid = self.aggregate.uuid;
        let wanted = Histories::of(uuid, name, phase).most(most);
        let mut histories = self.aggregate.link.settled()?.histories(&wanted)?;
        match histories.pop() {
            Some(history) => Ok(history),
            None => Ok(wanted.take(uuid, Series::new(name, phase))),
        }
    }

    /// Every series with all its points, ordered by name and phase.
    ///
    /// # Errors
    ///
    /// [`Error::Missing`] when the aggregate was removed.
    pub fn all(&self) -> Result<Vec<Series>> {
        let row = self.row(None)?;
        let store = self.aggregate.link.settled()?;
        let mut all = Vec::new();
        for call in Histories::whole([&row]) {
            let found = store.histories(&call)?.into_iter();
            all.extend(found.map(|history| history.series));
        }
        Ok(all)
    }

    /// The names of the metrics, each once, in order.
    ///
    /// # Errors
    ///
    /// [`Error::Missing`] when the aggregate was removed.
    ///
    /// # Examples
    ///
    /// ```
    /// # use tracker_core::conformance::Sample;
    /// # let run = tracker_core::Tracker::open("memory:")?.experiment("digits")?
    /// #     .track(&Sample::new("MLP", "{}"))?;
    /// use tracker_core::Metric;
    ///
    /// run.metrics().add(Metric::new("loss", 0.5).phase("train"))?;
    /// run.metrics().add(Metric::new("loss", 0.6).phase("test"))?;
    /// assert_eq!(run.metrics().names()?, ["loss"]);
    /// assert_eq!(run.metrics().all()?.len(), 2);
    /// # Ok::<(), tracker_core::Error>(())
    /// ```
    pub fn names(&self) -> Result<Vec<String>> {
        let summaries = self.summaries()?.into_iter();
        let names: BTreeSet<String> = summaries.map(|summary| summary.last.name).collect();
        Ok(names.into_iter().collect())
    }

    /// The summary of one series, where there is one.
    ///
    /// # Errors
    ///
    /// [`Error::Missing`] when the aggregate was removed.
    pub fn summary(&self, name: &str, phase: &str) -> Result<Option<Summary>> {
        let series = Some(vec![(name.to_owned(), phase.to_owned())]);
        Ok(self.row(series)?.summaries.pop())
    }

    /// The summary of each series, ordered by name and phase. No history is read for it.
    ///
    /// # Errors
    ///
    /// [`Error::Missing`] when the aggregate was removed.
    pub fn summaries(&self) -> Result<Vec<Summary>> {
        Ok(self.row(None)?.summaries)
    }

    /// The aggregate with the summaries of these series, or of all.
    fn row(&self, series: Option<Vec<(String, String)>>) -> Result<Row> {
        let uuid = self.aggregate.uuid;
        let detail = Detail {
            series,
            ..Detail::NONE
        };
        let store = self.aggregate.link.settled()?;
        let rows = store.rows(&Scope::Uuids(vec![uuid]), &detail)?;
        let row = rows.into_iter().next();
        row.ok_or_else(|| Error::no_aggregate(uuid))
    }

    /// What is known of a metric: as this aggregate says, else as its experiment says; a direction
    /// that nobody says is guessed from the name, and marked so.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub fn definition(&self, name: &str) -> Result<Definition> {
        let record = self.aggregate.state().clone();
        let store = self.aggregate.link.store()?;
        let experiment = store.experiment_by_id(record.experiment)?;
        let shared = experiment.as_ref().and_then(|of| of.definitions.get(name));
        let own = record.definitions.get(name);
        Ok(Definition::of(name, own.into_iter().chain(shared)))
    }

    /// The best number of a series, and where it was first measured: the smallest or the largest,
    /// as the [`definition`](Self::definition) of the metric says. None where no direction is known,
    /// or there is no number.
    ///
    /// # Errors
    ///
    /// [`Error::Missing`] when the aggregate was removed.
    ///
    /// # Examples
    ///
    /// ```
    /// # use tracker_core::conformance::Sample;
    /// # let run = tracker_core::Tracker::open("memory:")?.experiment("digits")?
    /// #     .track(&Sample::new("MLP", "{}"))?;
    /// use tracker_core::Metric;
    ///
    /// for (epoch, loss) in [(0, 0.9), (1, 0.2), (2, 0.4)] {
    ///     run.metrics().add(Metric::new("loss", loss).epoch(epoch))?;
    /// }
    /// let (loss, at) = run.metrics().best("loss", "")?.unwrap();
    /// assert_eq!((loss, at.epoch), (0.2, 1));
    /// # Ok::<(), tracker_core::Error>(())
    /// ```
    pub fn best(&self, name: &str, phase: &str) -> Result<Option<(f64, Position)>> {
        let Some(summary) = self.summary(name, phase)? else {
            return Ok(None);
        };
        let (best, at) = match self.definition(name)?.direction {
            Some(Direction::Minimize) => (summary.min, summary.min_at),
            Some(Direction::Maximize) => (summary.max, summary.max_at),
            None => return Ok(None),
        };
        match (best, at) {
            (Some(best), Some(at)) => Ok(Some((best, at))),
            // An older version has not kept where it was.
            (Some(best), None) => Ok(self.find(name, phase, best)?.map(|at| (best, at))),
            (None, _) => Ok(None),
        }
    }

    fn find(&self, name: &str, phase: &str, number: f64) -> Result<Option<Position>> {
        let history = self.history(name, phase)?;
        let mut numbers = history.numbers().iter();
        let found = numbers.position(|other| other.to_bits() == number.to_bits());
        Ok(found
            .and_then(|index| history.moment(index))
            .map(Position::from))
    }

    /// Removes all points and summaries of the aggregate.
    ///
    /// # Errors
    ///
    /// [`Error::Missing`] when the aggregate was removed.
    pub fn clear(&self) -> Result<()> {
        let aggregate = self.aggregate.uuid;
        let link = &self.aggregate.link;
        link.apply(Change::ClearMetrics { aggregate })
    }
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Metrics")
            .field("aggregate", &self.aggregate.id)
            .finish_non_exhaustive()
    }
}
