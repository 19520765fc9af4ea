//! What processes that have died left in their journals.

use std::path::{Path, PathBuf};

use super::failure;
use super::file::{self, JournalFile};
use super::gather::Gather;
use super::layout::{HEADER, LAST, RECORDS, SLOT, index, position};
use super::record::{self, Record};
use crate::error::Result;
use crate::ports::{Mark, Store};

/// A journal that stands beside a store.
///
/// # Examples
///
/// ```
/// # use tracker_core::{Metric, Tracker, conformance::Sample};
/// # let folder = tempfile::tempdir().unwrap();
/// # let address = format!("sqlite:{}", folder.path().join("runs.db").display());
/// let tracker = Tracker::open(&address)?;
/// let run = tracker.experiment("digits")?.track(&Sample::new("MLP", "{}"))?;
/// run.metrics().add(Metric::new("loss", 0.5))?;
///
/// let journals = tracker_core::journals(&address)?;
/// assert_eq!(journals.len(), 1);
/// assert!(journals[0].live, "it belongs to this process");
/// # Ok::<(), tracker_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JournalInfo {
    /// Its file.
    pub path: PathBuf,
    /// Whether it belongs to a process that runs. Else the next [`Tracker`](crate::Tracker) that
    /// opens the store moves its points there.
    pub live: bool,
    /// How many points it holds that may not be in the store yet; unknown while it is in use, or
    /// where a newer version wrote it.
    pub points: Option<u64>,
}

/// The journals beside the store at `base`.
pub(super) fn journals(base: &Path) -> Result<Vec<JournalInfo>> {
    let explain = |error| failure("look for journals", base, error);
    let paths = file::list(base).map_err(explain)?;
    let infos = paths.into_iter().map(|path| {
        let locked = file::lock(&path).map_err(explain)?;
        let live = locked.is_none() && path.exists();
        drop(locked);
        let points = match JournalFile::of_dead_process(&path).map_err(explain)? {
            Some(mut journal) if !live => {
                let words = journal.words().map_err(explain)?;
                let points = sound_slots(&words).map(|slot| slot.points(0).0).sum();
                Some(points)
            }
            _ => None,
        };
        Ok(JournalInfo { path, live, points })
    });
    infos.collect()
}

/// Moves the points of dead processes into the store, each exactly once, and removes their
/// journals.
pub(super) fn replay(base: &Path, store: &dyn Store) -> Result<()> {
    let explain = |error| failure("read a journal", base, error);
    for path in file::list(base).map_err(explain)? {
        let Some(mut journal) = JournalFile::of_dead_process(&path).map_err(explain)? else {
            continue;
        };
        let words = journal.words().map_err(explain)?;
        let reached = store.position(journal.id)?;
        for slot in sound_slots(&words) {
            let (_, mut gather) = slot.points(reached);
            let mark = Mark {
                journal: journal.id,
                position: slot.end(),
            };
            // Points of an aggregate that was removed meanwhile have no place to go.
            store.add_metrics(&gather.take(), Some(mark))?;
        }
        // Once the journal is gone, only the store has the points.
        store.sync()?;
        let id = journal.id;
        journal.remove().map_err(explain)?;
        // The position is of no use without the journal; while that is there, it must stay.
        store.forget(id)?;
    }
    Ok(())
}

/// A slot with the words of its records.
struct Slot<'a> {
    generation: u64,
    records: &'a [u64],
}

/// The slots that were begun, oldest first.
fn sound_slots(words: &[u64]) -> impl Iterator<Item = Slot<'_>> {
    let begun = words.get(HEADER..).unwrap_or(&[]).chunks_exact(SLOT);
    let mut slots: Vec<Slot<'_>> = begun
        .enumerate()
        .filter_map(|(place, words)| {
            let (generation, end) = (words[0], usize::try_from(words[1]).ok()?);
            let sound = (1..=LAST).contains(&generation) && index(generation) == place;
            let records = words.get(RECORDS..end.min(SLOT))?;
            sound.then_some(Slot {
                generation,
                records,
            })
        })
        .collect();
    slots.sort_by_key(|slot| slot.generation);
    slots.into_iter()
}

impl Slot<'_> {
    fn end(&self) -> u64 {
        position(self.generation, RECORDS + self.records.len())
    }

    /// The points at `from` and behind it, and how many there are.
    fn points(&self, from: u64) -> (u64, Gather) {
        let mut gather = Gather::default();
        let (mut at, mut count) = (0, 0);
        while let Some(words) = self.records.get(at..).filter(|words| !words.is_empty()) {
            let here = position(self.generation, RECORDS + at);
            // A power loss may have kept a later page and not this one.
            let Some((record, length)) = record::read(here, words) else {
                break;
            };
            let names = matches!(record, Record::Series { .. });
            if names || here >= from {
                count += u64::from(!names);
                gather.push(record);
            }
            at += length;
        }
        (count, gather)
    }
}
