//! Gathers records as a store takes them: points by series, in the order of the changes between.

use std::collections::HashMap;
use std::hash::BuildHasher;

use foldhash::fast::FixedState;
use hashbrown::HashTable;
use registry_core::Value;
use uuid::Uuid;

use super::count::Count;
use super::record::{Named, Record};
use crate::ports::Change;
use crate::records::Series;

/// Changes that a store may make in one step.
#[derive(Default)]
pub(super) struct Batch {
    pub(super) changes: Vec<Change>,
    /// What may be refused by itself.
    pub(super) steps: Vec<Step>,
    pub(super) count: Count,
    /// How many records could not be read.
    pub(super) unreadable: u64,
}

/// Some of the changes of a batch.
pub(super) struct Step {
    /// Its end in the changes.
    pub(super) end: usize,
    /// The position behind it.
    pub(super) position: u64,
    /// Whether it is of several records, so that less can be gathered for one.
    pub(super) is_divisible: bool,
}

/// Points by series. What a number stands for holds until the end of its slot.
pub(super) struct Gather {
    /// So many words of points at most make a step, or one point.
    pub(super) most: u64,
    /// The position of the first point since the last step, and how many there are.
    start: u64,
    points: u64,
    /// Each series once, whatever its numbers are.
    series: Vec<(Uuid, Series)>,
    /// The place of each in `series`.
    places: HashTable<usize>,
    /// The place in `series` of each number.
    numbers: HashMap<u32, usize, FixedState>,
    batch: Batch,
}

impl Default for Gather {
    fn default() -> Self {
        Self::of(u64::MAX)
    }
}

impl Gather {
    /// Gathers so many words of points into a step, or one point.
    pub(super) fn of(most: u64) -> Self {
        Self {
            most,
            start: 0,
            points: 0,
            series: Vec::new(),
            places: HashTable::new(),
            numbers: HashMap::default(),
            batch: Batch::default(),
        }
    }

    /// Forgets what numbers stand for: a new slot begins.
    pub(super) fn begin_slot(&mut self) {
        self.numbers.clear();
        if self.points == 0 {
            self.places.clear();
            self.series.clear();
        }
    }

    /// Takes the record in that is between two positions.
    pub(super) fn push(&mut self, record: Record, from: u64, to: u64) {
        match record {
            Record::Series {
                number,
                aggregate: Named::Uuid(aggregate),
                name,
                phase,
            } => self.name(number, aggregate, &name, &phase),
            // Only a journal that is replayed has these, and finds the uuid first.
            Record::Series { .. } => {}
            Record::Number { series, at, number } => match self.series_at(series, from, to) {
                Some(series) => series.push_number(at, number),
                None => self.batch.unreadable += 1,
            },
            Record::Json { series, at, json } => {
                match (self.series_at(series, from, to), json.parse()) {
                    (Some(series), Ok(json)) => series.push_json(at, json),
                    _ => self.batch.unreadable += 1,
                }
            }
            Record::Changes { json } => match read(&json) {
                Some(changes) => {
                    self.close(from);
                    self.batch.changes.extend(changes);
                    self.end_step(to, false);
                    self.batch.count.changes += 1;
                }
                None => self.batch.unreadable += 1,
            },
        }
    }

    /// Notes that something could not be read.
    pub(super) fn miss(&mut self) {
        self.batch.unreadable += 1;
    }

    /// All since the last call, up to a position.
    pub(super) fn take(&mut self, position: u64) -> Batch {
        self.close(position);
        let last = self.batch.steps.last();
        if last.is_none_or(|step| step.position < position) {
            self.end_step(position, false);
        }
        std::mem::take(&mut self.batch)
    }

    /// Ends a run of points, a change for each aggregate.
    fn close(&mut self, position: u64) {
        let count = std::mem::take(&mut self.points);
        if count == 0 {
            return;
        }
        let mut batches: Vec<(Uuid, Vec<Series>)> = Vec::new();
        let mut places: HashMap<Uuid, usize> = HashMap::new();
        for (aggregate, series) in &mut self.series {
            if series.is_empty() {
                continue;
            }
            let empty = Series::new(series.name(), series.phase());
            let series = std::mem::replace(series, empty);
            self.batch.count.points += series.len() as u64;
            let place = *places.entry(*aggregate).or_insert_with(|| {
                batches.push((*aggregate, Vec::new()));
                batches.len() - 1
            });
            batches[place].1.push(series);
        }
        let points = batches.into_iter();
        let points = points.map(|(aggregate, series)| Change::AddPoints { aggregate, series });
        self.batch.changes.extend(points);
        self.end_step(position, count > 1);
    }

    fn end_step(&mut self, position: u64, is_divisible: bool) {
        let Batch { changes, steps, .. } = &mut self.batch;
        steps.push(Step {
            end: changes.len(),
            position,
            is_divisible,
        });
    }

    /// From here on a number stands for a series.
    pub(super) fn name(&mut self, number: u32, aggregate: Uuid, name: &str, phase: &str) {
        let Self {
            series,
            places,
            numbers,
            ..
        } = self;
        let hash = hash(aggregate, name, phase);
        let same = |place: &usize| {
            let (key, series) = &series[*place];
            series.name() == name && series.phase() == phase && *key == aggregate
        };
        let place = places.find(hash, same).copied().unwrap_or_else(|| {
            let place = series.len();
            series.push((aggregate, Series::new(name, phase)));
            let rehash = |place: &usize| {
                let (key, series) = &series[*place];
                self::hash(*key, series.name(), series.phase())
            };
            places.insert_unique(hash, place, rehash);
            place
        });
        numbers.insert(number, place);
    }

    /// The series of a number, which gets the point that is between two positions.
    fn series_at(&mut self, number: u32, from: u64, to: u64) -> Option<&mut Series> {
        let place = *self.numbers.get(&number)?;
        if self.points > 0 && to.saturating_sub(self.start) > self.most {
            self.close(from);
        }
        if self.points == 0 {
            self.start = from;
        }
        self.points += 1;
        self.series.get_mut(place).map(|(_, series)| series)
    }
}

/// Changes as the text of a record; none where they nest too deep for that.
pub(super) fn write(changes: &[Change]) -> Option<String> {
    Some(Value::of(changes).ok()?.as_str().to_owned())
}

fn read(json: &str) -> Option<Vec<Change>> {
    json.parse::<Value>().ok()?.to().ok()
}

fn hash(aggregate: Uuid, name: &str, phase: &str) -> u64 {
    FixedState::default().hash_one((aggregate.as_u128(), name, phase))
}
