//! Aggregates: a model and all that belongs to its training.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use registry_core::Entity;
use uuid::Uuid;

use crate::error::{Error, Result};
use crate::identity;
use crate::iterations::Iterations;
use crate::metric::check_count;
use crate::metrics::Metrics;
use crate::module::Module;
use crate::ports::{AggregateKey, AggregateRecord, Store};

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
    store: Arc<dyn Store>,
    key: Arc<AggregateKey>,
    epoch: Arc<AtomicU64>,
}

impl Aggregate {
    pub(crate) fn new(store: Arc<dyn Store>, experiment: Uuid, record: AggregateRecord) -> Self {
        Self {
            store,
            key: Arc::new(AggregateKey {
                experiment,
                id: record.id,
            }),
            epoch: Arc::new(AtomicU64::new(record.epoch)),
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

    /// Sets the epoch, here and in the store.
    ///
    /// # Errors
    ///
    /// [`Error::TooLarge`] above `i64::MAX`; [`Error::Missing`] when the aggregate was removed.
    pub fn set_epoch(&self, epoch: u64) -> Result<()> {
        check_count("epoch", epoch, || format!("the aggregate `{}`", self.id()))?;
        self.store.set_epoch(&self.key, epoch)?;
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
        let record = identity::record(kind, entity)?;
        let module = Module {
            kind: kind.to_owned(),
            record,
            epoch: self.epoch(),
        };
        self.store.put_module(&self.key, &module)?;
        Ok(self.clone())
    }

    /// All modules in the order they were appended.
    ///
    /// # Errors
    ///
    /// [`Error::Missing`] when the aggregate was removed.
    pub fn modules(&self) -> Result<Vec<Module>> {
        self.store.modules(&self.key)
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
        Metrics::new(Arc::clone(&self.store), Arc::clone(&self.key))
    }

    /// The iterations, which are read on demand.
    pub fn iterations(&self) -> Iterations {
        Iterations::new(Arc::clone(&self.store), Arc::clone(&self.key))
    }

    /// Removes the aggregate with all it holds.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub fn remove(self) -> Result<()> {
        self.store.remove_aggregate(&self.key)
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
