//! The ports: what a store must do. Implement the four traits and hand the store to
//! [`Tracker::new`](crate::Tracker::new).
//!
//! A store is given what the domain has checked: names are not empty, epochs and steps fit an
//! `i64`, times are whole microseconds. Each call is atomic: it takes effect wholly or not at all,
//! also when several threads and processes call at once.
//! [`conformance::run`](crate::conformance::run) checks a store.
//!
//! # Examples
//!
//! ```
//! use tracker_core::MemoryStore;
//! use tracker_core::ports::{ExperimentStore, Store};
//!
//! let store: Box<dyn Store> = Box::new(MemoryStore::default());
//! let created = store.experiment("digits")?;
//! assert_eq!(store.experiments()?, [created]);
//! # Ok::<(), tracker_core::Error>(())
//! ```

use registry_core::Metadata;
use uuid::Uuid;

use crate::error::Result;
use crate::iteration::Iteration;
use crate::metric::Metric;
use crate::module::Module;
use crate::summary::Summary;

/// An experiment as a store keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExperimentRecord {
    /// Unique everywhere.
    pub id: Uuid,
    /// Unique in the store.
    pub name: String,
}

/// An aggregate as a store keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AggregateRecord {
    /// Unique in the experiment.
    pub id: String,
    /// How many epochs it has run.
    pub epoch: u64,
}

/// Which aggregate is meant.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct AggregateKey {
    /// The id of its experiment.
    pub experiment: Uuid,
    /// Its own id.
    pub id: String,
}

/// Keeps experiments.
pub trait ExperimentStore: Send + Sync {
    /// Reads the experiment of this name, or creates it with a new id.
    ///
    /// # Errors
    /// When the store fails.
    fn experiment(&self, name: &str) -> Result<ExperimentRecord>;

    /// All experiments in the order they were created.
    ///
    /// # Errors
    /// When the store fails.
    fn experiments(&self) -> Result<Vec<ExperimentRecord>>;

    /// Gives an experiment another name.
    ///
    /// # Errors
    /// [`Error::Taken`](crate::Error::Taken) when another experiment has the name,
    /// [`Error::Missing`](crate::Error::Missing) when there is no such experiment.
    fn rename_experiment(&self, id: Uuid, name: &str) -> Result<()>;

    /// Removes an experiment with all it holds; one that is not there is no error.
    ///
    /// # Errors
    /// When the store fails.
    fn remove_experiment(&self, id: Uuid) -> Result<()>;
}

/// Keeps aggregates and their modules.
pub trait AggregateStore: Send + Sync {
    /// Reads the aggregate, or creates it at epoch 0, and puts the model in it as a module of the
    /// kind `model` at the aggregate's epoch; all in one step.
    ///
    /// # Errors
    /// [`Error::Missing`](crate::Error::Missing) when there is no such experiment.
    fn track(&self, key: &AggregateKey, model: &Metadata) -> Result<AggregateRecord>;

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

    /// Sets the epoch of an aggregate.
    ///
    /// # Errors
    /// [`Error::Missing`](crate::Error::Missing) when there is no such aggregate.
    fn set_epoch(&self, key: &AggregateKey, epoch: u64) -> Result<()>;

    /// Removes an aggregate with all it holds; one that is not there is no error.
    ///
    /// # Errors
    /// When the store fails.
    fn remove_aggregate(&self, key: &AggregateKey) -> Result<()>;

    /// Replaces the newest module of the same kind where it has the same hash, else appends.
    ///
    /// # Errors
    /// [`Error::Missing`](crate::Error::Missing) when there is no such aggregate.
    fn put_module(&self, key: &AggregateKey, module: &Module) -> Result<()>;

    /// The modules of an aggregate in the order they were appended.
    ///
    /// # Errors
    /// [`Error::Missing`](crate::Error::Missing) when there is no such aggregate.
    fn modules(&self, key: &AggregateKey) -> Result<Vec<Module>>;
}

/// Keeps the points of each series and their summary.
pub trait MetricStore: Send + Sync {
    /// Adds points, in the order given, and brings the summaries up to date.
    ///
    /// # Errors
    /// [`Error::Missing`](crate::Error::Missing) when there is no such aggregate.
    fn add_metrics(&self, key: &AggregateKey, metrics: &[Metric]) -> Result<()>;

    /// The points of one series, ordered by epoch, step and arrival.
    ///
    /// # Errors
    /// [`Error::Missing`](crate::Error::Missing) when there is no such aggregate.
    fn metrics(&self, key: &AggregateKey, name: &str, phase: &str) -> Result<Vec<Metric>>;

    /// The summary of each series, ordered by name and phase, without reading a history.
    ///
    /// # Errors
    /// [`Error::Missing`](crate::Error::Missing) when there is no such aggregate.
    fn summaries(&self, key: &AggregateKey) -> Result<Vec<Summary>>;

    /// Removes all points and summaries of an aggregate.
    ///
    /// # Errors
    /// [`Error::Missing`](crate::Error::Missing) when there is no such aggregate.
    fn clear_metrics(&self, key: &AggregateKey) -> Result<()>;
}

/// Keeps iterations.
pub trait IterationStore: Send + Sync {
    /// Replaces the iteration of the same [hash](Iteration::hash) and phase, which keeps its place,
    /// or appends.
    ///
    /// # Errors
    /// [`Error::Missing`](crate::Error::Missing) when there is no such aggregate.
    fn put_iteration(&self, key: &AggregateKey, iteration: &Iteration) -> Result<()>;

    /// The iterations of an aggregate in the order they were appended.
    ///
    /// # Errors
    /// [`Error::Missing`](crate::Error::Missing) when there is no such aggregate.
    fn iterations(&self, key: &AggregateKey) -> Result<Vec<Iteration>>;

    /// Removes all iterations of an aggregate.
    ///
    /// # Errors
    /// [`Error::Missing`](crate::Error::Missing) when there is no such aggregate.
    fn clear_iterations(&self, key: &AggregateKey) -> Result<()>;
}

/// A whole store: whatever implements the four ports.
pub trait Store: ExperimentStore + AggregateStore + MetricStore + IterationStore {}

impl<S: ExperimentStore + AggregateStore + MetricStore + IterationStore> Store for S {}

/// The error for an aggregate that is not there.
pub(crate) fn no_aggregate(key: &AggregateKey) -> crate::Error {
    crate::Error::Missing {
        what: "aggregate",
        name: key.id.clone(),
        place: format!("the experiment {}", key.experiment),
        hint: "it was removed, or its experiment was; track the model again".to_owned(),
    }
}

/// The error for an experiment that is not there.
pub(crate) fn no_experiment(id: Uuid) -> crate::Error {
    crate::Error::Missing {
        what: "experiment",
        name: id.to_string(),
        place: "the store".to_owned(),
        hint: "it was removed; ask the tracker for it by name again".to_owned(),
    }
}
