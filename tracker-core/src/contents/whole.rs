//! A file that appears under its name whole, or not at all.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use uuid::Uuid;

use crate::fork;

/// A file that is written under a name of its own, which it gives up when it is whole. Dropped before
/// that, it is gone.
#[derive(Debug)]
pub(crate) struct WholeFile {
    path: PathBuf,
    /// The process that writes it.
    generation: u32,
    /// Not here any more once it has its name.
    file: Option<File>,
}

impl WholeFile {
    /// What the names of unfinished files begin with.
    pub(crate) const PREFIX: &'static str = ".new-";

    /// Begins a file in a folder that is there.
    pub(crate) fn create(folder: &Path) -> io::Result<Self> {
        let path = folder.join(format!("{}{}", Self::PREFIX, Uuid::new_v4()));
        let file = Some(File::create_new(&path)?);
        Ok(Self {
            path,
            generation: fork::generation(),
            file,
        })
    }

    /// Returns when what was written survives a power loss, though not yet under its name.
    pub(crate) fn sync(&self) -> io::Result<()> {
        self.file.as_ref().map_or(Ok(()), File::sync_all)
    }

    /// Gives the file its name, in the place of what has it, so that it survives a power loss.
    pub(crate) fn finish(mut self, path: &Path) -> io::Result<()> {
        self.sync()?;
        // Windows gives no other name to a file that is open.
        let file = self.file.take();
        drop(file);
        fs::rename(&self.path, path).inspect_err(|_| drop(fs::remove_file(&self.path)))?;
        parent(path).map_or(Ok(()), sync_folder)
    }
}

impl Write for WholeFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.file {
            Some(file) => file.write(bytes),
            None => Err(io::ErrorKind::BrokenPipe.into()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for WholeFile {
    fn drop(&mut self) {
        // A child has a copy of this, and not the file, which its parent goes on to write.
        if self.file.take().is_some() && self.generation == fork::generation() {
            // A file that stays behind is found by its name.
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// Makes a folder, and those it stands in, so that they survive a power loss.
pub(crate) fn make_folder(folder: &Path) -> io::Result<()> {
    match fs::create_dir(folder) {
        Ok(()) => parent(folder).map_or(Ok(()), sync_folder),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let Some(outer) = parent(folder) else {
                return Err(error);
            };
            make_folder(outer)?;
            make_folder(folder)
        }
        Err(_) if folder.is_dir() => Ok(()),
        Err(error) => Err(error),
    }
}

/// The folder that a path stands in; `.` for a bare name.
pub(crate) fn parent(path: &Path) -> Option<&Path> {
    let parent = path.parent()?;
    Some(if parent.as_os_str().is_empty() {
        Path::new(".")
    } else {
        parent
    })
}

/// Returns when the names in a folder survive a power loss.
#[cfg(unix)]
pub(crate) fn sync_folder(folder: &Path) -> io::Result<()> {
    use io::ErrorKind::{InvalidInput, PermissionDenied, Unsupported};
    let synced = File::open(folder).and_then(|folder| folder.sync_all());
    match synced {
        // Some file systems have no such call, and some folders may be written but not read.
        Err(error) if matches!(error.kind(), InvalidInput | Unsupported | PermissionDenied) => {
            Ok(())
        }
        synced => synced,
    }
}

/// Only Unix has a call for it.
#[cfg(not(unix))]
pub(crate) fn sync_folder(_folder: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{WholeFile, make_folder, parent};
    use std::io::Write as _;
    use std::path::Path;

    #[test]
    fn a_file_has_its_name_when_it_is_whole() {
        let folder = tempfile::tempdir().unwrap();
        let names = || std::fs::read_dir(folder.path()).unwrap().count();
        let path = folder.path().join("weights");
        let mut file = WholeFile::create(folder.path()).unwrap();
        file.write_all(b"all").unwrap();
        assert!(!path.exists());
        file.finish(&path).unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"all");

        let mut dropped = WholeFile::create(folder.path()).unwrap();
        dropped.write_all(b"half").unwrap();
        drop(dropped);
        assert_eq!(names(), 1);

        let refused = WholeFile::create(folder.path()).unwrap();
        assert!(refused.finish(&folder.path().join("none/weights")).is_err());
        assert_eq!(names(), 1);
    }

    #[test]
    fn folders_are_made_with_those_around_them() {
        let folder = tempfile::tempdir().unwrap();
        let inner = folder.path().join("a/b/c");
        make_folder(&inner).unwrap();
        make_folder(&inner).unwrap();
        assert!(inner.is_dir());
        std::fs::write(inner.join("file"), "").unwrap();
        assert!(make_folder(&inner.join("file")).is_err());
        assert_eq!(parent(Path::new("runs.db")), Some(Path::new(".")));
    }
}
