//! The way into a store.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use crate::address;
use crate::error::{Error, Result};
use crate::experiment::{Experiment, Experiments};
use crate::link::Link;
use crate::ports::{AggregateKey, ExperimentRecord, Store};

/// A store of experiments. Cheap to clone, and may be used from several threads.
///
/// # Examples
///
/// ```
/// use tracker_core::Tracker;
///
/// let tracker = Tracker::open("memory:")?;
/// let digits = tracker.experiment("digits")?;
/// assert_eq!(tracker.experiment("digits")?.id(), digits.id());
/// assert_eq!(tracker.experiments().list()?.len(), 1);
/// # Ok::<(), tracker_core::Error>(())
/// ```
#[derive(Clone)]
pub struct Tracker {
    link: Arc<Link>,
}

impl Tracker {
    /// Opens the store of an address, and creates it where there is none yet.
    ///
    /// | address | store |
    /// |---|---|
    /// | `sqlite:FILE` | one file; several processes may use it at once |
    /// | `json:FILE` | one file, which the Python package `mltracker` reads and writes too |
    /// | `memory:` | a new one, gone with the last clone |
    ///
    /// # Errors
    ///
    /// [`Error::Address`] for any other address, and whatever keeps the store from being opened:
    /// [`Error::Folder`], [`Error::NoFolder`], [`Error::ReadOnly`], [`Error::NotAStore`],
    /// [`Error::TooNew`], [`Error::Busy`]. A file that is not a tracker's is not touched.
    pub fn open(address: &str) -> Result<Self> {
        let link = Arc::new(address::open(address)?);
        Ok(Self { link })
    }

    /// Opens the store of an address where there is one, to read it.
    ///
    /// # Errors
    ///
    /// [`Error::NoStore`] where there is none, and those of [`open`](Self::open).
    ///
    /// # Examples
    ///
    /// ```
    /// use tracker_core::{Error, Tracker};
    ///
    /// let opened = Tracker::open_existing("sqlite:no-such-file.db");
    /// assert!(matches!(opened, Err(Error::NoStore { .. })));
    /// ```
    pub fn open_existing(address: &str) -> Result<Self> {
        let link = Arc::new(address::open_existing(address)?);
        Ok(Self { link })
    }

    /// A tracker over a store of one's own, which is given each point at once; see
    /// [`ports`](crate::ports).
    pub fn new(store: impl Store + 'static) -> Self {
        let link = Arc::new(Link::direct(store));
        Self { link }
    }

    /// As [`new`](Self::new), with journals beside `path`, as a `sqlite:` store has them: adding a
    /// point does not wait for the store, and the store is given many points at once. What
    /// processes that have died left in their journals is moved into the store first.
    ///
    /// # Errors
    ///
    /// When the folder of `path` cannot be read, or the store fails.
    ///
    /// # Examples
    ///
    /// ```
    /// # let folder = tempfile::tempdir().unwrap();
    /// use tracker_core::{MemoryStore, Metric, Tracker, conformance::Sample};
    ///
    /// let tracker = Tracker::journaled(MemoryStore::default(), folder.path().join("runs"))?;
    /// let run = tracker.experiment("digits")?.track(&Sample::new("MLP", "{}"))?;
    /// run.metrics().add(Metric::new("loss", 0.5))?;
    /// assert_eq!(run.metrics().list("loss", "")?.len(), 1);
    /// # Ok::<(), tracker_core::Error>(())
    /// ```
    pub fn journaled(store: impl Store + 'static, path: impl AsRef<Path>) -> Result<Self> {
        let link = Arc::new(Link::journaled(store, path.as_ref())?);
        Ok(Self { link })
    }

    /// Reads the experiment of this name, or creates it.
    ///
    /// # Errors
    ///
    /// [`Error::EmptyName`], or when the store fails.
    pub fn experiment(&self, name: &str) -> Result<Experiment> {
        let experiments = self.experiments();
        loop {
            if let Some(experiment) = experiments.get(name)? {
                return Ok(experiment);
            }
            match experiments.create(name) {
                // Another thread or process was faster.
                Err(Error::Taken { .. }) => {}
                done => return done,
            }
        }
    }

    /// The experiments of the store.
    pub fn experiments(&self) -> Experiments {
        Experiments::new(Arc::clone(&self.link))
    }

    /// Returns when everything that was stored survives a power loss. Without it, everything
    /// survives the end of the process, also by `kill -9`.
    ///
    /// # Errors
    ///
    /// When the store fails; [`Error::Missing`] when points of an aggregate that was removed could
    /// not be added.
    pub fn flush(&self) -> Result<()> {
        self.link.flush()
    }

    /// Looks over the whole store, which takes a while for a large one: what is wrong with it, a
    /// sentence each; nothing for a sound one.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub fn check(&self) -> Result<Vec<String>> {
        let store = self.link.settled()?;
        let problems = store.check()?;
        // What is wrong with the store as a whole says more than what cannot be read for it.
        if problems.is_empty() {
            return unreadable(store);
        }
        Ok(problems)
    }
}

/// The records that cannot be read, a sentence each.
fn unreadable(store: &dyn Store) -> Result<Vec<String>> {
    let mut problems = Vec::new();
    let Some(experiments) = readable(store.experiments(), "", &mut problems)? else {
        return Ok(problems);
    };
    for ExperimentRecord { id, name, .. } in experiments {
        let place = format!("the experiment `{name}`: ");
        let records = readable(store.aggregates(id), &place, &mut problems)?;
        for record in records.unwrap_or_default() {
            let place = format!("the aggregate `{}` of `{name}`: ", record.id);
            let key = AggregateKey {
                experiment: id,
                id: record.id,
            };
            readable(store.modules(&key), &place, &mut problems)?;
            readable(store.iterations(&key), &place, &mut problems)?;
        }
    }
    Ok(problems)
}

/// What was read; or nothing, and one more problem, where it is damaged.
fn readable<T>(read: Result<T>, place: &str, problems: &mut Vec<String>) -> Result<Option<T>> {
    match read {
        Ok(read) => Ok(Some(read)),
        Err(Error::Damaged { problem, .. }) => {
            problems.push(format!("{place}{problem}"));
            Ok(None)
        }
        // Another process has just removed it.
        Err(Error::Missing { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

impl Tracker {
    /// The way into the store.
    pub(crate) fn link(&self) -> &Link {
        &self.link
    }
}

impl fmt::Debug for Tracker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tracker").finish_non_exhaustive()
    }
}
