//! The store in one JSON file, which the Python package `mltracker` reads and writes too.

mod aggregates;
mod content;
mod disk;
mod experiments;
mod fault;
mod fields;
mod iterations;
mod metrics;
mod records;
#[cfg(test)]
mod simulated;
mod tables;
#[cfg(test)]
mod tests;
mod upkeep;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use registry_core::ArgumentError;

use crate::error::{Error, Result};
use content::Content;
use disk::{Place, System};

/// Keeps everything in one JSON file: the file of the Python package `mltracker` 0.1.5, which
/// opens it as a `TinyDB` of the tables `experiments`, `models`, `modules`, `metrics` and
/// `iterations`.
///
/// What that package has no place for, as steps and tags, stands in further members of the
/// documents, which it leaves as they are; so does this store with what others have added.
///
/// Each change writes the whole file anew and puts it in the place of the old one, so it suits
/// runs that are small, or written to by [batches](crate::Metrics::add_all). What a call has
/// stored survives a power loss. Several processes may use the file at once: writers wait for each
/// other by a lock on the file `FILE.lock` beside it. The Python package knows no lock and must
/// not write at the same time.
///
/// # Examples
///
/// ```
/// # let folder = tempfile::tempdir().unwrap();
/// use tracker_core::{JsonStore, Tracker};
///
/// let path = folder.path().join("runs.json");
/// let tracker = Tracker::new(JsonStore::open(&path)?);
/// tracker.experiment("digits")?;
/// assert!(std::fs::read_to_string(path).unwrap().contains(r#""name": "digits""#));
/// # Ok::<(), tracker_core::Error>(())
/// ```
pub struct JsonStore {
    path: PathBuf,
    place: Place,
    /// The file as it was read or written last.
    content: Mutex<Option<Content>>,
}

impl JsonStore {
    /// Opens the file. Where there is none, the first change creates it, in a folder that exists.
    ///
    /// # Errors
    ///
    /// [`Error::Folder`], [`Error::NoFolder`], [`Error::NotAStore`], and [`Error::Damaged`] for a
    /// file with a document that does not fit. A file that may not be written can be read; the
    /// first change gives [`Error::ReadOnly`].
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref().to_path_buf();
        let place = Place::new(Box::new(System), fault::check_place(&path)?);
        let store = Self::at(path, place);
        store.read("open the store", |_| Ok(()))?;
        Ok(store)
    }

    fn at(path: PathBuf, place: Place) -> Self {
        Self {
            path,
            place,
            content: Mutex::new(None),
        }
    }

    /// Content is taken out while it is changed, so a panic leaves none that is half changed.
    fn lock(&self) -> MutexGuard<'_, Option<Content>> {
        self.content.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs `act` on one state of the file.
    fn read<T>(&self, action: &str, act: impl FnOnce(&Content) -> Result<T>) -> Result<T> {
        let mut kept = self.lock();
        let content = self.current(kept.take(), action)?;
        act(kept.insert(content))
    }

    /// Runs `act` on the state of the file that no other writer can change meanwhile, and writes
    /// what it has changed, or nothing where it fails.
    fn write<T>(&self, action: &str, act: impl FnOnce(&mut Content) -> Result<T>) -> Result<T> {
        let failed = |error| fault::not_written(error, &self.path, action);
        let mut kept = self.lock();
        let _lock = self.place.lock().map_err(failed)?;
        let mut content = self.current(kept.take(), action)?;
        let done = act(&mut content)?;
        if content.tables.is_changed() {
            let bytes = content.tables.to_text().into_bytes();
            self.place.replace(&bytes).map_err(failed)?;
            content.written(bytes);
        }
        *kept = Some(content);
        Ok(done)
    }

    /// The content of the file; what was kept spares the parsing, where the file is the same.
    ///
    /// All bytes are compared. Size and time of a file would not tell what another program wrote
    /// in place within one tick of the clock, and to read is far cheaper than to parse.
    fn current(&self, kept: Option<Content>, action: &str) -> Result<Content> {
        let bytes = self.place.read();
        let bytes = bytes.map_err(|error| fault::failed(error, &self.path, action))?;
        match kept {
            Some(content) if content.bytes() == bytes => Ok(content),
            _ => Content::parse(bytes).map_err(|problem| fault::unfit(problem, &self.path)),
        }
    }
}

impl fmt::Debug for JsonStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JsonStore")
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

/// The error for a value that the file could not hold.
fn unwritable(place: impl Into<String>) -> impl FnOnce(ArgumentError) -> Error {
    let place = place.into();
    move |problem| Error::Json { place, problem }
}
