//! What can fail inside a transaction, and what the user is told.

use std::path::Path;
use std::sync::Arc;

use registry_core::ArgumentError;
use rusqlite::ErrorCode;

use tracker_core::{Error, ErrorKind, StoreProblem};

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
        Some(ErrorCode::DiskFull) => "the disk is full; make room on it",
        Some(ErrorCode::SystemIoFailure) => "the disk failed; see that it is mounted and sound",
        Some(_) => "nothing was changed; try again",
    };
    let kind = match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => ErrorKind::Unavailable,
        _ => ErrorKind::Failed,
    };
    Error::Store {
        kind,
        action: action.to_owned(),
        place: path.display().to_string(),
        cause: Arc::new(error),
        hint: hint.to_owned(),
    }
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
