//! Search among the aggregates of an experiment, or of all.

use std::borrow::Borrow;
use std::collections::HashMap;

use crate::aggregate::Aggregate;
use crate::aggregates::Aggregates;
use crate::error::Result;
use crate::experiment::{Experiment, Experiments};
use crate::link::Link;
use crate::ports::{Detail, Scope, Search};
use crate::query::{Page, Query};
use crate::records::Row;

impl Aggregates {
    /// The aggregates that a query finds, in its order; points that were added before are seen.
    ///
    /// # Errors
    ///
    /// [`Error::Query`](crate::Error::Query) when the cursor of the query belongs to another
    /// order, or when the store fails.
    ///
    /// # Examples
    ///
    /// ```
    /// # use tracker_core::conformance::Sample;
    /// # let model = Sample::new("MLP", r#"{"layers": 2}"#);
    /// # let experiment = tracker_core::Tracker::open("memory:")?.experiment("digits")?;
    /// # let run = experiment.track(&model)?;
    /// use tracker_core::Query;
    ///
    /// let query: Query = "model.layers >= 2 order by created desc limit 10".parse()?;
    /// let found = experiment.aggregates().find(query)?;
    /// assert_eq!(found[0].id(), run.id());
    /// # Ok::<(), tracker_core::Error>(())
    /// ```
    pub fn find(&self, query: impl Borrow<Query>) -> Result<Page<Aggregate>> {
        let found = search(self.link(), self.scope(), query.borrow(), Detail::NONE)?;
        let items = found.items.into_iter();
        Ok(Page {
            items: items.map(|row| self.handle(row.aggregate)).collect(),
            next: found.next,
        })
    }

    /// As [`find`](Self::find), each with all its modules and summaries: a table of runs.
    ///
    /// # Errors
    ///
    /// As [`find`](Self::find).
    ///
    /// # Examples
    ///
    /// ```
    /// # use tracker_core::conformance::Sample;
    /// # let model = Sample::new("MLP", r#"{"layers": 2}"#);
    /// # let experiment = tracker_core::Tracker::open("memory:")?.experiment("digits")?;
    /// # let run = experiment.track(&model)?;
    /// use tracker_core::{Metric, Query};
    ///
    /// run.metrics().add(Metric::new("loss", 0.4).phase("test"))?;
    /// let rows = experiment.aggregates().rows(Query::new())?;
    /// assert_eq!(rows[0].modules[0].name(), "MLP");
    /// assert_eq!(rows[0].summaries[0].min, Some(0.4));
    /// # Ok::<(), tracker_core::Error>(())
    /// ```
    pub fn rows(&self, query: impl Borrow<Query>) -> Result<Page<Row>> {
        self.rows_with(query, Detail::ALL)
    }

    /// As [`rows`](Self::rows), with those modules and summaries that are wanted.
    ///
    /// # Errors
    ///
    /// As [`find`](Self::find).
    pub fn rows_with(&self, query: impl Borrow<Query>, detail: Detail) -> Result<Page<Row>> {
        search(self.link(), self.scope(), query.borrow(), detail)
    }

    /// How many aggregates a query finds: no more than its limit, and only those behind its cursor.
    ///
    /// # Errors
    ///
    /// As [`find`](Self::find).
    ///
    /// # Examples
    ///
    /// ```
    /// # use tracker_core::conformance::Sample;
    /// # let experiment = tracker_core::Tracker::open("memory:")?.experiment("digits")?;
    /// # experiment.track(&Sample::new("MLP", r#"{"layers": 2}"#))?;
    /// use tracker_core::Query;
    ///
    /// let query: Query = r#"status in ("failed", "lost")"#.parse()?;
    /// assert_eq!(experiment.aggregates().count(query)?, 0);
    /// assert_eq!(experiment.aggregates().count(Query::new())?, 1);
    /// # Ok::<(), tracker_core::Error>(())
    /// ```
    pub fn count(&self, query: impl Borrow<Query>) -> Result<u64> {
        count(self.link(), self.scope(), query.borrow())
    }
}

impl Experiments {
    /// The aggregates of all experiments that a query finds, in its order over all, each with all
    /// its modules and summaries, and with its experiment.
    ///
    /// # Errors
    ///
    /// As [`Aggregates::find`].
    ///
    /// # Examples
    ///
    /// ```
    /// # use tracker_core::conformance::Sample;
    /// # let model = Sample::new("MLP", r#"{"layers": 2}"#);
    /// # let tracker = tracker_core::Tracker::open("memory:")?;
    /// use tracker_core::{Metric, Query};
    ///
    /// for (name, loss) in [("digits", 0.4), ("letters", 0.3)] {
    ///     let run = tracker.experiment(name)?.track(&model)?;
    ///     run.metrics().add(Metric::new("loss", loss))?;
    /// }
    /// let query: Query = "order by metric.loss.last limit 1".parse()?;
    /// let best = tracker.experiments().rows(query)?;
    /// assert_eq!(best[0].0.name(), "letters");
    /// assert_eq!(best[0].1.summaries[0].min, Some(0.3));
    /// # Ok::<(), tracker_core::Error>(())
    /// ```
    pub fn rows(&self, query: impl Borrow<Query>) -> Result<Page<(Experiment, Row)>> {
        self.rows_with(query, Detail::ALL)
    }

    /// As [`rows`](Self::rows), with those modules and summaries that are wanted.
    ///
    /// # Errors
    ///
    /// As [`Aggregates::find`].
    pub fn rows_with(
        &self,
        query: impl Borrow<Query>,
        detail: Detail,
    ) -> Result<Page<(Experiment, Row)>> {
        let found = search(self.link(), Scope::All, query.borrow(), detail)?;
        let experiments = self.list()?.into_iter();
        let experiments: HashMap<_, _> = experiments.map(|of| (of.id(), of)).collect();
        // What was removed since is left out.
        let items = found.items.into_iter().filter_map(|row| {
            let experiment = experiments.get(&row.aggregate.experiment)?;
            Some((experiment.clone(), row))
        });
        Ok(Page {
            items: items.collect(),
            next: found.next,
        })
    }

    /// How many aggregates of all experiments a query finds: no more than its limit, and only those
    /// behind its cursor.
    ///
    /// # Errors
    ///
    /// As [`Aggregates::find`].
    pub fn count(&self, query: impl Borrow<Query>) -> Result<u64> {
        count(self.link(), Scope::All, query.borrow())
    }
}

/// Counts once every point is in the store that was added through this link.
fn count(link: &Link, scope: Scope, query: &Query) -> Result<u64> {
    link.settled()?.count(&Search {
        scope,
        query,
        detail: Detail::NONE,
    })
}

/// Searches once every point is in the store that was added through this link.
fn search(link: &Link, scope: Scope, query: &Query, detail: Detail) -> Result<Page<Row>> {
    link.settled()?.search(&Search {
        scope,
        query,
        detail,
    })
}
