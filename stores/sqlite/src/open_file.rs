//! Where the file of an open store is.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// A file that is open, by a name that neither another working folder nor a link changes.
pub(crate) struct OpenFile {
    path: PathBuf,
    id: Option<(u64, u64)>,
}

impl OpenFile {
    /// Where a file is that was just opened.
    pub(crate) fn of(path: &Path) -> Self {
        let path = path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
        let id = id(&path).ok();
        Self { path, id }
    }

    /// The path, whole and without links.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Whether another file, or none, has the name by now: whoever opens the store will not find there
    /// what is written here.
    pub(crate) fn is_gone(&self) -> io::Result<bool> {
        match id(&self.path) {
            Ok(id) => Ok(Some(id) != self.id),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(true),
            Err(error) => Err(error),
        }
    }

    /// Puts the names of the file and of its log on the disk.
    #[cfg(unix)]
    pub(crate) fn sync_folder(&self) -> io::Result<()> {
        let folder = self.path.parent().unwrap_or(&self.path);
        fs::File::open(folder)?.sync_all()
    }

    /// Elsewhere a folder cannot be waited for, and needs no waiting.
    #[cfg(not(unix))]
    pub(crate) fn sync_folder(&self) -> io::Result<()> {
        Ok(())
    }
}

/// Tells a file from all others.
#[cfg(unix)]
fn id(path: &Path) -> io::Result<(u64, u64)> {
    use std::os::unix::fs::MetadataExt;
    let file = fs::metadata(path)?;
    Ok((file.dev(), file.ino()))
}

/// Elsewhere nobody can remove or rename a file that is open.
#[cfg(not(unix))]
fn id(path: &Path) -> io::Result<(u64, u64)> {
    fs::metadata(path).map(|_| (0, 0))
}
