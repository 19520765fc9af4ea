//! Aggregates: a model and all that belongs to its training.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use registry_core::Entity;
use uuid::Uuid;

use crate::annotations::{Annotation, Annotations};
use crate::error::{Error, Result};
use crate::experiment::check_tag;
use crate::iterations::Iterations;
use crate::link::Link;
use crate::metric::check_count;
use crate::metrics::Metrics;
use crate::module::Module;
use crate::ports::{AggregateKey, AggregateRecord};

/// A model with its modules, metrics and iterations. Cheap to clone; clones count epochs together.
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
pub struct Aggregate {
    link: Arc<Link>,
    key: Arc<AggregateKey>,
    created: Timestamp,
    epoch: Arc<AtomicU64>,
    annotations: Arc<Mutex<Annotations>>,
}

impl Aggregate {
    pub(crate) fn new(link: Arc<Link>, experiment: Uuid, record: AggregateRecord) -> Self {
        Self {
            link,
            key: Arc::new(AggregateKey {
                experiment,
                id: record.id,
            }),
            created: record.created,
            epoch: Arc::new(AtomicU64::new(record.epoch)),
            annotations: Arc::new(Mutex::new(record.annotations)),
        }
    }

    /// The id, unique in the experiment: the model's hash unless another was given.
    pub fn id(&self) -> &str {
        &self.key.id
    }

    /// The epoch, as it was when the aggregate was read, or set since by this handle or a clone.
    pub fn epoch(&self) -> u64 {
        self.epoch.load(Ordering::Acquire)
    }

    /// When it was created.
    pub fn created(&self) -> Timestamp {
        self.created
    }

    /// The tags and notes, as they were when the aggregate was read, or set since by this handle
    /// or a clone.
    pub fn annotations(&self) -> Annotations {
        self.lock().clone()
    }

    /// Sets a tag; its value may be empty.
    ///
    /// # Errors
    ///
    /// [`Error::EmptyName`]; [`Error::Missing`] when the aggregate was removed.
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
    /// [`Error::Missing`] when the aggregate was removed.
    pub fn remove_tag(&self, tag: &str) -> Result<()> {
        self.annotate(&Annotation::RemoveTag {
            tag: tag.to_owned(),
        })
    }

    /// Sets the notes; empty for none.
    ///
    /// # Errors
    ///
    /// [`Error::Missing`] when the aggregate was removed.
    pub fn set_notes(&self, notes: &str) -> Result<()> {
        self.annotate(&Annotation::SetNotes(notes.to_owned()))
    }

    /// Sets the epoch, here and in the store.
    ///
    /// # Errors
    ///
    /// [`Error::TooLarge`] above `i64::MAX`; [`Error::Missing`] when the aggregate was removed.
    pub fn set_epoch(&self, epoch: u64) -> Result<()> {
        check_count("epoch", epoch, || format!("the aggregate `{}`", self.id()))?;
        self.link.store().set_epoch(&self.key, epoch)?;
        self.epoch.store(epoch, Ordering::Release);
        Ok(())
    }

    /// Puts an entity into the aggregate, as a `kind` that is in use at the present epoch. Where
    /// the newest module of that kind has the same hash, it is moved to the epoch; else the entity
    /// is appended.
    ///
    /// # Errors
    ///
    /// [`Error::Unwritable`], [`Error::NoIdentity`] or [`Error::EmptyName`] where the entity cannot
    /// be stored; nothing is written then. [`Error::Missing`] when the aggregate was removed.
    pub fn with<E: Entity + ?Sized>(&self, kind: &str, entity: &E) -> Result<Self> {
        self.put(Module::new(kind, entity)?)
    }

    /// All modules in the order they were appended.
    ///
    /// # Errors
    ///
    /// [`Error::Missing`] when the aggregate was removed.
    pub fn modules(&self) -> Result<Vec<Module>> {
        self.link.store().modules(&self.key)
    }

    /// The modules of a kind in the order they were appended.
    ///
    /// # Errors
    ///
    /// [`Error::Missing`] when the aggregate was removed.
    pub fn modules_of(&self, kind: &str) -> Result<Vec<Module>> {
        let modules = self.modules()?.into_iter();
        Ok(modules.filter(|module| module.kind == kind).collect())
    }

    /// The newest module of a kind; `model` is always there.
    ///
    /// # Errors
    ///
    /// [`Error::Missing`] when there is none of this kind; the hint names those there are.
    pub fn module(&self, kind: &str) -> Result<Module> {
        let modules = self.modules()?;
        match modules.iter().rfind(|module| module.kind == kind) {
            Some(module) => Ok(module.clone()),
            None => Err(self.no_module(kind, &modules)),
        }
    }

    /// The metrics, which are read on demand.
    pub fn metrics(&self) -> Metrics {
        Metrics::new(Arc::clone(&self.link), Arc::clone(&self.key))
    }

    /// The iterations, which are read on demand.
    pub fn iterations(&self) -> Iterations {
        Iterations::new(Arc::clone(&self.link), Arc::clone(&self.key))
    }

    /// Removes the aggregate with all it holds.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub fn remove(self) -> Result<()> {
        self.link.settled()?.remove_aggregate(&self.key)
    }

    /// Puts a module that the present epoch uses.
    pub(crate) fn put(&self, mut module: Module) -> Result<Self> {
        module.epoch = self.epoch();
        self.link.store().put_module(&self.key, &module)?;
        Ok(self.clone())
    }

    fn annotate(&self, change: &Annotation) -> Result<()> {
        self.link.store().annotate_aggregate(&self.key, change)?;
        self.lock().apply(change);
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, Annotations> {
        self.annotations
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn no_module(&self, kind: &str, modules: &[Module]) -> Error {
        let mut kinds: Vec<&str> = modules.iter().map(|module| module.kind.as_str()).collect();
        kinds.sort_unstable();
        kinds.dedup();
        let there = format!("its kinds are `{}`", kinds.join("`, `"));
        Error::Missing {
            what: "module of the kind",
            name: kind.to_owned(),
            place: format!("the aggregate `{}`", self.id()),
            hint: match registry_core::nearest(kind, kinds.iter().copied()) {
                Some(near) => format!("did you mean `{near}`? ({there})"),
                None => there,
            },
        }
    }
}

impl fmt::Debug for Aggregate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Aggregate")
            .field("id", &self.key.id)
            .field("epoch", &self.epoch())
            .finish_non_exhaustive()
    }
}
