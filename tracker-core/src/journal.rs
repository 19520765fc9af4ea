//! The journal of a process: where a point is safe before it is in the store.
//!
//! A point that was added stands in a file that is mapped into memory, so it survives the process
//! however that ends, and no call has waited for the disk. A thread moves the points into the store
//! in large transactions. Each sets the position up to which the journal was moved in the same
//! step, so whoever goes on after a failure, in this process or a later one, knows where.
//!
//! The journal holds some 200,000 points; when it is full, adding waits for the store.

mod appender;
mod file;
mod gather;
mod layout;
mod map;
mod record;
mod replay;
mod writer;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use uuid::Uuid;

use crate::error::Result;
use crate::ports::{Change, Store};
use crate::records::Metric;
use appender::Appender;
pub use replay::JournalInfo;

/// The journal of a process for one store.
pub(crate) struct Journal {
    base: PathBuf,
    store: Arc<dyn Store>,
    /// Made with the first point: who only reads leaves no file.
    appender: Mutex<Option<Appender>>,
}

impl Journal {
    /// Moves what dead processes have left into the store. The journal itself is made with the
    /// first point.
    pub(crate) fn open(base: &Path, store: Arc<dyn Store>) -> Result<Self> {
        let base = real(base);
        replay::replay(&base, &*store)?;
        Ok(Self {
            base,
            store,
            appender: Mutex::new(None),
        })
    }

    /// Adds points of one aggregate; `false` where they are too many for a journal, and nothing
    /// was added.
    pub(crate) fn add(&self, aggregate: Uuid, metrics: &[Metric]) -> Result<bool> {
        let mut appender = self.lock();
        if appender.is_none() && !metrics.is_empty() {
            *appender = Some(Appender::start(&self.base, &self.store)?);
        }
        match &mut *appender {
            Some(appender) => {
                appender.shared.report()?;
                appender.append(aggregate, metrics)
            }
            // There is nothing to add.
            None => Ok(true),
        }
    }

    /// Waits until everything that was added is in the store.
    pub(crate) fn drain(&self) -> Result<()> {
        let shared = self
            .lock()
            .as_ref()
            .map(|appender| Arc::clone(&appender.shared));
        shared.map_or(Ok(()), |shared| shared.drain())
    }

    /// An error where points were lost since the last call, because their aggregate is no more.
    pub(crate) fn lost(&self) -> Result<()> {
        let appender = self.lock();
        appender
            .as_ref()
            .map_or(Ok(()), |appender| appender.shared.lost())
    }

    fn lock(&self) -> MutexGuard<'_, Option<Appender>> {
        self.appender.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The journals beside the store at `base`.
pub(crate) fn journals(base: &Path, store: &dyn Store) -> Result<Vec<JournalInfo>> {
    replay::journals(&real(base), store)
}

/// Moves all points into the store, and removes the journal. Where that fails, the journal stays
/// for the next process that opens the store.
impl Drop for Journal {
    fn drop(&mut self) {
        let Some(appender) = self.lock().take() else {
            return;
        };
        let Appender {
            shared,
            file,
            writer,
            ..
        } = appender;
        shared.stop();
        let moved = writer.join().is_ok() && shared.is_drained();
        if moved && self.store.sync().is_ok() {
            // Windows removes no file that is mapped.
            drop(shared);
            let id = file.id;
            if file.remove().is_ok() {
                // A position that stays behind takes some bytes, and is never asked for again.
                let _ = self
                    .store
                    .apply(&[Change::ForgetJournal { journal: id }], None);
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
