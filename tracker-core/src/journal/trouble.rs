//! What is told when a journal cannot do what it is for.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use super::count::Count;
use crate::error::{Error, ErrorKind};
use crate::wire::TooManyBytes;

/// Whether the store has refused a change, as it would each time; else it has failed, and the same
/// change may succeed later.
pub(super) fn is_refusal(error: &Error) -> bool {
    match error {
        // The store itself is not there.
        Error::Unusable { .. } => false,
        Error::NotAllowed { .. } => true,
        Error::Store { kind, .. } => matches!(
            kind,
            ErrorKind::Exists | ErrorKind::Invalid | ErrorKind::Conflict
        ),
        error => matches!(
            error.kind(),
            ErrorKind::NotFound | ErrorKind::Exists | ErrorKind::Invalid | ErrorKind::Conflict
        ),
    }
}

/// Whether a step has too many bytes for the way to the store.
pub(super) fn is_too_long(error: &Error) -> bool {
    matches!(error, Error::Store { cause, .. } if cause.is::<TooManyBytes>())
}

/// Where a store is.
#[derive(Clone, Copy, Debug)]
pub(super) enum Place<'p> {
    /// The file beside which its journals stand.
    Here(&'p Path),
    /// Its address, on another machine.
    Elsewhere(&'p str),
}

/// The error of a store that takes too long.
pub(super) fn no_answer(place: Place<'_>, patience: Duration) -> Error {
    let (place, remedy) = match place {
        Place::Here(file) => (
            file.display().to_string(),
            "see what keeps it, as another process or a disk that hangs",
        ),
        Place::Elsewhere(address) => (
            address.to_owned(),
            "see that the server runs and is not too busy, and that the network is not too slow",
        ),
    };
    store(
        ErrorKind::Unavailable,
        "change the store",
        place,
        format!(
            "it has not taken all that was added before within {} seconds",
            patience.as_secs()
        ),
        format!("{remedy}; what was added waits in the journal"),
    )
}

/// The report of a failure that has nothing to do with what this call adds.
pub(super) fn beside(error: Error) -> Error {
    noted(
        error,
        "what this call adds is kept in the journal: do not add it again",
    )
}

/// The last report where there are more than were kept.
pub(super) fn with_more(error: Error, more: u64) -> Error {
    match more {
        0 => error,
        more => noted(error, &format!("{more} more were not kept")),
    }
}

/// An error with a note behind its hint.
fn noted(error: Error, note: &str) -> Error {
    match error {
        Error::Missing {
            what,
            name,
            place,
            hint,
        } => Error::Missing {
            what,
            name,
            place,
            hint: format!("{hint}; {note}"),
        },
        Error::Store {
            kind,
            action,
            place,
            cause,
            hint,
        } => Error::Store {
            kind,
            action,
            place,
            cause,
            hint: format!("{hint}; {note}"),
        },
        error => {
            let (cause, hint) = lines(&error);
            store(
                error.kind(),
                "store what was added before",
                "the store".to_owned(),
                cause,
                format!("{hint}; {note}"),
            )
        }
    }
}

/// The error of a journal that may not grow.
pub(super) fn limit_reached(
    place: String,
    limit: u64,
    waiting: Count,
    last: Option<Error>,
) -> Error {
    let cause = match last {
        Some(error) => format!("the store last said: {}", lines(&error).0),
        None => "the store takes them more slowly than they come".to_owned(),
    };
    let limit = match (limit >> 20, limit >> 10) {
        (0, kilobytes) => format!("{kilobytes} KiB"),
        (megabytes, _) => format!("{megabytes} MiB"),
    };
    store(
        ErrorKind::Unavailable,
        "add to the journal",
        place,
        format!("it may not become longer than {limit}, and {waiting} in it; {cause}"),
        "this call adds nothing, and what was added before is kept; see what keeps the store, or \
         let the journal become longer with `Tracker::with_journal_limit`"
            .to_owned(),
    )
}

/// The error of a journal that finds no room on the disk.
pub(super) fn cannot_grow(place: String, error: io::Error) -> Error {
    noted(
        Error::io("add to the journal", place, error),
        "this call adds nothing, and what was added before is kept",
    )
}

/// The error of a store that has panicked.
pub(super) fn panicked() -> Error {
    store(
        ErrorKind::Failed,
        "change the store",
        "the store".to_owned(),
        "it panicked".to_owned(),
        "what was added is in the journal; open the store again".to_owned(),
    )
}

/// The error for records of this journal that cannot be read.
pub(super) fn scribbled(place: &Path, records: u64) -> Error {
    Error::Damaged {
        place: place.display().to_string(),
        problem: format!("{records} records of this journal cannot be read"),
    }
}

/// What an error says, and its hint.
pub(super) fn lines(error: &Error) -> (String, String) {
    let text = error.to_string();
    match text.split_once("\nhint: ") {
        Some((said, hint)) => (said.to_owned(), hint.to_owned()),
        None => (text, "try again".to_owned()),
    }
}

fn store(kind: ErrorKind, action: &str, place: String, cause: String, hint: String) -> Error {
    Error::Store {
        kind,
        action: action.to_owned(),
        place,
        cause: Arc::from(Box::<dyn std::error::Error + Send + Sync>::from(cause)),
        hint,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_store_that_takes_too_long_is_named_as_people_name_it() {
        let said = |place| no_answer(place, Duration::from_secs(20)).to_string();
        let here = said(Place::Here(Path::new("runs.db")));
        assert!(
            here.starts_with("cannot change the store in `runs.db`: "),
            "{here}"
        );
        let elsewhere = said(Place::Elsewhere("http://localhost:5005"));
        assert!(
            elsewhere.contains("`http://localhost:5005`: "),
            "{elsewhere}"
        );
        assert!(
            elsewhere.contains("\nhint: see that the server runs"),
            "{elsewhere}"
        );
    }
}
