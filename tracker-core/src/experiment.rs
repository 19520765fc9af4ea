//! Experiments, and the aggregates they hold.

use std::fmt;
use std::sync::Arc;

use registry_core::Entity;
use uuid::Uuid;

use crate::aggregate::Aggregate;
use crate::error::{Error, Result};
use crate::identity;
use crate::ports::{AggregateKey, AggregateRecord, ExperimentRecord, Store};
use crate::tracker::check_experiment;

/// A named group of aggregates. Cheap to clone.
///
/// # Examples
///
/// ```
/// # use tracker_core::conformance::Sample;
/// # let model = Sample::new("MLP", r#"{"layers": 2}"#);
/// use registry_core::Entity;
/// use tracker_core::Tracker;
///
/// let experiment = Tracker::open("memory:")?.experiment("digits")?;
/// let run = experiment.track(&model)?;
/// assert_eq!(run.id(), model.hash().as_str());
/// # Ok::<(), tracker_core::Error>(())
/// ```
#[derive(Clone)]
pub struct Experiment {
    store: Arc<dyn Store>,
    record: ExperimentRecord,
}

impl Experiment {
    pub(crate) fn new(store: Arc<dyn Store>, record: ExperimentRecord) -> Self {
        Self { store, record }
    }

    /// The id, which stays the same under another name.
    pub fn id(&self) -> Uuid {
        self.record.id
    }

    /// The name, unique in the store.
    pub fn name(&self) -> &str {
        &self.record.name
    }

    /// The aggregate of this model: read, or created at epoch 0. Its id is the model's hash, and
    /// the model is its module of the kind `model`.
    ///
    /// # Errors
    ///
    /// [`Error::Unwritable`] or [`Error::NoIdentity`] where the model cannot be stored; nothing is
    /// written then. [`Error::Missing`] when the experiment was removed.
    pub fn track<E: Entity + ?Sized>(&self, model: &E) -> Result<Aggregate> {
        let record = identity::record("model", model)?;
        let key = self.key(record.hash.as_str());
        let aggregate = self.store.track(&key, &record)?;
        Ok(self.handle(aggregate))
    }

    /// As [`track`](Self::track), under an id of one's own: for several runs of one model.
    ///
    /// # Errors
    ///
    /// [`Error::EmptyName`], and those of [`track`](Self::track).
    pub fn track_as<E: Entity + ?Sized>(&self, id: &str, model: &E) -> Result<Aggregate> {
        if id.is_empty() {
            return Err(Error::EmptyName {
                what: "id",
                place: "an aggregate".to_owned(),
            });
        }
        let record = identity::record("model", model)?;
        let aggregate = self.store.track(&self.key(id), &record)?;
        Ok(self.handle(aggregate))
    }

    /// The aggregates of this experiment.
    pub fn aggregates(&self) -> Aggregates {
        Aggregates {
            experiment: self.clone(),
        }
    }

    /// Gives the experiment another name.
    ///
    /// # Errors
    ///
    /// [`Error::EmptyName`]; [`Error::Taken`] when another experiment has the name;
    /// [`Error::Missing`] when this one was removed.
    pub fn rename(&mut self, name: &str) -> Result<()> {
        check_experiment(name)?;
        self.store.rename_experiment(self.record.id, name)?;
        name.clone_into(&mut self.record.name);
        Ok(())
    }

    /// Removes the experiment with all it holds.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub fn remove(self) -> Result<()> {
        self.store.remove_experiment(self.record.id)
    }

    fn key(&self, id: &str) -> AggregateKey {
        AggregateKey {
            experiment: self.record.id,
            id: id.to_owned(),
        }
    }

    fn handle(&self, record: AggregateRecord) -> Aggregate {
        Aggregate::new(Arc::clone(&self.store), self.record.id, record)
    }
}

impl fmt::Debug for Experiment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Experiment")
            .field("id", &self.record.id)
            .field("name", &self.record.name)
            .finish_non_exhaustive()
    }
}

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
#[derive(Clone, Debug)]
pub struct Aggregates {
    experiment: Experiment,
}

impl Aggregates {
    /// All of them in the order they were created.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub fn list(&self) -> Result<Vec<Aggregate>> {
        let records = self.experiment.store.aggregates(self.experiment.id())?;
        Ok(records
            .into_iter()
            .map(|record| self.experiment.handle(record))
            .collect())
    }

    /// The one of this id, where there is one.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub fn get(&self, id: &str) -> Result<Option<Aggregate>> {
        let record = self.experiment.store.aggregate(&self.experiment.key(id))?;
        Ok(record.map(|record| self.experiment.handle(record)))
    }
}
