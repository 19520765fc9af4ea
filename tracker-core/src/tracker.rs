//! The way into a store.

use std::fmt;
use std::sync::Arc;

use crate::address;
use crate::error::{Error, Result};
use crate::experiment::Experiment;
use crate::ports::Store;

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
/// assert_eq!(tracker.experiments()?.len(), 1);
/// # Ok::<(), tracker_core::Error>(())
/// ```
#[derive(Clone)]
pub struct Tracker {
    store: Arc<dyn Store>,
}

impl Tracker {
    /// Opens the store of an address, and creates it where there is none yet.
    ///
    /// | address | store |
    /// |---|---|
    /// | `sqlite:FILE` | one file; several processes may use it at once |
    /// | `memory:` | a new one, gone with the last clone |
    ///
    /// # Errors
    ///
    /// [`Error::Address`] for any other address, and whatever keeps the store from being opened:
    /// [`Error::Folder`], [`Error::NoFolder`], [`Error::ReadOnly`], [`Error::NotAStore`],
    /// [`Error::TooNew`], [`Error::Busy`]. A file that is not a tracker's is not touched.
    pub fn open(address: &str) -> Result<Self> {
        address::open(address).map(|store| Self { store })
    }

    /// A tracker over a store of one's own; see [`ports`](crate::ports).
    pub fn new(store: impl Store + 'static) -> Self {
        Self {
            store: Arc::new(store),
        }
    }

    /// Reads the experiment of this name, or creates it.
    ///
    /// # Errors
    ///
    /// [`Error::EmptyName`], or when the store fails.
    pub fn experiment(&self, name: &str) -> Result<Experiment> {
        check_experiment(name)?;
        let record = self.store.experiment(name)?;
        Ok(Experiment::new(Arc::clone(&self.store), record))
    }

    /// All experiments in the order they were created.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub fn experiments(&self) -> Result<Vec<Experiment>> {
        let records = self.store.experiments()?.into_iter();
        Ok(records
            .map(|record| Experiment::new(Arc::clone(&self.store), record))
            .collect())
    }
}

impl fmt::Debug for Tracker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tracker").finish_non_exhaustive()
    }
}

/// Refuses an experiment without a name.
pub(crate) fn check_experiment(name: &str) -> Result<()> {
    if name.is_empty() {
        return Err(Error::EmptyName {
            what: "name",
            place: "an experiment".to_owned(),
        });
    }
    Ok(())
}
