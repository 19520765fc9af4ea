//! A disk and a store that fail on demand.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, ErrorKind as Io};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use uuid::Uuid;

use super::super::disk::{Disk, System};
use super::super::map::Map;
use crate::error::{Error, ErrorKind, Result};
use crate::fork::OwnFile;
use crate::memory::MemoryStore;
use crate::ports::{Applied, Change, Detail, Mark, Scope, Store};
use crate::records::{ArtifactRecord, AttemptRecord, ExperimentRecord, Iteration, Row, Series};
use crate::wire::TooManyBytes;

/// What goes wrong with the disk.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Failure {
    /// The call of this number fails.
    Call(usize),
    /// From the write of this number on the disk is full, until there is room again.
    Full(usize),
    /// Whatever is to be removed was removed by somebody else just before.
    Raced,
}

/// The disk of the system, which fails once.
#[derive(Default)]
pub(super) struct Faulty {
    failure: Mutex<Option<Failure>>,
    calls: AtomicUsize,
    writes: AtomicUsize,
    pub(super) has_failed: AtomicBool,
}

impl Faulty {
    pub(super) fn new(failure: Failure) -> Self {
        Self {
            failure: Mutex::new(Some(failure)),
            ..Self::default()
        }
    }

    pub(super) fn repair(&self) {
        *self.failure.lock().unwrap() = None;
    }

    fn call(&self) -> io::Result<&System> {
        let call = self.calls.fetch_add(1, Ordering::AcqRel) + 1;
        if *self.failure.lock().unwrap() == Some(Failure::Call(call)) {
            self.has_failed.store(true, Ordering::Release);
            return Err(Io::Other.into());
        }
        Ok(&System)
    }
}

impl Disk for Faulty {
    fn list(&self, folder: &Path) -> io::Result<Vec<OsString>> {
        self.call()?.list(folder)
    }

    fn create(&self, path: &Path, model: &Path) -> io::Result<OwnFile> {
        self.call()?.create(path, model)
    }

    fn open(&self, path: &Path) -> io::Result<Option<OwnFile>> {
        self.call()?.open(path)
    }

    fn open_locked(&self, path: &Path) -> io::Result<Option<OwnFile>> {
        self.call()?.open_locked(path)
    }

    fn is_locked(&self, file: &File) -> io::Result<bool> {
        self.call()?.is_locked(file)
    }

    fn read(&self, file: &File, at: u64, bytes: u64) -> io::Result<Vec<u8>> {
        self.call()?.read(file, at, bytes)
    }

    fn write(&self, file: &File, at: u64, bytes: &[u8]) -> io::Result<()> {
        let system = self.call()?;
        let write = self.writes.fetch_add(1, Ordering::AcqRel) + 1;
        match *self.failure.lock().unwrap() {
            Some(Failure::Full(first)) if first <= write => {
                self.has_failed.store(true, Ordering::Release);
                system.write(file, at, &bytes[..bytes.len() / 2])?;
                Err(Io::StorageFull.into())
            }
            _ => system.write(file, at, bytes),
        }
    }

    fn sync(&self, file: &File) -> io::Result<()> {
        self.call()?.sync(file)
    }

    fn length(&self, file: &File) -> io::Result<u64> {
        self.call()?.length(file)
    }

    fn set_length(&self, file: &File, bytes: u64) -> io::Result<()> {
        self.call()?.set_length(file, bytes)
    }

    fn map(&self, file: &File, path: &Path, at: u64, bytes: u64) -> io::Result<Map> {
        self.call()?.map(file, path, at, bytes)
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.call()?.rename(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        if *self.failure.lock().unwrap() == Some(Failure::Raced) {
            self.has_failed.store(true, Ordering::Release);
            System.remove(path)?;
        }
        self.call()?.remove(path)
    }
}

/// A store in memory that can be away, and that a power loss takes back to its last sync.
pub(super) struct Fragile {
    pub(super) inner: MemoryStore,
    synced: Mutex<MemoryStore>,
    is_away: AtomicBool,
    /// So many bytes of changes are taken at once; 0 for any number.
    pub(super) most: AtomicUsize,
    /// How often it was asked to change something.
    pub(super) attempts: AtomicUsize,
    syncs: AtomicUsize,
    /// The sync in which the power is lost.
    last: AtomicUsize,
}

impl Default for Fragile {
    fn default() -> Self {
        Self::of(MemoryStore::default())
    }
}

impl Fragile {
    /// A store that holds what another one did.
    pub(super) fn of(inner: MemoryStore) -> Self {
        Self {
            synced: Mutex::new(inner.clone()),
            inner,
            is_away: AtomicBool::default(),
            attempts: AtomicUsize::default(),
            most: AtomicUsize::default(),
            syncs: AtomicUsize::default(),
            last: AtomicUsize::default(),
        }
    }

    pub(super) fn set_away(&self, is_away: bool) {
        self.is_away.store(is_away, Ordering::Release);
    }

    /// Loses the power in the sync of this number, after that was done or before.
    pub(super) fn lose_power_at(&self, sync: usize) {
        self.last.store(sync, Ordering::Release);
    }

    /// What is there when the power is back.
    pub(super) fn after_power_loss(&self) -> MemoryStore {
        self.synced.lock().unwrap().clone()
    }

    pub(super) fn reach(&self) -> Result<&MemoryStore> {
        if self.is_away.load(Ordering::Acquire) {
            return Err(Error::Busy {
                place: "runs".to_owned(),
            });
        }
        Ok(&self.inner)
    }
}

impl Store for Fragile {
    fn apply(&self, changes: &[Change], mark: Option<Mark>) -> Result<Applied> {
        self.attempts.fetch_add(1, Ordering::AcqRel);
        let inner = self.reach()?;
        let most = self.most.load(Ordering::Acquire);
        if most > 0 && serde_json::to_vec(changes).unwrap().len() > most {
            return Err(Error::Store {
                kind: ErrorKind::Unsupported,
                action: "change the store".to_owned(),
                place: "runs".to_owned(),
                cause: Arc::new(TooManyBytes),
                hint: "do less at once".to_owned(),
            });
        }
        inner.apply(changes, mark)
    }

    fn sync(&self) -> Result<()> {
        let inner = self.reach()?;
        let mut synced: MutexGuard<'_, MemoryStore> = self.synced.lock().unwrap();
        let sync = self.syncs.fetch_add(1, Ordering::AcqRel) + 1;
        if sync == self.last.load(Ordering::Acquire) {
            self.set_away(true);
            self.reach()?;
        }
        *synced = inner.clone();
        Ok(())
    }

    fn experiments(&self) -> Result<Vec<ExperimentRecord>> {
        self.reach()?.experiments()
    }

    fn rows(&self, scope: &Scope, detail: &Detail) -> Result<Vec<Row>> {
        self.reach()?.rows(scope, detail)
    }

    fn history(&self, aggregate: Uuid, name: &str, phase: &str) -> Result<Series> {
        self.reach()?.history(aggregate, name, phase)
    }

    fn iterations(&self, aggregate: Uuid) -> Result<Vec<Iteration>> {
        self.reach()?.iterations(aggregate)
    }

    fn attempts(&self, aggregate: Uuid) -> Result<Vec<AttemptRecord>> {
        self.reach()?.attempts(aggregate)
    }

    fn artifacts(&self, aggregate: Uuid) -> Result<Vec<ArtifactRecord>> {
        self.reach()?.artifacts(aggregate)
    }

    fn position(&self, journal: Uuid) -> Result<u64> {
        self.reach()?.position(journal)
    }

    fn identity(&self) -> Result<Option<Uuid>> {
        self.reach()?.identity()
    }
}
