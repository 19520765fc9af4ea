//! The store in one `SQLite` file, which several processes may use at once.

mod aggregates;
mod connect;
mod experiments;
mod fault;
mod iterations;
mod metrics;
mod modules;
mod schema;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};

use crate::error::Result;
use crate::ports::{AggregateKey, no_aggregate};
use fault::Fault;

/// Keeps everything in one `SQLite` file.
///
/// What a call has stored survives the end of the process, also by `kill -9`.
///
/// # Examples
///
/// ```
/// # let folder = tempfile::tempdir().unwrap();
/// use tracker_core::{SqliteStore, Tracker};
///
/// let tracker = Tracker::new(SqliteStore::open(folder.path().join("runs.db"))?);
/// assert!(tracker.experiments()?.is_empty());
/// # Ok::<(), tracker_core::Error>(())
/// ```
pub struct SqliteStore {
    path: PathBuf,
    connection: Mutex<Connection>,
}

impl SqliteStore {
    /// Opens the file, or creates it in a folder that exists.
    ///
    /// # Errors
    ///
    /// As [`Tracker::open`](crate::Tracker::open).
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref().to_path_buf();
        let connection = connect::open(&path)?;
        Ok(Self {
            path,
            connection: Mutex::new(connection),
        })
    }

    /// A thread that panicked had its transaction rolled back, so the connection is still good.
    fn lock(&self) -> MutexGuard<'_, Connection> {
        self.connection
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs `act` on one state of the store.
    fn read<T>(
        &self,
        action: &str,
        act: impl FnOnce(&Transaction<'_>) -> Result<T, Fault>,
    ) -> Result<T> {
        self.run(TransactionBehavior::Deferred, action, act)
    }

    /// Runs `act` wholly or not at all. It takes the write lock at once: a transaction that reads
    /// first and writes later can fail for good when another process has written in between.
    fn write<T>(
        &self,
        action: &str,
        act: impl FnOnce(&Transaction<'_>) -> Result<T, Fault>,
    ) -> Result<T> {
        self.run(TransactionBehavior::Immediate, action, act)
    }

    fn run<T>(
        &self,
        behavior: TransactionBehavior,
        action: &str,
        act: impl FnOnce(&Transaction<'_>) -> Result<T, Fault>,
    ) -> Result<T> {
        let mut connection = self.lock();
        let done = connection
            .transaction_with_behavior(behavior)
            .map_err(Fault::from)
            .and_then(|transaction| {
                let result = act(&transaction)?;
                transaction.commit()?;
                Ok(result)
            });
        done.map_err(|fault| fault.explain(&self.path, action))
    }
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
    row.ok_or_else(|| no_aggregate(key).into())
}

/// A count as a column holds it; the domain has seen to the range.
fn column(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// A count from a column.
fn count(column: i64) -> Result<u64, Fault> {
    u64::try_from(column).map_err(|_| Fault::Damaged(format!("the count {column} is negative")))
}
