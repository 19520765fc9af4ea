//! An aggregate in memory, and the changes of it.

use std::collections::BTreeMap;
use std::sync::Arc;

use registry_core::Value;

use crate::error::{Error, Result};
use crate::ports::{Change, Detail};
use crate::records::{
    AggregateRecord, ArtifactRecord, AttemptRecord, Iteration, ModuleRecord, Row, Series, Summary,
};

#[derive(Clone, Debug)]
pub(super) struct Aggregate {
    pub(super) record: AggregateRecord,
    modules: Vec<ModuleRecord>,
    /// By name and phase.
    series: BTreeMap<(String, String), Arc<Kept>>,
    pub(super) iterations: Vec<Iteration>,
    pub(super) attempts: Vec<AttemptRecord>,
    pub(super) artifacts: Vec<ArtifactRecord>,
}

/// A series with its points in the order they arrived.
#[derive(Clone, Debug)]
struct Kept {
    summary: Summary,
    points: Series,
}

impl Aggregate {
    pub(super) fn new(record: &AggregateRecord, modules: &[ModuleRecord]) -> Self {
        Self {
            record: AggregateRecord {
                attempt: None,
                ..record.clone()
            },
            modules: modules.to_vec(),
            series: BTreeMap::new(),
            iterations: Vec::new(),
            attempts: Vec::new(),
            artifacts: Vec::new(),
        }
    }

    pub(super) fn row(&self, detail: &Detail) -> Row {
        let modules = self.modules.iter();
        let summaries = self.series.values().map(|kept| &kept.summary);
        Row {
            aggregate: AggregateRecord {
                attempt: self.attempts.last().map(|attempt| attempt.state.clone()),
                ..self.record.clone()
            },
            modules: modules
                .filter(|module| detail.has_module(&module.kind))
                .cloned()
                .collect(),
            summaries: summaries
                .filter(|summary| detail.has_series(summary.name(), summary.phase()))
                .cloned()
                .collect(),
            means: Vec::new(),
        }
    }

    pub(super) fn points(&self, name: &str, phase: &str) -> Option<&Series> {
        let kept = self.series.get(&(name.to_owned(), phase.to_owned()))?;
        Some(&kept.points)
    }

    /// Makes a change of this aggregate, or none of it.
    pub(super) fn make(&mut self, change: &Change) -> Result<()> {
        match change {
            Change::NameAggregate { name, .. } => self.record.name.clone_from(name),
            Change::Archive { archived, .. } => self.record.archived = *archived,
            Change::SetEpoch { epoch, .. } => self.record.epoch = *epoch,
            Change::Annotate { annotation, .. } => self.record.annotations.apply(annotation),
            Change::SetParam { name, value, .. } => self.set_param(name, value)?,
            Change::DefineMetric {
                metric, definition, ..
            } => {
                let definitions = &mut self.record.definitions;
                definitions.insert(metric.clone(), definition.clone());
            }
            Change::PutModule { module, .. } => self.put_module(module),
            Change::ClearMetrics { .. } => self.series.clear(),
            Change::PutIteration { iteration, .. } => self.put_iteration(iteration),
            Change::ClearIterations { .. } => self.iterations.clear(),
            Change::PutAttempt { attempt, .. } => {
                put(&mut self.attempts, attempt, |other| other.id == attempt.id);
            }
            Change::UpdateAttempt {
                attempt,
                seen,
                outcome,
                ..
            } => {
                let found = self.attempts.iter_mut().find(|other| other.id == *attempt);
                let found = found.ok_or_else(|| Error::no_attempt(*attempt))?;
                found.state.update(*seen, outcome);
            }
            Change::PutArtifact { artifact, .. } => put(&mut self.artifacts, artifact, |other| {
                other.is(&artifact.name, artifact.epoch)
            }),
            Change::RemoveArtifact { name, epoch, .. } => {
                self.artifacts.retain(|other| !other.is(name, *epoch));
            }
            Change::Rewind { epoch, .. } => self.rewind(*epoch),
            // The others are no changes of one aggregate.
            _ => {}
        }
        Ok(())
    }

    pub(super) fn add_points(&mut self, series: &Series) {
        let Some(added) = Summary::of_series(series) else {
            return;
        };
        let key = (series.name().to_owned(), series.phase().to_owned());
        match self.series.get_mut(&key) {
            Some(kept) => {
                let kept = Arc::make_mut(kept);
                kept.summary.append(added);
                kept.points.append(series);
            }
            None => {
                let kept = Kept {
                    summary: added,
                    points: series.clone(),
                };
                self.series.insert(key, Arc::new(kept));
            }
        }
    }

    fn set_param(&mut self, name: &str, value: &Value) -> Result<()> {
        match self.record.params.get(name) {
            Some(present) if present != value => Err(Error::ParamSet {
                aggregate: self.record.id.clone(),
                name: name.to_owned(),
                present: present.clone(),
                given: value.clone(),
            }),
            Some(_) => Ok(()),
            None => {
                self.record.params.insert(name.to_owned(), value.clone());
                Ok(())
            }
        }
    }

    fn put_module(&mut self, module: &ModuleRecord) {
        let newest = self.modules.iter_mut();
        match newest.rev().find(|other| other.kind == module.kind) {
            Some(newest) if newest.hash() == module.hash() => *newest = module.clone(),
            _ => self.modules.push(module.clone()),
        }
    }

    fn put_iteration(&mut self, iteration: &Iteration) {
        let hash = iteration.hash();
        put(&mut self.iterations, iteration, |other| {
            other.phase == iteration.phase && other.hash() == hash
        });
    }

    fn rewind(&mut self, epoch: u64) {
        self.record.epoch = epoch;
        self.iterations.retain(|iteration| iteration.epoch <= epoch);
        self.artifacts
            .retain(|artifact| artifact.epoch.is_none_or(|of| of <= epoch));
        self.series.retain(|_, kept| {
            if kept.points.epochs().iter().all(|of| *of <= epoch) {
                return true;
            }
            let mut points = kept.points.clone();
            points.retain(|at| at.epoch <= epoch);
            let summary = Summary::of_series(&points);
            if let Some(summary) = summary.clone() {
                *kept = Arc::new(Kept { summary, points });
            }
            summary.is_some()
        });
    }
}

/// Puts an item in the place of the one that is the same, or appends it.
fn put<T: Clone>(items: &mut Vec<T>, item: &T, is_same: impl Fn(&T) -> bool) {
    match items.iter_mut().find(|other| is_same(other)) {
        Some(place) => *place = item.clone(),
        None => items.push(item.clone()),
    }
}
