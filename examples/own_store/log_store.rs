//! A store in one file: a log of every change, a line of JSON each.
//!
//! What the file holds is replayed into a [`MemoryStore`], which answers what is asked. Each call
//! first reads what other processes have written since the last one, and holds a lock of the file
//! meanwhile. A change is in the store when its line is whole, so a process that dies while it
//! writes leaves nothing half done. Nothing is ever taken out of the log: who removes much will
//! want to write it anew at times, which is left out here.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use entia::tracker::ports::{
    AggregateKey, AggregateRecord, AggregateStore, Batch, Columns, ExperimentRecord,
    ExperimentStore, IterationStore, Mark, MetricStore, Row, Upkeep,
};
use entia::tracker::{
    Annotation, Error, Iteration, MemoryStore, Module, Result, Series, Summary, Uuid,
};
use serde::{Deserialize, Serialize};

/// A call that changes something, as a line of the log.
#[derive(Serialize, Deserialize)]
enum Change {
    CreateExperiment(ExperimentRecord),
    RenameExperiment(Uuid, String),
    AnnotateExperiment(Uuid, Annotation),
    RemoveExperiment(Uuid),
    CreateAggregate(Uuid, AggregateRecord, Vec<Module>),
    SetEpoch(AggregateKey, u64),
    AnnotateAggregate(AggregateKey, Annotation),
    RemoveAggregate(AggregateKey),
    PutModule(AggregateKey, Module),
    AddMetrics(Vec<Batch>, Option<Mark>),
    ClearMetrics(AggregateKey),
    PutIteration(AggregateKey, Iteration),
    ClearIterations(AggregateKey),
    Forget(Uuid),
}

impl Change {
    /// Makes the change; what it returns is of interest where points were added.
    fn apply(&self, memory: &MemoryStore) -> Result<Vec<AggregateKey>> {
        match self {
            Self::CreateExperiment(record) => memory.create_experiment(record),
            Self::RenameExperiment(id, name) => memory.rename_experiment(*id, name),
            Self::AnnotateExperiment(id, change) => memory.annotate_experiment(*id, change),
            Self::RemoveExperiment(id) => memory.remove_experiment(*id),
            Self::CreateAggregate(id, record, modules) => {
                memory.create_aggregate(*id, record, modules)
            }
            Self::SetEpoch(key, epoch) => memory.set_epoch(key, *epoch),
            Self::AnnotateAggregate(key, change) => memory.annotate_aggregate(key, change),
            Self::RemoveAggregate(key) => memory.remove_aggregate(key),
            Self::PutModule(key, module) => memory.put_module(key, module),
            Self::AddMetrics(batches, mark) => return memory.add_metrics(batches, *mark),
            Self::ClearMetrics(key) => memory.clear_metrics(key),
            Self::PutIteration(key, iteration) => memory.put_iteration(key, iteration),
            Self::ClearIterations(key) => memory.clear_iterations(key),
            Self::Forget(journal) => memory.forget(*journal),
        }
        .map(|()| Vec::new())
    }
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
        let opened = std::path::absolute(&path).and_then(|path| Ok((options.open(&path)?, path)));
        let (file, path) = opened.map_err(|error| failed(path.as_ref(), error))?;
        let log = Mutex::new(Log {
            file,
            replayed: 0,
            memory: MemoryStore::default(),
        });
        Ok(Self { path, log })
    }

    /// Asks the memory, once it is up to date.
    fn ask<T>(&self, question: impl FnOnce(&MemoryStore) -> Result<T>) -> Result<T> {
        let mut log = self.lock();
        self.locked(&mut log, File::lock_shared, Log::catch_up)?;
        question(&log.memory)
    }

    /// Writes the change, then makes it. One that is refused is refused again when it is replayed.
    fn change(&self, change: &Change) -> Result<Vec<AggregateKey>> {
        let mut line = serde_json::to_vec(change).map_err(|error| self.failed(error.into()))?;
        line.push(b'\n');
        let mut log = self.lock();
        self.locked(&mut log, File::lock, |log| {
            log.catch_up()?;
            log.append(&line)
        })?;
        change.apply(&log.memory)
    }

    /// Changes what gives nothing back.
    fn run(&self, change: &Change) -> Result<()> {
        self.change(change).map(drop)
    }

    /// Acts while the file is locked against other processes.
    fn locked<T>(
        &self,
        log: &mut Log,
        lock: fn(&File) -> io::Result<()>,
        act: impl FnOnce(&mut Log) -> io::Result<T>,
    ) -> Result<T> {
        lock(&log.file).map_err(|error| self.failed(error))?;
        let done = act(log);
        let unlocked = log.file.unlock();
        let done = done.and_then(|done| unlocked.map(|()| done));
        done.map_err(|error| self.failed(error))
    }

    fn lock(&self) -> MutexGuard<'_, Log> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn failed(&self, error: io::Error) -> Error {
        failed(&self.path, error)
    }
}

impl Log {
    /// Replays the lines that are not in the memory yet. A last one without an end was never
    /// finished, and does not count.
    fn catch_up(&mut self) -> io::Result<()> {
        let mut bytes = Vec::new();
        self.file.seek(SeekFrom::Start(self.replayed))?;
        self.file.read_to_end(&mut bytes)?;
        let lines = bytes.split_inclusive(|byte| *byte == b'\n');
        for line in lines.filter(|line| line.ends_with(b"\n")) {
            let change: Change = serde_json::from_slice(line).map_err(|error| {
                let problem = format!("no change stands at byte {}: {error}", self.replayed);
                io::Error::new(io::ErrorKind::InvalidData, problem)
            })?;
            // Whoever wrote the line was told where it was refused.
            let _ = change.apply(&self.memory);
            self.replayed += line.len() as u64;
        }
        Ok(())
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
    let place = path.display().to_string();
    match error.kind() {
        io::ErrorKind::InvalidData => Error::Damaged {
            place,
            problem: error.to_string(),
        },
        _ => Error::Store {
            action: "use the log".to_owned(),
            place,
            cause: Arc::new(error),
            hint: "see that the disk has room, and that this user may write the file".to_owned(),
        },
    }
}

impl ExperimentStore for LogStore {
    fn create_experiment(&self, record: &ExperimentRecord) -> Result<()> {
        self.run(&Change::CreateExperiment(record.clone()))
    }

    fn experiment(&self, name: &str) -> Result<Option<ExperimentRecord>> {
        self.ask(|memory| memory.experiment(name))
    }

    fn experiments(&self) -> Result<Vec<ExperimentRecord>> {
        self.ask(MemoryStore::experiments)
    }

    fn rename_experiment(&self, id: Uuid, name: &str) -> Result<()> {
        self.run(&Change::RenameExperiment(id, name.to_owned()))
    }

    fn annotate_experiment(&self, id: Uuid, change: &Annotation) -> Result<()> {
        self.run(&Change::AnnotateExperiment(id, change.clone()))
    }

    fn remove_experiment(&self, id: Uuid) -> Result<()> {
        self.run(&Change::RemoveExperiment(id))
    }
}

impl AggregateStore for LogStore {
    fn create_aggregate(
        &self,
        experiment: Uuid,
        record: &AggregateRecord,
        modules: &[Module],
    ) -> Result<()> {
        let (record, modules) = (record.clone(), modules.to_vec());
        self.run(&Change::CreateAggregate(experiment, record, modules))
    }

    fn aggregate(&self, key: &AggregateKey) -> Result<Option<AggregateRecord>> {
        self.ask(|memory| memory.aggregate(key))
    }

    fn aggregates(&self, experiment: Uuid) -> Result<Vec<AggregateRecord>> {
        self.ask(|memory| memory.aggregates(experiment))
    }

    fn table(&self, experiment: Uuid, columns: &Columns) -> Result<Vec<Row>> {
        self.ask(|memory| memory.table(experiment, columns))
    }

    fn set_epoch(&self, key: &AggregateKey, epoch: u64) -> Result<()> {
        self.run(&Change::SetEpoch(key.clone(), epoch))
    }

    fn annotate_aggregate(&self, key: &AggregateKey, change: &Annotation) -> Result<()> {
        self.run(&Change::AnnotateAggregate(key.clone(), change.clone()))
    }

    fn remove_aggregate(&self, key: &AggregateKey) -> Result<()> {
        self.run(&Change::RemoveAggregate(key.clone()))
    }

    fn put_module(&self, key: &AggregateKey, module: &Module) -> Result<()> {
        self.run(&Change::PutModule(key.clone(), module.clone()))
    }

    fn modules(&self, key: &AggregateKey) -> Result<Vec<Module>> {
        self.ask(|memory| memory.modules(key))
    }
}

impl MetricStore for LogStore {
    fn add_metrics(&self, batches: &[Batch], mark: Option<Mark>) -> Result<Vec<AggregateKey>> {
        self.change(&Change::AddMetrics(batches.to_vec(), mark))
    }

    fn history(&self, key: &AggregateKey, name: &str, phase: &str) -> Result<Series> {
        self.ask(|memory| memory.history(key, name, phase))
    }

    fn summaries(&self, key: &AggregateKey) -> Result<Vec<Summary>> {
        self.ask(|memory| memory.summaries(key))
    }

    fn summary(&self, key: &AggregateKey, name: &str, phase: &str) -> Result<Option<Summary>> {
        self.ask(|memory| memory.summary(key, name, phase))
    }

    fn clear_metrics(&self, key: &AggregateKey) -> Result<()> {
        self.run(&Change::ClearMetrics(key.clone()))
    }
}

impl IterationStore for LogStore {
    fn put_iteration(&self, key: &AggregateKey, iteration: &Iteration) -> Result<()> {
        self.run(&Change::PutIteration(key.clone(), iteration.clone()))
    }

    fn iterations(&self, key: &AggregateKey) -> Result<Vec<Iteration>> {
        self.ask(|memory| memory.iterations(key))
    }

    fn clear_iterations(&self, key: &AggregateKey) -> Result<()> {
        self.run(&Change::ClearIterations(key.clone()))
    }
}

impl Upkeep for LogStore {
    fn position(&self, journal: Uuid) -> Result<u64> {
        self.ask(|memory| memory.position(journal))
    }

    fn forget(&self, journal: Uuid) -> Result<()> {
        self.run(&Change::Forget(journal))
    }

    fn sync(&self) -> Result<()> {
        let synced = self.lock().file.sync_all();
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
