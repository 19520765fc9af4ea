//! The aggregates of an experiment.

use std::fmt;
use std::sync::Arc;

use registry_core::Entity;
use uuid::Uuid;

use crate::aggregate::Aggregate;
use crate::error::Result;
use crate::link::{Link, get_or_create};
use crate::names::check_id;
use crate::ports::{Change, Detail, Scope};
use crate::query::Query;
use crate::records::{AggregateRecord, ModuleRecord, Row};

/// The aggregates of an experiment.
///
/// # Examples
///
/// ```
/// # use tracker_core::conformance::Sample;
/// # let model = Sample::new("MLP", r#"{"layers": 2}"#);
/// # let experiment = tracker_core::Tracker::open("memory:")?.experiment("digits")?;
/// let run = experiment.track(&model)?;
/// let aggregates = experiment.aggregates();
/// assert_eq!(aggregates.list()?.len(), 1);
/// assert!(aggregates.get(run.id())?.is_some());
/// assert!(aggregates.get("another")?.is_none());
/// # Ok::<(), tracker_core::Error>(())
/// ```
#[derive(Clone)]
pub struct Aggregates {
    link: Arc<Link>,
    experiment: Uuid,
}

impl Aggregates {
    pub(crate) fn new(link: Arc<Link>, experiment: Uuid) -> Self {
        Self { link, experiment }
    }

    /// Creates the aggregate of a model, under an id of one's own.
    ///
    /// # Errors
    ///
    /// [`Error::Taken`](crate::Error::Taken) when there is one of this id, and those of
    /// [`track_as`](crate::Experiment::track_as).
    pub fn create<E: Entity + ?Sized>(&self, id: &str, model: &E) -> Result<Aggregate> {
        self.create_from(id, [ModuleRecord::new("model", model)?])
    }

    /// Creates an aggregate from records, without any object: for what another program or language
    /// has trained, or with no modules at all for work that has no model.
    ///
    /// # Errors
    ///
    /// [`Error::Taken`](crate::Error::Taken) when there is one of this id;
    /// [`Error::EmptyName`](crate::Error::EmptyName), [`Error::Name`](crate::Error::Name).
    ///
    /// # Examples
    ///
    /// ```
    /// use tracker_core::{Hash, ModuleRecord, Tracker};
    ///
    /// let aggregates = Tracker::open("memory:")?.experiment("imported")?.aggregates();
    /// let hash: Hash = "af51a51a38f7ad81f9523360fafe7068".parse()?;
    /// let model = ModuleRecord::described("model", "MLP", hash, r#"{"layers": 2}"#.parse()?)?;
    /// let run = aggregates.create_from("seed-1", [model])?;
    /// assert_eq!(run.module("model")?.name(), "MLP");
    ///
    /// let sweep = aggregates.create_from("sweep", [])?;
    /// sweep.set_param("trials", 30)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn create_from(
        &self,
        id: &str,
        modules: impl IntoIterator<Item = ModuleRecord>,
    ) -> Result<Aggregate> {
        check_id(id)?;
        let record = AggregateRecord::new(self.experiment, id);
        self.link.apply(Change::CreateAggregate {
            record: record.clone(),
            modules: modules.into_iter().collect(),
        })?;
        Ok(self.handle(record))
    }

    /// All that are not archived, in the order they were created.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub fn list(&self) -> Result<Vec<Aggregate>> {
        Ok(self.find(Query::new())?.items)
    }

    /// The one of this id, where there is one.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub fn get(&self, id: &str) -> Result<Option<Aggregate>> {
        let row = self.row(id, &Detail::NONE)?;
        Ok(row.map(|row| self.handle(row.aggregate)))
    }

    /// Those whose id begins so, in the order they were created.
    ///
    /// # Errors
    ///
    /// When the store fails.
    ///
    /// # Examples
    ///
    /// ```
    /// # use tracker_core::conformance::Sample;
    /// # let experiment = tracker_core::Tracker::open("memory:")?.experiment("digits")?;
    /// # let run = experiment.track(&Sample::new("MLP", "{}"))?;
    /// let found = experiment.aggregates().beginning_with(&run.id()[..6])?;
    /// assert_eq!(found[0].id(), run.id());
    /// # Ok::<(), tracker_core::Error>(())
    /// ```
    pub fn beginning_with(&self, prefix: &str) -> Result<Vec<Aggregate>> {
        let scope = Scope::Prefix {
            experiment: Some(self.experiment),
            prefix: prefix.to_owned(),
        };
        let rows = self.link.store()?.rows(&scope, &Detail::NONE)?.into_iter();
        Ok(rows.map(|row| self.handle(row.aggregate)).collect())
    }

    /// Removes all of them with all they hold, the archived ones too.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub fn clear(&self) -> Result<()> {
        self.link.check_access()?;
        let store = self.link.settled()?;
        let rows = store.rows(&Scope::Experiment(self.experiment), &Detail::NONE)?;
        let removed = rows.into_iter().map(|row| Change::RemoveAggregate {
            aggregate: row.aggregate.uuid,
        });
        self.link.apply_all(&removed.collect::<Vec<_>>())
    }

    pub(crate) fn get_or_create(&self, id: &str, model: &ModuleRecord) -> Result<Aggregate> {
        let detail = Detail {
            modules: Some(vec![model.kind.clone()]),
            ..Detail::NONE
        };
        let get = || {
            let Some(row) = self.row(id, &detail)? else {
                return Ok(None);
            };
            let newest = row.modules.into_iter().next_back();
            let run = self.handle(row.aggregate);
            run.put_after(newest.as_ref(), model.clone()).map(Some)
        };
        let create = || {
            let run = self.create_from(id, [model.clone()])?;
            let row = Row {
                aggregate: run.record(),
                modules: vec![model.clone()],
                summaries: Vec::new(),
                means: Vec::new(),
            };
            self.link.remember_run(&detail, &row);
            Ok(run)
        };
        get_or_create(("aggregate", id), get, create)
    }

    fn row(&self, id: &str, detail: &Detail) -> Result<Option<Row>> {
        self.link.run(self.experiment, id, detail)
    }

    pub(crate) fn link(&self) -> &Arc<Link> {
        &self.link
    }

    pub(crate) fn scope(&self) -> Scope {
        Scope::Experiment(self.experiment)
    }

    pub(crate) fn handle(&self, record: AggregateRecord) -> Aggregate {
        Aggregate::new(Arc::clone(&self.link), record)
    }
}

impl fmt::Debug for Aggregates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Aggregates")
            .field("experiment", &self.experiment)
            .finish_non_exhaustive()
    }
}
