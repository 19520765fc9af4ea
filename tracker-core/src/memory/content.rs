//! All that a store in memory holds.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use registry_core::Value;
use uuid::Uuid;

use super::aggregate::Aggregate;
use super::touches::Touches;
use crate::error::{Error, Result};
use crate::ports::{Applied, Change, Detail, Mark, Scope, Touch, Touched};
use crate::records::{AggregateRecord, ExperimentRecord, ModuleRecord, Row};

/// Experiments and aggregates. A clone shares what neither changes.
#[derive(Clone, Debug, Default)]
pub(super) struct Content {
    experiments: Vec<ExperimentRecord>,
    aggregates: HashMap<Uuid, Arc<Aggregate>>,
    /// The uuid of each aggregate by its experiment and its id there.
    ids: HashMap<(Uuid, String), Uuid>,
    positions: HashMap<Uuid, u64>,
    settings: BTreeMap<String, Value>,
    pub(super) touches: Touches,
}

impl Content {
    pub(super) fn experiments(&self) -> Vec<ExperimentRecord> {
        let mut records = self.experiments.clone();
        records.sort_by_key(ExperimentRecord::order);
        records
    }

    pub(super) fn rows(&self, scope: &Scope, detail: &Detail) -> Vec<Row> {
        let by_uuid = |uuid: &Uuid| self.aggregates.get(uuid);
        let found: Vec<&Arc<Aggregate>> = match scope {
            Scope::Uuids(uuids) => uuids.iter().filter_map(by_uuid).collect(),
            Scope::Id {
                experiment: Some(experiment),
                id,
            } => {
                let uuid = self.ids.get(&(*experiment, id.clone()));
                uuid.and_then(by_uuid).into_iter().collect()
            }
            scope => {
                let all = self.aggregates.values();
                all.filter(|aggregate| scope.holds(&aggregate.record))
                    .collect()
            }
        };
        let mut rows: Vec<Row> = found.into_iter().map(|found| found.row(detail)).collect();
        rows.sort_by_key(|row| row.aggregate.order());
        rows.dedup_by_key(|row| row.aggregate.uuid);
        rows
    }

    pub(super) fn aggregate(&self, uuid: Uuid) -> Option<&Aggregate> {
        self.aggregates.get(&uuid).map(Arc::as_ref)
    }

    pub(super) fn position(&self, journal: Uuid) -> u64 {
        self.positions.get(&journal).copied().unwrap_or(0)
    }

    pub(super) fn advance(&mut self, mark: Mark) {
        self.positions.insert(mark.journal, mark.position);
    }

    /// The settings whose keys begin so.
    pub(super) fn settings(&self, prefix: &str) -> Vec<(String, Value)> {
        let from = self.settings.range(prefix.to_owned()..);
        let found = from.take_while(|(key, _)| key.starts_with(prefix));
        found
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect()
    }

    /// Makes one change, or none of it.
    pub(super) fn make(&mut self, change: &Change, applied: &mut Applied) -> Result<()> {
        // What is removed is told from what it was.
        let before = self.touch(change);
        self.change(change, applied)?;
        if let Some(touch) = self.touch(change).or(before) {
            self.touches.add(touch);
        }
        Ok(())
    }

    /// What a change touches, as it is now; none where it is not there.
    fn touch(&self, change: &Change) -> Option<Touch> {
        let (experiment, aggregate) = match change.touches() {
            Touched::Experiment(id) => {
                self.experiments.iter().find(|other| other.id == id)?;
                (id, None)
            }
            Touched::Aggregate(uuid) => {
                let aggregate = self.aggregates.get(&uuid)?;
                (aggregate.record.experiment, Some(uuid))
            }
            Touched::Nothing => return None,
        };
        Some(Touch {
            number: 0,
            experiment,
            aggregate,
            removed: matches!(
                change,
                Change::RemoveExperiment { .. } | Change::RemoveAggregate { .. }
            ),
        })
    }

    fn change(&mut self, change: &Change, applied: &mut Applied) -> Result<()> {
        match change {
            Change::CreateExperiment(record) => self.create_experiment(record)?,
            Change::RenameExperiment { experiment, name } => self.rename(*experiment, name)?,
            Change::AnnotateExperiment {
                experiment,
                annotation,
            } => self.experiment(*experiment)?.annotations.apply(annotation),
            Change::DefineExperimentMetric {
                experiment,
                metric,
                definition,
            } => {
                let definitions = &mut self.experiment(*experiment)?.definitions;
                definitions.insert(metric.clone(), definition.clone());
            }
            Change::RemoveExperiment { experiment } => {
                self.experiments.retain(|other| other.id != *experiment);
                self.aggregates
                    .retain(|_, aggregate| aggregate.record.experiment != *experiment);
                self.ids.retain(|(other, _), _| other != experiment);
            }
            Change::CreateAggregate { record, modules } => {
                self.create_aggregate(record, modules)?;
            }
            Change::RemoveAggregate { aggregate } => {
                if let Some(removed) = self.aggregates.remove(aggregate) {
                    let record = &removed.record;
                    self.ids.remove(&(record.experiment, record.id.clone()));
                }
            }
            Change::AddPoints { aggregate, series } => match self.aggregates.get_mut(aggregate) {
                Some(found) => {
                    let found = Arc::make_mut(found);
                    for series in series {
                        found.add_points(series);
                    }
                }
                None if applied.missing.contains(aggregate) => {}
                None => applied.missing.push(*aggregate),
            },
            Change::ForgetJournal { journal } => drop(self.positions.remove(journal)),
            Change::PutSetting { key, value } => match value {
                Some(value) => drop(self.settings.insert(key.clone(), value.clone())),
                None => drop(self.settings.remove(key)),
            },
            change => {
                if let Touched::Aggregate(uuid) = change.touches() {
                    let found = self.aggregates.get_mut(&uuid);
                    let found = found.ok_or_else(|| Error::no_aggregate(uuid))?;
                    Arc::make_mut(found).make(change)?;
                }
            }
        }
        Ok(())
    }

    fn experiment(&mut self, id: Uuid) -> Result<&mut ExperimentRecord> {
        let found = self.experiments.iter_mut().find(|other| other.id == id);
        found.ok_or_else(|| Error::no_experiment(id))
    }

    fn create_experiment(&mut self, record: &ExperimentRecord) -> Result<()> {
        let taken = |other: &ExperimentRecord| other.name == record.name || other.id == record.id;
        if self.experiments.iter().any(taken) {
            return Err(Error::experiment_taken(&record.name));
        }
        self.experiments.push(record.clone());
        Ok(())
    }

    fn rename(&mut self, id: Uuid, name: &str) -> Result<()> {
        self.experiment(id)?;
        let taken = |other: &ExperimentRecord| other.name == name && other.id != id;
        if self.experiments.iter().any(taken) {
            return Err(Error::experiment_taken(name));
        }
        name.clone_into(&mut self.experiment(id)?.name);
        Ok(())
    }

    fn create_aggregate(
        &mut self,
        record: &AggregateRecord,
        modules: &[ModuleRecord],
    ) -> Result<()> {
        self.experiment(record.experiment)?;
        let key = (record.experiment, record.id.clone());
        if self.ids.contains_key(&key) || self.aggregates.contains_key(&record.uuid) {
            return Err(Error::aggregate_taken(&record.id));
        }
        self.ids.insert(key, record.uuid);
        let aggregate = Aggregate::new(record, modules);
        self.aggregates.insert(record.uuid, Arc::new(aggregate));
        Ok(())
    }
}
