//! The journal of a process: where a change is safe before it is in the store.
//!
//! A point that was added, and every other change, stands in a file that is mapped into memory, so
//! it survives the process however that ends, and no call has waited for the disk. A thread moves
//! all of them into the store, in order and in large transactions. Each sets the position up to
//! which the journal was moved in the same step, so whoever goes on after a failure, in this process
//! or a later one, knows where.
//!
//! The file grows while the store takes nothing, up to a limit, and shrinks again.

mod appender;
mod control;
mod count;
mod disk;
mod file;
mod gather;
mod layout;
mod map;
mod mover;
mod reader;
mod record;
mod replay;
mod shared;
mod slot;
mod slots;
mod space;
#[cfg(test)]
mod tests;
mod trouble;
mod writer;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use uuid::Uuid;

use crate::error::Result;
use crate::fork::PerProcess;
use crate::ports::{Change, Store};
use crate::records::Metric;
use appender::Appender;
use disk::{Disk, System};
pub use replay::JournalInfo;
use shared::Shared;
use trouble::Place;

/// How long a journal may become where nobody has said: 25 million points.
const LIMIT: u64 = 1 << 30;

/// The journal of a process for one store.
pub(crate) struct Journal {
    base: PathBuf,
    store: Arc<dyn Store>,
    disk: Arc<dyn Disk>,
    limit: Arc<AtomicU64>,
    /// What messages call a store that is on another machine, and may be away for long.
    place: Option<String>,
    /// A child begins one of its own.
    own: PerProcess<Own>,
}

/// What belongs to one process alone.
#[derive(Default)]
struct Own {
    shared: Arc<Shared>,
    parts: Mutex<Parts>,
}

#[derive(Default)]
struct Parts {
    /// Runs where there is something to move, or was.
    writer: Option<JoinHandle<()>>,
    /// Made with the first change: who only reads leaves no file.
    appender: Option<Appender>,
}

impl Journal {
    /// The journal is made with the first change. What dead processes have left is moved into the
    /// store meanwhile, before what is added here.
    pub(crate) fn open(base: &Path, store: Arc<dyn Store>, place: Option<String>) -> Result<Self> {
        Self::on(Arc::new(System), base, store, place)
    }

    fn on(
        disk: Arc<dyn Disk>,
        base: &Path,
        store: Arc<dyn Store>,
        place: Option<String>,
    ) -> Result<Self> {
        let journal = Self {
            base: real(base),
            store,
            disk,
            limit: Arc::new(AtomicU64::new(LIMIT)),
            place,
            own: PerProcess::default(),
        };
        if !file::list(&*journal.disk, &journal.base)
            .map_err(|error| file::failure("look for journals", &journal.base, error))?
            .is_empty()
        {
            journal.shared().expect_replay();
            journal.start_writer(&mut journal.lock())?;
        }
        Ok(journal)
    }

    /// Says how long the file may become, in bytes.
    pub(crate) fn set_limit(&self, limit: u64) {
        self.limit.store(limit, Ordering::Relaxed);
    }

    /// Adds points of one aggregate: all of them, or none where there is no room for them. Then
    /// reports what became of earlier ones.
    pub(crate) fn add(&self, aggregate: Uuid, metrics: &[Metric]) -> Result<()> {
        if metrics.is_empty() {
            return Ok(());
        }
        self.appending(|appender| appender.add(aggregate, metrics))?;
        self.shared().report()
    }

    /// Makes changes: all of them, or none where one is refused. Waits for the answer of the store,
    /// but not for a store that is away: they are made as soon as it is back. `false` where they
    /// cannot stand in a journal.
    pub(crate) fn change(&self, changes: &[Change]) -> Result<bool> {
        let Some(json) = gather::write(changes) else {
            return Ok(false);
        };
        let position = self.appending(|appender| appender.change(&json))?;
        self.shared().wait_for_answer(position, self.place())?;
        self.shared().report()?;
        Ok(true)
    }

    /// Waits until every change but points that was made so far is in the store.
    pub(crate) fn settle_changes(&self) -> Result<()> {
        self.shared().settle_changes(self.place())
    }

    /// Waits until everything that was added so far is in the store, for a read.
    pub(crate) fn settle(&self) -> Result<()> {
        self.shared().settle(self.place(), false)
    }

    /// Waits until everything that was added so far is in the store, and on the disk.
    pub(crate) fn flush(&self) -> Result<()> {
        self.shared().settle(self.place(), true)?;
        writer::sync(&*self.store)?;
        self.shared().untold()
    }

    fn appending<T>(&self, append: impl FnOnce(&mut Appender) -> Result<T>) -> Result<T> {
        let mut parts = self.lock();
        if let Some(appender) = &mut parts.appender {
            return append(appender);
        }
        let Self {
            base, disk, limit, ..
        } = self;
        let mut appender = Appender::start(disk, base, limit, self.shared())?;
        if let (Some(_), Some(space)) = (&self.place, self.shared().space()) {
            // It may be away until this program has ended, and another be in its place then. Where it
            // does not say which it is, the thread asks it again.
            let _ = writer::name_store(space, &*self.store);
        }
        let appended = append(&mut appender);
        parts.appender = Some(appender);
        self.start_writer(&mut parts)?;
        appended
    }

    fn start_writer(&self, parts: &mut Parts) -> Result<()> {
        if parts.writer.is_some() {
            return Ok(());
        }
        self.shared().set_remote(self.place.is_some());
        let work = writer::Writer {
            shared: Arc::clone(self.shared()),
            store: Arc::clone(&self.store),
            disk: Arc::clone(&self.disk),
            base: self.base.clone(),
        };
        let started = std::thread::Builder::new()
            .name("entia-journal".to_owned())
            .spawn(move || work.run());
        let started =
            started.map_err(|error| file::failure("start a thread for", &self.base, error))?;
        parts.writer = Some(started);
        Ok(())
    }

    /// Where the store is.
    fn place(&self) -> Place<'_> {
        match &self.place {
            Some(address) => Place::Elsewhere(address),
            None => Place::Here(&self.base),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Parts> {
        self.own
            .get()
            .parts
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn shared(&self) -> &Arc<Shared> {
        &self.own.get().shared
    }
}

/// The journals beside the store at `base`.
pub(crate) fn journals(base: &Path, store: &dyn Store) -> Result<Vec<JournalInfo>> {
    replay::journals(&System, &real(base), store)
}

/// How many journals beside the store at `base` no running process has.
pub(crate) fn left(base: &Path) -> Result<usize> {
    replay::left(&System, &real(base))
}

/// Moves everything into the store, and removes the journal. Where that fails, the journal stays
/// for the next process that opens the store.
impl Drop for Journal {
    fn drop(&mut self) {
        // That of a parent goes on there.
        let Some(own) = self.own.existing_mut() else {
            return;
        };
        let Own { shared, parts } = std::mem::take(own);
        let Parts { writer, appender } = parts.into_inner().unwrap_or_else(PoisonError::into_inner);
        shared.stop();
        let ended = writer.is_none_or(|writer| writer.join().is_ok());
        let Some(appender) = appender else {
            return;
        };
        let moved = ended && shared.is_drained();
        if moved && writer::sync(&*self.store).is_ok() {
            drop(shared);
            let Some(space) = Arc::into_inner(appender.into_space()) else {
                return;
            };
            let file = space.into_file();
            let journal = file.header.id;
            if file.remove().is_ok() {
                // A position that stays behind takes some bytes, and is never asked for again.
                let _ = self.store.apply(&[Change::ForgetJournal { journal }], None);
            }
        }
    }
}

/// The path of a store as every process must name it, so that all find the same journals: whole, and
/// without links. The file itself may not be there yet.
pub(crate) fn real(base: &Path) -> PathBuf {
    let beside = || {
        let folder = match base.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        Some(folder.canonicalize().ok()?.join(base.file_name()?))
    };
    let found = base.canonicalize().ok().or_else(beside);
    found.unwrap_or_else(|| base.to_path_buf())
}
