//! The store: its connections, and the port.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use registry_core::Value;
use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior};
use tracker_core::ports::{
    Applied, ArtifactRecord, AttemptRecord, Change, Detail, ExperimentRecord, Histories, History,
    Mark, Row, Scope, Search, Store, Touch,
};
use tracker_core::query::Page;
use tracker_core::sql::{self, Database as _};
use tracker_core::{Error, Iteration, Result, Series, StoreProblem, Uuid};

use crate::connections::{self, Connections, lock, patiently};
use crate::failure::{Failure, unusable};
use crate::open_file::OpenFile;
use crate::read_only::ReadOnly;
use crate::search::State;
use crate::{
    aggregates, artifacts, attempts, changes, check, connect, experiments, full_disk, histories,
    iterations, rows, schema, settings, touches,
};

/// Keeps everything in one SQLite file.
///
/// What a call has stored survives the end of the process, also by `kill -9`, and a power loss once
/// [`sync`](Store::sync) has returned. Reads wait neither for writes nor for each other.
///
/// # How points are stored
///
/// The table `series` has a row for each aggregate and metric, with the summary. Of the points of a
/// series, the first to arrive stand in the table `chunks`, thousands in a blob, see
/// [`chunk`](tracker_core::chunk). The last to arrive stand in the table `points`, a row each, until
/// there are enough of them for a chunk. A JSON value always stands in a row of its own there.
///
/// Numbers outside of chunks are integers, since a column of floats keeps neither NaN nor `-0.0`:
/// the bits of the float, all but the sign inverted where it is negative, so that they order as the
/// floats do. Times are microseconds since 1970, UTC.
///
/// So SQL alone does not read a history. [`history`](tracker_core::Metrics::history) gives it as
/// columns, [`list`](tracker_core::Metrics::list) as rows, and `entia export` on the command line
/// those of a whole store as CSV, JSON Lines or Parquet.
///
/// # Examples
///
/// ```
/// # let folder = tempfile::tempdir().unwrap();
/// use tracker_core::Tracker;
/// use tracker_sqlite::SqliteStore;
///
/// let tracker = Tracker::new(SqliteStore::open(folder.path().join("runs.db"))?);
/// assert!(tracker.experiments().list()?.is_empty());
/// # Ok::<(), tracker_core::Error>(())
/// ```
pub struct SqliteStore {
    path: PathBuf,
    connections: Arc<Connections>,
    access: Access,
    /// Whether there are facts to search among; not in a file of an older version.
    has_facts: bool,
}

enum Access {
    Write {
        file: OpenFile,
        /// Whether the folder is on the disk with the names of the files.
        named: AtomicBool,
    },
    Read(ReadOnly),
    /// As long as the disk is full, which the error says, all that can be done is to remove.
    Full {
        file: ReadOnly,
        problem: Error,
    },
}

impl Access {
    /// The file, where it is only read.
    fn read_only(&self) -> Option<&ReadOnly> {
        match self {
            Self::Write { .. } => None,
            Self::Read(file) | Self::Full { file, .. } => Some(file),
        }
    }
}

impl SqliteStore {
    /// Opens the file to read and write, or creates it in a folder that exists.
    ///
    /// # Errors
    ///
    /// As [`Tracker::open`](tracker_core::Tracker::open).
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref().to_path_buf();
        Ok(Self {
            connections: connect::open(&path)?,
            access: Access::Write {
                file: OpenFile::of(&path),
                named: AtomicBool::new(false),
            },
            path,
            has_facts: true,
        })
    }

    /// As [`open`](Self::open), and where the disk is full so that room can be made.
    pub(crate) fn open_existing(path: &Path) -> Result<Self> {
        // With little room it opens, and then nothing can be read through the log.
        let opened = Self::open(path).and_then(|store| {
            store.experiments()?;
            Ok(store)
        });
        let problem = match opened {
            Err(problem) if full_disk::is_told(&problem) => problem,
            opened => return opened,
        };
        let (file, connections, version) = ReadOnly::open(path)?;
        Ok(Self {
            connections,
            access: Access::Full { file, problem },
            path: path.to_path_buf(),
            has_facts: schema::has_facts(version),
        })
    }

    /// Whether the disk is full, so that nothing can be added, not even to a journal.
    pub(crate) fn is_full(&self) -> bool {
        matches!(self.access, Access::Full { .. })
    }

    /// Opens the file to read it, without the right to write and without changing a byte of it or
    /// beside it; a file of an older version is read as it is.
    ///
    /// # Errors
    ///
    /// As [`Tracker::read`](tracker_core::Tracker::read).
    pub fn read(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref().to_path_buf();
        let (read_only, connections, version) = ReadOnly::open(&path)?;
        Ok(Self {
            connections,
            access: Access::Read(read_only),
            path,
            has_facts: schema::has_facts(version),
        })
    }

    /// What a search asks.
    fn state<'t>(&self, transaction: &'t Transaction<'t>) -> State<'t> {
        State {
            transaction,
            has_facts: self.has_facts,
        }
    }

    /// Runs `act` on one state of the store.
    fn reading<T>(
        &self,
        action: &str,
        act: impl Fn(&Transaction<'_>) -> Result<T, Failure>,
    ) -> Result<T> {
        let read = patiently(|| {
            let _inside = connections::enter()?;
            loop {
                if self.has_changed() {
                    self.connections.close_readers();
                }
                let mut reader = self.reader()?;
                let done = transact(&mut reader, TransactionBehavior::Deferred, &act);
                // What changed while it was read was perhaps read in two states.
                if self.has_changed() {
                    continue;
                }
                self.connections.keep_reader(reader);
                return done;
            }
        });
        read.map_err(|failure| failure.explain(&self.path, action))
    }

    /// Whether a file that is read by itself was written.
    fn has_changed(&self) -> bool {
        self.access.read_only().is_some_and(ReadOnly::has_changed)
    }

    /// A connection that nobody else uses now.
    fn reader(&self) -> Result<Connection, Failure> {
        match (self.connections.take_reader(), &self.access) {
            (Some(reader), _) => Ok(reader),
            (None, Access::Write { file, .. }) => connect::reader(file.path()),
            (None, Access::Read(file) | Access::Full { file, .. }) => Ok(file.connect()?.0),
        }
    }

    /// Fails where the file is not in its place any more.
    fn check_place(&self, file: &OpenFile, action: &str) -> Result<()> {
        match file.is_gone() {
            Ok(false) => Ok(()),
            Ok(true) => Err(unusable(&self.path, StoreProblem::Gone)),
            Err(error) => Err(Error::io(action, self.path.display().to_string(), error)),
        }
    }

    /// Runs `act` wholly or not at all. It takes the write lock at once: a transaction that reads
    /// first and writes later can fail for good when another process has written in between.
    fn writing<T>(
        &self,
        action: &str,
        act: impl Fn(&Transaction<'_>) -> Result<T, Failure>,
    ) -> Result<T> {
        self.with_writer(action, |writer| {
            transact(writer, TransactionBehavior::Immediate, &act)
        })
    }

    /// Gives `act` the connection that writes, again where another process is in the way.
    fn with_writer<T>(
        &self,
        action: &str,
        act: impl Fn(&mut Connection) -> Result<T, Failure>,
    ) -> Result<T> {
        let file = match &self.access {
            Access::Write { file, .. } => file,
            Access::Read(_) => return Err(unusable(&self.path, StoreProblem::OpenedToRead)),
            Access::Full { problem, .. } => return Err(problem.clone()),
        };
        // What is not there is not made anew.
        self.check_place(file, action)?;
        let done = patiently(|| {
            let _inside = connections::enter()?;
            let mut writer = lock(&self.connections.writer);
            match &mut *writer {
                Some(writer) => act(writer),
                // A child opens the file that its parent has opened, and so does who has made room.
                none => act(none.insert(connect::writer(file.path(), OpenFlags::empty())?)),
            }
        });
        done.map_err(|failure| failure.explain(&self.path, action))
    }

    /// Makes changes that only remove, without room on the disk.
    fn make_room(&self, changes: &[Change], mark: Option<Mark>) -> Result<Applied> {
        let act = |transaction: &Transaction<'_>| changes::apply(transaction, changes, mark);
        let done = connections::enter().and_then(|_inside| {
            // It needs the file alone.
            self.connections.close_readers();
            let mut writer = lock(&self.connections.writer);
            writer.take();
            full_disk::transact(&self.path, act)
        });
        done.map_err(|failure| failure.explain(&self.path, "make room"))
    }
}

fn transact<T>(
    connection: &mut Connection,
    behavior: TransactionBehavior,
    act: impl FnOnce(&Transaction<'_>) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let transaction = connection.transaction_with_behavior(behavior)?;
    let result = act(&transaction)?;
    transaction.commit()?;
    Ok(result)
}

impl Store for SqliteStore {
    fn apply(&self, changes: &[Change], mark: Option<Mark>) -> Result<Applied> {
        let action = match changes {
            [Change::AddPoints { .. }, ..] => "add points",
            _ => "change the store",
        };
        let applied = self.writing(action, |transaction| {
            changes::apply(transaction, changes, mark)
        });
        match applied {
            Err(full) if full_disk::is_told(&full) && changes.iter().all(full_disk::makes_room) => {
                self.make_room(changes, mark).map_err(|_| full)
            }
            applied => applied,
        }
    }

    fn experiments(&self) -> Result<Vec<ExperimentRecord>> {
        self.reading("list the experiments", |transaction| {
            experiments::select(transaction, "1", [])
        })
    }

    fn rows(&self, scope: &Scope, detail: &Detail) -> Result<Vec<Row>> {
        self.reading("read runs", |transaction| {
            rows::read(transaction, &State::scope(scope), detail)
        })
    }

    fn history(&self, aggregate: Uuid, name: &str, phase: &str) -> Result<Series> {
        self.reading("read a history", |transaction| {
            histories::whole(transaction, aggregate, name, phase)
        })
    }

    fn iterations(&self, aggregate: Uuid) -> Result<Vec<Iteration>> {
        self.reading("list the iterations", |transaction| match aggregates::find(
            transaction,
            aggregate,
        )? {
            Some(row) => iterations::select(transaction, row),
            None => Ok(Vec::new()),
        })
    }

    fn attempts(&self, aggregate: Uuid) -> Result<Vec<AttemptRecord>> {
        self.reading("list the attempts", |transaction| {
            match aggregates::find(transaction, aggregate)? {
                Some(row) => attempts::select(transaction, row),
                None => Ok(Vec::new()),
            }
        })
    }

    fn artifacts(&self, aggregate: Uuid) -> Result<Vec<ArtifactRecord>> {
        self.reading("list the artifacts", |transaction| match aggregates::find(
            transaction,
            aggregate,
        )? {
            Some(row) => artifacts::select(transaction, row),
            None => Ok(Vec::new()),
        })
    }

    fn position(&self, journal: Uuid) -> Result<u64> {
        self.reading("read the position of a journal", |transaction| {
            changes::position(transaction, journal)
        })
    }

    fn identity(&self) -> Result<Option<Uuid>> {
        self.reading("read the identity of the store", schema::identity)
    }

    fn experiment(&self, name: &str) -> Result<Option<ExperimentRecord>> {
        self.reading("read an experiment", |transaction| {
            Ok(experiments::select(transaction, "name = ?", [name])?.pop())
        })
    }

    fn experiment_by_id(&self, id: Uuid) -> Result<Option<ExperimentRecord>> {
        self.reading("read an experiment", |transaction| {
            Ok(experiments::select(transaction, "uuid = ?", [id.to_string()])?.pop())
        })
    }

    fn search(&self, wanted: &Search<'_>) -> Result<Page<Row>> {
        self.reading("search for runs", |transaction| {
            sql::search(&mut self.state(transaction), wanted)
        })
    }

    fn count(&self, wanted: &Search<'_>) -> Result<u64> {
        self.reading("count runs", |transaction| {
            sql::count(&mut self.state(transaction), wanted)
        })
    }

    fn histories(&self, wanted: &Histories) -> Result<Vec<History>> {
        self.reading("read histories", |transaction| {
            histories::read(transaction, wanted)
        })
    }

    fn counts(&self) -> Result<BTreeMap<Uuid, u64>> {
        self.reading("count the runs", experiments::counts)
    }

    fn settings(&self, prefix: &str) -> Result<Vec<(String, Value)>> {
        self.reading("read the settings", |transaction| {
            settings::select(transaction, prefix)
        })
    }

    fn newest_change(&self) -> Result<u64> {
        self.reading("read the number of changes", touches::newest)
    }

    fn changes_after(&self, number: u64, limit: usize) -> Result<Vec<Touch>> {
        self.reading("read what has changed", |transaction| {
            touches::after(transaction, number, limit)
        })
    }

    /// Commits do not wait for the disk, so one is made that does.
    ///
    /// What any process has committed stands in the log, or was brought from there into the
    /// database. With `FULL`, a commit that changes a page waits until the whole log is on the disk,
    /// no matter who wrote it. The log is written over from its beginning only once all of it has
    /// been brought into the database, and with `NORMAL`, too, that is done by first waiting for the
    /// log and then for the database. So the commit needs a page to change: it writes the mark of
    /// the tracker where it stands already.
    fn sync(&self) -> Result<()> {
        let Access::Write { file, named } = &self.access else {
            return Ok(());
        };
        let action = "wait for the disk";
        let refuse = |cause| Error::io(action, self.path.display().to_string(), cause);
        self.with_writer(action, commit_to_disk)?;
        // The log keeps its name as long as this store is open.
        if !named.load(Ordering::Acquire) {
            file.sync_folder().map_err(refuse)?;
            named.store(true, Ordering::Release);
        }
        Ok(())
    }

    fn check(&self) -> Result<Vec<String>> {
        self.reading("check the store", check::problems)
    }
}

fn commit_to_disk(connection: &mut Connection) -> Result<(), Failure> {
    connection.pragma_update(None, "synchronous", "FULL")?;
    let done = transact(connection, TransactionBehavior::Immediate, schema::mark);
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    done
}

impl Drop for SqliteStore {
    fn drop(&mut self) {
        self.connections.close();
    }
}

impl fmt::Debug for SqliteStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteStore")
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}
