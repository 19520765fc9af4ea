//! What the user is told when the file cannot be used.

use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use registry_core::ArgumentError;
use tracker_core::{Error, Result, StoreProblem};

use crate::tables::FileError;

/// Where the file is, in a way that neither another working folder nor a link changes.
pub(crate) fn locate(path: &Path) -> Result<PathBuf> {
    if path.is_dir() {
        return Err(unusable(path, StoreProblem::IsFolder));
    }
    if path.metadata().is_ok_and(|found| !found.is_file()) {
        let found = "it is no regular file".to_owned();
        return Err(unusable(path, StoreProblem::Foreign { found }));
    }
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    if let Some(folder) = folder.filter(|folder| !folder.is_dir()) {
        let folder = folder.to_path_buf();
        return Err(unusable(path, StoreProblem::NoFolder { folder }));
    }
    let resolved = if path.is_symlink() && path.exists() {
        path.canonicalize()
    } else {
        std::path::absolute(path)
    };
    resolved.map_err(|error| failed(error, path, "find the file"))
}

/// The error for a file that cannot be opened as a store.
pub(crate) fn unusable(path: &Path, problem: StoreProblem) -> Error {
    Error::Unusable {
        place: path.display().to_string(),
        problem,
    }
}

/// The error for a content that cannot be used.
pub(crate) fn unreadable(error: FileError, path: &Path) -> Error {
    match error {
        FileError::Foreign(found) => unusable(path, StoreProblem::Foreign { found }),
        FileError::Damaged(problem) => Error::Damaged {
            place: path.display().to_string(),
            problem,
        },
    }
}

/// The error for a write that the system refused.
pub(crate) fn not_written(error: io::Error, path: &Path, action: &str) -> Error {
    match error.kind() {
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => {
            unusable(path, StoreProblem::ReadOnly)
        }
        _ => failed(error, path, action),
    }
}

/// The error for anything else that the system refused.
pub(crate) fn failed(error: io::Error, path: &Path, action: &str) -> Error {
    Error::io(action, path.display().to_string(), error)
}

/// The error for a value that the file could not hold.
pub(crate) fn unwritable(place: impl Into<String>) -> impl FnOnce(ArgumentError) -> Error {
    let place = place.into();
    move |problem| Error::Json { place, problem }
}

/// For a setting, which the file of the Python package has no place for.
pub(crate) fn no_settings(key: &str) -> Error {
    Error::Store {
        kind: tracker_core::ErrorKind::Unsupported,
        action: format!("keep the setting `{key}`"),
        place: "a JSON file".to_owned(),
        cause: std::sync::Arc::new(io::Error::other("the file has no place for settings")),
        hint: "use a store at `sqlite:FILE`".to_owned(),
    }
}
