//! Why there is no store to open.

use std::path::PathBuf;

use super::kind::ErrorKind;

/// Why there is no store to open where one should be.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum StoreProblem {
    /// A folder has the name of the file.
    IsFolder,
    /// The folder that the file should stand in does not exist.
    NoFolder {
        /// The folder.
        folder: PathBuf,
    },
    /// There is no store yet, and only one that is there was to be opened.
    Absent,
    /// The file or its folder may not be written.
    ReadOnly,
    /// It was opened to be read, and was to be changed.
    OpenedToRead,
    /// The file was removed or renamed while it was open, or another one was put in its place.
    Gone,
    /// It is something else than a store.
    Foreign {
        /// How this shows.
        found: String,
    },
    /// What answers at the address is no server of Entia.
    NoServer {
        /// How this shows.
        found: String,
        /// What to do.
        hint: String,
    },
    /// A newer version wrote it.
    TooNew {
        /// The version of its tables.
        found: i64,
        /// The newest version that is known here.
        known: i64,
        /// The package that reads newer ones when it is updated.
        package: &'static str,
    },
}

impl StoreProblem {
    /// The two lines of the error.
    pub(super) fn text(&self, place: &str) -> String {
        match self {
            Self::IsFolder => {
                format!("`{place}` is a folder, not a store\nhint: give the path of a file in it")
            }
            Self::NoFolder { folder } => format!(
                "`{place}` cannot be made: the folder `{}` does not exist\nhint: create the folder \
                 first",
                folder.display()
            ),
            Self::Absent => format!(
                "there is no store at `{place}`\nhint: see that the path is right; a program \
                 creates the store when it opens a tracker"
            ),
            Self::ReadOnly => format!(
                "`{place}` cannot be written\nhint: give this user the right to write the file and \
                 its folder, or copy the file to a folder that may be written; `Tracker::read` \
                 opens it without that right"
            ),
            Self::OpenedToRead => format!(
                "`{place}` cannot be written: it was opened to be read\nhint: open it with \
                 `Tracker::open` to change it"
            ),
            Self::Gone => format!(
                "`{place}` was removed or renamed while it was open\nhint: put the file back; what \
                 was added meanwhile waits in a journal beside it, which goes nowhere else"
            ),
            Self::Foreign { found } => format!(
                "`{place}` is no store of a tracker: {found}\nhint: it was left as it is; give the \
                 path of another file"
            ),
            Self::NoServer { found, hint } => {
                format!("`{place}` is no server of Entia: {found}\nhint: {hint}")
            }
            Self::TooNew {
                found,
                known,
                package,
            } => format!(
                "`{place}` has version {found} of the tables, and this version reads up to \
                 {known}\nhint: update the `{package}` package, or give the path of another file"
            ),
        }
    }

    pub(super) fn kind(&self) -> ErrorKind {
        match self {
            Self::NoFolder { .. } | Self::Absent | Self::Gone => ErrorKind::NotFound,
            Self::ReadOnly | Self::OpenedToRead => ErrorKind::Denied,
            Self::IsFolder | Self::Foreign { .. } | Self::NoServer { .. } => ErrorKind::Invalid,
            Self::TooNew { .. } => ErrorKind::Unsupported,
        }
    }
}
