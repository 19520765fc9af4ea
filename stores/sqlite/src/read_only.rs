//! Opens a file to read it without changing a byte of it or beside it.
//!
//! A file with a write-ahead log is more than one file: committed pages stand in `runs.db-wal`, and
//! `runs.db-shm` is an index that all who use the file share. So there are three ways:
//!
//! - Nobody uses the file, and there is no log, or an empty one: the file alone is read, and
//!   promised not to change. Whether it does is looked at before and after each call.
//! - There is a log with its index: it is read with the index, which is not written.
//! - There is a log without an index that could be used, as in a snapshot: file and log are copied
//!   to a temporary folder and read there.

use std::fmt::Write as _;
use std::fs::{self, Metadata};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use rusqlite::{Connection, ErrorCode, OpenFlags};
use tempfile::TempDir;
use tracker_core::fork::PerProcess;
use tracker_core::{Error, Result, StoreProblem};

use crate::connect::{check_place, plain, set_up};
use crate::connections::{self, Connections, patiently};
use crate::failure::{Failure, unusable};
use crate::schema;

/// A file that is only read.
pub(crate) struct ReadOnly {
    path: PathBuf,
    /// A child chooses anew: the copy is removed with its parent, and not with it.
    way: PerProcess<Mutex<Way>>,
}

/// How the file is read.
#[derive(Default)]
enum Way {
    /// By itself, as long as it looks so.
    Alone(Looks),
    /// With its log; also before it is known.
    #[default]
    Logged,
    /// A copy in a temporary folder.
    Copied(TempDir),
}

/// What tells whether a file, or its log, was written.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Looks {
    length: u64,
    modified: Option<SystemTime>,
    log: u64,
}

impl ReadOnly {
    /// Opens a file, with its connections and the version of its tables.
    pub(crate) fn open(path: &Path) -> Result<(Self, Arc<Connections>, i64)> {
        check_place(path)?;
        let explain = |failure: Failure| match failure {
            // What cannot be opened to be read is more than one that cannot be written.
            Failure::Sqlite(error) if error.sqlite_error_code() == Some(ErrorCode::CannotOpen) => {
                let denied = io::ErrorKind::PermissionDenied.into();
                Error::io("open the store", path.display().to_string(), denied)
            }
            failure => failure.explain(path, "open the store"),
        };
        let read_only = Self {
            // Later connections find it from another working folder too.
            path: path.canonicalize().unwrap_or_else(|_| path.to_path_buf()),
            way: PerProcess::default(),
        };
        let connected = patiently(|| {
            let _inside = connections::enter()?;
            let (connection, version) = read_only.connect()?;
            if version == 0 {
                let found = "it is empty".to_owned();
                return Err(unusable(path, StoreProblem::Foreign { found }).into());
            }
            Ok((Connections::to_read(connection), version))
        });
        let (connections, version) = connected.map_err(explain)?;
        Ok((read_only, connections, version))
    }

    /// One more connection, with the version of the tables.
    pub(crate) fn connect(&self) -> Result<(Connection, i64), Failure> {
        let mut connection = self.choose()?;
        let transaction = connection.transaction()?;
        let version = schema::version(&transaction, &self.path)?;
        drop(transaction);
        schema::view(&connection, version)?;
        Ok((connection, version))
    }

    /// Whether connections of before must not be used any more.
    pub(crate) fn has_changed(&self) -> bool {
        match *self.way() {
            Way::Alone(looks) => looks_of(&self.path) != Some(looks),
            Way::Logged | Way::Copied(_) => false,
        }
    }

    fn way(&self) -> MutexGuard<'_, Way> {
        let way = self.way.get().lock();
        way.unwrap_or_else(PoisonError::into_inner)
    }

    /// Chooses the way anew, and connects by it.
    fn choose(&self) -> Result<Connection, Failure> {
        let mut way = self.way();
        if let Way::Copied(folder) = &*way {
            return connect(&copy_in(folder, &self.path), "mode=rw");
        }
        let looks = looks_of(&self.path);
        if let Some(looks) = looks.filter(|looks| looks.log == 0) {
            *way = Way::Alone(looks);
            return connect(&self.path, "mode=ro&immutable=1");
        }
        let logged = connect(&self.path, "mode=ro&readonly_shm=1").and_then(|connection| {
            // The log is opened with the first look.
            let pages = "SELECT count(*) FROM main.sqlite_schema";
            connection.query_row(pages, [], |row| row.get::<_, i64>(0))?;
            Ok(connection)
        });
        // Whoever is in the way will be gone; a copy would be of the file as it was before.
        if logged.as_ref().err().is_none_or(Failure::is_busy) {
            *way = Way::Logged;
            return logged;
        }
        let folder = copy(&self.path).map_err(|error| {
            let place = self.path.display().to_string();
            Failure::Known(tracker_core::Error::io("copy the store", place, error))
        })?;
        let connection = connect(&copy_in(&folder, &self.path), "mode=rw")?;
        *way = Way::Copied(folder);
        Ok(connection)
    }
}

fn connect(path: &Path, options: &str) -> Result<Connection, Failure> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY
        | OpenFlags::SQLITE_OPEN_NO_MUTEX
        | OpenFlags::SQLITE_OPEN_URI;
    let flags = if options == "mode=rw" {
        OpenFlags::SQLITE_OPEN_READ_WRITE | (flags & !OpenFlags::SQLITE_OPEN_READ_ONLY)
    } else {
        flags
    };
    let connection = Connection::open_with_flags(address(path, options), flags)?;
    set_up(&connection)?;
    // Views and the like stand in memory.
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    Ok(connection)
}

/// The path as SQLite's own kind of address, in which every unusual byte is written as a number.
fn address(path: &Path, options: &str) -> String {
    let path = std::path::absolute(path).unwrap_or_else(|_| plain(path));
    let mut text = String::from("file:");
    if cfg!(windows) {
        text.push('/');
    }
    for byte in path.as_os_str().as_encoded_bytes() {
        match char::from(*byte) {
            '\\' if cfg!(windows) => text.push('/'),
            char if char.is_ascii_alphanumeric() || "/.-_~:".contains(char) => text.push(char),
            // Writing into a string cannot fail.
            _ => drop(write!(text, "%{byte:02x}")),
        }
    }
    format!("{text}?{options}")
}

fn looks_of(path: &Path) -> Option<Looks> {
    let file: Metadata = fs::metadata(path).ok()?;
    Some(Looks {
        length: file.len(),
        modified: file.modified().ok(),
        log: fs::metadata(beside(path, "-wal")).map_or(0, |log| log.len()),
    })
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_os_string();
    name.push(ending);
    PathBuf::from(name)
}

fn copy(path: &Path) -> io::Result<TempDir> {
    let folder = tempfile::tempdir()?;
    let target = copy_in(&folder, path);
    fs::copy(path, &target)?;
    fs::copy(beside(path, "-wal"), beside(&target, "-wal"))?;
    for copied in [target.clone(), beside(&target, "-wal")] {
        let mut permissions = fs::metadata(&copied)?.permissions();
        #[expect(
            clippy::permissions_set_readonly_false,
            reason = "the folder is this user's alone"
        )]
        permissions.set_readonly(false);
        fs::set_permissions(&copied, permissions)?;
    }
    Ok(folder)
}

fn copy_in(folder: &TempDir, path: &Path) -> PathBuf {
    folder.path().join(path.file_name().unwrap_or_default())
}
