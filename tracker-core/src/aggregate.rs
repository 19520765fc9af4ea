//! Aggregates: a model and all that belongs to its training.

mod annotations;
mod modules;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Weak};

use jiff::Timestamp;
use registry_core::Value;
use serde::Serialize;
use uuid::Uuid;

use crate::error::{Error, Result};
use crate::fork::{Guard, Guarded};
use crate::iterations::Iterations;
use crate::link::Link;
use crate::metrics::Metrics;
use crate::names::{check, check_form};
use crate::ports::Change;
use crate::records::{AggregateRecord, Definition, Status, check_count, check_json};
use crate::shared::Shared;

/// A model with its modules, metrics, iterations, attempts and artifacts: one run. Cheap to clone;
/// clones see each other's changes.
///
/// # Examples
///
/// ```
/// # use tracker_core::conformance::Sample;
/// # let model = Sample::new("MLP", r#"{"layers": 2}"#);
/// # let criterion = Sample::new("CrossEntropy", "{}");
/// # let experiment = tracker_core::Tracker::open("memory:")?.experiment("digits")?;
/// use tracker_core::Metric;
///
/// let run = experiment.track(&model)?.with("criterion", &criterion)?;
/// run.set_epoch(run.epoch() + 1)?;
/// run.metrics().add(Metric::new("loss", 0.31).phase("train").epoch(run.epoch()))?;
/// assert_eq!(experiment.track(&model)?.epoch(), 1);
/// # Ok::<(), tracker_core::Error>(())
/// ```
#[derive(Clone)]
pub struct Aggregate(Arc<Shared>);

/// An aggregate, for who does not keep the store open.
pub(crate) struct WeakAggregate(Weak<Shared>);

impl WeakAggregate {
    /// The aggregate, where a handle of it is left.
    pub(crate) fn upgrade(&self) -> Option<Aggregate> {
        self.0.upgrade().map(Aggregate)
    }
}

impl Aggregate {
    pub(crate) fn new(link: Arc<Link>, record: AggregateRecord) -> Self {
        Self(Arc::new(Shared {
            link,
            uuid: record.uuid,
            id: record.id.clone(),
            epoch: AtomicU64::new(record.epoch),
            state: Guarded::new(record),
        }))
    }

    /// The id, unique in the experiment: the model's hash unless another was given.
    pub fn id(&self) -> &str {
        &self.0.id
    }

    /// The uuid, unique everywhere.
    pub fn uuid(&self) -> Uuid {
        self.0.uuid
    }

    /// The epoch, as it was when the aggregate was read, or set since by this handle or a clone.
    pub fn epoch(&self) -> u64 {
        self.0.epoch.load(Ordering::Acquire)
    }

    /// When it was created.
    pub fn created(&self) -> Timestamp {
        self.state().created
    }

    /// All of it that is small, as it was when the aggregate was read, or changed since by this
    /// handle or a clone.
    pub fn record(&self) -> AggregateRecord {
        AggregateRecord {
            epoch: self.epoch(),
            ..self.state().clone()
        }
    }

    /// How the newest attempt stands, as far as this handle or a clone knows; a process that died
    /// since shows.
    pub fn status(&self) -> Status {
        self.state().status()
    }

    /// The name that people gave it; empty for none.
    pub fn name(&self) -> String {
        self.state().name.clone()
    }

    /// Gives it a name for people, which need not be unique; empty for none. The id stays.
    ///
    /// # Errors
    ///
    /// [`Error::Name`]; [`Error::Missing`] when the aggregate was removed.
    pub fn set_name(&self, name: &str) -> Result<()> {
        check_form(name, "a run")?;
        self.0.link.apply(Change::NameAggregate {
            aggregate: self.0.uuid,
            name: name.to_owned(),
        })?;
        name.clone_into(&mut self.state().name);
        Ok(())
    }

    /// Whether it is archived.
    pub fn is_archived(&self) -> bool {
        self.state().archived
    }

    /// Archives the run: lists and searches leave it out unless they ask for it. Nothing is deleted,
    /// and [`restore`](Self::restore) brings it back.
    ///
    /// # Errors
    ///
    /// [`Error::Missing`] when the aggregate was removed.
    ///
    /// # Examples
    ///
    /// ```
    /// # use tracker_core::conformance::Sample;
    /// # let experiment = tracker_core::Tracker::open("memory:")?.experiment("digits")?;
    /// # let run = experiment.track(&Sample::new("MLP", "{}"))?;
    /// use tracker_core::Query;
    /// use tracker_core::query::archived;
    ///
    /// run.archive()?;
    /// assert!(experiment.aggregates().list()?.is_empty());
    /// let put_away = Query::new().filter(archived().eq(true));
    /// assert_eq!(experiment.aggregates().find(put_away)?.len(), 1);
    /// run.restore()?;
    /// # Ok::<(), tracker_core::Error>(())
    /// ```
    pub fn archive(&self) -> Result<()> {
        self.set_archived(true)
    }

    /// Brings an archived run back into lists and searches.
    ///
    /// # Errors
    ///
    /// [`Error::Missing`] when the aggregate was removed.
    pub fn restore(&self) -> Result<()> {
        self.set_archived(false)
    }

    fn set_archived(&self, archived: bool) -> Result<()> {
        self.0.link.apply(Change::Archive {
            aggregate: self.0.uuid,
            archived,
        })?;
        self.state().archived = archived;
        Ok(())
    }

    /// The parameters of the run that are arguments of no component, as a seed, as they were when the aggregate was read, or set
    /// since by this handle or a clone.
    pub fn params(&self) -> BTreeMap<String, Value> {
        self.state().params.clone()
    }

    /// Sets a parameter of the run that is an argument of no component, as a seed or any other
    /// hyperparameter: anything that serde writes as JSON, floats to the bit. A parameter is written once; the same value again is no error.
    ///
    /// # Errors
    ///
    /// [`Error::ParamSet`] when it has another value; [`Error::EmptyName`], [`Error::Name`]; [`Error::Json`] for a
    /// value that JSON cannot hold or that nests too deep; [`Error::Missing`] when the aggregate was
    /// removed.
    ///
    /// # Examples
    ///
    /// ```
    /// # use tracker_core::conformance::Sample;
    /// # let experiment = tracker_core::Tracker::open("memory:")?.experiment("digits")?;
    /// # let run = experiment.track(&Sample::new("MLP", "{}"))?;
    /// use tracker_core::{ErrorKind, Query};
    ///
    /// run.set_param("seed", 17)?;
    /// run.set_param("seed", 17)?;
    /// assert_eq!(run.set_param("seed", 18).unwrap_err().kind(), ErrorKind::Conflict);
    /// let query: Query = "param.seed = 17".parse()?;
    /// assert_eq!(experiment.aggregates().find(query)?.len(), 1);
    /// # Ok::<(), tracker_core::Error>(())
    /// ```
    pub fn set_param(&self, name: &str, value: impl Serialize) -> Result<()> {
        check("name", name, "a parameter")?;
        let place = || format!("the parameter `{name}`");
        let value = Value::of(&value).map_err(|problem| Error::Json {
            place: place(),
            problem,
        })?;
        check_json(&value, place)?;
        self.0.link.apply(Change::SetParam {
            aggregate: self.0.uuid,
            name: name.to_owned(),
            value: value.clone(),
        })?;
        self.state().params.insert(name.to_owned(), value);
        Ok(())
    }

    /// Says what a metric means in this aggregate, in the place of what was said before; what is not
    /// said here is as the experiment says.
    ///
    /// # Errors
    ///
    /// [`Error::EmptyName`], [`Error::Name`]; [`Error::Missing`] when the aggregate was removed.
    pub fn define_metric(&self, metric: &str, definition: Definition) -> Result<()> {
        check("name", metric, "a metric")?;
        self.0.link.apply(Change::DefineMetric {
            aggregate: self.0.uuid,
            metric: metric.to_owned(),
            definition: definition.clone(),
        })?;
        self.state()
            .definitions
            .insert(metric.to_owned(), definition);
        Ok(())
    }

    /// Sets the epoch, here and in the store.
    ///
    /// # Errors
    ///
    /// [`Error::TooLarge`] above `i64::MAX`; [`Error::Missing`] when the aggregate was removed.
    pub fn set_epoch(&self, epoch: u64) -> Result<()> {
        check_count("epoch", epoch, || format!("the aggregate `{}`", self.0.id))?;
        self.0.link.apply(Change::SetEpoch {
            aggregate: self.0.uuid,
            epoch,
        })?;
        self.0.epoch.store(epoch, Ordering::Release);
        Ok(())
    }

    /// Goes back to an epoch to resume from a checkpoint: that is the epoch now, and points,
    /// iterations and artifacts of later epochs are removed, all in one step. So a run that crashed
    /// and resumes has one curve, not two.
    ///
    /// Points that another process has added, and that are not in the store yet, cannot be known here:
    /// those of later epochs appear when they arrive. Rewind before others train on.
    ///
    /// # Errors
    ///
    /// [`Error::TooLarge`] above `i64::MAX`; [`Error::Missing`] when the aggregate was removed.
    ///
    /// # Examples
    ///
    /// ```
    /// # use tracker_core::conformance::Sample;
    /// # let run = tracker_core::Tracker::open("memory:")?.experiment("digits")?
    /// #     .track(&Sample::new("MLP", "{}"))?;
    /// use tracker_core::Metric;
    ///
    /// for epoch in 0..5 {
    ///     run.metrics().add(Metric::new("loss", 0.5).epoch(epoch))?;
    /// }
    /// run.rewind(2)?;
    /// assert_eq!(run.metrics().history("loss", "")?.epochs(), [0, 1, 2]);
    /// assert_eq!(run.epoch(), 2);
    /// # Ok::<(), tracker_core::Error>(())
    /// ```
    pub fn rewind(&self, epoch: u64) -> Result<()> {
        check_count("epoch", epoch, || format!("the aggregate `{}`", self.0.id))?;
        self.0.link.apply(Change::Rewind {
            aggregate: self.0.uuid,
            epoch,
        })?;
        self.0.epoch.store(epoch, Ordering::Release);
        Ok(())
    }

    /// The metrics, which are read on demand.
    pub fn metrics(&self) -> Metrics {
        Metrics::new(Arc::clone(&self.0))
    }

    /// The iterations, which are read on demand.
    pub fn iterations(&self) -> Iterations {
        Iterations::new(Arc::clone(&self.0.link), self.0.uuid)
    }

    /// Removes the aggregate with all it holds.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub fn remove(self) -> Result<()> {
        self.0.link.apply(Change::RemoveAggregate {
            aggregate: self.0.uuid,
        })
    }

    pub(crate) fn downgrade(&self) -> WeakAggregate {
        WeakAggregate(Arc::downgrade(&self.0))
    }

    pub(crate) fn link(&self) -> &Arc<Link> {
        &self.0.link
    }

    /// As it was read or changed since, but for the epoch.
    pub(crate) fn state(&self) -> Guard<'_, AggregateRecord> {
        self.0.state()
    }
}

impl fmt::Debug for Aggregate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Aggregate")
            .field("id", &self.0.id)
            .field("epoch", &self.epoch())
            .finish_non_exhaustive()
    }
}
