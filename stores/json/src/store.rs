//! The store: each call sees one state of the file.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use tracker_core::fork::PerProcess;
use tracker_core::ports::{
    Applied, ArtifactRecord, AttemptRecord, Change, Detail, ExperimentRecord, Histories, History,
    Mark, Row, Scope, Search, Store,
};
use tracker_core::query::Page;
use tracker_core::{Error, Iteration, MemoryStore, Result, Series, StoreProblem, Uuid};

use crate::changes::action;
use crate::content::Content;
use crate::disk::{StoreFile, System};
use crate::errors::{self, unusable};

/// Keeps everything in one JSON file: the file of the Python package `mltracker` 0.1.5, which
/// opens it as a `TinyDB` of the tables `experiments`, `models`, `modules`, `metrics` and
/// `iterations`.
///
/// What that package has no place for, as steps, tags, parameters and attempts, stands in further
/// members of the documents, which it leaves as they are; so does this store with what others have
/// added.
///
/// Each call of [`apply`](Store::apply) writes the whole file anew and puts it in the place of the
/// old one, so it suits runs that are small, or written to by
/// [batches](tracker_core::Metrics::add_all). What a call has stored survives a power loss. Several
/// processes may use the file at once: writers wait for each other by a lock on the file `FILE.lock`
/// beside it. The Python package knows no lock and must not write at the same time.
///
/// # Examples
///
/// ```
/// # let folder = tempfile::tempdir().unwrap();
/// use tracker_core::Tracker;
/// use tracker_json::JsonStore;
///
/// let path = folder.path().join("runs.json");
/// let tracker = Tracker::new(JsonStore::open(&path)?);
/// tracker.experiment("digits")?;
/// assert!(std::fs::read_to_string(path).unwrap().contains(r#""name": "digits""#));
/// # Ok::<(), tracker_core::Error>(())
/// ```
pub struct JsonStore {
    path: PathBuf,
    file: StoreFile,
    may_write: bool,
    /// Which store the file is, once that is known.
    identity: OnceLock<Uuid>,
    /// The file as it was read or written last. A child begins without: its parent may be in the midst
    /// of a change.
    content: PerProcess<Mutex<Option<Content>>>,
}

impl JsonStore {
    /// Opens the file to read and write. Where there is none, the first change creates it, in a
    /// folder that exists.
    ///
    /// # Errors
    ///
    /// [`Error::Unusable`] where no such file can be, or it is not a tracker's, and
    /// [`Error::Damaged`] for a file with a document that does not fit. A file that may not be
    /// written can be read; the first change gives [`StoreProblem::ReadOnly`].
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        Self::with(path.as_ref(), true)
    }

    /// Opens a file that is there, to read it: it needs no right to write, neither the file nor its
    /// folder, and no file is made beside it.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open), and [`StoreProblem::Absent`] where there is no file. Every change is
    /// refused with [`StoreProblem::OpenedToRead`].
    ///
    /// # Examples
    ///
    /// ```
    /// # let folder = tempfile::tempdir().unwrap();
    /// use tracker_core::ErrorKind;
    /// use tracker_json::JsonStore;
    ///
    /// let missing = JsonStore::read(folder.path().join("runs.json")).unwrap_err();
    /// assert_eq!(missing.kind(), ErrorKind::NotFound);
    /// ```
    pub fn read(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        // A file that cannot be looked at is there, as far as anybody knows.
        if matches!(path.try_exists(), Ok(false)) {
            return Err(unusable(path, StoreProblem::Absent));
        }
        Self::with(path, false)
    }

    fn with(path: &Path, may_write: bool) -> Result<Self> {
        let file = StoreFile::new(Box::new(System), errors::locate(path)?);
        let store = Self {
            may_write,
            ..Self::at(path.to_path_buf(), file)
        };
        store.records("open the store")?;
        Ok(store)
    }

    pub(crate) fn at(path: PathBuf, file: StoreFile) -> Self {
        Self {
            path,
            file,
            may_write: true,
            identity: OnceLock::new(),
            content: PerProcess::default(),
        }
    }

    /// Content is taken out while it is changed, so a panic leaves none that is half changed.
    fn lock(&self) -> MutexGuard<'_, Option<Content>> {
        let content = self.content.get().lock();
        content.unwrap_or_else(PoisonError::into_inner)
    }

    /// Looks at one state of the file.
    fn look<T>(&self, action: &str, look: impl FnOnce(&Content) -> T) -> Result<T> {
        let mut kept = self.lock();
        let content = self.current(kept.take(), action)?;
        self.note(&content);
        Ok(look(kept.insert(content)))
    }

    /// Notes which store this is; another that is put in its place is not it.
    fn note(&self, content: &Content) {
        if let Some(identity) = content.identity() {
            // The first stays.
            let _ = self.identity.set(identity);
        }
    }

    /// The records of one state of the file; nobody waits while they are read.
    fn records(&self, action: &str) -> Result<Arc<MemoryStore>> {
        self.look(action, |content| Arc::clone(&content.records))
    }

    /// The content of the file; what was kept spares the parsing, where the file is the same.
    ///
    /// All bytes are compared. Size and time of a file would not tell what another program wrote
    /// in place within one tick of the clock, and to read is far cheaper than to parse.
    fn current(&self, kept: Option<Content>, action: &str) -> Result<Content> {
        let bytes = self.file.read();
        let bytes = bytes.map_err(|error| errors::failed(error, &self.path, action))?;
        match kept {
            Some(content) if content.bytes == bytes => Ok(content),
            _ => Content::parse(bytes).map_err(|error| errors::unreadable(error, &self.path)),
        }
    }
}

impl Store for JsonStore {
    fn apply(&self, changes: &[Change], mark: Option<Mark>) -> Result<Applied> {
        if !self.may_write {
            return Err(unusable(&self.path, StoreProblem::OpenedToRead));
        }
        let action = action(changes);
        let failed = |error| errors::not_written(error, &self.path, action);
        let mut kept = self.lock();
        let _lock = self.file.lock().map_err(failed)?;
        let mut content = self.current(kept.take(), action)?;
        let known = self.identity.get();
        if known.is_some() && content.identity().as_ref() != known {
            return Err(unusable(&self.path, StoreProblem::Gone));
        }
        // Where it fails, the content is dropped, and parsed from the file when it is asked for.
        let applied = content.apply(changes, mark)?;
        if content.tables.is_changed() {
            let bytes = content.tables.to_text().into_bytes();
            self.file.replace(&bytes).map_err(failed)?;
            content.set_written(bytes);
        }
        self.note(&content);
        *kept = Some(content);
        Ok(applied)
    }

    fn experiments(&self) -> Result<Vec<ExperimentRecord>> {
        self.records("list the experiments")?.experiments()
    }

    fn rows(&self, scope: &Scope, detail: &Detail) -> Result<Vec<Row>> {
        self.records("read aggregates")?.rows(scope, detail)
    }

    fn history(&self, aggregate: Uuid, name: &str, phase: &str) -> Result<Series> {
        self.records("read a history")?
            .history(aggregate, name, phase)
    }

    fn iterations(&self, aggregate: Uuid) -> Result<Vec<Iteration>> {
        self.records("list the iterations")?.iterations(aggregate)
    }

    fn attempts(&self, aggregate: Uuid) -> Result<Vec<AttemptRecord>> {
        self.records("list the attempts")?.attempts(aggregate)
    }

    fn artifacts(&self, aggregate: Uuid) -> Result<Vec<ArtifactRecord>> {
        self.records("list the artifacts")?.artifacts(aggregate)
    }

    fn position(&self, journal: Uuid) -> Result<u64> {
        self.records("read the position of a journal")?
            .position(journal)
    }

    fn identity(&self) -> Result<Option<Uuid>> {
        self.look("read the identity of the store", Content::identity)
    }

    fn search(&self, search: &Search<'_>) -> Result<Page<Row>> {
        self.records("search the aggregates")?.search(search)
    }

    fn histories(&self, wanted: &Histories) -> Result<Vec<History>> {
        self.records("read histories")?.histories(wanted)
    }

    /// Every call has synced what it wrote; only a writer that came to an end before its last step
    /// has left a file whose name may still be lost.
    fn sync(&self) -> Result<()> {
        if !self.may_write {
            return Ok(());
        }
        let synced = self.file.sync();
        synced.map_err(|error| errors::failed(error, &self.path, "sync the store"))
    }

    fn check(&self) -> Result<Vec<String>> {
        match self.look("check the store", Content::dangling) {
            Err(Error::Damaged { problem, .. }) => Ok(vec![problem]),
            checked => checked,
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
