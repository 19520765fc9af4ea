//! Gathers the points of a slot by series, as a store takes them.

use std::collections::HashMap;
use std::hash::BuildHasher;

use foldhash::fast::FixedState;
use hashbrown::HashTable;

use super::record::Record;
use crate::ports::{AggregateKey, Batch};
use crate::series::Series;

/// Points by series. What a number stands for holds until the end of its slot.
#[derive(Default)]
pub(super) struct Gather {
    /// Each series once, whatever its numbers are.
    series: Vec<(AggregateKey, Series)>,
    /// The place of each in `series`.
    places: HashTable<usize>,
    /// The place in `series` of each number.
    numbers: HashMap<u32, usize, FixedState>,
}

impl Gather {
    /// Forgets what numbers stand for: a new slot begins.
    pub(super) fn begin_slot(&mut self) {
        self.numbers.clear();
        self.places.clear();
        self.series.clear();
    }

    /// Takes a record in; a point of a series that nobody has named is left out.
    pub(super) fn push(&mut self, record: Record) {
        match record {
            Record::Series {
                number,
                aggregate,
                name,
                phase,
            } => self.name(number, aggregate, &name, &phase),
            Record::Number { series, at, number } => {
                if let Some(series) = self.series(series) {
                    series.push_number(at.epoch, at.step, at.microseconds, number);
                }
            }
            Record::Json { series, at, json } => {
                if let (Some(series), Ok(json)) = (self.series(series), json.parse()) {
                    series.push_json(at.epoch, at.step, at.microseconds, json);
                }
            }
        }
    }

    /// The points since the last call, grouped by aggregate.
    pub(super) fn take(&mut self) -> Vec<Batch> {
        let mut batches: Vec<Batch> = Vec::new();
        let mut places: HashMap<&AggregateKey, usize> = HashMap::new();
        for (aggregate, series) in &mut self.series {
            if series.is_empty() {
                continue;
            }
            let empty = Series::new(series.name(), series.phase());
            let series = std::mem::replace(series, empty);
            let place = *places.entry(aggregate).or_insert_with(|| {
                batches.push(Batch {
                    aggregate: aggregate.clone(),
                    series: Vec::new(),
                });
                batches.len() - 1
            });
            batches[place].series.push(series);
        }
        batches
    }

    fn name(&mut self, number: u32, aggregate: AggregateKey, name: &str, phase: &str) {
        let Self {
            series,
            places,
            numbers,
        } = self;
        let hash = hash(&aggregate, name, phase);
        let same = |place: &usize| {
            let (key, series) = &series[*place];
            series.name() == name && series.phase() == phase && *key == aggregate
        };
        let place = places.find(hash, same).copied().unwrap_or_else(|| {
            let place = series.len();
            series.push((aggregate, Series::new(name, phase)));
            let rehash = |place: &usize| {
                let (key, series) = &series[*place];
                self::hash(key, series.name(), series.phase())
            };
            places.insert_unique(hash, place, rehash);
            place
        });
        numbers.insert(number, place);
    }

    fn series(&mut self, number: u32) -> Option<&mut Series> {
        let place = self.numbers.get(&number)?;
        self.series.get_mut(*place).map(|(_, series)| series)
    }
}

fn hash(aggregate: &AggregateKey, name: &str, phase: &str) -> u64 {
    FixedState::default().hash_one((aggregate, name, phase))
}
