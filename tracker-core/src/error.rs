//! What can go wrong.

mod kind;
mod store_problem;
mod text;

use std::sync::Arc;

use registry_core::ArgumentError;

use crate::disagreement::Disagreement;
pub use kind::ErrorKind;
pub use store_problem::StoreProblem;
use text::{agreeing, lines, pointed_at, shown, with_hint};

/// The result of everything that reaches a store.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why something could not be stored or read.
///
/// The text names the thing and the place; a second line, which begins with `hint:`, says the
/// remedy.
///
/// # Examples
///
/// ```
/// use tracker_core::Tracker;
///
/// let error = Tracker::open("sqllite:runs.db").unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "`sqllite:runs.db` names no store: there is no scheme `sqllite`\n\
///      hint: did you mean `sqlite`? The schemes are `memory:`, `sqlite:FILE`, `json:FILE`, \
///      `postgres://HOST/DATABASE` and `http://HOST`"
/// );
/// ```
#[derive(Clone, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The text given to [`Tracker::open`](crate::Tracker::open) is not the address of a store.
    #[error("`{address}` names no store: {problem}\nhint: {hint}")]
    Address {
        /// The text as given.
        address: String,
        /// What is wrong with it.
        problem: String,
        /// What to write instead.
        hint: String,
    },

    /// The scheme of an address is known, and nothing in the program opens its stores.
    #[error(
        "`{address}` cannot be opened: the scheme `{scheme}` is not linked into the program\nhint: {hint}"
    )]
    NotLinked {
        /// The text as given.
        address: String,
        /// Its scheme, as `postgres`.
        scheme: String,
        /// Which crate or feature to add.
        hint: String,
    },

    /// What stands at the place of the store cannot be used as one; it was left as it is.
    #[error("{}", .problem.text(.place))]
    Unusable {
        /// The store: the path of its file, or its address.
        place: String,
        /// Why it cannot be opened.
        problem: StoreProblem,
    },

    /// Another process kept the store to itself for too long.
    #[error(
        "`{place}` stayed locked by another process\nhint: end the process that holds it, or try \
         again"
    )]
    Busy {
        /// The store.
        place: String,
    },

    /// Something without a name.
    #[error("{place} needs a {what} that is not empty\nhint: give it at least one character")]
    EmptyName {
        /// What is empty.
        what: &'static str,
        /// Where it was given.
        place: String,
    },

    /// An epoch or a step that no store can hold.
    #[error(
        "{place} has the {what} {value}\nhint: the largest {what} is {}",
        i64::MAX
    )]
    TooLarge {
        /// An epoch or a step.
        what: &'static str,
        /// Its value.
        value: u64,
        /// What it was given for.
        place: String,
    },

    /// The arguments of an entity cannot be written; nothing was stored.
    #[error("the {kind} `{name}` cannot be stored: {}", with_hint(problem))]
    Unwritable {
        /// What the entity was given as.
        kind: String,
        /// Its name.
        name: String,
        /// Where in the arguments, and why.
        problem: ArgumentError,
    },

    /// An entity whose hash is not valid; nothing was stored.
    #[error(
        "the {kind} `{name}` cannot be stored: its hash is not valid\nhint: give it arguments \
         that can be written as JSON, or set a hash"
    )]
    NoIdentity {
        /// What the entity was given as.
        kind: String,
        /// Its name.
        name: String,
    },

    /// A JSON value that cannot be written, because it nests too deep; nothing was stored.
    #[error("{place} cannot be stored: {}", with_hint(problem))]
    Json {
        /// What the value was given for.
        place: String,
        /// Where in the value, and why.
        problem: ArgumentError,
    },

    /// What was asked for is not in the store.
    #[error("{place} has no {what} `{name}`\nhint: {hint}")]
    Missing {
        /// What was asked for.
        what: &'static str,
        /// The name that was asked for.
        name: String,
        /// Where it was sought.
        place: String,
        /// What there is, or what to do.
        hint: String,
    },

    /// Records of an aggregate no longer agree with the program; each is named on a line of its own.
    #[error(
        "the aggregate `{aggregate}` has records that no longer agree:{}\nhint: {}",
        lines(disagreements),
        agreeing(disagreements)
    )]
    Disagrees {
        /// The id of the aggregate.
        aggregate: String,
        /// What does not agree; never empty.
        disagreements: Vec<Disagreement>,
    },

    /// What was read back from a copy is not what was written.
    #[error(
        "{place} was not copied: {problem}\nhint: run the import again; if it stays, let \
         `conformance::run` check the store that it goes into"
    )]
    NotCopied {
        /// What was copied.
        place: String,
        /// How this shows.
        problem: String,
    },

    /// Another experiment or aggregate has the name already.
    #[error("there is an {what} `{name}` already\nhint: {hint}")]
    Taken {
        /// What has the name: an experiment or an aggregate.
        what: &'static str,
        /// The name.
        name: String,
        /// What to do.
        hint: String,
    },

    /// The text of a query cannot be read, or its cursor belongs to another query.
    #[error("cannot read the query: {problem}\n{}\nhint: {hint}", pointed_at(query, *column))]
    Query {
        /// The text.
        query: String,
        /// Where in the text, in characters from 0.
        column: usize,
        /// What is wrong there.
        problem: String,
        /// What to write instead.
        hint: String,
    },

    /// Something in the store cannot be read.
    #[error(
        "`{place}` is damaged: {problem}\nhint: restore it from a copy; something else than the \
         tracker has written to it"
    )]
    Damaged {
        /// The store.
        place: String,
        /// What was found.
        problem: String,
    },

    /// A parameter of a run that was set before, to another value.
    #[error(
        "the parameter `{name}` of the aggregate `{aggregate}` is {present} already, and was given \
         {given}\nhint: a parameter is written once; track another run, or use a tag for what changes"
    )]
    ParamSet {
        /// The id of the aggregate.
        aggregate: String,
        /// The name of the parameter.
        name: String,
        /// The value that it has.
        present: registry_core::Value,
        /// The value that was refused.
        given: registry_core::Value,
    },

    /// A change that this caller may make neither now nor later, as a removal through a server that was
    /// started without `--allow-delete`.
    #[error("the store does not allow {what}\nhint: {hint}")]
    NotAllowed {
        /// What is not allowed, as `to remove a run`.
        what: String,
        /// What to do.
        hint: String,
    },

    /// A name that no store takes: it is longer than 1,000 bytes, has a control character, or is
    /// that of an artifact and no path.
    #[error("{place} cannot be named `{}`: {problem}\nhint: {hint}", shown(name))]
    Name {
        /// The name.
        name: String,
        /// What it was given for, as `an artifact`.
        place: String,
        /// What is wrong with it.
        problem: &'static str,
        /// What to do.
        hint: &'static str,
    },

    /// The store stands in no file beside which the contents of artifacts could be.
    #[error(
        "the contents of artifacts have no place: the store is in no file\nhint: say where they are, as \
         `tracker.with_artifacts(FolderContents::new(\"artifacts\"))`"
    )]
    NoPlace,

    /// The store failed at something else.
    #[error("cannot {action} in `{place}`: {cause}\nhint: {hint}")]
    Store {
        /// Whether the same call may succeed later, and what was refused.
        kind: ErrorKind,
        /// What was to be done, as `add metrics`.
        action: String,
        /// The store.
        place: String,
        /// What the store says.
        cause: Arc<dyn std::error::Error + Send + Sync>,
        /// What may help.
        hint: String,
    },
}

impl Error {
    /// What sort of thing went wrong.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Unusable { problem, .. } => problem.kind(),
            Self::NotLinked { .. } | Self::NoPlace => ErrorKind::Unsupported,
            Self::Missing { .. } => ErrorKind::NotFound,
            Self::Taken { .. } => ErrorKind::Exists,
            Self::Address { .. }
            | Self::EmptyName { .. }
            | Self::Name { .. }
            | Self::TooLarge { .. }
            | Self::Unwritable { .. }
            | Self::NoIdentity { .. }
            | Self::Json { .. }
            | Self::Query { .. } => ErrorKind::Invalid,
            Self::ParamSet { .. } | Self::Disagrees { .. } => ErrorKind::Conflict,
            Self::NotAllowed { .. } => ErrorKind::Denied,
            Self::Busy { .. } => ErrorKind::Unavailable,
            Self::Damaged { .. } => ErrorKind::Damaged,
            Self::NotCopied { .. } => ErrorKind::Failed,
            Self::Store { kind, .. } => *kind,
        }
    }

    /// The error for a file that the operating system could not read or write: `action` as in
    /// "cannot read the weights in `runs.db.artifacts`".
    ///
    /// What a reader of this crate has failed with is given as it was.
    pub fn io(action: &str, place: impl Into<String>, cause: std::io::Error) -> Self {
        use std::io::ErrorKind as Io;
        let cause = match cause.downcast::<Self>() {
            Ok(error) => return error,
            Err(cause) => cause,
        };
        let (kind, hint) = match cause.kind() {
            Io::StorageFull | Io::QuotaExceeded => {
                (ErrorKind::Unavailable, "the disk is full; make room on it")
            }
            Io::PermissionDenied | Io::ReadOnlyFilesystem => (
                ErrorKind::Denied,
                "give this user the right to read and write there",
            ),
            Io::NotFound => (ErrorKind::NotFound, "see that the path is right"),
            Io::Unsupported => (
                ErrorKind::Unsupported,
                "keep the file on a disk whose files can be locked",
            ),
            _ => (
                ErrorKind::Failed,
                "the disk failed; see that it is mounted and sound",
            ),
        };
        Self::Store {
            kind,
            action: action.to_owned(),
            place: place.into(),
            cause: Arc::new(cause),
            hint: hint.to_owned(),
        }
    }
}

// What `main` returns is shown by `Debug`, and a person should read the same there.
impl std::fmt::Debug for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::{Error, StoreProblem};

    #[test]
    fn every_hint_stands_on_the_second_line() {
        let unusable = |problem| Error::Unusable {
            place: "runs.db".into(),
            problem,
        };
        for error in [
            unusable(StoreProblem::IsFolder),
            unusable(StoreProblem::NoFolder {
                folder: "data".into(),
            }),
            unusable(StoreProblem::Absent),
            unusable(StoreProblem::ReadOnly),
            unusable(StoreProblem::Gone),
            unusable(StoreProblem::Foreign {
                found: "it is a picture".into(),
            }),
            unusable(StoreProblem::NoServer {
                found: "it is a page".into(),
                hint: "see that host and port are right".into(),
            }),
            unusable(StoreProblem::TooNew {
                found: 9,
                known: 1,
                package: "tracker-sqlite",
            }),
            Error::io("read", "runs.db", std::io::ErrorKind::StorageFull.into()),
            Error::Name {
                name: "a\0".repeat(100),
                place: "an artifact".into(),
                problem: "it has a NUL",
                hint: "leave it out",
            },
            Error::NoPlace,
            Error::NotAllowed {
                what: "to remove a run".into(),
                hint: "archive it".into(),
            },
            Error::Busy {
                place: "runs.db".into(),
            },
            Error::Taken {
                what: "experiment",
                name: "digits".into(),
                hint: "choose another name".into(),
            },
            Error::EmptyName {
                what: "name",
                place: "a metric".into(),
            },
            Error::TooLarge {
                what: "epoch",
                value: u64::MAX,
                place: "a metric".into(),
            },
            Error::Unwritable {
                kind: "model".into(),
                name: "MLP".into(),
                problem: "{".parse::<registry_core::Value>().unwrap_err(),
            },
        ] {
            let text = error.to_string();
            let lines: Vec<&str> = text.lines().collect();
            assert_eq!(lines.len(), 2, "{text}");
            assert!(lines[1].starts_with("hint: "), "{text}");
        }
    }
}
