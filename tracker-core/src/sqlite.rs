//! The store in one `SQLite` file, which several processes may use at once.

mod aggregates;
mod annotations;
mod chunk;
mod connect;
mod experiments;
mod fault;
mod iterations;
mod metrics;
mod modules;
mod number;
mod place;
mod points;
mod schema;
mod summaries;
mod table;
mod upkeep;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::sync::{Mutex, MutexGuard, PoisonError};

use rusqlite::{
    Connection, ErrorCode, OptionalExtension, Transaction, TransactionBehavior, params,
};

use crate::error::{Error, Result};
use crate::ports::AggregateKey;
use fault::Fault;
use place::Place;

/// Keeps everything in one `SQLite` file.
///
/// What a call has stored survives the end of the process, also by `kill -9`, and a power loss once
/// [`sync`](crate::ports::Upkeep::sync) has returned. Reads do not wait for writes.
///
/// # How points are stored
///
/// The table `series` has a row for each aggregate, name and phase, with the summary. Of the points
/// of a series, the first to arrive stand in the table `chunks`, thousands in a blob: a column each
/// of epochs, steps, times and numbers, encoded by [`pco`](https://docs.rs/pco) and guarded by a
/// checksum. The last to arrive stand in the table `points`, a row each, until there are enough of
/// them for a chunk. A JSON value always stands in a row of its own there.
///
/// Numbers outside of chunks are integers, since a column of floats keeps neither NaN nor `-0.0`:
/// the bits of the float, all but the sign inverted where it is negative, so that they order as the
/// floats do. Times are microseconds since 1970, UTC.
///
/// So SQL alone does not read a history. [`history`](crate::Metrics::history) gives it as columns,
/// [`list`](crate::Metrics::list) as rows, and `entia export` on the command line those of a whole
/// store as CSV, JSON Lines or Parquet.
///
/// # Examples
///
/// ```
/// # let folder = tempfile::tempdir().unwrap();
/// use tracker_core::{SqliteStore, Tracker};
///
/// let tracker = Tracker::new(SqliteStore::open(folder.path().join("runs.db"))?);
/// assert!(tracker.experiments().list()?.is_empty());
/// # Ok::<(), tracker_core::Error>(())
/// ```
pub struct SqliteStore {
    path: PathBuf,
    file: Place,
    /// Reads, without waiting for the writer.
    reader: Mutex<Connection>,
    writer: Mutex<Connection>,
    /// Whether the folder is on the disk with the names of the files.
    named: AtomicBool,
}

impl SqliteStore {
    /// Opens the file, or creates it in a folder that exists.
    ///
    /// # Errors
    ///
    /// As [`Tracker::open`](crate::Tracker::open).
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref().to_path_buf();
        let (reader, writer) = connect::open(&path)?;
        Ok(Self {
            file: Place::of(&path),
            path,
            reader: Mutex::new(reader),
            writer: Mutex::new(writer),
            named: AtomicBool::new(false),
        })
    }

    /// Runs `act` on one state of the store.
    fn read<T>(
        &self,
        action: &str,
        act: impl FnOnce(&Transaction<'_>) -> Result<T, Fault>,
    ) -> Result<T> {
        transact(&mut lock(&self.reader), TransactionBehavior::Deferred, act)
            .map_err(|fault| fault.explain(&self.path, action))
    }

    /// Runs `act` wholly or not at all. It takes the write lock at once: a transaction that reads
    /// first and writes later can fail for good when another process has written in between.
    fn write<T>(
        &self,
        action: &str,
        act: impl FnOnce(&Transaction<'_>) -> Result<T, Fault>,
    ) -> Result<T> {
        transact(&mut lock(&self.writer), TransactionBehavior::Immediate, act)
            .map_err(|fault| fault.explain(&self.path, action))
    }
}

/// A thread that panicked had its transaction rolled back, so the connection is still good.
fn lock(connection: &Mutex<Connection>) -> MutexGuard<'_, Connection> {
    connection.lock().unwrap_or_else(PoisonError::into_inner)
}

fn transact<T>(
    connection: &mut Connection,
    behavior: TransactionBehavior,
    act: impl FnOnce(&Transaction<'_>) -> Result<T, Fault>,
) -> Result<T, Fault> {
    let transaction = connection.transaction_with_behavior(behavior)?;
    let result = act(&transaction)?;
    transaction.commit()?;
    Ok(result)
}

impl fmt::Debug for SqliteStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteStore")
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

/// The row of an aggregate.
fn aggregate_row(transaction: &Transaction<'_>, key: &AggregateKey) -> Result<i64, Fault> {
    let mut statement = transaction.prepare_cached(
        "SELECT aggregates.row FROM aggregates JOIN experiments ON experiments.row = experiment
         WHERE uuid = ? AND id = ?",
    )?;
    let row = statement
        .query_row(params![key.experiment.to_string(), key.id], |row| {
            row.get(0)
        })
        .optional()?;
    row.ok_or_else(|| Error::no_aggregate(key).into())
}

/// A count as a column holds it; the domain has seen to the range.
fn column(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// A count from a column.
fn count(column: i64) -> Result<u64, Fault> {
    u64::try_from(column).map_err(|_| Fault::Damaged(format!("the count {column} is negative")))
}

/// What was executed, or the error for a name that is not unique.
fn unique(
    executed: Result<usize, rusqlite::Error>,
    taken: impl FnOnce() -> Error,
) -> Result<usize, Fault> {
    match executed {
        Err(error) if error.sqlite_error_code() == Some(ErrorCode::ConstraintViolation) => {
            Err(taken().into())
        }
        executed => Ok(executed?),
    }
}
