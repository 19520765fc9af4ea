//! What processes that have died left in their journals.

use std::path::{Path, PathBuf};

use uuid::Uuid;

use super::file::{self, JournalFile, Seen, failure};
use super::gather::Gather;
use super::layout::{HEADER, LAST, Layout, RECORDS, SLOT, index, position};
use super::record::{self, Named, Record};
use crate::error::Result;
use crate::ports::{Change, Detail, Mark, Scope, Store};

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
    /// Whether it belongs to a process that runs. Else the next [`Tracker`](crate::Tracker) that
    /// opens the store moves its points there.
    pub live: bool,
    /// How many points wait in it that are not in the store yet; unknown where a newer version
    /// wrote it.
    pub points: Option<u64>,
}

/// The journals beside the store at `base`, of which nothing is changed.
pub(super) fn journals(base: &Path, store: &dyn Store) -> Result<Vec<JournalInfo>> {
    let explain = |error| failure("look for journals", base, error);
    let mut infos = Vec::new();
    for path in file::list(base).map_err(explain)? {
        let Some(Seen { live, content }) = JournalFile::look(&path).map_err(explain)? else {
            continue;
        };
        let points = match &content {
            Some((id, layout, words)) => {
                let reached = store.position(*id)?;
                let slots = sound_slots(*layout, words);
                Some(slots.map(|slot| slot.count(reached)).sum())
            }
            None => None,
        };
        infos.push(JournalInfo { path, live, points });
    }
    Ok(infos)
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
        for slot in sound_slots(journal.layout, &words) {
            let mut gather = slot.points(reached, store)?;
            let mark = Mark {
                journal: journal.id,
                position: slot.end(),
            };
            // Points of an aggregate that was removed meanwhile have no place to go.
            let _left_out = store.apply(&gather.take(), Some(mark))?;
        }
        // Once the journal is gone, only the store has the points.
        store.sync()?;
        let id = journal.id;
        journal.remove().map_err(explain)?;
        // The position is of no use without the journal; while that is there, it must stay.
        let _ = store.apply(&[Change::ForgetJournal { journal: id }], None)?;
    }
    Ok(())
}

/// A slot with the words of its records.
struct Slot<'a> {
    layout: Layout,
    generation: u64,
    records: &'a [u64],
}

/// The slots that were begun, oldest first.
fn sound_slots(layout: Layout, words: &[u64]) -> impl Iterator<Item = Slot<'_>> {
    let begun = words.get(HEADER..).unwrap_or(&[]).chunks_exact(SLOT);
    let mut slots: Vec<Slot<'_>> = begun
        .enumerate()
        .filter_map(|(place, words)| {
            let (generation, end) = (words[0], usize::try_from(words[1]).ok()?);
            let sound = (1..=LAST).contains(&generation) && index(generation) == place;
            let records = words.get(RECORDS..end.min(SLOT))?;
            sound.then_some(Slot {
                layout,
                generation,
                records,
            })
        })
        .collect();
    slots.sort_by_key(|slot| slot.generation);
    slots.into_iter()
}

impl<'a> Slot<'a> {
    fn end(&self) -> u64 {
        position(self.generation, RECORDS + self.records.len())
    }

    /// The records, each with its position, up to the first that is not sound: a power loss may have
    /// kept a later page and not this one.
    fn records(&self) -> impl Iterator<Item = (u64, Record)> + use<'a> {
        let (layout, generation, records) = (self.layout, self.generation, self.records);
        let mut at = 0;
        std::iter::from_fn(move || {
            let words = records.get(at..).filter(|words| !words.is_empty())?;
            let here = position(generation, RECORDS + at);
            let (record, length) = record::read(layout, here, words)?;
            at += length;
            Some((here, record))
        })
    }

    /// How many points are at `from` and behind it.
    fn count(&self, from: u64) -> u64 {
        let points = self
            .records()
            .filter(|(here, record)| *here >= from && !matches!(record, Record::Series { .. }));
        points.count() as u64
    }

    /// The points at `from` and behind it.
    fn points(&self, from: u64, store: &dyn Store) -> Result<Gather> {
        let mut gather = Gather::default();
        for (here, record) in self.records() {
            match record {
                Record::Series {
                    number,
                    aggregate,
                    name,
                    phase,
                } => gather.name(number, find(aggregate, store)?, &name, &phase),
                _ if here < from => {}
                point => gather.push(point),
            }
        }
        Ok(gather)
    }
}

/// The uuid of an aggregate; nil, which none has, for one that was removed.
fn find(aggregate: Named, store: &dyn Store) -> Result<Uuid> {
    let (experiment, id) = match aggregate {
        Named::Uuid(uuid) => return Ok(uuid),
        Named::Id(experiment, id) => (Some(experiment), id),
    };
    let rows = store.rows(&Scope::Id { experiment, id }, &Detail::NONE)?;
    Ok(rows.first().map_or(Uuid::nil(), |row| row.aggregate.uuid))
}
