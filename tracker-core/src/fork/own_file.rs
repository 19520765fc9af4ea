//! A file that only the process has open that has opened it.

use std::fs::{File, OpenOptions};
use std::io;
use std::ops::Deref;
use std::path::Path;
use std::sync::Arc;

use super::current;
use super::gate::enter;

/// An open file that a `fork` closes in the child.
///
/// The lock of a file stays until nobody has the file open any more that has opened it with that
/// one, and a child has inherited it. So the lock of a process that was killed would last as long as
/// any of its children, which may sit there for days.
///
/// The map of a file keeps it open, too: a file that is locked is opened once more to be mapped.
///
/// # Examples
///
/// ```
/// # let folder = tempfile::tempdir().unwrap();
/// # let path = folder.path().join("runs.lock");
/// use std::fs::File;
/// use tracker_core::fork::OwnFile;
///
/// let lock = OwnFile::open(File::options().create(true).append(true), &path)?;
/// lock.lock()?;
/// assert!(File::open(&path)?.try_lock().is_err());
/// drop(lock);
/// assert!(File::open(&path)?.try_lock().is_ok());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct OwnFile {
    /// Counted, so that it can be kept from being closed.
    file: Arc<File>,
    generation: u32,
    #[cfg(unix)]
    place: super::descriptors::Place,
}

impl OwnFile {
    /// Opens a file.
    ///
    /// # Errors
    ///
    /// As [`OpenOptions::open`].
    pub fn open(options: &OpenOptions, path: impl AsRef<Path>) -> io::Result<Self> {
        // A child that is forked before the file is noted would keep it open.
        let _inside = enter();
        let file = options.open(path)?;
        Ok(Self {
            #[cfg(unix)]
            place: super::descriptors::Place::note(&file),
            file: Arc::new(file),
            generation: current(),
        })
    }
}

impl Deref for OwnFile {
    type Target = File;

    fn deref(&self) -> &File {
        &self.file
    }
}

/// In a child its number may be that of another file by now.
impl Drop for OwnFile {
    fn drop(&mut self) {
        if self.generation != current() {
            std::mem::forget(Arc::clone(&self.file));
            return;
        }
        let _inside = enter();
        // A child that is forked before the file is closed has it without its lock.
        let _ = self.file.unlock();
        #[cfg(unix)]
        self.place.forget();
    }
}
