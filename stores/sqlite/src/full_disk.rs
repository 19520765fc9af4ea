//! A disk without room: how it shows, and how something is removed from it nevertheless.
//!
//! Before `SQLite` removes anything, it writes how that is taken back, for the case that the process
//! dies on the way: into the log and its index, which stand beside the file. Where they have no room,
//! a copy is made in the folder of temporary files, which may be on another disk, and changed there.
//! Then the copy, which is shorter, is written over the file. Meanwhile a link beside the file, which
//! takes no room, leads to the copy: were the process killed, nothing is lost.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, Transaction};
use tempfile::TempDir;
use tracker_core::ports::Change;
use tracker_core::{Error, ErrorKind, Result};

use crate::connect::{plain, set_up};
use crate::failure::Failure;
use crate::schema;

/// The index of a log takes as many bytes, and `SQLite` begins with it.
const LEAST: usize = 32 * 1024;
/// How long other processes may keep the file before nothing is done to it.
const PATIENCE: Duration = Duration::from_secs(1);

/// Whether a folder has no room for a small file.
pub(crate) fn is_full(folder: &Path) -> bool {
    let probe = || tempfile::tempfile_in(folder)?.write_all(&vec![0; LEAST]);
    let is_room = |error: io::Error| {
        matches!(
            error.kind(),
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge
        )
    };
    probe().is_err_and(is_room)
}

/// Whether an error of this store says that the disk is full.
pub(crate) fn is_told(error: &Error) -> bool {
    matches!(
        error,
        Error::Store {
            kind: ErrorKind::Unavailable,
            ..
        }
    )
}

/// Whether a change only takes away.
pub(crate) fn makes_room(change: &Change) -> bool {
    matches!(
        change,
        Change::RemoveAggregate { .. }
            | Change::RemoveExperiment { .. }
            | Change::RemoveArtifact { .. }
            | Change::ClearMetrics { .. }
            | Change::ClearIterations { .. }
    )
}

/// Runs `act` wholly or not at all on a file that nobody else has open, without any room on its disk,
/// and gives the disk what becomes free.
pub(crate) fn transact<T>(
    path: &Path,
    act: impl FnOnce(&Transaction<'_>) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let explain = |cause| Error::io("make room", path.display().to_string(), cause);
    let path = path.canonicalize().map_err(explain)?;
    let folder = TempDir::with_prefix("runs").map_err(explain)?;
    let copy = folder.path().join("runs.db");
    let own = alone(&path)?;
    own.execute("VACUUM INTO ?", [copy.to_string_lossy()])?;
    let done = change(&copy, act)?;
    let link = link_of(&path);
    symlink(&copy, &link).map_err(explain)?;
    if let Err(cause) = write_over(&path, &copy) {
        // The link leads to all there is.
        let _kept = folder.keep();
        return Err(explain(cause).into());
    }
    fs::remove_file(&link).map_err(explain)?;
    // Only now may others look.
    drop(own);
    Ok(done)
}

/// A connection that keeps everybody else from the file, in which everything stands that was in the
/// log.
fn alone(path: &Path) -> Result<Connection, Failure> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(plain(path), flags)?;
    set_up(&connection)?;
    connection.busy_timeout(PATIENCE)?;
    // Who has the file alone needs no index of the log in a file.
    connection.pragma_update(None, "locking_mode", "EXCLUSIVE")?;
    if schema::version(&connection.transaction()?, path)? < schema::KNOWN {
        // To lay the tables anew takes room.
        let full = io::ErrorKind::StorageFull.into();
        return Err(Error::io("make room", path.display().to_string(), full).into());
    }
    // Instead of the log; what is written is a mark of some bytes.
    connection.pragma_update(None, "journal_mode", "MEMORY")?;
    Ok(connection)
}

fn change<T>(
    copy: &Path,
    act: impl FnOnce(&Transaction<'_>) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let mut connection = Connection::open(copy)?;
    set_up(&connection)?;
    connection.pragma_update(None, "foreign_keys", true)?;
    let transaction = connection.transaction()?;
    let done = act(&transaction)?;
    transaction.commit()?;
    connection.execute_batch("VACUUM")?;
    Ok(done)
}

fn write_over(path: &Path, copy: &Path) -> io::Result<()> {
    let mut copy = File::open(copy)?;
    copy.sync_all()?;
    let mut file = File::options().write(true).open(path)?;
    let length = io::copy(&mut copy, &mut file)?;
    file.set_len(length)?;
    file.sync_all()
}

/// An error where a process died, or is at work, between the two states of a file.
pub(crate) fn check(path: &Path) -> Result<()> {
    let path = path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
    let link = link_of(&path);
    let Ok(copy) = fs::read_link(&link) else {
        return Ok(());
    };
    let problem = format!("`{}` says that it is being written over", link.display());
    Err(Error::Store {
        kind: ErrorKind::Unavailable,
        action: "open the store".to_owned(),
        place: path.display().to_string(),
        cause: std::sync::Arc::from(Box::<dyn std::error::Error + Send + Sync>::from(problem)),
        hint: format!(
            "try again; if this stays, the process that made room has died: copy `{}` over the file, \
             and remove the link",
            copy.display()
        ),
    })
}

fn link_of(path: &Path) -> PathBuf {
    let mut link = path.as_os_str().to_os_string();
    link.push("-copy");
    PathBuf::from(link)
}

#[cfg(unix)]
fn symlink(target: &Path, link: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(target, link)
}

/// Elsewhere not everybody may make links.
#[cfg(not(unix))]
fn symlink(_: &Path, _: &Path) -> io::Result<()> {
    Err(io::ErrorKind::StorageFull.into())
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use crate::connect;

    #[test]
    fn what_is_removed_without_room_makes_room() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("runs.db");
        let connection = connect::writer(&path, OpenFlags::SQLITE_OPEN_CREATE).ok();
        let connection = connection.unwrap();
        let fill = "CREATE TABLE large AS SELECT randomblob(1000000) AS bytes";
        connection.execute_batch(fill).unwrap();
        // Who has the file open must not lose it.
        let remove =
            |transaction: &Transaction<'_>| Ok(transaction.execute("DELETE FROM large", [])?);
        assert!(transact(&path, remove).is_err());
        drop(connection);
        let before = path.metadata().unwrap().len();
        let refused = transact(&path, |_| Err::<(), _>(Failure::Damaged("no".to_owned())));
        assert!(refused.is_err());
        assert_eq!(path.metadata().unwrap().len(), before);
        let removed = transact(&path, remove).ok();
        assert_eq!(removed, Some(1));
        assert!(path.metadata().unwrap().len() + 900_000 < before);
        let names = folder
            .path()
            .read_dir()
            .unwrap()
            .map(|entry| entry.unwrap().file_name());
        assert_eq!(names.collect::<Vec<_>>(), ["runs.db"]);
        assert!(connect::writer(&path, OpenFlags::empty()).is_ok());
    }

    #[test]
    fn what_was_not_finished_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("runs.db");
        drop(connect::open(&path).unwrap());
        symlink(
            Path::new("/tmp/runs/runs.db"),
            &link_of(&path.canonicalize().unwrap()),
        )
        .unwrap();
        let error = connect::open(&path).err().unwrap();
        assert_eq!(error.kind(), ErrorKind::Unavailable);
        assert!(
            error
                .to_string()
                .contains("copy `/tmp/runs/runs.db` over the file"),
            "{error}"
        );
    }
}
