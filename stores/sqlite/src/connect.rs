//! Opening a file without harm: to it, to other processes, to other programs' data.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, TransactionBehavior};

use tracker_core::{Error, ErrorKind, Result, StoreProblem};

use crate::connections::{self, Connections, patiently};
use crate::failure::{Failure, unusable};
use crate::{full_disk, schema};

/// How many statements are kept ready; this crate has fewer.
const STATEMENTS: usize = 64;

/// How many pages of 4 KiB the log takes before they are brought into the database, which waits for
/// the disk twice.
const LOG: u32 = 4_096;

/// Opens the file of a store to write, and creates it where there is none.
pub(crate) fn open(path: &Path) -> Result<Arc<Connections>> {
    check_place(path)?;
    let opened = patiently(|| {
        let _inside = connections::enter()?;
        let writer = writer(path, OpenFlags::SQLITE_OPEN_CREATE)?;
        Ok(Connections::to_write(writer))
    });
    opened.map_err(|failure| failure.explain(path, "open the store"))
}

/// The file itself is left to `SQLite`: were it opened and closed here, the locks that another
/// connection of this process holds on it would be gone.
pub(crate) fn check_place(path: &Path) -> Result<()> {
    if let Err(cause) = path.metadata()
        && cause.kind() == io::ErrorKind::PermissionDenied
    {
        return Err(Error::io(
            "open the store",
            path.display().to_string(),
            cause,
        ));
    }
    full_disk::check(path)?;
    if path.is_dir() {
        return Err(unusable(path, StoreProblem::IsFolder));
    }
    // SQLite takes a file of one byte for an empty one, and would write over it.
    if path.metadata().is_ok_and(|file| file.len() == 1) {
        let found = "it is not an SQLite database".to_owned();
        return Err(unusable(path, StoreProblem::Foreign { found }));
    }
    if path.metadata().is_ok_and(|file| !file.is_file()) {
        let found = "it is no regular file".to_owned();
        return Err(unusable(path, StoreProblem::Foreign { found }));
    }
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() && !folder.is_dir() => {
            let folder = folder.to_path_buf();
            Err(unusable(path, StoreProblem::NoFolder { folder }))
        }
        _ => Ok(()),
    }
}

fn connect(path: &Path, more: OpenFlags) -> Result<Connection, Failure> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX | more;
    let connection = Connection::open_with_flags(plain(path), flags)?;
    set_up(&connection)?;
    Ok(connection)
}

/// What every connection needs.
pub(crate) fn set_up(connection: &Connection) -> Result<(), rusqlite::Error> {
    // Who waits does so outside of SQLite: see `patiently`.
    connection.busy_timeout(Duration::ZERO)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    // Else some statements are prepared anew each time they are given other values.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    Ok(())
}

/// One more connection that reads. Opened for writing all the same: the last connection to a file
/// clears its log away.
pub(crate) fn reader(path: &Path) -> Result<Connection, Failure> {
    let connection = connect(path, OpenFlags::empty())?;
    connection.pragma_update(None, "query_only", true)?;
    Ok(connection)
}

/// A connection that writes.
pub(crate) fn writer(path: &Path, more: OpenFlags) -> Result<Connection, Failure> {
    let mut connection = connect(path, more)?;
    // Nothing is written before the file is known to be the tracker's, or empty.
    let version = connection
        .transaction()
        .map_err(Failure::from)
        .and_then(|transaction| schema::version(&transaction, path))?;
    if connection.is_readonly("main")? {
        return Err(unusable(path, StoreProblem::ReadOnly).into());
    }
    enter_wal(&connection, path)?;
    // With a write-ahead log, `NORMAL` keeps what was committed when a process dies; only a power
    // loss takes the last transactions, and never harms the file.
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    connection.pragma_update(None, "wal_autocheckpoint", LOG)?;
    // On a Mac, waiting for the disk is not enough for the disk to have written; elsewhere these
    // mean nothing.
    connection.pragma_update(None, "fullfsync", true)?;
    connection.pragma_update(None, "checkpoint_fullfsync", true)?;
    // A table that is laid anew must not take with it what belongs to it.
    connection.pragma_update(None, "foreign_keys", false)?;
    if version < schema::KNOWN {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        schema::migrate(&transaction, path)?;
        transaction.commit()?;
    }
    connection.pragma_update(None, "foreign_keys", true)?;
    Ok(connection)
}

/// Some names mean more to `SQLite` than a file: `:memory:`, `file:...`. None begins with `./`.
pub(crate) fn plain(path: &Path) -> PathBuf {
    if path.is_relative() {
        Path::new(".").join(path)
    } else {
        path.to_path_buf()
    }
}

/// Readers and a writer do not wait for each other with a write-ahead log.
fn enter_wal(connection: &Connection, path: &Path) -> Result<(), Failure> {
    let mode = switch_to_wal(connection)?;
    if mode == ["wal"] {
        return Ok(());
    }
    Err(no_log(path, &mode.concat()).into())
}

/// All rows are read, though there is one: the mode is written behind it, and that may fail.
fn switch_to_wal(connection: &Connection) -> Result<Vec<String>, rusqlite::Error> {
    let mut statement = connection.prepare("PRAGMA journal_mode = WAL")?;
    let rows = statement.query_map([], |row| row.get(0))?;
    rows.collect()
}

fn no_log(path: &Path, mode: &str) -> Error {
    let cause = format!("the journal mode stays `{mode}` and does not become `wal`");
    Error::Store {
        kind: ErrorKind::Unsupported,
        action: "open the store".to_owned(),
        place: path.display().to_string(),
        cause: Arc::from(Box::<dyn std::error::Error + Send + Sync>::from(cause)),
        hint: "the disk failed, or is that of another machine; give the path of a file on a sound \
               disk of this one"
            .to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::plain;
    use std::path::Path;

    #[test]
    fn no_name_means_more_than_a_file() {
        for name in [":memory:", "file:runs.db?mode=memory", "runs.db"] {
            let path = plain(Path::new(name));
            assert!(path.starts_with("."), "`{}`", path.display());
            assert!(path.ends_with(name), "`{}`", path.display());
        }
    }
}
