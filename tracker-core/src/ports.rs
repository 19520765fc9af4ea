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

mod records;

use uuid::Uuid;

use crate::annotations::Annotation;
use crate::error::{Error, Result};
use crate::iteration::Iteration;
use crate::module::Module;
use crate::series::Series;
use crate::summary::Summary;

pub(crate) use records::now;
pub use records::{AggregateKey, AggregateRecord, Batch, Columns, ExperimentRecord, Mark, Row};

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
///
/// # Examples
///
/// ```
/// use tracker_core::conformance::Sample;
/// use tracker_core::ports::{
///     AggregateKey, AggregateRecord, AggregateStore, Columns, ExperimentRecord, ExperimentStore,
/// };
/// use tracker_core::{MemoryStore, Module};
///
/// let store = MemoryStore::default();
/// let experiment = ExperimentRecord::new("digits");
/// store.create_experiment(&experiment)?;
/// let model = Module::new("model", &Sample::new("MLP", "{}"))?;
/// store.create_aggregate(experiment.id, &AggregateRecord::new("run-1"), &[model])?;
///
/// let key = AggregateKey { experiment: experiment.id, id: "run-1".to_owned() };
/// store.set_epoch(&key, 3)?;
/// let rows = store.table(experiment.id, &Columns::default())?;
/// assert_eq!((rows[0].aggregate.epoch, rows[0].modules[0].name()), (3, "MLP"));
/// # Ok::<(), tracker_core::Error>(())
/// ```
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
///
/// # Examples
///
/// ```
/// # use tracker_core::ports::{AggregateRecord, AggregateStore, ExperimentRecord, ExperimentStore};
/// use tracker_core::ports::{AggregateKey, Batch, Mark, MetricStore};
/// use tracker_core::{MemoryStore, Series, Uuid};
///
/// # let store = MemoryStore::default();
/// # let experiment = ExperimentRecord::new("digits");
/// # store.create_experiment(&experiment)?;
/// # store.create_aggregate(experiment.id, &AggregateRecord::new("run-1"), &[])?;
/// let mut loss = Series::new("loss", "train");
/// loss.push_number(1, 100, 0, 0.31);
/// let batch = Batch {
///     aggregate: AggregateKey { experiment: experiment.id, id: "run-1".to_owned() },
///     series: vec![loss],
/// };
/// let mark = Mark { journal: Uuid::new_v4(), position: 1 };
/// for _ in 0..2 {
///     store.add_metrics(std::slice::from_ref(&batch), Some(mark))?;
/// }
/// // The mark was there the second time.
/// assert_eq!(store.history(&batch.aggregate, "loss", "train")?.len(), 1);
/// # Ok::<(), tracker_core::Error>(())
/// ```
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
