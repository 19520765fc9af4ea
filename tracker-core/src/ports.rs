//! The ports: what a store must do. Implement the five traits and hand the store to
//! [`Tracker::new`](crate::Tracker::new).
//!
//! A store is given what the domain has checked: names are not empty, epochs and steps fit an
//! `i64`, times are whole microseconds. Each call is atomic: it takes effect wholly or not at all,
//! also when several threads and processes call at once. That names are unique is held by the
//! store.
//!
//! The records can be serialized with serde, by any format that describes itself, as JSON or CBOR;
//! NaN and infinities come back from those too that have none.
//! [`conformance::run`](crate::conformance::run) checks a store.
//!
//! # Examples
//!
//! ```
//! use tracker_core::MemoryStore;
//! use tracker_core::ports::{ExperimentRecord, ExperimentStore, Store};
//!
//! let store: Box<dyn Store> = Box::new(MemoryStore::default());
//! let created = ExperimentRecord::new("digits");
//! store.create_experiment(&created)?;
//! assert_eq!(store.experiments()?, [created]);
//! # Ok::<(), tracker_core::Error>(())
//! ```

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::annotations::{Annotation, Annotations};
use crate::error::{Error, Result};
use crate::iteration::Iteration;
use crate::module::Module;
use crate::series::Series;
use crate::summary::Summary;

/// An experiment as a store keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExperimentRecord {
    /// Unique everywhere.
    pub id: Uuid,
    /// Unique in the store.
    pub name: String,
    /// When it was created, in whole microseconds.
    pub created: Timestamp,
    /// Its tags and notes.
    pub annotations: Annotations,
}

/// An aggregate as a store keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AggregateRecord {
    /// Unique in the experiment.
    pub id: String,
    /// How many epochs it has run.
    pub epoch: u64,
    /// When it was created, in whole microseconds.
    pub created: Timestamp,
    /// Its tags and notes.
    pub annotations: Annotations,
}

/// Which aggregate is meant.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct AggregateKey {
    /// The id of its experiment.
    pub experiment: Uuid,
    /// Its own id.
    pub id: String,
}

/// Points of one aggregate on their way into a store.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Batch {
    /// The aggregate.
    pub aggregate: AggregateKey,
    /// Its points in the order they arrived; each name and phase is there once.
    pub series: Vec<Series>,
}

/// How far a journal has been moved into a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// The journal.
    pub journal: Uuid,
    /// The position behind the last point that was moved.
    pub position: u64,
}

/// Which aggregates are wanted, and which of their modules and summaries; a table of runs reads no
/// others.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Columns {
    /// The ids of the aggregates; all with `None`.
    pub ids: Option<BTreeSet<String>>,
    /// The kinds of the modules; all with `None`.
    pub kinds: Option<Vec<String>>,
    /// The name and phase of each series; all with `None`.
    pub series: Option<Vec<(String, String)>>,
}

/// An aggregate in a table of runs.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// The aggregate.
    pub aggregate: AggregateRecord,
    /// Its modules of the wanted kinds, in the order they were appended.
    pub modules: Vec<Module>,
    /// The summaries of the wanted series, ordered by name and phase.
    pub summaries: Vec<Summary>,
}

/// Keeps experiments.
pub trait ExperimentStore: Send + Sync {
    /// Creates an experiment.
    ///
    /// # Errors
    /// [`Error::Taken`] when another experiment has the name or the id.
    fn create_experiment(&self, record: &ExperimentRecord) -> Result<()>;

    /// The experiment of this name, where there is one.
    ///
    /// # Errors
    /// When the store fails.
    fn experiment(&self, name: &str) -> Result<Option<ExperimentRecord>>;

    /// All experiments in the order they were created.
    ///
    /// # Errors
    /// When the store fails.
    fn experiments(&self) -> Result<Vec<ExperimentRecord>>;

    /// Gives an experiment another name.
    ///
    /// # Errors
    /// [`Error::Taken`] when another experiment has the name, [`Error::Missing`] when there is no
    /// such experiment.
    fn rename_experiment(&self, id: Uuid, name: &str) -> Result<()>;

    /// Changes the tags or notes of an experiment.
    ///
    /// # Errors
    /// [`Error::Missing`] when there is no such experiment.
    fn annotate_experiment(&self, id: Uuid, change: &Annotation) -> Result<()>;

    /// Removes an experiment with all it holds; one that is not there is no error.
    ///
    /// # Errors
    /// When the store fails.
    fn remove_experiment(&self, id: Uuid) -> Result<()>;
}

/// Keeps aggregates and their modules.
pub trait AggregateStore: Send + Sync {
    /// Creates an aggregate with its first modules.
    ///
    /// # Errors
    /// [`Error::Taken`] when the experiment has an aggregate of this id, [`Error::Missing`] when
    /// there is no such experiment.
    fn create_aggregate(
        &self,
        experiment: Uuid,
        record: &AggregateRecord,
        modules: &[Module],
    ) -> Result<()>;

    /// The aggregate, where there is one.
    ///
    /// # Errors
    /// When the store fails.
    fn aggregate(&self, key: &AggregateKey) -> Result<Option<AggregateRecord>>;

    /// The aggregates of an experiment in the order they were created.
    ///
    /// # Errors
    /// When the store fails.
    fn aggregates(&self, experiment: Uuid) -> Result<Vec<AggregateRecord>>;

    /// The aggregates of an experiment that `columns` names, in the order they were created, each
    /// with the modules and summaries that it names. No history is read for it.
    ///
    /// A store that has faster ways than reading one aggregate after the other goes them.
    ///
    /// # Errors
    /// When the store fails.
    fn table(&self, experiment: Uuid, columns: &Columns) -> Result<Vec<Row>>;

    /// Sets the epoch of an aggregate.
    ///
    /// # Errors
    /// [`Error::Missing`] when there is no such aggregate.
    fn set_epoch(&self, key: &AggregateKey, epoch: u64) -> Result<()>;

    /// Changes the tags or notes of an aggregate.
    ///
    /// # Errors
    /// [`Error::Missing`] when there is no such aggregate.
    fn annotate_aggregate(&self, key: &AggregateKey, change: &Annotation) -> Result<()>;

    /// Removes an aggregate with all it holds; one that is not there is no error.
    ///
    /// # Errors
    /// When the store fails.
    fn remove_aggregate(&self, key: &AggregateKey) -> Result<()>;

    /// Replaces the newest module of the same kind where it has the same hash, else appends.
    ///
    /// # Errors
    /// [`Error::Missing`] when there is no such aggregate.
    fn put_module(&self, key: &AggregateKey, module: &Module) -> Result<()>;

    /// The modules of an aggregate in the order they were appended.
    ///
    /// # Errors
    /// [`Error::Missing`] when there is no such aggregate.
    fn modules(&self, key: &AggregateKey) -> Result<Vec<Module>>;
}

/// Keeps the points of each series and their summary.
pub trait MetricStore: Send + Sync {
    /// Adds points, in the order given, and brings the summaries up to date; the points of an
    /// aggregate that is not there are left out, and its key is returned.
    ///
    /// With a `mark`, the position of its journal is set in the same step. A call whose mark is
    /// not beyond the position that is set already does nothing: its points were added before.
    ///
    /// # Errors
    /// When the store fails; nothing was added then, or the mark tells.
    fn add_metrics(&self, batches: &[Batch], mark: Option<Mark>) -> Result<Vec<AggregateKey>>;

    /// The points of one series, ordered by epoch, step and arrival; without points where there is
    /// no such series.
    ///
    /// # Errors
    /// [`Error::Missing`] when there is no such aggregate.
    fn history(&self, key: &AggregateKey, name: &str, phase: &str) -> Result<Series>;

    /// The summary of each series, ordered by name and phase, without reading a history.
    ///
    /// # Errors
    /// [`Error::Missing`] when there is no such aggregate.
    fn summaries(&self, key: &AggregateKey) -> Result<Vec<Summary>>;

    /// The summary of one series, where there is one.
    ///
    /// # Errors
    /// [`Error::Missing`] when there is no such aggregate.
    fn summary(&self, key: &AggregateKey, name: &str, phase: &str) -> Result<Option<Summary>>;

    /// Removes all points and summaries of an aggregate.
    ///
    /// # Errors
    /// [`Error::Missing`] when there is no such aggregate.
    fn clear_metrics(&self, key: &AggregateKey) -> Result<()>;
}

/// Keeps iterations.
pub trait IterationStore: Send + Sync {
    /// Replaces the iteration of the same [hash](Iteration::hash) and phase, which keeps its place,
    /// or appends.
    ///
    /// # Errors
    /// [`Error::Missing`] when there is no such aggregate.
    fn put_iteration(&self, key: &AggregateKey, iteration: &Iteration) -> Result<()>;

    /// The iterations of an aggregate in the order they were appended.
    ///
    /// # Errors
    /// [`Error::Missing`] when there is no such aggregate.
    fn iterations(&self, key: &AggregateKey) -> Result<Vec<Iteration>>;

    /// Removes all iterations of an aggregate.
    ///
    /// # Errors
    /// [`Error::Missing`] when there is no such aggregate.
    fn clear_iterations(&self, key: &AggregateKey) -> Result<()>;
}

/// Looks after what stands behind the other ports.
pub trait Upkeep: Send + Sync {
    /// The position up to which a journal has been moved into the store; 0 for a journal that the
    /// store has never met.
    ///
    /// # Errors
    /// When the store fails.
    fn position(&self, journal: Uuid) -> Result<u64>;

    /// Forgets the position of a journal that is no more.
    ///
    /// # Errors
    /// When the store fails.
    fn forget(&self, journal: Uuid) -> Result<()>;

    /// Returns when everything that was stored, by any process, survives a power loss.
    ///
    /// # Errors
    /// When the store fails.
    fn sync(&self) -> Result<()>;

    /// Looks over the whole store: what is wrong with it, a sentence each; nothing for a sound one.
    ///
    /// # Errors
    /// When the store fails.
    fn check(&self) -> Result<Vec<String>>;
}

/// A whole store: whatever implements the five ports.
pub trait Store: ExperimentStore + AggregateStore + MetricStore + IterationStore + Upkeep {}

impl<S: ExperimentStore + AggregateStore + MetricStore + IterationStore + Upkeep> Store for S {}

impl ExperimentRecord {
    /// A new experiment, created now, with an id of its own.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            id: Uuid::new_v4(),
            name: name.into(),
            created: now(),
            annotations: Annotations::default(),
        }
    }
}

impl AggregateRecord {
    /// A new aggregate at epoch 0, created now.
    pub fn new(id: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            epoch: 0,
            created: now(),
            annotations: Annotations::default(),
        }
    }
}

impl Columns {
    /// Whether the aggregate of this id is wanted.
    pub fn has_id(&self, id: &str) -> bool {
        self.ids.as_ref().is_none_or(|ids| ids.contains(id))
    }

    /// Whether modules of this kind are wanted.
    pub fn has_kind(&self, kind: &str) -> bool {
        let wanted = |kinds: &Vec<String>| kinds.iter().any(|wanted| wanted == kind);
        self.kinds.as_ref().is_none_or(wanted)
    }

    /// Whether the summary of this series is wanted.
    pub fn has_series(&self, name: &str, phase: &str) -> bool {
        let wanted = |series: &Vec<(String, String)>| {
            let mut series = series.iter();
            series.any(|wanted| wanted.0 == name && wanted.1 == phase)
        };
        self.series.as_ref().is_none_or(wanted)
    }
}

/// The present in whole microseconds.
pub(crate) fn now() -> Timestamp {
    let now = Timestamp::now();
    Timestamp::from_microsecond(now.as_microsecond()).unwrap_or(now)
}

impl Error {
    /// The error of a store for an aggregate that is not there.
    pub fn no_aggregate(key: &AggregateKey) -> Self {
        Self::Missing {
            what: "aggregate",
            name: key.id.clone(),
            place: format!("the experiment `{}`", key.experiment),
            hint: "it was removed, or its experiment was; track the model again".to_owned(),
        }
    }

    /// The error of a store for an experiment that is not there.
    pub fn no_experiment(id: Uuid) -> Self {
        Self::Missing {
            what: "experiment",
            name: id.to_string(),
            place: "the store".to_owned(),
            hint: "it was removed; ask the tracker for it by name again".to_owned(),
        }
    }

    /// The error of a store for the name of an experiment that another has already.
    pub fn experiment_taken(name: impl Into<String>) -> Self {
        Self::Taken {
            what: "experiment",
            name: name.into(),
            hint: "choose another name".to_owned(),
        }
    }

    /// The error of a store for the id of an aggregate that another has already.
    pub fn aggregate_taken(id: impl Into<String>) -> Self {
        Self::Taken {
            what: "aggregate",
            name: id.into(),
            hint: "read it with `get` or `track`, or choose another id".to_owned(),
        }
    }
}
