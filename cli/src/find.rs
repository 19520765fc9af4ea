//! Finds runs by what people call them.

use std::collections::BTreeSet;

use registry_core::nearest;
use tracker_core::ports::{AggregateRecord, Detail, Row, Scope, Search};
use tracker_core::query::{Condition, archived, created, id, run_name};
use tracker_core::{Query, Uuid};

use crate::error::{Error, Result};
use crate::store::{Run, Store};
use crate::text;

/// The beginning of an id is at least as long.
const LEAST: usize = 4;
/// As many runs are named in a message.
const NAMED: usize = 10;
/// A query for the runs whose ids begin as those that are shown has as many beginnings at most.
const BEGINNINGS: usize = 100;
/// Among as many runs whose ids begin alike it is seen what tells them apart: a team may make a hundred
/// thousand in a day, and a table comes at once.
const ALIKE: usize = 2_000;
/// A slip is looked for among as many of the newest runs: a store may have a hundred thousand.
const NEWEST: usize = 1_000;

impl Store {
    /// The run of this id, uuid or name, or the one whose id begins so; also one that is archived.
    pub(crate) fn run(&self, name: &str, experiment: Option<&str>) -> Result<Run> {
        let record = self.record(name, experiment)?;
        let experiment_of = self.tracker.experiments().by_id(record.experiment)?;
        match (experiment_of, self.tracker.aggregate(record.uuid)?) {
            (Some(experiment), Some(aggregate)) => Ok(Run {
                experiment,
                aggregate,
            }),
            // It was removed just now.
            _ => Err(no_run(name, experiment, &[])),
        }
    }

    /// As [`run`](Self::run), what the store keeps of it.
    pub(crate) fn record(&self, name: &str, experiment: Option<&str>) -> Result<AggregateRecord> {
        let within = experiment.map(|name| self.experiment(name)).transpose()?;
        let within = within.map(|experiment| experiment.id());
        let mut found = self.candidates(name, within)?;
        match found.len() {
            0 => Err(no_run(name, experiment, &self.newest(within)?)),
            1 => Ok(found.remove(0)),
            _ => Err(self.ambiguous(name, &found)?),
        }
    }

    /// How many characters of the ids of these runs name each of them, also among the runs of the
    /// store that are not shown, so that what a table shows can be typed.
    pub(crate) fn id_length(&self, rows: &[(String, Row)]) -> Result<usize> {
        let ids: Vec<&str> = rows.iter().map(|(_, row)| &*row.aggregate.id).collect();
        let least = text::telling([]);
        let beginnings = ids.iter().map(|id| text::beginning(id, least));
        let beginnings: BTreeSet<&str> = beginnings.collect();
        let length = text::telling(ids.iter().copied());
        if beginnings.len() > BEGINNINGS {
            return Ok(length);
        }
        let ranges = beginnings.into_iter().map(|beginning| {
            let end = format!("{beginning}{}", char::MAX);
            id().ge(beginning).and(id().lt(end))
        });
        let Some(alike) = ranges.reduce(Condition::or) else {
            return Ok(length);
        };
        let alike = alike.and(archived().exists());
        let alike = Query::new().filter(alike).limit(ALIKE);
        let alike = self.search(None, &alike)?;
        let alike = alike.iter().map(|record| &*record.id);
        Ok(text::telling(alike.chain(ids)))
    }

    /// The runs that may be meant. What is a whole id, uuid or name is not the beginning of another
    /// id too.
    fn candidates(&self, name: &str, experiment: Option<Uuid>) -> Result<Vec<AggregateRecord>> {
        let id = name.to_owned();
        let found = self.records(&Scope::Id { experiment, id })?;
        if !found.is_empty() {
            return Ok(found);
        }
        if let Ok(uuid) = name.parse() {
            let mut found = self.records(&Scope::Uuids(vec![uuid]))?;
            found.retain(|record| experiment.is_none_or(|within| within == record.experiment));
            if !found.is_empty() {
                return Ok(found);
            }
        }
        let named = run_name().eq(name).and(archived().exists());
        let found = self.search(experiment, &Query::new().filter(named))?;
        if !found.is_empty() {
            return Ok(found);
        }
        if name.chars().count() < LEAST {
            return Err(Error::ShortId {
                id: name.to_owned(),
                least: LEAST,
            });
        }
        let prefix = name.to_owned();
        self.records(&Scope::Prefix { experiment, prefix })
    }

    /// The newest runs, in the order they were created.
    fn newest(&self, experiment: Option<Uuid>) -> Result<Vec<AggregateRecord>> {
        let query = Query::new().filter(archived().exists());
        let query = query.order_by(created().desc()).limit(NEWEST);
        let mut newest = self.search(experiment, &query)?;
        newest.sort_by_key(AggregateRecord::order);
        Ok(newest)
    }

    fn records(&self, scope: &Scope) -> Result<Vec<AggregateRecord>> {
        let rows = self.tracker.store()?.rows(scope, &Detail::NONE)?;
        Ok(rows.into_iter().map(|row| row.aggregate).collect())
    }

    fn search(&self, experiment: Option<Uuid>, query: &Query) -> Result<Vec<AggregateRecord>> {
        let found = self.tracker.store()?.search(&Search {
            scope: experiment.map_or(Scope::All, Scope::Experiment),
            query,
            detail: Detail::NONE,
        })?;
        Ok(found.into_iter().map(|row| row.aggregate).collect())
    }

    fn ambiguous(&self, name: &str, found: &[AggregateRecord]) -> Result<Error> {
        let mut lines = Vec::new();
        for experiment in self.experiments(None)? {
            let of_it = found
                .iter()
                .filter(|record| record.experiment == experiment.id());
            lines.extend(of_it.map(|of| format!("  {}  in `{}`", of.id, experiment.name())));
        }
        lines.truncate(NAMED);
        if found.len() > NAMED {
            lines.push(format!("  and {} more", found.len() - NAMED));
        }
        let is_one = |of: fn(&AggregateRecord) -> &str| {
            found.iter().all(|record| of(record) == of(&found[0]))
        };
        Ok(Error::Ambiguous {
            id: name.to_owned(),
            count: found.len(),
            remedy: if is_one(|record| &record.id) {
                "say which with `--experiment NAME`"
            } else if is_one(|record| &record.name) && found[0].name == name {
                "they have one name; give the id of one of them"
            } else {
                "write more of one of them"
            },
            list: lines.join("\n"),
        })
    }
}

fn no_run(name: &str, experiment: Option<&str>, others: &[AggregateRecord]) -> Error {
    let length = name.chars().count();
    let beginnings = others
        .iter()
        .map(|other| text::beginning(&other.id, length));
    let names = others.iter().map(|other| other.name.as_str());
    let known: Vec<&str> = beginnings
        .chain(names.filter(|name| !name.is_empty()))
        .collect();
    let all = "`entia runs` lists them";
    Error::NoRun {
        id: name.to_owned(),
        place: experiment.map_or("the store".to_owned(), |name| {
            format!("the experiment `{name}`")
        }),
        hint: match nearest(name, known) {
            Some(near) => format!("did you mean `{near}`? {all}"),
            None => all.to_owned(),
        },
    }
}
