//! The way into a store.

use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use uuid::Uuid;

use crate::aggregate::Aggregate;
use crate::artifacts::{remove_unreferenced, unreferenced, unsound_artifacts};
use crate::driver::{self, Access};
use crate::error::Result;
use crate::experiment::{Experiment, Experiments};
use crate::journal::JournalInfo;
use crate::link::{Link, get_or_create};
use crate::many::unreadable;
use crate::ports::{Content, ContentStore, Detail, Scope, Store};

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
    /// | address | store | crate |
    /// |---|---|---|
    /// | `sqlite:FILE` | one file; several processes may use it at once | `tracker-sqlite` |
    /// | `json:FILE` | one file, which the Python package `mltracker` reads and writes too | `tracker-json` |
    /// | `http://HOST:PORT`, `https://HOST` | on a server of Entia | `tracker-http` |
    /// | `memory:` | a new one, gone with the last clone | |
    ///
    /// The crate `entia` brings the first two by its default features.
    ///
    /// Whatever is changed stands in a journal beside the file before it is in the store, so nothing
    /// waits for the store while a program trains: a change waits two seconds at most for the answer
    /// of the store, and is made later where that is away. A store that fails is reported by the next
    /// call that changes something; one that another process keeps, after half a minute. Only reads
    /// wait until what was changed before is in the store, for 20 seconds, and then fail with
    /// [`ErrorKind::Unavailable`](crate::ErrorKind::Unavailable). What processes that have died left
    /// in their journals is moved into the store first, by a thread, so opening does not wait for it.
    ///
    /// # Errors
    ///
    /// [`Address`](crate::Error::Address) for any other address, [`NotLinked`](crate::Error::NotLinked) for
    /// one whose crate is not there, and [`Unusable`](crate::Error::Unusable) or
    /// [`Busy`](crate::Error::Busy) where something keeps the store from being opened. A file that is not a
    /// tracker's is not touched.
    pub fn open(address: &str) -> Result<Self> {
        Self::with(address, Access::Create)
    }

    /// Opens the store of an address where there is one.
    ///
    /// # Errors
    ///
    /// [`StoreProblem::Absent`](crate::StoreProblem::Absent) where there is none, and those of
    /// [`open`](Self::open).
    pub fn open_existing(address: &str) -> Result<Self> {
        Self::with(address, Access::Existing)
    }

    /// Opens the store of an address read-only, without the right to write: on a read-only mount, in
    /// a file of another user, a snapshot. No byte of it changes; one of an older
    /// version is read as it is. Journals are left alone, and [`journals`](Self::journals) says how
    /// many points wait in them. Whatever would change something is refused with
    /// [`ErrorKind::Denied`](crate::ErrorKind::Denied).
    ///
    /// # Errors
    ///
    /// As [`open_existing`](Self::open_existing).
    pub fn read(address: &str) -> Result<Self> {
        Self::with(address, Access::Read)
    }

    fn with(address: &str, access: Access) -> Result<Self> {
        let opened = driver::open(address, access)?;
        let link = Arc::new(Link::opened(opened, address, access)?);
        Ok(Self { link })
    }

    /// A tracker over a store of one's own, which is given each point at once; see
    /// [`ports`](crate::ports).
    pub fn new(store: impl Store + 'static) -> Self {
        let link = Arc::new(Link::direct(Arc::new(store)));
        Self { link }
    }

    /// As [`new`](Self::new), with journals beside `path`, as a `sqlite:` store has them: adding a
    /// point does not wait for the store, and the store is given many points at once.
    ///
    /// # Errors
    ///
    /// When the folder of `path` cannot be read.
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
        let link = Arc::new(Link::journaled(Arc::new(store), path.as_ref(), None)?);
        Ok(Self { link })
    }

    /// The tracker with another place for the contents of artifacts than the folder beside the file of
    /// the store. It counts for all that was read through this tracker, and for its clones. Records
    /// name contents by their hash alone, so a tracker has to be given the same place each time.
    ///
    /// # Examples
    ///
    /// ```
    /// # let folder = tempfile::tempdir().unwrap();
    /// use tracker_core::{FolderContents, Tracker, conformance::Sample};
    ///
    /// let contents = FolderContents::new(folder.path().join("weights"));
    /// let tracker = Tracker::open("memory:")?.with_artifacts(contents);
    /// let run = tracker.experiment("digits")?.track(&Sample::new("MLP", "{}"))?;
    /// run.artifacts().put_bytes("report.txt", b"accurate")?;
    /// assert!(folder.path().join("weights").is_dir());
    /// # Ok::<(), tracker_core::Error>(())
    /// ```
    #[must_use]
    pub fn with_artifacts(self, contents: impl ContentStore + 'static) -> Self {
        self.link.set_contents(Arc::new(contents));
        self
    }

    /// Where the contents of artifacts are.
    ///
    /// # Errors
    ///
    /// [`Error::NoPlace`](crate::Error::NoPlace) where nobody has said, and the store stands in no file.
    pub fn contents(&self) -> Result<Arc<dyn ContentStore>> {
        self.link.contents()
    }

    /// The tracker with another limit for the length of its journal than 1 GiB, in bytes. The journal
    /// begins with 1 MiB, and grows while the store takes changes more slowly than they come, or not
    /// at all: another process keeps it, the disk or the network is away. At the limit, what is added
    /// is refused with [`ErrorKind::Unavailable`](crate::ErrorKind::Unavailable), and what was added
    /// before is kept. It counts for all clones; a store without a file has no journal.
    ///
    /// # Examples
    ///
    /// ```
    /// # let folder = tempfile::tempdir().unwrap();
    /// use tracker_core::{MemoryStore, Tracker};
    ///
    /// let tracker = Tracker::journaled(MemoryStore::default(), folder.path().join("runs"))?
    ///     .with_journal_limit(64 << 20);
    /// # Ok::<(), tracker_core::Error>(())
    /// ```
    #[must_use]
    pub fn with_journal_limit(self, bytes: u64) -> Self {
        self.link.set_journal_limit(bytes);
        self
    }

    /// The store, which holds every change by now that was made through this tracker: for what the
    /// handles do not offer, as several changes in one step. Nothing is checked there that the
    /// handles check.
    ///
    /// # Errors
    ///
    /// When the store fails.
    ///
    /// # Examples
    ///
    /// ```
    /// # use tracker_core::{Tracker, conformance::Sample};
    /// use tracker_core::ports::{Change, Detail, Scope};
    ///
    /// let tracker = Tracker::open("memory:")?;
    /// tracker.experiment("digits")?.track(&Sample::new("MLP", "{}"))?;
    /// tracker.experiment("letters")?.track(&Sample::new("MLP", "{}"))?;
    /// let store = tracker.store()?;
    /// let rows = store.rows(&Scope::All, &Detail::NONE)?.into_iter();
    /// let archive = rows.map(|row| Change::Archive { aggregate: row.aggregate.uuid, archived: true });
    /// store.apply(&archive.collect::<Vec<_>>(), None)?.complete()?;
    /// assert!(tracker.experiment("digits")?.aggregates().list()?.is_empty());
    /// # Ok::<(), tracker_core::Error>(())
    /// ```
    pub fn store(&self) -> Result<&dyn Store> {
        self.link.settled()
    }

    /// The journals beside the store: those of processes that run, those that dead ones have left,
    /// which the next [`open`](Self::open) moves into the store, and those that are kept since that
    /// cannot be done. They are only looked at. None for a store without a file.
    ///
    /// # Errors
    ///
    /// When the folder cannot be read.
    pub fn journals(&self) -> Result<Vec<JournalInfo>> {
        self.link.journals()
    }

    /// Asks the store for an answer. One on another machine may be away while all that is added waits
    /// in the journal: then this says why.
    ///
    /// # Errors
    ///
    /// When the store fails, as with [`ErrorKind::Unavailable`](crate::ErrorKind::Unavailable).
    ///
    /// # Examples
    ///
    /// ```
    /// # use tracker_core::Tracker;
    /// let tracker = Tracker::open("memory:")?;
    /// if let Err(away) = tracker.ping() {
    ///     eprintln!("logging goes on without the server: {away}");
    /// }
    /// # Ok::<(), tracker_core::Error>(())
    /// ```
    pub fn ping(&self) -> Result<()> {
        self.link.ping()
    }

    /// The aggregate of this uuid, in whatever experiment, where there is one.
    ///
    /// # Errors
    ///
    /// When the store fails.
    ///
    /// # Examples
    ///
    /// ```
    /// # use tracker_core::{Tracker, conformance::Sample};
    /// let tracker = Tracker::open("memory:")?;
    /// let run = tracker.experiment("digits")?.track(&Sample::new("MLP", "{}"))?;
    /// let same = tracker.aggregate(run.uuid())?;
    /// assert_eq!(same.unwrap().id(), run.id());
    /// # Ok::<(), tracker_core::Error>(())
    /// ```
    pub fn aggregate(&self, uuid: Uuid) -> Result<Option<Aggregate>> {
        let rows = self
            .link
            .store()?
            .rows(&Scope::Uuids(vec![uuid]), &Detail::NONE)?;
        let mut records = rows.into_iter().map(|row| row.aggregate);
        Ok(records
            .next()
            .map(|record| Aggregate::new(Arc::clone(&self.link), record)))
    }

    /// Reads the experiment of this name, or creates it.
    ///
    /// # Errors
    ///
    /// [`Error::EmptyName`](crate::Error::EmptyName), [`Error::Name`](crate::Error::Name), or when the store fails.
    pub fn experiment(&self, name: &str) -> Result<Experiment> {
        let experiments = self.experiments();
        get_or_create(
            ("experiment", name),
            || experiments.get(name),
            || experiments.create(name),
        )
    }

    /// The experiments of the store.
    pub fn experiments(&self) -> Experiments {
        Experiments::new(Arc::clone(&self.link))
    }

    /// Returns when everything that was stored survives a power loss. Without it, everything
    /// survives the end of the process, also by `kill -9`. It waits as long as the store takes what it
    /// is given, and 20 seconds for one that does not.
    ///
    /// # Errors
    ///
    /// When the store fails, which keeps what was added in the journal; what the store has refused
    /// since the last call, as [`Error::Missing`](crate::Error::Missing) for points of an aggregate that was removed.
    pub fn flush(&self) -> Result<()> {
        self.link.flush()
    }

    /// Looks over the whole store, with the contents of all artifacts, which takes a while for a large
    /// one: what is wrong with it, a sentence each; nothing for a sound one.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub fn check(&self) -> Result<Vec<String>> {
        let store = self.link.settled()?;
        let mut problems = store.check()?;
        // What is wrong with the store as a whole says more than what cannot be read for it.
        if problems.is_empty() {
            problems = unreadable(store)?;
        }
        if problems.is_empty() {
            problems = unsound_artifacts(&self.link)?;
        }
        Ok(problems)
    }
}

/// The contents of artifacts that nothing needs any more.
impl Tracker {
    /// The contents that no artifact refers to, also those that were put just now and whose artifact
    /// follows.
    ///
    /// # Errors
    ///
    /// When the store or the place of the contents fails.
    pub fn unreferenced_artifacts(&self) -> Result<Vec<Content>> {
        unreferenced(&self.link)
    }

    /// Removes the contents that no artifact refers to, and gives those it has removed. Contents that
    /// were put in the last while, which `older_than` says, stay: other programs may be about to
    /// write the record of one. A day is long enough.
    ///
    /// The place of the contents must belong to this store alone: those of another store would seem
    /// to be referred to by nothing.
    ///
    /// # Errors
    ///
    /// When the store or the place of the contents fails, or the store was opened to be read.
    ///
    /// # Examples
    ///
    /// ```
    /// # use tracker_core::{Tracker, conformance::Sample};
    /// # let tracker = Tracker::open("memory:")?;
    /// # let run = tracker.experiment("digits")?.track(&Sample::new("MLP", "{}"))?;
    /// use std::time::Duration;
    ///
    /// run.artifacts().put_bytes("report.txt", b"accurate")?;
    /// run.artifacts().remove("report.txt", None)?;
    /// assert_eq!(tracker.unreferenced_artifacts()?[0].size, 8);
    ///
    /// let day = Duration::from_secs(24 * 60 * 60);
    /// assert!(tracker.remove_unreferenced_artifacts(day)?.is_empty());
    /// assert_eq!(tracker.remove_unreferenced_artifacts(Duration::ZERO)?.len(), 1);
    /// # Ok::<(), tracker_core::Error>(())
    /// ```
    pub fn remove_unreferenced_artifacts(&self, older_than: Duration) -> Result<Vec<Content>> {
        remove_unreferenced(&self.link, older_than)
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
