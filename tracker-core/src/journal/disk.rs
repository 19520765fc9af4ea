//! What a journal asks of the system; tests put a disk in its place that fails.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;

use super::map::Map;
use crate::fork::OwnFile;

/// The calls that can fail.
pub(super) trait Disk: Send + Sync {
    /// The names in a folder.
    fn list(&self, folder: &Path) -> io::Result<Vec<OsString>>;

    /// Makes a new file, locked, with the permissions of `model` where that is there: whoever may not
    /// read the store must not read its points here, and whoever may write it may go on with this.
    fn create(&self, path: &Path, model: &Path) -> io::Result<OwnFile>;

    /// Opens a file to look at it; none where it is gone.
    fn open(&self, path: &Path) -> io::Result<Option<OwnFile>>;

    /// Opens and locks a file that nobody else has locked; none where somebody has, or it is gone.
    fn open_locked(&self, path: &Path) -> io::Result<Option<OwnFile>>;

    /// Whether a process that runs has locked the file. The lock that tells is given back at once.
    fn is_locked(&self, file: &File) -> io::Result<bool>;

    /// Reads so many bytes, fewer at the end of the file.
    fn read(&self, file: &File, at: u64, bytes: u64) -> io::Result<Vec<u8>>;

    fn write(&self, file: &File, at: u64, bytes: &[u8]) -> io::Result<()>;

    /// Returns when the file survives a power loss.
    fn sync(&self, file: &File) -> io::Result<()>;

    fn length(&self, file: &File) -> io::Result<u64>;

    fn set_length(&self, file: &File, bytes: u64) -> io::Result<()>;

    /// Maps a part of a file that stands at `path`.
    fn map(&self, file: &File, path: &Path, at: u64, bytes: u64) -> io::Result<Map>;

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;

    /// Removes a file; one that is gone by now was removed by who gave it up, or found it dead.
    fn remove(&self, path: &Path) -> io::Result<()>;
}

/// The disk of the system.
pub(super) struct System;

impl Disk for System {
    fn list(&self, folder: &Path) -> io::Result<Vec<OsString>> {
        fs::read_dir(folder)?
            .map(|entry| Ok(entry?.file_name()))
            .collect()
    }

    fn create(&self, path: &Path, model: &Path) -> io::Result<OwnFile> {
        let mut options = OpenOptions::new();
        let file = OwnFile::open(options.read(true).write(true).create_new(true), path)?;
        protect(&file, model)?;
        file.try_lock()?;
        Ok(file)
    }

    fn open(&self, path: &Path) -> io::Result<Option<OwnFile>> {
        found(OwnFile::open(OpenOptions::new().read(true), path))
    }

    fn open_locked(&self, path: &Path) -> io::Result<Option<OwnFile>> {
        let Some(file) = found(OwnFile::open(
            OpenOptions::new().read(true).write(true),
            path,
        ))?
        else {
            return Ok(None);
        };
        loop {
            match file.try_lock() {
                // Whoever had the lock before may have removed the file; its name is never used
                // again.
                Ok(()) => return Ok(path.try_exists()?.then_some(file)),
                Err(TryLockError::WouldBlock) if is_locked(&file)? => return Ok(None),
                // Somebody has only looked whether it is.
                Err(TryLockError::WouldBlock) => std::thread::yield_now(),
                Err(TryLockError::Error(error)) => return Err(error),
            }
        }
    }

    fn is_locked(&self, file: &File) -> io::Result<bool> {
        is_locked(file)
    }

    fn read(&self, mut file: &File, at: u64, bytes: u64) -> io::Result<Vec<u8>> {
        let mut read = Vec::new();
        file.seek(SeekFrom::Start(at))?;
        Read::take(file, bytes).read_to_end(&mut read)?;
        Ok(read)
    }

    fn write(&self, mut file: &File, at: u64, bytes: &[u8]) -> io::Result<()> {
        check_limit(at + bytes.len() as u64)?;
        file.seek(SeekFrom::Start(at))?;
        file.write_all(bytes)
    }

    fn sync(&self, file: &File) -> io::Result<()> {
        file.sync_data()
    }

    fn length(&self, file: &File) -> io::Result<u64> {
        Ok(file.metadata()?.len())
    }

    fn set_length(&self, file: &File, bytes: u64) -> io::Result<()> {
        file.set_len(bytes)
    }

    /// A child inherits the map, and a lock lasts as long as a file is open anywhere that was opened
    /// with it: so the file is opened once more, without the lock.
    #[cfg(unix)]
    fn map(&self, _file: &File, path: &Path, at: u64, bytes: u64) -> io::Result<Map> {
        let unlocked = OpenOptions::new().read(true).write(true).open(path)?;
        Map::new(&unlocked, at, bytes)
    }

    /// Elsewhere nothing is inherited, and a lock keeps everybody out who has not got it.
    #[cfg(not(unix))]
    fn map(&self, file: &File, _path: &Path, at: u64, bytes: u64) -> io::Result<Map> {
        Map::new(file, at, bytes)
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        found(fs::remove_file(path)).map(|_| ())
    }
}

/// Whether a process that runs has locked the file, to write.
fn is_locked(file: &File) -> io::Result<bool> {
    match file.try_lock_shared() {
        Ok(()) => file.unlock().map(|()| false),
        Err(TryLockError::WouldBlock) => Ok(true),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

/// None where there is no such file.
fn found<T>(done: io::Result<T>) -> io::Result<Option<T>> {
    match done {
        Ok(done) => Ok(Some(done)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn protect(file: &File, model: &Path) -> io::Result<()> {
    let Ok(store) = model.metadata() else {
        return Ok(());
    };
    let permissions = store.permissions();
    if permissions.readonly() || permissions == file.metadata()?.permissions() {
        return Ok(());
    }
    file.set_permissions(permissions)
}

/// Fails where the process may have no file of this length: the write itself would end it by a
/// signal, and how signals are handled is for the program to say.
#[cfg(unix)]
fn check_limit(length: u64) -> io::Result<()> {
    use nix::sys::resource::{Resource, getrlimit};
    match getrlimit(Resource::RLIMIT_FSIZE) {
        Ok((most, _)) if most < length => Err(io::ErrorKind::FileTooLarge.into()),
        _ => Ok(()),
    }
}

/// Elsewhere there is no such limit.
#[cfg(not(unix))]
fn check_limit(_length: u64) -> io::Result<()> {
    Ok(())
}
