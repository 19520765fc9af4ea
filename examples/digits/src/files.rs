//! Files that the program keeps and cannot read or write.

use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use thiserror::Error;

/// A file or folder that the operating system refuses.
#[derive(Debug, Error)]
#[error("`{}`: {source}\nhint: {}", path.display(), hint(source.kind()))]
pub struct FileError {
    /// The file or folder.
    pub path: PathBuf,
    /// What the operating system said.
    pub source: io::Error,
}

impl FileError {
    /// For `map_err`: puts the path to an error.
    pub fn at(path: &Path) -> impl FnOnce(io::Error) -> Self {
        |source| Self {
            path: path.to_owned(),
            source,
        }
    }
}

fn hint(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
            "the disk is full: make room, or choose a folder on another disk with `--dir`"
        }
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => {
            "get the right to write it, or choose another folder with `--dir`"
        }
        ErrorKind::AlreadyExists | ErrorKind::NotADirectory => {
            "a file has this name: choose a folder with `--dir`"
        }
        _ => "move it out of the way, or choose another folder with `--dir`",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hint_is_for_the_kind_of_error() {
        for (kind, part) in [
            (ErrorKind::StorageFull, "hint: the disk is full"),
            (ErrorKind::PermissionDenied, "hint: get the right"),
            (ErrorKind::NotADirectory, "hint: a file has this name"),
            (ErrorKind::IsADirectory, "hint: move it"),
        ] {
            let text = FileError::at(Path::new("weights"))(kind.into()).to_string();
            assert!(
                text.starts_with("`weights`: ") && text.contains(part),
                "{text}"
            );
        }
    }
}
