//! What processes that have died left in their journals.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use uuid::Uuid;

use super::disk::Disk;
use super::file::{self, Header, JournalFile, failure};
use super::gather::{Batch, Gather};
use super::layout::NAMED;
use super::mover::{Ended, Mover};
use super::record::{Named, Record};
use super::slots::{Begun, Slots};
use super::trouble;
use crate::error::{Error, Result};
use crate::ports::{Change, Detail, Scope, Store};

/// A journal that stands beside a store.
///
/// # Examples
///
/// ```
/// # use tracker_core::{Metric, Tracker, conformance::Sample};
/// # let folder = tempfile::tempdir().unwrap();
/// # use tracker_core::MemoryStore;
/// let tracker = Tracker::journaled(MemoryStore::default(), folder.path().join("runs"))?;
/// let run = tracker.experiment("digits")?.track(&Sample::new("MLP", "{}"))?;
/// run.metrics().add(Metric::new("loss", 0.5))?;
///
/// let journals = tracker.journals()?;
/// assert_eq!(journals.len(), 1);
/// assert!(journals[0].live, "it belongs to this process");
/// # Ok::<(), tracker_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JournalInfo {
    /// Its file.
    pub path: PathBuf,
    /// Whether it belongs to a process that runs. Else a [`Tracker`](crate::Tracker) that opens the
    /// store moves what waits in it there.
    pub live: bool,
    /// How many points wait in it that are not in the store yet; unknown where a newer version
    /// wrote it, or it is kept.
    pub points: Option<u64>,
    /// How many calls that change something else wait in it; unknown as `points` are.
    pub changes: Option<u64>,
    /// Why it is kept, and not moved into the store: it belongs to another store, or the store has
    /// refused some of it, or some of it cannot be read.
    pub kept: Option<String>,
}

/// Why a journal is not moved whole.
enum Stopped {
    Ended,
    /// It is left as it is.
    Left(Error),
}

impl From<Ended> for Stopped {
    fn from(_: Ended) -> Self {
        Self::Ended
    }
}

/// The journals beside the store at `base`, of which nothing is changed.
pub(super) fn journals(
    disk: &dyn Disk,
    base: &Path,
    store: &dyn Store,
) -> Result<Vec<JournalInfo>> {
    let explain = |error| failure("look for journals", base, error);
    let mut infos = Vec::new();
    for path in found(disk, base).map_err(explain)? {
        // No change was ever in one that is not finished.
        if !file::is_unfinished(&path)
            && let Some(info) = look(disk, &path, store, &explain)?
        {
            infos.push(info);
        }
    }
    Ok(infos)
}

/// The files of journals; none where not even their folder is there.
fn found(disk: &dyn Disk, base: &Path) -> io::Result<Vec<PathBuf>> {
    match file::list(disk, base) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        listed => listed,
    }
}

/// How many journals beside the store at `base` no running process has.
pub(super) fn left(disk: &dyn Disk, base: &Path) -> Result<usize> {
    let explain = |error| failure("look for journals", base, error);
    let mut left = 0;
    for path in found(disk, base).map_err(explain)? {
        if file::is_unfinished(&path) {
            continue;
        }
        // One that is gone by now was sent.
        if let Some(file) = disk.open(&path).map_err(explain)?
            && !disk.is_locked(&file).map_err(explain)?
        {
            left += 1;
        }
    }
    Ok(left)
}

fn look(
    disk: &dyn Disk,
    path: &Path,
    store: &dyn Store,
    explain: &dyn Fn(io::Error) -> Error,
) -> Result<Option<JournalInfo>> {
    let Some(file) = disk.open(path).map_err(explain)? else {
        return Ok(None);
    };
    let mut info = JournalInfo {
        path: path.to_path_buf(),
        live: disk.is_locked(&file).map_err(explain)?,
        points: None,
        changes: None,
        kept: None,
    };
    if file::is_kept(path) {
        let reason = file::reason(disk, &file).map_err(explain)?;
        info.kept = Some(reason.unwrap_or_else(|| "some of it cannot be read".to_owned()));
        return Ok(Some(info));
    }
    let bytes = disk.read(&file, 0, NAMED as u64).map_err(explain)?;
    let Some(header) = Header::read(&bytes) else {
        return Ok(Some(info));
    };
    if header.is_foreign(store.identity()?) {
        info.kept = Some(OF_ANOTHER.to_owned());
    }
    let reached = store.position(header.id)?;
    let (mut points, mut changes) = (0, 0);
    for slot in Slots::find(disk, &file, header).map_err(explain)?.begun {
        let count = |record, from, _to| match record {
            Record::Number { .. } | Record::Json { .. } if from >= reached => points += 1,
            Record::Changes { .. } if from >= reached => changes += 1,
            _ => {}
        };
        slot.read(disk, &file, count).map_err(explain)?;
    }
    (info.points, info.changes) = (Some(points), Some(changes));
    Ok(Some(info))
}

const OF_ANOTHER: &str = "it belongs to another store, which stood at this place";

/// Moves what dead processes have left into the store, each change exactly once, and removes their
/// journals. One that cannot be moved whole is kept.
pub(super) fn replay(
    disk: &Arc<dyn Disk>,
    base: &Path,
    mover: &mut Mover<'_>,
) -> Result<(), Ended> {
    let explain = |error| failure("read a journal", base, error);
    let paths = match file::list(&**disk, base) {
        Ok(paths) => paths,
        Err(error) => {
            mover.shared.tell(explain(error));
            return Ok(());
        }
    };
    for path in paths.iter().filter(|path| !file::is_kept(path)) {
        let moved = match JournalFile::of_dead_process(disk, path) {
            Ok(Some(journal)) => move_whole(journal, mover, &explain),
            Ok(None) => Ok(()),
            Err(error) => Err(Stopped::Left(explain(error))),
        };
        match moved {
            Ok(()) => {}
            Err(Stopped::Ended) => return Err(Ended),
            Err(Stopped::Left(error)) => mover.shared.tell(error),
        }
    }
    Ok(())
}

fn move_whole(
    journal: JournalFile,
    mover: &mut Mover<'_>,
    explain: &dyn Fn(io::Error) -> Error,
) -> Result<(), Stopped> {
    let (header, left) = (journal.header, |error| Stopped::Left(explain(error)));
    let identity = mover
        .ask(|store| store.identity())?
        .map_err(Stopped::Left)?;
    if header.is_foreign(identity) {
        return Ok(());
    }
    let reached = mover.ask(|store| store.position(header.id))?;
    let reached = reached.map_err(Stopped::Left)?;
    let slots = Slots::find(&*journal.disk, &journal.file, header).map_err(left)?;
    let mut reason = journal.reason().map_err(left)?;
    if slots.unreadable > 0 {
        keep(&journal, &mut reason, UNREADABLE.to_owned());
    }
    for slot in slots.begun.iter().filter(|slot| slot.end() > reached) {
        let mut next = Some(reached);
        while let Some(from) = next {
            let batch = gather(&journal, slot, from, mover, &left)?;
            if batch.unreadable > 0 {
                keep(&journal, &mut reason, UNREADABLE.to_owned());
            }
            let from = from.max(slot.start());
            next = mover.make(header.id, from, &batch, |_, changes, refusal| {
                refused(&journal, &mut reason, changes, refusal)
            })?;
        }
    }
    // Once the journal is gone, only the store has what was in it.
    mover.ask(|store| store.sync())?.map_err(Stopped::Left)?;
    if reason.is_some() {
        journal.keep().map_err(left)?;
        return Ok(());
    }
    journal.remove().map_err(left)?;
    // The position is of no use without the journal; while that is there, it must stay.
    let journal = header.id;
    let _ = mover
        .store
        .apply(&[Change::ForgetJournal { journal }], None);
    Ok(())
}

const UNREADABLE: &str = "some of it cannot be read";

/// What a store has refused is kept, but for what another caller may make of it.
fn refused(
    journal: &JournalFile,
    reason: &mut Option<String>,
    changes: &[Change],
    refusal: Error,
) -> Result<(), Stopped> {
    // Nothing is lost where nothing is removed.
    let is_removal = changes.iter().all(|change| change.removal().is_some());
    if matches!(refusal, Error::NotAllowed { .. }) && !is_removal {
        return Err(Stopped::Left(refusal));
    }
    let (said, _) = trouble::lines(&refusal);
    let why = format!("the store has refused some of it: {said}");
    keep(journal, reason, why);
    Ok(())
}

/// Says why a journal is to be kept.
fn keep(journal: &JournalFile, reason: &mut Option<String>, why: String) {
    // What cannot be written now is known until the file has its new name.
    let _ = journal.set_reason(&why);
    reason.get_or_insert(why);
}

/// What stands in a slot behind the position that the store has reached.
fn gather(
    journal: &JournalFile,
    slot: &Begun,
    reached: u64,
    mover: &mut Mover<'_>,
    left: &dyn Fn(io::Error) -> Stopped,
) -> Result<Batch, Stopped> {
    let mut records = Vec::new();
    let take = |record, from, to| {
        if from >= reached || matches!(record, Record::Series { .. }) {
            records.push((record, from, to));
        }
    };
    let is_whole = slot
        .read(&*journal.disk, &journal.file, take)
        .map_err(left)?;
    let mut gather = Gather::of(mover.most);
    for (record, from, to) in records {
        match record {
            Record::Series {
                number,
                aggregate: Named::Id(experiment, id),
                name,
                phase,
            } => {
                let found = mover.ask(|store| find(experiment, &id, store))?;
                let aggregate = found.map_err(Stopped::Left)?;
                gather.name(number, aggregate, &name, &phase);
            }
            record => gather.push(record, from, to),
        }
    }
    if !is_whole {
        gather.miss();
    }
    Ok(gather.take(slot.end()))
}

/// The uuid of an aggregate; nil, which none has, for one that was removed.
fn find(experiment: Uuid, id: &str, store: &dyn Store) -> Result<Uuid> {
    let scope = Scope::Id {
        experiment: Some(experiment),
        id: id.to_owned(),
    };
    let rows = store.rows(&scope, &Detail::NONE)?;
    Ok(rows.first().map_or(Uuid::nil(), |row| row.aggregate.uuid))
}
