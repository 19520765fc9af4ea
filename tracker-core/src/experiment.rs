//! Experiments, and the aggregates they hold.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use registry_core::Entity;
use uuid::Uuid;

use crate::aggregate::Aggregate;
use crate::annotations::{Annotation, Annotations};
use crate::error::{Error, Result};
use crate::link::Link;
use crate::module::Module;
use crate::ports::{AggregateKey, AggregateRecord, Columns, ExperimentRecord, Row};

/// The experiments of a store.
///
/// # Examples
///
/// ```
/// use tracker_core::{Error, Tracker};
///
/// let experiments = Tracker::open("memory:")?.experiments();
/// experiments.create("digits")?;
/// assert!(matches!(experiments.create("digits"), Err(Error::Taken { .. })));
/// assert!(experiments.get("digits")?.is_some());
/// assert_eq!(experiments.list()?.len(), 1);
/// experiments.clear()?;
/// assert!(experiments.get("digits")?.is_none());
/// # Ok::<(), tracker_core::Error>(())
/// ```
#[derive(Clone)]
pub struct Experiments {
    link: Arc<Link>,
}

impl Experiments {
    pub(crate) fn new(link: Arc<Link>) -> Self {
        Self { link }
    }

    /// Creates an experiment.
    ///
    /// # Errors
    ///
    /// [`Error::EmptyName`]; [`Error::Taken`] when there is one of this name.
    pub fn create(&self, name: &str) -> Result<Experiment> {
        check_name(name)?;
        let record = ExperimentRecord::new(name);
        self.link.store().create_experiment(&record)?;
        Ok(self.handle(record))
    }

    /// The experiment of this name, where there is one.
    ///
    /// # Errors
    ///
    /// [`Error::EmptyName`], or when the store fails.
    pub fn get(&self, name: &str) -> Result<Option<Experiment>> {
        check_name(name)?;
        let record = self.link.store().experiment(name)?;
        Ok(record.map(|record| self.handle(record)))
    }

    /// All experiments in the order they were created.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub fn list(&self) -> Result<Vec<Experiment>> {
        let records = self.link.store().experiments()?.into_iter();
        Ok(records.map(|record| self.handle(record)).collect())
    }

    /// Removes all experiments with all they hold.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub fn clear(&self) -> Result<()> {
        self.list()?.into_iter().try_for_each(Experiment::remove)
    }

    fn handle(&self, record: ExperimentRecord) -> Experiment {
        Experiment {
            link: Arc::clone(&self.link),
            id: record.id,
            created: record.created,
            state: Arc::new(Mutex::new((record.name, record.annotations))),
        }
    }
}

impl fmt::Debug for Experiments {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Experiments").finish_non_exhaustive()
    }
}

/// A named group of aggregates. Cheap to clone; clones see each other's changes.
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
    link: Arc<Link>,
    id: Uuid,
    created: Timestamp,
    /// Name and annotations, as they were read or set since.
    state: Arc<Mutex<(String, Annotations)>>,
}

impl Experiment {
    /// The id, which stays the same under another name.
    pub fn id(&self) -> Uuid {
        self.id
    }

    /// The name, unique in the store.
    pub fn name(&self) -> String {
        self.state().0.clone()
    }

    /// When it was created.
    pub fn created(&self) -> Timestamp {
        self.created
    }

    /// The tags and notes, as they were when the experiment was read, or set since by this handle
    /// or a clone.
    pub fn annotations(&self) -> Annotations {
        self.state().1.clone()
    }

    /// The aggregate of this model: read, or created at epoch 0. Its id is the model's hash, and
    /// the model is its module of the kind `model`.
    ///
    /// # Errors
    ///
    /// [`Error::Unwritable`] or [`Error::NoIdentity`] where the model cannot be stored; nothing is
    /// written then. [`Error::Missing`] when the experiment was removed.
    pub fn track<E: Entity + ?Sized>(&self, model: &E) -> Result<Aggregate> {
        let model = Module::new("model", model)?;
        let id = model.hash().as_str().to_owned();
        self.aggregates().get_or_create(&id, model)
    }

    /// As [`track`](Self::track), under an id of one's own: for several runs of one model.
    ///
    /// # Errors
    ///
    /// [`Error::EmptyName`], and those of [`track`](Self::track).
    pub fn track_as<E: Entity + ?Sized>(&self, id: &str, model: &E) -> Result<Aggregate> {
        check_id(id)?;
        self.aggregates()
            .get_or_create(id, Module::new("model", model)?)
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
    pub fn rename(&self, name: &str) -> Result<()> {
        check_name(name)?;
        self.link.store().rename_experiment(self.id, name)?;
        name.clone_into(&mut self.state().0);
        Ok(())
    }

    /// Sets a tag; its value may be empty.
    ///
    /// # Errors
    ///
    /// [`Error::EmptyName`]; [`Error::Missing`] when the experiment was removed.
    pub fn set_tag(&self, tag: &str, value: &str) -> Result<()> {
        check_tag(tag)?;
        self.annotate(&Annotation::SetTag {
            tag: tag.to_owned(),
            value: value.to_owned(),
        })
    }

    /// Removes a tag; one that is not there is no error.
    ///
    /// # Errors
    ///
    /// [`Error::Missing`] when the experiment was removed.
    pub fn remove_tag(&self, tag: &str) -> Result<()> {
        self.annotate(&Annotation::RemoveTag {
            tag: tag.to_owned(),
        })
    }

    /// Sets the notes; empty for none.
    ///
    /// # Errors
    ///
    /// [`Error::Missing`] when the experiment was removed.
    pub fn set_notes(&self, notes: &str) -> Result<()> {
        self.annotate(&Annotation::SetNotes(notes.to_owned()))
    }

    /// Removes the experiment with all it holds.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub fn remove(self) -> Result<()> {
        self.link.settled()?.remove_experiment(self.id)
    }

    fn annotate(&self, change: &Annotation) -> Result<()> {
        self.link.store().annotate_experiment(self.id, change)?;
        self.state().1.apply(change);
        Ok(())
    }

    fn state(&self) -> MutexGuard<'_, (String, Annotations)> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Experiment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Experiment")
            .field("id", &self.id)
            .field("name", &self.name())
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
    pub(crate) experiment: Experiment,
}

impl Aggregates {
    /// Creates the aggregate of a model, under an id of one's own.
    ///
    /// # Errors
    ///
    /// [`Error::Taken`] when there is one of this id, and those of
    /// [`track_as`](Experiment::track_as).
    pub fn create<E: Entity + ?Sized>(&self, id: &str, model: &E) -> Result<Aggregate> {
        check_id(id)?;
        self.insert(id, Module::new("model", model)?)
    }

    /// All of them in the order they were created.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub fn list(&self) -> Result<Vec<Aggregate>> {
        let records = self
            .experiment
            .link
            .store()
            .aggregates(self.experiment.id)?;
        Ok(records
            .into_iter()
            .map(|record| self.handle(record))
            .collect())
    }

    /// The one of this id, where there is one.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub fn get(&self, id: &str) -> Result<Option<Aggregate>> {
        let record = self.experiment.link.store().aggregate(&self.key(id))?;
        Ok(record.map(|record| self.handle(record)))
    }

    /// Removes all of them with all they hold.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub fn clear(&self) -> Result<()> {
        self.list()?.into_iter().try_for_each(Aggregate::remove)
    }

    fn get_or_create(&self, id: &str, model: Module) -> Result<Aggregate> {
        loop {
            if let Some(aggregate) = self.get(id)? {
                return aggregate.put(model);
            }
            match self.insert(id, model.clone()) {
                // Another thread or process was faster.
                Err(Error::Taken { .. }) => {}
                done => return done,
            }
        }
    }

    fn insert(&self, id: &str, model: Module) -> Result<Aggregate> {
        let record = AggregateRecord::new(id);
        let store = self.experiment.link.store();
        store.create_aggregate(self.experiment.id, &record, &[model])?;
        Ok(self.handle(record))
    }

    fn key(&self, id: &str) -> AggregateKey {
        AggregateKey {
            experiment: self.experiment.id,
            id: id.to_owned(),
        }
    }

    /// A table of runs in which every point is that was added through this tracker.
    pub(crate) fn table(&self, columns: &Columns) -> Result<Vec<Row>> {
        let store = self.experiment.link.settled()?;
        store.table(self.experiment.id, columns)
    }

    pub(crate) fn handle(&self, record: AggregateRecord) -> Aggregate {
        Aggregate::new(
            Arc::clone(&self.experiment.link),
            self.experiment.id,
            record,
        )
    }
}

/// Refuses an experiment without a name.
fn check_name(name: &str) -> Result<()> {
    check("name", name, "an experiment")
}

/// Refuses an aggregate without an id.
fn check_id(id: &str) -> Result<()> {
    check("id", id, "an aggregate")
}

/// Refuses a tag without a name.
pub(crate) fn check_tag(tag: &str) -> Result<()> {
    check("name", tag, "a tag")
}

fn check(what: &'static str, text: &str, place: &str) -> Result<()> {
    if text.is_empty() {
        return Err(Error::EmptyName {
            what,
            place: place.to_owned(),
        });
    }
    Ok(())
}
