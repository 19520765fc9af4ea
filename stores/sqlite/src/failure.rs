//! What can fail inside a transaction, and what the user is told.

use std::io;
use std::path::Path;
use std::sync::Arc;

use registry_core::ArgumentError;
use rusqlite::ErrorCode;

use tracker_core::{Error, ErrorKind, StoreProblem};

use crate::full_disk;

/// A failure before the file and the action are named.
pub(crate) enum Failure {
    /// `SQLite` refused.
    Sqlite(rusqlite::Error),
    /// A row does not hold what this crate writes.
    Damaged(String),
    /// An error that says all already.
    Known(Error),
}

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Known(error)
    }
}

impl From<ArgumentError> for Failure {
    fn from(error: ArgumentError) -> Self {
        Self::Damaged(format!(
            "a stored JSON text cannot be read: {}",
            error.message()
        ))
    }
}

impl Failure {
    /// Whether another process, or another connection of this one, is in the way for a while.
    pub(crate) fn is_busy(&self) -> bool {
        let Self::Sqlite(error) = self else {
            return false;
        };
        error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy)
    }

    /// The error a user can act on.
    pub(crate) fn explain(self, path: &Path, action: &str) -> Error {
        match self {
            Self::Known(error) => error,
            Self::Damaged(problem) => damaged(path, problem),
            Self::Sqlite(error) => explain(error, path, action),
        }
    }
}

fn explain(error: rusqlite::Error, path: &Path, action: &str) -> Error {
    let hint = match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase) => {
            let problem = "it is not an SQLite database".to_owned();
            return unusable(path, StoreProblem::Foreign { found: problem });
        }
        Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => {
            return unusable(path, StoreProblem::ReadOnly);
        }
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            return Error::Busy {
                place: path.display().to_string(),
            };
        }
        // Without a code it is the reader of a row that failed: at another type than it expects.
        Some(ErrorCode::DatabaseCorrupt) | None => return damaged(path, error.to_string()),
        // That the index of a log has no room is another code.
        Some(ErrorCode::DiskFull | ErrorCode::SystemIoFailure) if is_full(&error, path) => {
            return full(path, action);
        }
        Some(ErrorCode::SystemIoFailure) => "the disk failed; see that it is mounted and sound",
        Some(_) => "nothing was changed; try again",
    };
    Error::Store {
        kind: ErrorKind::Failed,
        action: action.to_owned(),
        place: path.display().to_string(),
        cause: Arc::new(error),
        hint: hint.to_owned(),
    }
}

fn full(path: &Path, action: &str) -> Error {
    Error::Store {
        kind: ErrorKind::Unavailable,
        action: action.to_owned(),
        place: path.display().to_string(),
        cause: Arc::new(io::Error::new(
            io::ErrorKind::StorageFull,
            "no space is left on it",
        )),
        hint: "the disk is full; make room on it, for which runs can be removed even now"
            .to_owned(),
    }
}

fn is_full(error: &rusqlite::Error, path: &Path) -> bool {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    error.sqlite_error_code() == Some(ErrorCode::DiskFull) || full_disk::is_full(folder)
}

/// The error for what cannot be opened as a store.
pub(crate) fn unusable(path: &Path, problem: StoreProblem) -> Error {
    Error::Unusable {
        place: path.display().to_string(),
        problem,
    }
}

/// A column that cannot be read says so in a sentence.
impl From<String> for Failure {
    fn from(problem: String) -> Self {
        Self::Damaged(problem)
    }
}

fn damaged(path: &Path, problem: String) -> Error {
    Error::Damaged {
        place: path.display().to_string(),
        problem,
    }
}

/// What was executed, or the error for a name that is not unique.
pub(crate) fn unique(
    executed: Result<usize, rusqlite::Error>,
    taken: impl FnOnce() -> Error,
) -> Result<usize, Failure> {
    match executed {
        Err(error) if error.sqlite_error_code() == Some(ErrorCode::ConstraintViolation) => {
            Err(taken().into())
        }
        executed => Ok(executed?),
    }
}
