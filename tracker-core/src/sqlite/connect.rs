//! Opening a file without harm: to it, to other processes, to other programs' data.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rusqlite::{Connection, ErrorCode, OpenFlags, TransactionBehavior};

use super::fault::Fault;
use super::schema;
use crate::error::{Error, Result};

/// How long a call waits for another process to finish its transaction.
const PATIENCE: Duration = Duration::from_secs(20);

/// How many statements are kept ready; this crate has fewer.
const STATEMENTS: usize = 64;

/// Opens the file of a store, and creates it where there is none.
pub(super) fn open(path: &Path) -> Result<Connection> {
    check_place(path)?;
    connect(path).map_err(|fault| fault.explain(path, "open the store"))
}

/// The file itself is left to `SQLite`: were it opened and closed here, the locks that another
/// connection of this process holds on it would be gone.
fn check_place(path: &Path) -> Result<()> {
    if path.is_dir() {
        return Err(Error::Folder {
            path: path.to_path_buf(),
        });
    }
    // SQLite takes a file of one byte for an empty one, and would write over it.
    if path.metadata().is_ok_and(|file| file.len() == 1) {
        let problem = "it is not an SQLite database".to_owned();
        return Err(Error::NotAStore {
            path: path.to_path_buf(),
            problem,
        });
    }
    if path.metadata().is_ok_and(|file| !file.is_file()) {
        let problem = "it is no regular file".to_owned();
        return Err(Error::NotAStore {
            path: path.to_path_buf(),
            problem,
        });
    }
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() && !folder.is_dir() => {
            Err(Error::NoFolder {
                path: path.to_path_buf(),
                folder: folder.to_path_buf(),
            })
        }
        _ => Ok(()),
    }
}

fn connect(path: &Path) -> Result<Connection, Fault> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_CREATE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(plain(path), flags)?;
    connection.busy_timeout(PATIENCE)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);

    // Nothing is written before the file is known to be the tracker's, or empty.
    let version = connection
        .transaction()
        .map_err(Fault::from)
        .and_then(|transaction| schema::version(&transaction, path))?;
    if connection.is_readonly("main")? {
        return Err(Error::ReadOnly {
            path: path.to_path_buf(),
        }
        .into());
    }
    enter_wal(&connection)?;
    // With a write-ahead log, `NORMAL` keeps what was committed when a process dies; only a power
    // loss takes the last transactions, and never harms the file.
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    if version < schema::KNOWN {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        schema::migrate(&transaction, path)?;
        transaction.commit()?;
    }
    Ok(connection)
}

/// Some names mean more to `SQLite` than a file: `:memory:`, `file:...`. None begins with `./`.
fn plain(path: &Path) -> PathBuf {
    if path.is_relative() {
        Path::new(".").join(path)
    } else {
        path.to_path_buf()
    }
}

/// Readers and a writer do not wait for each other with a write-ahead log.
///
/// `SQLite` does not wait for other connections here, so that is done by hand.
fn enter_wal(connection: &Connection) -> Result<(), Fault> {
    const PAUSE: Duration = Duration::from_millis(2);
    let start = Instant::now();
    loop {
        let mode = connection
            .pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get::<_, String>(0));
        match mode {
            Ok(_) => return Ok(()),
            Err(error)
                if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy)
                    && start.elapsed() < PATIENCE =>
            {
                std::thread::sleep(PAUSE);
            }
            Err(error) => return Err(error.into()),
        }
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
