//! Writes points into a journal.

use std::hash::BuildHasher;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread::JoinHandle;

use foldhash::fast::FixedState;
use hashbrown::HashTable;
use uuid::Uuid;

use super::file::{JournalFile, failure};
use super::layout::{RECORDS, SLOT, SLOTS, WORDS, position, slot};
use super::map::{Map, WORD};
use super::record::{self, POINT};
use super::writer::{self, Shared};
use crate::error::Result;
use crate::ports::Store;
use crate::records::{Metric, MetricValue};

/// The generation of the first slot that is begun.
const FIRST: u64 = 1;

/// Words of a page of memory on most machines; a smaller one only touches some pages twice.
const PAGE: usize = 4096 / WORD;

/// A journal, and where its next record goes.
pub(super) struct Appender {
    pub(super) shared: Arc<Shared>,
    pub(super) file: JournalFile,
    pub(super) writer: JoinHandle<()>,
    generation: u64,
    /// The word in the slot behind the last record.
    offset: usize,
    /// The series that the slot has named.
    series: HashTable<Named>,
}

/// A series that has a number in the slot.
struct Named {
    aggregate: Uuid,
    name: Box<str>,
    phase: Box<str>,
    number: u32,
}

impl Appender {
    /// Makes a journal beside the store at `base`, and starts the thread that empties it.
    pub(super) fn start(base: &Path, store: &Arc<dyn Store>) -> Result<Self> {
        let explain = |error| failure("make a journal", base, error);
        let file = JournalFile::create(base).map_err(explain)?;
        match Self::shared(&file, store) {
            Ok((shared, writer)) => Ok(Self {
                shared,
                file,
                writer,
                generation: FIRST,
                offset: RECORDS,
                series: HashTable::new(),
            }),
            Err(error) => {
                // Each attempt would leave one.
                let _ = file.remove();
                Err(explain(error))
            }
        }
    }

    /// Maps the file of a new journal, and starts the thread that empties it.
    fn shared(
        file: &JournalFile,
        store: &Arc<dyn Store>,
    ) -> io::Result<(Arc<Shared>, JoinHandle<()>)> {
        let map = Map::new(&file.file)?;
        // The first write to a page takes microseconds; here nobody waits for it.
        for page in (0..WORDS).step_by(PAGE).skip(1) {
            map.set(page, 0, Ordering::Relaxed);
        }
        begin(&map, FIRST);
        let shared = Arc::new(Shared::new(map, position(FIRST, RECORDS)));
        let (thread_shared, thread_store, id) = (Arc::clone(&shared), Arc::clone(store), file.id);
        let work = move || writer::run(&thread_shared, &*thread_store, id);
        let writer = std::thread::Builder::new()
            .name("entia-journal".to_owned())
            .spawn(work)?;
        Ok((shared, writer))
    }

    /// Appends points of one aggregate, so that all or none of them outlive the process; `false`
    /// where they are more than a journal should hold.
    pub(super) fn append(&mut self, aggregate: Uuid, metrics: &[Metric]) -> Result<bool> {
        // What they take when no series is named yet.
        let most = metrics.iter().map(words).sum::<usize>();
        // The position behind the last word of a slot would be one in the next slot.
        if self.offset + most >= SLOT {
            if most > SLOT / 2 {
                return Ok(false);
            }
            self.next_slot()?;
        }
        for metric in metrics {
            self.push(aggregate, metric);
        }
        let Self {
            generation, offset, ..
        } = *self;
        // Whoever reads the end reads what is before it; for the thread, `publish` sees to that.
        self.shared
            .map
            .set(slot(generation) + 1, offset as u64, Ordering::Release);
        self.shared.publish(position(generation, offset));
        Ok(true)
    }

    /// Begins the next slot, once the points that are in it are in the store.
    fn next_slot(&mut self) -> Result<()> {
        let next = self.generation + 1;
        if let Some(oldest) = next.checked_sub(SLOTS as u64) {
            self.shared.wait_for_room(position(oldest + 1, 0))?;
        }
        begin(&self.shared.map, next);
        self.generation = next;
        self.offset = RECORDS;
        self.series.clear();
        self.shared.publish(position(next, RECORDS));
        Ok(())
    }

    fn push(&mut self, aggregate: Uuid, metric: &Metric) {
        let series = self.number(aggregate, metric);
        let at = metric.moment();
        let here = position(self.generation, self.offset);
        match &metric.value {
            MetricValue::Number(number) => self.write(&record::number(here, series, at, *number)),
            MetricValue::Json(json) => self.write(&record::json(here, series, at, json.as_str())),
        }
    }

    /// The number of the series of a point; the slot names it now where it has not.
    fn number(&mut self, aggregate: Uuid, metric: &Metric) -> u32 {
        let (name, phase) = (metric.name.as_str(), metric.phase.as_str());
        let hash = hash(aggregate, name, phase);
        let same = |named: &Named| {
            named.aggregate == aggregate && *named.name == *name && *named.phase == *phase
        };
        if let Some(named) = self.series.find(hash, same) {
            return named.number;
        }
        #[expect(clippy::cast_possible_truncation, reason = "a slot holds fewer")]
        let number = self.series.len() as u32;
        let here = position(self.generation, self.offset);
        self.write(&record::series(here, number, aggregate, name, phase));
        let named = Named {
            aggregate,
            name: name.into(),
            phase: phase.into(),
            number,
        };
        let rehash = |named: &Named| self::hash(named.aggregate, &named.name, &named.phase);
        self.series.insert_unique(hash, named, rehash);
        number
    }

    fn write(&mut self, words: &[u64]) {
        self.shared
            .map
            .write(slot(self.generation) + self.offset, words);
        self.offset += words.len();
    }
}

/// Begins a slot without records. Whatever it held is in the store, so it may be lost at any
/// moment between the two words.
fn begin(map: &Map, generation: u64) {
    let start = slot(generation);
    map.set(start + 1, RECORDS as u64, Ordering::Release);
    map.set(start, generation, Ordering::Release);
}

/// The most words a point can take.
fn words(metric: &Metric) -> usize {
    let point = match &metric.value {
        MetricValue::Number(_) => POINT,
        MetricValue::Json(json) => record::json_words(json.as_str()),
    };
    point + record::series_words(&metric.name, &metric.phase)
}

fn hash(aggregate: Uuid, name: &str, phase: &str) -> u64 {
    FixedState::default().hash_one((aggregate.as_u128(), name, phase))
}
