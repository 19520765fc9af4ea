//! Search among the aggregates of an experiment, or of all.

use std::borrow::Borrow;
use std::collections::{BTreeSet, HashMap};

use uuid::Uuid;

use super::{Page, Query};
use crate::aggregate::Aggregate;
use crate::error::Result;
use crate::experiment::{Aggregates, Experiment, Experiments};
use crate::ports::{Columns, Row};

/// A row of a table, and the aggregates that it belongs to.
type Found = (Aggregates, Row);

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
        let found = self.select(query.borrow())?;
        let items = found.items.into_iter();
        Ok(Page {
            items: items.map(|(_, row)| self.handle(row.aggregate)).collect(),
            next: found.next,
        })
    }

    /// As [`find`](Self::find), each with all its modules and summaries: a table of runs. Those
    /// of other aggregates are not read, except for what the query compares.
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
        let found = whole(self.select(query.borrow())?)?;
        let items = found.items.into_iter().map(|(_, row)| row);
        Ok(Page {
            items: items.collect(),
            next: found.next,
        })
    }

    fn select(&self, query: &Query) -> Result<Page<Found>> {
        query.select(self.with_rows(&query.columns())?, of_experiment)
    }

    /// Each row of a table beside the aggregates that it belongs to.
    fn with_rows(&self, columns: &Columns) -> Result<Vec<Found>> {
        let rows = self.table(columns)?.into_iter();
        Ok(rows.map(|row| (self.clone(), row)).collect())
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
        let query = query.borrow();
        let mut all = Vec::new();
        for experiment in self.list()? {
            all.append(&mut experiment.aggregates().with_rows(&query.columns())?);
        }
        all.sort_by_key(|(_, row)| row.aggregate.created);
        let found = whole(query.select(all, of_experiment)?)?;
        let items = found.items.into_iter();
        Ok(Page {
            items: items.map(|(of, row)| (of.experiment, row)).collect(),
            next: found.next,
        })
    }
}

fn of_experiment((of, row): &Found) -> (Uuid, &Row) {
    (of.experiment.id(), row)
}

/// The same rows with all that they hold; what was removed since is left out.
fn whole(found: Page<Found>) -> Result<Page<Found>> {
    let mut ids: HashMap<Uuid, (Aggregates, BTreeSet<String>)> = HashMap::new();
    for (of, row) in &found.items {
        let same = ids.entry(of.experiment.id());
        let (_, ids) = same.or_insert_with(|| (of.clone(), BTreeSet::new()));
        ids.insert(row.aggregate.id.clone());
    }
    let mut rows = HashMap::new();
    for (experiment, (of, ids)) in ids {
        let columns = Columns {
            ids: Some(ids),
            ..Columns::default()
        };
        let table = of.table(&columns)?.into_iter();
        rows.extend(table.map(|row| ((experiment, row.aggregate.id.clone()), row)));
    }
    let items = found.items.into_iter().filter_map(|(of, row)| {
        let row = rows.remove(&(of.experiment.id(), row.aggregate.id))?;
        Some((of, row))
    });
    Ok(Page {
        items: items.collect(),
        next: found.next,
    })
}
