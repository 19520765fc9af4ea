//! A disk that fails on demand, for tests.

use std::collections::BTreeMap;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::disk::Disk;

/// What goes wrong.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Failure {
    /// The call of this number does nothing and fails.
    Call(usize),
    /// The write of this number finds the disk full at its half.
    Full(usize),
    /// The power is lost in the sync of this number, and comes back with [`SimulatedDisk::reboot`].
    Freeze(usize),
}

/// What a power loss leaves of renames that were not synced. Bytes that were not synced are gone.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Renames {
    Kept,
    Undone,
}

/// A disk in memory; clones share it.
#[derive(Clone, Default)]
pub(crate) struct SimulatedDisk(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    failure: Option<Failure>,
    is_off: bool,
    calls: usize,
    writes: usize,
    syncs: usize,
    files: Vec<Stored>,
    /// The index of the file under each name.
    names: BTreeMap<PathBuf, usize>,
    synced_names: BTreeMap<PathBuf, usize>,
}

#[derive(Clone, Default)]
struct Stored {
    bytes: Vec<u8>,
    synced: Vec<u8>,
}

impl SimulatedDisk {
    pub(crate) fn failing(failure: Failure) -> Self {
        let disk = Self::default();
        disk.state().failure = Some(failure);
        disk
    }

    /// Takes back a failure that is still to come, and says whether there was one.
    pub(crate) fn disarm(&self) -> bool {
        self.state().failure.take().is_some()
    }

    /// Turns the power on again, if it was lost.
    pub(crate) fn reboot(&self, renames: Renames) {
        let mut state = self.state();
        if !std::mem::take(&mut state.is_off) {
            return;
        }
        for file in &mut state.files {
            file.bytes.clone_from(&file.synced);
        }
        match renames {
            Renames::Kept => state.synced_names = state.names.clone(),
            Renames::Undone => state.names = state.synced_names.clone(),
        }
    }

    pub(crate) fn is_off(&self) -> bool {
        self.state().is_off
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The state for one more call, unless it is to fail.
    fn call(&self) -> io::Result<MutexGuard<'_, State>> {
        let mut state = self.state();
        state.calls += 1;
        match state.failure {
            Some(Failure::Call(at)) if at == state.calls => {
                state.failure = None;
                Err(ErrorKind::Other.into())
            }
            _ if state.is_off => Err(ErrorKind::Other.into()),
            _ => Ok(state),
        }
    }

    /// As [`call`](Self::call), for a sync.
    fn sync_call(&self) -> io::Result<MutexGuard<'_, State>> {
        let mut state = self.call()?;
        state.syncs += 1;
        match state.failure {
            Some(Failure::Freeze(at)) if at == state.syncs => {
                state.failure = None;
                state.is_off = true;
                Err(ErrorKind::Other.into())
            }
            _ => Ok(state),
        }
    }
}

impl State {
    fn file(&mut self, path: &Path) -> io::Result<&mut Stored> {
        let index = self.names.get(path).ok_or(ErrorKind::NotFound)?;
        Ok(&mut self.files[*index])
    }
}

impl Disk for SimulatedDisk {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        let mut state = self.call()?;
        Ok(state.file(path).cloned().unwrap_or_default().bytes)
    }

    fn write(&self, path: &Path, bytes: &[u8], _model: &Path) -> io::Result<()> {
        let mut state = self.call()?;
        state.writes += 1;
        let is_full = matches!(state.failure, Some(Failure::Full(at)) if at == state.writes);
        let stored = if is_full {
            bytes.len() / 2
        } else {
            bytes.len()
        };
        let index = state.files.len();
        state.files.push(Stored {
            bytes: bytes[..stored].to_vec(),
            synced: Vec::new(),
        });
        state.names.insert(path.to_path_buf(), index);
        if is_full {
            state.failure = None;
            return Err(ErrorKind::StorageFull.into());
        }
        Ok(())
    }

    fn sync(&self, path: &Path) -> io::Result<()> {
        let mut state = self.sync_call()?;
        let file = state.file(path)?;
        file.synced.clone_from(&file.bytes);
        Ok(())
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        let mut state = self.call()?;
        let index = state.names.remove(from).ok_or(ErrorKind::NotFound)?;
        state.names.insert(to.to_path_buf(), index);
        Ok(())
    }

    fn sync_folder(&self, _folder: &Path) -> io::Result<()> {
        let mut state = self.sync_call()?;
        state.synced_names = state.names.clone();
        Ok(())
    }
}

/// A disk on which the file never has the same bytes twice, so that every call parses it.
#[derive(Default)]
pub(crate) struct RestlessDisk {
    disk: SimulatedDisk,
    spaces: Mutex<usize>,
}

impl Disk for RestlessDisk {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        let mut bytes = self.disk.read(path)?;
        if !bytes.is_empty() {
            let mut spaces = self.spaces.lock().unwrap_or_else(PoisonError::into_inner);
            *spaces += 1;
            bytes.resize(bytes.len() + *spaces, b' ');
        }
        Ok(bytes)
    }

    fn write(&self, path: &Path, bytes: &[u8], model: &Path) -> io::Result<()> {
        self.disk.write(path, bytes, model)
    }

    fn sync(&self, path: &Path) -> io::Result<()> {
        self.disk.sync(path)
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.disk.rename(from, to)
    }

    fn sync_folder(&self, folder: &Path) -> io::Result<()> {
        self.disk.sync_folder(folder)
    }
}
