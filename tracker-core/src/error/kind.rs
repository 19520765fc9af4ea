//! The kinds of errors.

/// What sort of thing went wrong, for programs that act on it: retry, create, ask, give up.
///
/// # Examples
///
/// ```
/// use tracker_core::{ErrorKind, Tracker};
///
/// let experiments = Tracker::open("memory:")?.experiments();
/// experiments.create("digits")?;
/// let error = experiments.create("digits").unwrap_err();
/// assert_eq!(error.kind(), ErrorKind::Exists);
/// # Ok::<(), tracker_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// What was asked for is not there: an experiment, an aggregate, a store, a folder.
    NotFound,
    /// There is one already: of this name, of this id.
    Exists,
    /// What was given cannot be stored or understood: an address, a name, a value, a query.
    Invalid,
    /// It is at odds with what is recorded: a parameter with another value, arguments that no longer
    /// give the recorded hash.
    Conflict,
    /// It may not be read or written: a permission, a store that was opened to be read.
    Denied,
    /// The store cannot be reached now, and the same call may succeed later: another process holds
    /// it, the disk is full, the network is down.
    Unavailable,
    /// This version, or this build without some feature, cannot do it.
    Unsupported,
    /// What is stored cannot be read.
    Damaged,
    /// Anything else.
    Failed,
}
