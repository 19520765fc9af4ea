//! The disk, and how a file on it is replaced at once.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use tracker_core::fork::OwnFile;

/// What is asked of the disk; tests put one in its place that fails.
pub(crate) trait Disk: Send + Sync {
    /// The bytes of a file, none where there is no file.
    fn read(&self, path: &Path) -> io::Result<Vec<u8>>;

    /// Writes a new file with the permissions of `model`, where that exists.
    fn write(&self, path: &Path, bytes: &[u8], model: &Path) -> io::Result<()>;

    /// Returns when the bytes of a file survive a power loss.
    fn sync(&self, path: &Path) -> io::Result<()>;

    /// Gives a file the name of another, which is gone then.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;

    /// Returns when the names in a folder survive a power loss.
    fn sync_folder(&self, folder: &Path) -> io::Result<()>;
}

/// The disk of the system.
pub(crate) struct System;

impl Disk for System {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        match fs::read(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
            read => read,
        }
    }

    fn write(&self, path: &Path, bytes: &[u8], model: &Path) -> io::Result<()> {
        let permissions = model.metadata().map(|file| file.permissions()).ok();
        // The name of a file that may not be written could still be given to another.
        if permissions.as_ref().is_some_and(fs::Permissions::readonly) {
            return Err(io::ErrorKind::PermissionDenied.into());
        }
        let mut file = File::create(path)?;
        // Before there is anything to read.
        let protected = permissions.map_or(Ok(()), |it| file.set_permissions(it));
        let written = protected.and_then(|()| file.write_all(bytes));
        // On a full disk, the room that was taken is needed.
        written.inspect_err(|_| drop(fs::remove_file(path)))
    }

    fn sync(&self, path: &Path) -> io::Result<()> {
        File::options().write(true).open(path)?.sync_all()
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)
    }

    #[cfg(unix)]
    fn sync_folder(&self, folder: &Path) -> io::Result<()> {
        match File::open(folder)?.sync_all() {
            // Some file systems have no such call.
            Err(error)
                if matches!(
                    error.kind(),
                    io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported
                ) =>
            {
                Ok(())
            }
            synced => synced,
        }
    }

    /// Only Unix has a call for it.
    #[cfg(not(unix))]
    fn sync_folder(&self, _folder: &Path) -> io::Result<()> {
        Ok(())
    }
}

/// The file on its disk.
pub(crate) struct StoreFile {
    disk: Box<dyn Disk>,
    file: PathBuf,
}

impl StoreFile {
    pub(crate) fn new(disk: Box<dyn Disk>, file: PathBuf) -> Self {
        Self { disk, file }
    }

    /// A reader needs no lock: the file is replaced as a whole.
    pub(crate) fn read(&self) -> io::Result<Vec<u8>> {
        self.disk.read(&self.file)
    }

    /// Waits for all other writers, of this process too, until what is returned is dropped.
    ///
    /// The lock is on a file of its own, for the file itself is replaced by another each time.
    pub(crate) fn lock(&self) -> io::Result<OwnFile> {
        let mut options = File::options();
        options.create(true).truncate(false).write(true);
        let lock = OwnFile::open(&options, self.beside("lock"))?;
        lock.lock()?;
        Ok(lock)
    }

    /// Puts a new file in the place of the old one: at any time, also after a power loss, there is
    /// one of the two.
    pub(crate) fn replace(&self, bytes: &[u8]) -> io::Result<()> {
        let new = self.beside("new");
        self.disk.write(&new, bytes, &self.file)?;
        self.disk.sync(&new)?;
        self.disk.rename(&new, &self.file)?;
        self.sync()
    }

    /// Whatever stands under the name of the file was synced before it got the name.
    pub(crate) fn sync(&self) -> io::Result<()> {
        match self.file.parent() {
            Some(folder) => self.disk.sync_folder(folder),
            None => Ok(()),
        }
    }

    fn beside(&self, extension: &str) -> PathBuf {
        let mut name = self.file.clone().into_os_string();
        name.push(".");
        name.push(extension);
        name.into()
    }
}
