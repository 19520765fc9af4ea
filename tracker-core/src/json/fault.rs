//! What the user is told when the file cannot be used.

use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::tables::Unfit;
use crate::error::{Error, Result};

/// Where the file is, in a way that neither another working folder nor a link changes.
pub(super) fn check_place(path: &Path) -> Result<PathBuf> {
    let (file, folder) = (path.to_path_buf(), path.parent());
    if path.is_dir() {
        return Err(Error::Folder { path: file });
    }
    if path.metadata().is_ok_and(|found| !found.is_file()) {
        let problem = "it is no regular file".to_owned();
        return Err(Error::NotAStore {
            path: file,
            problem,
        });
    }
    if let Some(folder) = folder.filter(|folder| !folder.as_os_str().is_empty() && !folder.is_dir())
    {
        let folder = folder.to_path_buf();
        return Err(Error::NoFolder { path: file, folder });
    }
    let resolved = if path.is_symlink() && path.exists() {
        path.canonicalize()
    } else {
        std::path::absolute(path)
    };
    resolved.map_err(|error| failed(error, path, "find the file"))
}

/// The error for a content that cannot be used.
pub(super) fn unfit(unfit: Unfit, path: &Path) -> Error {
    match unfit {
        Unfit::Foreign(problem) => Error::NotAStore {
            path: path.to_path_buf(),
            problem,
        },
        Unfit::Damaged(problem) => Error::Damaged {
            place: path.display().to_string(),
            problem,
        },
    }
}

/// The error for a write that the system refused.
pub(super) fn not_written(error: io::Error, path: &Path, action: &str) -> Error {
    match error.kind() {
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => Error::ReadOnly {
            path: path.to_path_buf(),
        },
        _ => failed(error, path, action),
    }
}

/// The error for anything else that the system refused.
pub(super) fn failed(error: io::Error, path: &Path, action: &str) -> Error {
    let hint = match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => "the disk is full; make room on it",
        ErrorKind::PermissionDenied => "give this user the right to read the file",
        ErrorKind::NotFound => "see that the folder of the file is still there",
        ErrorKind::Unsupported => "keep the file on a disk whose files can be locked",
        _ => "the disk failed; see that it is mounted and sound",
    };
    Error::Store {
        action: action.to_owned(),
        place: path.display().to_string(),
        cause: Arc::new(error),
        hint: hint.to_owned(),
    }
}
