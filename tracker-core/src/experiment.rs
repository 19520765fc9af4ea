//! Experiments.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use registry_core::Entity;
use uuid::Uuid;

use crate::aggregate::Aggregate;
use crate::aggregates::Aggregates;
use crate::error::Result;
use crate::fork::{Guard, Guarded};
use crate::link::Link;
use crate::names::{check_id, check_name, check_tag};
use crate::ports::Change;
use crate::records::{Annotation, Annotations, Definition, ExperimentRecord, ModuleRecord};

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
    /// [`Error::EmptyName`](crate::Error::EmptyName), [`Error::Name`](crate::Error::Name);
    /// [`Error::Taken`](crate::Error::Taken) when there is one of this name.
    pub fn create(&self, name: &str) -> Result<Experiment> {
        check_name(name)?;
        let record = ExperimentRecord::new(name);
        self.link.apply(Change::CreateExperiment(record.clone()))?;
        self.link.remember_experiment(&record);
        Ok(self.handle(record))
    }

    /// The experiment of this name, where there is one.
    ///
    /// # Errors
    ///
    /// [`Error::EmptyName`](crate::Error::EmptyName), [`Error::Name`](crate::Error::Name), or when the store fails.
    pub fn get(&self, name: &str) -> Result<Option<Experiment>> {
        check_name(name)?;
        let record = self.link.experiment(name)?;
        Ok(record.map(|record| self.handle(record)))
    }

    /// The experiment of this id, where there is one.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub fn by_id(&self, id: Uuid) -> Result<Option<Experiment>> {
        let record = self.link.store()?.experiment_by_id(id)?;
        Ok(record.map(|record| self.handle(record)))
    }

    /// All experiments in the order they were created.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub fn list(&self) -> Result<Vec<Experiment>> {
        let records = self.link.store()?.experiments()?.into_iter();
        Ok(records.map(|record| self.handle(record)).collect())
    }

    /// At most so many experiments in the order they were created: the first, or those behind `last`.
    ///
    /// # Errors
    ///
    /// When the store fails.
    ///
    /// # Examples
    ///
    /// ```
    /// let experiments = tracker_core::Tracker::open("memory:")?.experiments();
    /// for name in ["digits", "letters", "words"] {
    ///     experiments.create(name)?;
    /// }
    /// let first = experiments.page(None, 2)?;
    /// let second = experiments.page(first.last(), 2)?;
    /// assert_eq!((first.len(), second[0].name().as_str()), (2, "words"));
    /// # Ok::<(), tracker_core::Error>(())
    /// ```
    pub fn page(&self, last: Option<&Experiment>, limit: usize) -> Result<Vec<Experiment>> {
        let last = last.map(|last| (last.created, last.id));
        let records = self.link.store()?.experiments_after(last, limit)?;
        Ok(records
            .into_iter()
            .map(|record| self.handle(record))
            .collect())
    }

    /// Removes all experiments with all they hold.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub fn clear(&self) -> Result<()> {
        self.list()?.into_iter().try_for_each(Experiment::remove)
    }

    pub(crate) fn link(&self) -> &Arc<Link> {
        &self.link
    }

    pub(crate) fn handle(&self, record: ExperimentRecord) -> Experiment {
        Experiment {
            link: Arc::clone(&self.link),
            id: record.id,
            created: record.created,
            state: Arc::new(Guarded::new(record)),
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
    /// As it was read or changed since.
    state: Arc<Guarded<ExperimentRecord>>,
}

impl Experiment {
    /// The id, which stays the same under another name.
    pub fn id(&self) -> Uuid {
        self.id
    }

    /// The name, unique in the store.
    pub fn name(&self) -> String {
        self.state().name.clone()
    }

    /// When it was created.
    pub fn created(&self) -> Timestamp {
        self.created
    }

    /// The tags and notes, as they were when the experiment was read, or set since by this handle
    /// or a clone.
    pub fn annotations(&self) -> Annotations {
        self.state().annotations.clone()
    }

    /// The aggregate, that is the run, of this model: read to resume it, or created at epoch 0. Its
    /// id is the model's hash, and the model is its module of the kind `model`.
    ///
    /// # Errors
    ///
    /// [`Error::Unwritable`](crate::Error::Unwritable) or [`Error::NoIdentity`](crate::Error::NoIdentity) where the model cannot be stored; nothing is
    /// written then. [`Error::Missing`](crate::Error::Missing) when the experiment was removed.
    pub fn track<E: Entity + ?Sized>(&self, model: &E) -> Result<Aggregate> {
        let model = ModuleRecord::new("model", model)?;
        let id = model.hash().as_str().to_owned();
        self.aggregates().get_or_create(&id, &model)
    }

    /// As [`track`](Self::track), under an id of one's own: for several runs of one model.
    ///
    /// # Errors
    ///
    /// [`Error::EmptyName`](crate::Error::EmptyName), [`Error::Name`](crate::Error::Name), and those of [`track`](Self::track).
    pub fn track_as<E: Entity + ?Sized>(&self, id: &str, model: &E) -> Result<Aggregate> {
        check_id(id)?;
        self.aggregates()
            .get_or_create(id, &ModuleRecord::new("model", model)?)
    }

    /// The aggregates of this experiment.
    pub fn aggregates(&self) -> Aggregates {
        Aggregates::new(Arc::clone(&self.link), self.id)
    }

    /// Says what a metric means in all aggregates of this experiment, in the place of what was said
    /// before: its unit, whether smaller or larger is better, a description.
    ///
    /// # Errors
    ///
    /// [`Error::EmptyName`](crate::Error::EmptyName), [`Error::Name`](crate::Error::Name);
    /// [`Error::Missing`](crate::Error::Missing) when the experiment was removed.
    ///
    /// # Examples
    ///
    /// ```
    /// use tracker_core::{Definition, Tracker};
    ///
    /// let experiment = Tracker::open("memory:")?.experiment("serving")?;
    /// experiment.define_metric("latency", Definition::default().unit("ms").minimize())?;
    /// assert_eq!(experiment.definitions()["latency"].unit, "ms");
    /// # Ok::<(), tracker_core::Error>(())
    /// ```
    pub fn define_metric(&self, metric: &str, definition: Definition) -> Result<()> {
        crate::names::check("name", metric, "a metric")?;
        self.link.apply(Change::DefineExperimentMetric {
            experiment: self.id,
            metric: metric.to_owned(),
            definition: definition.clone(),
        })?;
        self.state()
            .definitions
            .insert(metric.to_owned(), definition);
        Ok(())
    }

    /// What was said of metrics, by their names, as it was when the experiment was read, or said
    /// since by this handle or a clone.
    pub fn definitions(&self) -> BTreeMap<String, Definition> {
        self.state().definitions.clone()
    }

    /// All of it that is small.
    pub fn record(&self) -> ExperimentRecord {
        self.state().clone()
    }

    /// Gives the experiment another name.
    ///
    /// # Errors
    ///
    /// [`Error::EmptyName`](crate::Error::EmptyName), [`Error::Name`](crate::Error::Name);
    /// [`Error::Taken`](crate::Error::Taken) when another experiment has the name;
    /// [`Error::Missing`](crate::Error::Missing) when this one was removed.
    pub fn rename(&self, name: &str) -> Result<()> {
        check_name(name)?;
        self.link.apply(Change::RenameExperiment {
            experiment: self.id,
            name: name.to_owned(),
        })?;
        name.clone_into(&mut self.state().name);
        Ok(())
    }

    /// Sets a tag; its value may be empty.
    ///
    /// # Errors
    ///
    /// [`Error::EmptyName`](crate::Error::EmptyName), [`Error::Name`](crate::Error::Name);
    /// [`Error::Missing`](crate::Error::Missing) when the experiment was removed.
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
    /// [`Error::Missing`](crate::Error::Missing) when the experiment was removed.
    pub fn remove_tag(&self, tag: &str) -> Result<()> {
        self.annotate(&Annotation::RemoveTag {
            tag: tag.to_owned(),
        })
    }

    /// Sets the notes; empty for none.
    ///
    /// # Errors
    ///
    /// [`Error::Missing`](crate::Error::Missing) when the experiment was removed.
    pub fn set_notes(&self, notes: &str) -> Result<()> {
        self.annotate(&Annotation::SetNotes(notes.to_owned()))
    }

    /// Removes the experiment with all it holds.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub fn remove(self) -> Result<()> {
        let experiment = self.id;
        self.link.apply(Change::RemoveExperiment { experiment })
    }

    fn annotate(&self, annotation: &Annotation) -> Result<()> {
        self.link.apply(Change::AnnotateExperiment {
            experiment: self.id,
            annotation: annotation.clone(),
        })?;
        self.state().annotations.apply(annotation);
        Ok(())
    }

    fn state(&self) -> Guard<'_, ExperimentRecord> {
        self.state.lock()
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
