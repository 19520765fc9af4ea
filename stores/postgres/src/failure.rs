//! What can fail inside a transaction, and what the user is told.

use std::error::Error as _;
use std::io;
use std::sync::Arc;

use postgres::error::SqlState;
use registry_core::ArgumentError;
use tracker_core::{Error, ErrorKind, StoreProblem};

/// A failure before the store and the action are named.
pub(crate) enum Failure {
    /// The server refused, or is not there.
    Postgres(postgres::Error),
    /// The connection was lost after the end of a transaction was asked for.
    Open(postgres::Error),
    /// A row does not hold what this crate writes.
    Damaged(String),
    /// An error that says all already.
    Known(Error),
}

impl From<postgres::Error> for Failure {
    fn from(error: postgres::Error) -> Self {
        Self::Postgres(error)
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

/// A column that cannot be read says so in a sentence.
impl From<String> for Failure {
    fn from(problem: String) -> Self {
        Self::Damaged(problem)
    }
}

impl Failure {
    /// Whether the connection is of no more use.
    pub(crate) fn is_lost(&self) -> bool {
        match self {
            Self::Postgres(error) => is_lost(error),
            Self::Open(_) => true,
            Self::Damaged(_) | Self::Known(_) => false,
        }
    }

    /// Whether another transaction came in the way, so that the same changes may be made once more.
    pub(crate) fn is_conflict(&self) -> bool {
        let Self::Postgres(error) = self else {
            return false;
        };
        matches!(
            error.code(),
            Some(&SqlState::T_R_SERIALIZATION_FAILURE | &SqlState::T_R_DEADLOCK_DETECTED)
        )
    }

    /// The error a user can act on.
    pub(crate) fn explain(self, place: &str, action: &str) -> Error {
        match self {
            Self::Known(error) => error,
            Self::Damaged(problem) => Error::Damaged {
                place: place.to_owned(),
                problem,
            },
            Self::Postgres(error) => explain(&error, place, action),
            Self::Open(error) => Error::Store {
                kind: ErrorKind::Unavailable,
                action: action.to_owned(),
                place: place.to_owned(),
                cause: said(&error),
                hint: "the server went away before it said whether the change was made; see \
                       whether it was"
                    .to_owned(),
            },
        }
    }
}

/// Whether an error has ended the connection.
pub(crate) fn is_lost(error: &postgres::Error) -> bool {
    match error.as_db_error() {
        Some(problem) => {
            problem.code().code().starts_with("08")
                || matches!(
                    *problem.code(),
                    SqlState::ADMIN_SHUTDOWN
                        | SqlState::CRASH_SHUTDOWN
                        | SqlState::CANNOT_CONNECT_NOW
                        | SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT
                        | SqlState::IDLE_SESSION_TIMEOUT
                )
        }
        None => {
            error.is_closed()
                || error
                    .source()
                    .is_some_and(<dyn std::error::Error>::is::<io::Error>)
        }
    }
}

/// The error for what cannot be opened as a store.
pub(crate) fn unusable(place: &str, problem: StoreProblem) -> Error {
    Error::Unusable {
        place: place.to_owned(),
        problem,
    }
}

fn explain(error: &postgres::Error, place: &str, action: &str) -> Error {
    let (kind, hint) = match error.code() {
        Some(code) => of_code(code),
        None => without_code(error),
    };
    if kind == ErrorKind::Conflict {
        return Error::Busy {
            place: place.to_owned(),
        };
    }
    Error::Store {
        kind,
        action: action.to_owned(),
        place: place.to_owned(),
        cause: said(error),
        hint: hint.to_owned(),
    }
}

/// The kind of an error that the server gives, and what helps; a conflict is that of transactions.
fn of_code(code: &SqlState) -> (ErrorKind, &'static str) {
    match *code {
        SqlState::INVALID_PASSWORD | SqlState::INVALID_AUTHORIZATION_SPECIFICATION => (
            ErrorKind::Denied,
            "see that the user and the password are right; the password may stand in the \
             environment variable PGPASSWORD",
        ),
        SqlState::INVALID_CATALOG_NAME => (
            ErrorKind::NotFound,
            "see that the name is right, or create the database with `createdb`",
        ),
        SqlState::INSUFFICIENT_PRIVILEGE => (
            ErrorKind::Denied,
            "let the owner grant this user the right; the documentation of `tracker-postgres` says \
             which, and `Tracker::read` needs none to write",
        ),
        SqlState::READ_ONLY_SQL_TRANSACTION => (
            ErrorKind::Denied,
            "the server only reads, as a standby does; give the address of the one that writes",
        ),
        SqlState::TOO_MANY_CONNECTIONS => (
            ErrorKind::Unavailable,
            "the server has no connection left; end programs that need none, or raise its \
             `max_connections`",
        ),
        SqlState::DISK_FULL | SqlState::OUT_OF_MEMORY => (
            ErrorKind::Unavailable,
            "the server is out of room; make some there",
        ),
        SqlState::PROGRAM_LIMIT_EXCEEDED => (
            ErrorKind::Invalid,
            "PostgreSQL searches for no name that is longer than some 2,500 bytes; shorten it",
        ),
        SqlState::T_R_SERIALIZATION_FAILURE | SqlState::T_R_DEADLOCK_DETECTED => {
            (ErrorKind::Conflict, "")
        }
        SqlState::LOCK_NOT_AVAILABLE | SqlState::QUERY_CANCELED => (
            ErrorKind::Unavailable,
            "the server gave up waiting, as its settings say; try again",
        ),
        SqlState::UNDEFINED_TABLE | SqlState::UNDEFINED_COLUMN => (
            ErrorKind::Damaged,
            "a table is not as this version left it; restore the store from a copy",
        ),
        _ if code.code().starts_with("08") || code.code().starts_with("57P") => (
            ErrorKind::Unavailable,
            "the server stops or starts; try again",
        ),
        _ => (ErrorKind::Failed, "nothing was changed; try again"),
    }
}

fn without_code(error: &postgres::Error) -> (ErrorKind, &'static str) {
    let text = said(error).to_string();
    if text.contains("TLS") {
        let hint = "the connection could not be secured; see `sslmode` and `sslrootcert` in the \
                    address, and the certificate of the server";
        (ErrorKind::Denied, hint)
    } else if text.contains("authentication") || text.contains("password missing") {
        let hint = "give a password in the environment variable PGPASSWORD, or in the address";
        (ErrorKind::Denied, hint)
    } else if text.contains("configuration") {
        (ErrorKind::Invalid, "see that the address is right")
    } else {
        let hint = "see that the server runs and that the address is right; try again";
        (ErrorKind::Unavailable, hint)
    }
}

/// What was said, in one line; the client says of most errors only what sort they are.
fn said(error: &postgres::Error) -> Arc<dyn std::error::Error + Send + Sync> {
    let text = match error.as_db_error() {
        Some(problem) => match problem.detail() {
            Some(detail) => format!("{}: {detail}", problem.message()),
            None => problem.message().to_owned(),
        },
        None => match error.source() {
            Some(source) => format!("{error}: {source}"),
            None => error.to_string(),
        },
    };
    Arc::from(Box::from(text.replace('\n', " ")))
}

/// What was executed, or the error for a name that is not unique.
pub(crate) fn unique<T>(
    executed: Result<T, Failure>,
    taken: impl FnOnce() -> Error,
) -> Result<T, Failure> {
    match executed {
        Err(Failure::Postgres(error)) if error.code() == Some(&SqlState::UNIQUE_VIOLATION) => {
            Err(taken().into())
        }
        executed => executed,
    }
}
