//! Copies histories: small ones together, a large one in several steps.

use std::collections::{BTreeSet, HashMap};

use uuid::Uuid;

use super::check::check_series;
use super::missing::missing_points;
use super::{BYTES, Copy, Pair, Progress};
use crate::error::Result;
use crate::ports::{Change, Histories};
use crate::records::Series;

/// How many points go into the target in one step.
const CHUNK: usize = 100_000;

/// What a point takes that is a number.
const POINT: usize = 64;

/// A series of which points are missing in the target.
struct Gap<'p> {
    pair: &'p Pair<'p>,
    series: Series,
    /// The indexes of the points.
    missing: Vec<usize>,
    /// Whether the target had the first points and no others.
    is_end: bool,
}

/// Points that go into the target together.
#[derive(Default)]
struct Step {
    changes: Vec<Change>,
    points: usize,
    bytes: usize,
}

/// A series in the target: of an aggregate, its name and phase.
type Key = (Uuid, String, String);

impl<F: FnMut(&Progress) -> bool> Copy<'_, F> {
    pub(super) fn metrics(&mut self, pairs: &[Pair<'_>]) -> Result<()> {
        let of: HashMap<Uuid, &Pair<'_>> = pairs.iter().map(|pair| (pair.from, pair)).collect();
        for call in Histories::whole(pairs.iter().map(|pair| pair.row)) {
            let called = || call.aggregates.iter().filter_map(|uuid| of.get(uuid));
            let known = called().filter(|pair| !pair.is_new).map(|pair| pair.to);
            let there = self.in_target(known.collect(), &call)?;
            let mut gaps = Vec::new();
            for history in self.source.histories(&call)? {
                let Some(pair) = of.get(&history.aggregate) else {
                    continue;
                };
                gaps.extend(self.gap(pair, history.series, &there));
            }
            self.fill(&gaps)?;
            self.check_points(&call, &gaps)?;
        }
        Ok(())
    }

    /// The histories of a call that the target has of these aggregates.
    fn in_target(&self, aggregates: Vec<Uuid>, call: &Histories) -> Result<HashMap<Key, Series>> {
        if aggregates.is_empty() {
            return Ok(HashMap::new());
        }
        let found = self.target.histories(&Histories {
            aggregates,
            ..call.clone()
        })?;
        let keyed = found.into_iter();
        Ok(keyed
            .map(|history| (key(history.aggregate, &history.series), history.series))
            .collect())
    }

    /// What the target has not of a series, where that is something.
    fn gap<'p>(
        &mut self,
        pair: &'p Pair<'p>,
        series: Series,
        there: &HashMap<Key, Series>,
    ) -> Option<Gap<'p>> {
        let mut summaries = pair.row.summaries.iter();
        let summary =
            summaries.find(|of| (of.name(), of.phase()) == (series.name(), series.phase()));
        let none = Series::new(series.name(), series.phase());
        let before = there.get(&key(pair.to, &series)).unwrap_or(&none);
        let (missing, is_end) = missing_points(&series, before);
        // Points that were added since the summaries were read count too.
        let count = &mut self.progress.points;
        let counted = summary.map_or(0, |summary| summary.count);
        count.total = count.total - counted + series.len() as u64;
        count.done += (series.len() - missing.len()) as u64;
        (!missing.is_empty()).then_some(Gap {
            pair,
            series,
            missing,
            is_end,
        })
    }

    fn fill(&mut self, gaps: &[Gap<'_>]) -> Result<()> {
        let mut step = Step::default();
        for gap in gaps {
            let series = &gap.series;
            let none = || Series::new(series.name(), series.phase());
            let mut picked = none();
            for index in &gap.missing {
                let json = series.json_at(*index);
                let size = POINT + json.map_or(0, |json| json.as_str().len());
                if step.points == CHUNK || step.bytes + size > BYTES {
                    step.put(gap.pair.to, std::mem::replace(&mut picked, none()));
                    self.add(&std::mem::take(&mut step))?;
                }
                picked.push_from(series, *index);
                step.points += 1;
                step.bytes += size;
            }
            step.put(gap.pair.to, picked);
        }
        self.add(&step)
    }

    fn add(&mut self, step: &Step) -> Result<()> {
        if step.points == 0 {
            return Ok(());
        }
        self.link.apply_direct(&step.changes)?;
        self.imported.points += step.points as u64;
        self.progress.points.done += step.points as u64;
        self.report()
    }

    /// Reads back what was added.
    fn check_points(&self, call: &Histories, gaps: &[Gap<'_>]) -> Result<()> {
        let filled: BTreeSet<Uuid> = gaps.iter().map(|gap| gap.pair.to).collect();
        let back = self.in_target(filled.into_iter().collect(), call)?;
        for gap in gaps {
            let none = Series::new(gap.series.name(), gap.series.phase());
            let back = back.get(&key(gap.pair.to, &gap.series)).unwrap_or(&none);
            check_series(&gap.series, back, gap.is_end, &gap.pair.place)?;
        }
        Ok(())
    }
}

impl Step {
    /// Adds a series of an aggregate.
    fn put(&mut self, aggregate: Uuid, series: Series) {
        if series.is_empty() {
            return;
        }
        match self.changes.last_mut() {
            Some(Change::AddPoints {
                aggregate: last,
                series: all,
            }) if *last == aggregate => all.push(series),
            _ => self.changes.push(Change::AddPoints {
                aggregate,
                series: vec![series],
            }),
        }
    }
}

fn key(aggregate: Uuid, series: &Series) -> Key {
    let (name, phase) = (series.name().to_owned(), series.phase().to_owned());
    (aggregate, name, phase)
}
