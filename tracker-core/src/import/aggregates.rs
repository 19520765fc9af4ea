//! Copies aggregates, many of them together.

use std::collections::{HashMap, HashSet};

use uuid::Uuid;

use super::check::{check_aggregate, check_modules};
use super::missing::{changes_of, missing_modules};
use super::{Copy, Pair, Progress, Target};
use crate::error::Result;
use crate::many::MANY;
use crate::ports::{Change, Detail, ExperimentRecord, Row, Scope};
use crate::records::{AggregateRecord, new_id};

impl<F: FnMut(&Progress) -> bool> Copy<'_, F> {
    /// Copies the aggregates of an experiment with all they hold.
    pub(super) fn aggregates(
        &mut self,
        experiment: &ExperimentRecord,
        rows: &[Row],
        target: &Target,
    ) -> Result<()> {
        let there = if target.is_new {
            Vec::new()
        } else {
            self.target
                .rows(&Scope::Experiment(target.id), &Detail::ALL)?
        };
        let there: HashMap<String, Row> = there
            .into_iter()
            .map(|row| (row.aggregate.id.clone(), row))
            .collect();
        for rows in rows.chunks(MANY) {
            let pairs = self.pairs(experiment, rows, target.id, &there)?;
            self.iterations(&pairs)?;
            self.attempts(&pairs)?;
            self.artifacts(&pairs)?;
            self.metrics(&pairs)?;
            self.progress.aggregates.done += rows.len() as u64;
            self.report()?;
        }
        Ok(())
    }

    /// Copies the aggregates themselves, and their modules.
    fn pairs<'r>(
        &mut self,
        experiment: &ExperimentRecord,
        rows: &'r [Row],
        target: Uuid,
        there: &HashMap<String, Row>,
    ) -> Result<Vec<Pair<'r>>> {
        let new = rows.iter().map(|row| &row.aggregate);
        let new = new.filter(|record| !there.contains_key(&record.id));
        let taken = self.taken(new.map(|record| record.uuid).collect())?;
        let (mut pairs, mut changes) = (Vec::new(), Vec::new());
        for row in rows {
            let record = &row.aggregate;
            let found = there.get(&record.id);
            let to = match found {
                Some(found) => {
                    changes.extend(changes_of(record, &found.aggregate));
                    let missing = missing_modules(&row.modules, &found.modules).into_iter();
                    self.imported.modules += missing.len() as u64;
                    changes.extend(missing.map(|module| Change::PutModule {
                        aggregate: found.aggregate.uuid,
                        module: module.clone(),
                    }));
                    found.aggregate.uuid
                }
                None => {
                    let is_taken = taken.contains(&record.uuid);
                    let uuid = if is_taken { new_id() } else { record.uuid };
                    changes.push(created(row, target, uuid));
                    self.imported.aggregates += 1;
                    uuid
                }
            };
            pairs.push(Pair {
                row,
                from: record.uuid,
                to,
                place: format!("the aggregate `{}` of `{}`", record.id, experiment.name),
                is_new: found.is_none(),
            });
        }
        self.make_all(changes)?;
        self.check(&pairs)?;
        Ok(pairs)
    }

    /// Those of the uuids that the target has, in whatever experiment.
    fn taken(&self, uuids: Vec<Uuid>) -> Result<HashSet<Uuid>> {
        if uuids.is_empty() {
            return Ok(HashSet::new());
        }
        let rows = self.target.rows(&Scope::Uuids(uuids), &Detail::NONE)?;
        Ok(rows.into_iter().map(|row| row.aggregate.uuid).collect())
    }

    fn check(&self, pairs: &[Pair<'_>]) -> Result<()> {
        let uuids = pairs.iter().map(|pair| pair.to).collect();
        let back = self.target.rows(&Scope::Uuids(uuids), &Detail::ALL)?;
        let back: HashMap<Uuid, Row> = back
            .into_iter()
            .map(|row| (row.aggregate.uuid, row))
            .collect();
        for pair in pairs {
            let back = back.get(&pair.to);
            let record = back.map(|back| &back.aggregate);
            check_aggregate(&pair.row.aggregate, record, pair.is_new, &pair.place)?;
            let modules = back.map_or(&[][..], |back| &back.modules);
            check_modules(&pair.row.modules, modules, pair.is_new, &pair.place)?;
        }
        Ok(())
    }
}

/// The aggregate for the target; with another uuid where that of the source is taken there.
fn created(row: &Row, experiment: Uuid, uuid: Uuid) -> Change {
    Change::CreateAggregate {
        record: AggregateRecord {
            uuid,
            experiment,
            ..row.aggregate.clone()
        },
        modules: row.modules.clone(),
    }
}
