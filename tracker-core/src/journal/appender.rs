//! Writes records into a journal.

use std::hash::BuildHasher;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use foldhash::fast::FixedState;
use hashbrown::HashTable;
use uuid::Uuid;

use super::count::Count;
use super::disk::Disk;
use super::file::failure;
use super::layout::{FIRST, RECORDS};
use super::record::{self, POINT};
use super::shared::Shared;
use super::slot::Slot;
use super::space::{NoRoom, Space};
use super::trouble;
use crate::error::Result;
use crate::records::{Metric, MetricValue};

/// A journal, and where its next record goes.
pub(super) struct Appender {
    shared: Arc<Shared>,
    space: Arc<Space>,
    slot: Arc<Slot>,
    /// The position of the first word of the slot.
    start: u64,
    /// The word in the slot behind the last record.
    offset: usize,
    /// The series that the slot has named.
    series: HashTable<Named>,
    pub(super) added: Count,
}

/// A series that has a number in the slot.
struct Named {
    aggregate: Uuid,
    name: Box<str>,
    phase: Box<str>,
    number: u32,
}

impl Appender {
    /// Makes a journal beside the store at `base`, for `shared` to move.
    pub(super) fn start(
        disk: &Arc<dyn Disk>,
        base: &Path,
        limit: &Arc<AtomicU64>,
        shared: &Arc<Shared>,
    ) -> Result<Self> {
        let made = Space::create(disk, base, limit);
        let (space, slot) = made.map_err(|error| failure("make a journal", base, error))?;
        let space = Arc::new(space);
        shared.set_space(Arc::clone(&space));
        Ok(Self {
            shared: Arc::clone(shared),
            space,
            slot,
            start: FIRST,
            offset: RECORDS,
            series: HashTable::new(),
            added: Count::default(),
        })
    }

    /// The room of the journal, once nothing is appended any more.
    pub(super) fn into_space(self) -> Arc<Space> {
        self.space
    }

    /// Appends points of one aggregate, so that all or none of them outlive the process.
    pub(super) fn add(&mut self, aggregate: Uuid, metrics: &[Metric]) -> Result<()> {
        // What they take when no series is named yet.
        self.make_room(metrics.iter().map(words).sum())?;
        for metric in metrics {
            self.push(aggregate, metric);
        }
        self.added.points += metrics.len() as u64;
        self.publish();
        Ok(())
    }

    /// Appends changes, and gives the position behind them.
    pub(super) fn change(&mut self, json: &str) -> Result<u64> {
        self.make_room(record::changes_words(json))?;
        self.write(&record::changes(self.here(), json));
        self.added.changes += 1;
        self.shared.expect_answer(self.here());
        self.publish();
        Ok(self.here())
    }

    /// Begins another slot where so many words find no room in this one.
    fn make_room(&mut self, words: usize) -> Result<()> {
        if self.offset + words <= self.slot.words() {
            return Ok(());
        }
        let start = self.start + self.slot.words() as u64;
        match self.space.begin(start, words) {
            Ok(slot) => self.slot = slot,
            Err(no_room) => {
                let place = self.space.file.path.display().to_string();
                let last = self.shared.failure();
                return Err(match no_room {
                    NoRoom::Limit(limit) => {
                        trouble::limit_reached(place, limit, self.added - self.shared.moved(), last)
                    }
                    NoRoom::Disk(error) => trouble::cannot_grow(place, error),
                });
            }
        }
        self.start = start;
        self.offset = RECORDS;
        self.series.clear();
        Ok(())
    }

    /// Makes what was written a part of the journal.
    fn publish(&self) {
        self.slot.set_end(self.offset);
        self.shared.publish(self.here());
    }

    /// The position of the next record.
    fn here(&self) -> u64 {
        self.start + self.offset as u64
    }

    fn push(&mut self, aggregate: Uuid, metric: &Metric) {
        let series = self.number(aggregate, metric);
        let (here, at) = (self.here(), metric.moment());
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
        self.write(&record::series(self.here(), number, aggregate, name, phase));
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
        self.slot.write(self.offset, words);
        self.offset += words.len();
    }
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
