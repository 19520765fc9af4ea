//! Gathers the points of a slot by series, as a store takes them.

use std::collections::HashMap;
use std::hash::BuildHasher;

use foldhash::fast::FixedState;
use hashbrown::HashTable;

use uuid::Uuid;

use super::record::{Named, Record};
use crate::ports::Change;
use crate::records::Series;

/// Points by series. What a number stands for holds until the end of its slot.
#[derive(Default)]
pub(super) struct Gather {
    /// Each series once, whatever its numbers are.
    series: Vec<(Uuid, Series)>,
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
                aggregate: Named::Uuid(aggregate),
                name,
                phase,
            } => self.name(number, aggregate, &name, &phase),
            // Only a journal that is replayed has these, and finds the uuid first.
            Record::Series { .. } => {}
            Record::Number { series, at, number } => {
                if let Some(series) = self.series(series) {
                    series.push_number(at, number);
                }
            }
            Record::Json { series, at, json } => {
                if let (Some(series), Ok(json)) = (self.series(series), json.parse()) {
                    series.push_json(at, json);
                }
            }
        }
    }

    /// The points since the last call, a change for each aggregate.
    pub(super) fn take(&mut self) -> Vec<Change> {
        let mut batches: Vec<(Uuid, Vec<Series>)> = Vec::new();
        let mut places: HashMap<Uuid, usize> = HashMap::new();
        for (aggregate, series) in &mut self.series {
            if series.is_empty() {
                continue;
            }
            let empty = Series::new(series.name(), series.phase());
            let series = std::mem::replace(series, empty);
            let place = *places.entry(*aggregate).or_insert_with(|| {
                batches.push((*aggregate, Vec::new()));
                batches.len() - 1
            });
            batches[place].1.push(series);
        }
        let changes = batches.into_iter();
        changes
            .map(|(aggregate, series)| Change::AddPoints { aggregate, series })
            .collect()
    }

    /// From here on a number stands for a series.
    pub(super) fn name(&mut self, number: u32, aggregate: Uuid, name: &str, phase: &str) {
        let Self {
            series,
            places,
            numbers,
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

    fn series(&mut self, number: u32) -> Option<&mut Series> {
        let place = self.numbers.get(&number)?;
        self.series.get_mut(*place).map(|(_, series)| series)
    }
}

fn hash(aggregate: Uuid, name: &str, phase: &str) -> u64 {
    FixedState::default().hash_one((aggregate.as_u128(), name, phase))
}
