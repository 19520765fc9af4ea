//! A store in one file: a log, with a line of JSON for each call that changes something.
//!
//! What the file holds is replayed into a [`MemoryStore`], which answers what is asked. Each call
//! first reads what other processes have written since the last one, and holds a lock of the file
//! meanwhile. A change is in the store when its line is whole, so a process that dies while it
//! writes leaves nothing half done. Nothing is ever taken out of the log: who removes much will
//! want to write it anew at times, which is left out here.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use entia::tracker::ports::{
    Applied, ArtifactRecord, AttemptRecord, Change, Detail, ExperimentRecord, Mark, Row, Scope,
    Store,
};
use entia::tracker::{Error, Iteration, MemoryStore, Result, Series, Uuid};
use serde::{Deserialize, Serialize};

/// What one call of [`Store::apply`] was given, as a line of the log.
#[derive(Serialize, Deserialize)]
struct Line {
    changes: Vec<Change>,
    mark: Option<Mark>,
}

/// Keeps everything in a log of changes.
pub(crate) struct LogStore {
    path: PathBuf,
    log: Mutex<Log>,
}

struct Log {
    file: File,
    /// How many bytes of the file are in `memory`.
    replayed: u64,
    memory: MemoryStore,
}

impl LogStore {
    /// Opens the log at `path`, or creates it.
    pub(crate) fn open(path: impl AsRef<Path>) -> Result<Self> {
        let mut options = File::options();
        let options = options.read(true).write(true).create(true).truncate(false);
        let path = path.as_ref();
        let opened = std::path::absolute(path).and_then(|path| Ok((options.open(&path)?, path)));
        let (file, path) = opened.map_err(|error| failed(path, error))?;
        let log = Mutex::new(Log {
            file,
            replayed: 0,
            memory: MemoryStore::default(),
        });
        Ok(Self { path, log })
    }

    /// Acts on the log while its file is locked against other processes, and the memory holds all
    /// that they have written.
    fn locked<T>(
        &self,
        lock: fn(&File) -> io::Result<()>,
        act: impl FnOnce(&mut Log) -> Result<T>,
    ) -> Result<T> {
        let mut log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
        lock(&log.file).map_err(|error| self.failed(error))?;
        let done = self.catch_up(&mut log).and_then(|()| act(&mut log));
        let unlocked = log.file.unlock().map_err(|error| self.failed(error));
        done.and_then(|done| unlocked.map(|()| done))
    }

    /// Asks the memory, once it is up to date.
    fn ask<T>(&self, question: impl FnOnce(&MemoryStore) -> Result<T>) -> Result<T> {
        self.locked(File::lock_shared, |log| question(&log.memory))
    }

    /// Replays the lines that are not in the memory yet. A last one without an end was never
    /// finished, and does not count.
    fn catch_up(&self, log: &mut Log) -> Result<()> {
        let bytes = log.read().map_err(|error| self.failed(error))?;
        let lines = bytes.split_inclusive(|byte| *byte == b'\n');
        for line in lines.filter(|line| line.ends_with(b"\n")) {
            let Line { changes, mark } =
                serde_json::from_slice(line).map_err(|error| Error::Damaged {
                    place: self.path.display().to_string(),
                    problem: format!("no change stands at byte {}: {error}", log.replayed),
                })?;
            let _ = log.memory.apply(&changes, mark)?;
            log.replayed += line.len() as u64;
        }
        Ok(())
    }

    fn failed(&self, error: io::Error) -> Error {
        failed(&self.path, error)
    }
}

impl Log {
    /// What was written behind the last line that was replayed.
    fn read(&mut self) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.file.seek(SeekFrom::Start(self.replayed))?;
        self.file.read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    /// Writes a line behind the last whole one.
    fn append(&mut self, line: &[u8]) -> io::Result<()> {
        self.file.set_len(self.replayed)?;
        self.file.seek(SeekFrom::Start(self.replayed))?;
        self.file.write_all(line)?;
        self.replayed += line.len() as u64;
        Ok(())
    }
}

fn failed(path: &Path, error: io::Error) -> Error {
    Error::io("use the log", path.display().to_string(), error)
}

impl Store for LogStore {
    /// Makes the changes in a copy, which shares what they leave alone, so that a line stands in the
    /// log only where nothing in it is refused.
    fn apply(&self, changes: &[Change], mark: Option<Mark>) -> Result<Applied> {
        let line = Line {
            changes: changes.to_vec(),
            mark,
        };
        let mut line = serde_json::to_vec(&line).map_err(|error| self.failed(error.into()))?;
        line.push(b'\n');
        self.locked(File::lock, |log| {
            let memory = log.memory.clone();
            let applied = memory.apply(changes, mark)?;
            log.append(&line).map_err(|error| self.failed(error))?;
            log.memory = memory;
            Ok(applied)
        })
    }

    fn experiments(&self) -> Result<Vec<ExperimentRecord>> {
        self.ask(MemoryStore::experiments)
    }

    fn rows(&self, scope: &Scope, detail: &Detail) -> Result<Vec<Row>> {
        self.ask(|memory| memory.rows(scope, detail))
    }

    fn history(&self, aggregate: Uuid, name: &str, phase: &str) -> Result<Series> {
        self.ask(|memory| memory.history(aggregate, name, phase))
    }

    fn iterations(&self, aggregate: Uuid) -> Result<Vec<Iteration>> {
        self.ask(|memory| memory.iterations(aggregate))
    }

    fn attempts(&self, aggregate: Uuid) -> Result<Vec<AttemptRecord>> {
        self.ask(|memory| memory.attempts(aggregate))
    }

    fn artifacts(&self, aggregate: Uuid) -> Result<Vec<ArtifactRecord>> {
        self.ask(|memory| memory.artifacts(aggregate))
    }

    fn position(&self, journal: Uuid) -> Result<u64> {
        self.ask(|memory| memory.position(journal))
    }

    fn sync(&self) -> Result<()> {
        let synced = self.locked(File::lock_shared, |log| Ok(log.file.sync_all()))?;
        // The folder holds the name of the file; only Unix has a call for it.
        #[cfg(unix)]
        let synced = synced.and_then(|()| match self.path.parent() {
            Some(folder) => File::open(folder)?.sync_all(),
            None => Ok(()),
        });
        synced.map_err(|error| self.failed(error))
    }

    fn check(&self) -> Result<Vec<String>> {
        // Reads the whole log again, as a program does that starts.
        match Self::open(&self.path)?.experiments() {
            Err(Error::Damaged { problem, .. }) => Ok(vec![problem]),
            read => read.map(|_| Vec::new()),
        }
    }
}
