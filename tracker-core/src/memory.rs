//! The store in memory: for tests, and for runs nobody will ask for.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};

use uuid::Uuid;

use crate::annotations::Annotation;
use crate::error::{Error, Result};
use crate::iteration::Iteration;
use crate::module::Module;
use crate::ports::{
    AggregateKey, AggregateRecord, AggregateStore, Batch, Columns, ExperimentRecord,
    ExperimentStore, IterationStore, Mark, MetricStore, Row, Upkeep,
};
use crate::series::Series;
use crate::summary::Summary;

/// Keeps everything in memory, until it is dropped.
///
/// # Examples
///
/// ```
/// use tracker_core::{MemoryStore, Tracker};
///
/// let tracker = Tracker::new(MemoryStore::default());
/// assert!(tracker.experiments().list()?.is_empty());
/// # Ok::<(), tracker_core::Error>(())
/// ```
#[derive(Debug, Default)]
pub struct MemoryStore {
    content: Mutex<Content>,
}

#[derive(Debug, Default)]
struct Content {
    experiments: Vec<Experiment>,
    positions: HashMap<Uuid, u64>,
}

#[derive(Debug)]
struct Experiment {
    record: ExperimentRecord,
    aggregates: Vec<Aggregate>,
}

#[derive(Debug)]
struct Aggregate {
    record: AggregateRecord,
    modules: Vec<Module>,
    series: BTreeMap<(String, String), Kept>,
    iterations: Vec<Iteration>,
}

/// A series with its points in the order they arrived.
#[derive(Debug)]
struct Kept {
    summary: Summary,
    points: Series,
}

impl MemoryStore {
    /// No call leaves the data half changed, so a panic elsewhere in a thread that held the lock
    /// has done no harm.
    fn lock(&self) -> MutexGuard<'_, Content> {
        self.content.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn with<T>(&self, key: &AggregateKey, act: impl FnOnce(&mut Aggregate) -> T) -> Result<T> {
        let mut content = self.lock();
        let aggregate = content.aggregate(key);
        aggregate.map(act).ok_or_else(|| Error::no_aggregate(key))
    }
}

impl Content {
    fn experiment(&mut self, id: Uuid) -> Result<&mut Experiment> {
        let found = self
            .experiments
            .iter_mut()
            .find(|other| other.record.id == id);
        found.ok_or_else(|| Error::no_experiment(id))
    }

    fn aggregate(&mut self, key: &AggregateKey) -> Option<&mut Aggregate> {
        self.experiment(key.experiment).ok()?.find(&key.id)
    }
}

impl Experiment {
    fn find(&mut self, id: &str) -> Option<&mut Aggregate> {
        self.aggregates
            .iter_mut()
            .find(|aggregate| aggregate.record.id == id)
    }
}

impl Aggregate {
    fn put(&mut self, module: &Module) {
        let newest = self
            .modules
            .iter_mut()
            .rev()
            .find(|other| other.kind == module.kind);
        match newest {
            Some(newest) if newest.hash() == module.hash() => *newest = module.clone(),
            _ => self.modules.push(module.clone()),
        }
    }

    fn add(&mut self, series: &Series) {
        let name = || (series.name().to_owned(), series.phase().to_owned());
        for metric in series.iter() {
            match self.series.get_mut(&name()) {
                Some(kept) => {
                    kept.summary.add(&metric);
                    kept.points.push(&metric);
                }
                None => {
                    let mut points = Series::new(series.name(), series.phase());
                    points.push(&metric);
                    let summary = Summary::of(&metric);
                    self.series.insert(name(), Kept { summary, points });
                }
            }
        }
    }

    fn row(&self, columns: &Columns) -> Row {
        let modules = self.modules.iter();
        let series = self.series.values();
        Row {
            aggregate: self.record.clone(),
            modules: modules
                .filter(|module| columns.has_kind(&module.kind))
                .cloned()
                .collect(),
            summaries: series
                .filter(|series| columns.has_series(series.summary.name(), series.summary.phase()))
                .map(|series| series.summary.clone())
                .collect(),
        }
    }
}

impl ExperimentStore for MemoryStore {
    fn create_experiment(&self, record: &ExperimentRecord) -> Result<()> {
        let mut content = self.lock();
        let taken =
            |other: &Experiment| other.record.name == record.name || other.record.id == record.id;
        if content.experiments.iter().any(taken) {
            return Err(Error::experiment_taken(&record.name));
        }
        content.experiments.push(Experiment {
            record: record.clone(),
            aggregates: Vec::new(),
        });
        Ok(())
    }

    fn experiment(&self, name: &str) -> Result<Option<ExperimentRecord>> {
        let content = self.lock();
        let found = content
            .experiments
            .iter()
            .find(|other| other.record.name == name);
        Ok(found.map(|experiment| experiment.record.clone()))
    }

    fn experiments(&self) -> Result<Vec<ExperimentRecord>> {
        let content = self.lock();
        Ok(content
            .experiments
            .iter()
            .map(|experiment| experiment.record.clone())
            .collect())
    }

    fn rename_experiment(&self, id: Uuid, name: &str) -> Result<()> {
        let mut content = self.lock();
        content.experiment(id)?;
        let taken = |other: &Experiment| other.record.name == name && other.record.id != id;
        if content.experiments.iter().any(taken) {
            return Err(Error::experiment_taken(name));
        }
        name.clone_into(&mut content.experiment(id)?.record.name);
        Ok(())
    }

    fn annotate_experiment(&self, id: Uuid, change: &Annotation) -> Result<()> {
        self.lock().experiment(id)?.record.annotations.apply(change);
        Ok(())
    }

    fn remove_experiment(&self, id: Uuid) -> Result<()> {
        self.lock()
            .experiments
            .retain(|experiment| experiment.record.id != id);
        Ok(())
    }
}

impl AggregateStore for MemoryStore {
    fn create_aggregate(
        &self,
        experiment: Uuid,
        record: &AggregateRecord,
        modules: &[Module],
    ) -> Result<()> {
        let mut content = self.lock();
        let experiment = content.experiment(experiment)?;
        if experiment.find(&record.id).is_some() {
            return Err(Error::aggregate_taken(&record.id));
        }
        experiment.aggregates.push(Aggregate {
            record: record.clone(),
            modules: modules.to_vec(),
            series: BTreeMap::new(),
            iterations: Vec::new(),
        });
        Ok(())
    }

    fn aggregate(&self, key: &AggregateKey) -> Result<Option<AggregateRecord>> {
        Ok(self.with(key, |aggregate| aggregate.record.clone()).ok())
    }

    fn aggregates(&self, experiment: Uuid) -> Result<Vec<AggregateRecord>> {
        let mut content = self.lock();
        let aggregates = content
            .experiment(experiment)
            .map(|experiment| &experiment.aggregates);
        Ok(aggregates
            .into_iter()
            .flatten()
            .map(|aggregate| aggregate.record.clone())
            .collect())
    }

    fn table(&self, experiment: Uuid, columns: &Columns) -> Result<Vec<Row>> {
        let mut content = self.lock();
        let aggregates = content
            .experiment(experiment)
            .map(|experiment| &experiment.aggregates);
        Ok(aggregates
            .into_iter()
            .flatten()
            .filter(|aggregate| columns.has_id(&aggregate.record.id))
            .map(|aggregate| aggregate.row(columns))
            .collect())
    }

    fn set_epoch(&self, key: &AggregateKey, epoch: u64) -> Result<()> {
        self.with(key, |aggregate| aggregate.record.epoch = epoch)
    }

    fn annotate_aggregate(&self, key: &AggregateKey, change: &Annotation) -> Result<()> {
        self.with(key, |aggregate| aggregate.record.annotations.apply(change))
    }

    fn remove_aggregate(&self, key: &AggregateKey) -> Result<()> {
        if let Ok(experiment) = self.lock().experiment(key.experiment) {
            experiment
                .aggregates
                .retain(|aggregate| aggregate.record.id != key.id);
        }
        Ok(())
    }

    fn put_module(&self, key: &AggregateKey, module: &Module) -> Result<()> {
        self.with(key, |aggregate| aggregate.put(module))
    }

    fn modules(&self, key: &AggregateKey) -> Result<Vec<Module>> {
        self.with(key, |aggregate| aggregate.modules.clone())
    }
}

impl MetricStore for MemoryStore {
    fn add_metrics(&self, batches: &[Batch], mark: Option<Mark>) -> Result<Vec<AggregateKey>> {
        let mut content = self.lock();
        if let Some(Mark { journal, position }) = mark {
            let reached = content.positions.entry(journal).or_default();
            if position <= *reached {
                return Ok(Vec::new());
            }
            *reached = position;
        }
        let mut missing = Vec::new();
        for batch in batches {
            match content.aggregate(&batch.aggregate) {
                Some(aggregate) => batch.series.iter().for_each(|series| aggregate.add(series)),
                None => missing.push(batch.aggregate.clone()),
            }
        }
        Ok(missing)
    }

    fn history(&self, key: &AggregateKey, name: &str, phase: &str) -> Result<Series> {
        self.with(key, |aggregate| {
            let found = aggregate.series.get(&(name.to_owned(), phase.to_owned()));
            let mut series =
                found.map_or_else(|| Series::new(name, phase), |kept| kept.points.clone());
            series.sort();
            series
        })
    }

    fn summaries(&self, key: &AggregateKey) -> Result<Vec<Summary>> {
        self.with(key, |aggregate| {
            aggregate
                .series
                .values()
                .map(|series| series.summary.clone())
                .collect()
        })
    }

    fn summary(&self, key: &AggregateKey, name: &str, phase: &str) -> Result<Option<Summary>> {
        self.with(key, |aggregate| {
            let found = aggregate.series.get(&(name.to_owned(), phase.to_owned()));
            found.map(|series| series.summary.clone())
        })
    }

    fn clear_metrics(&self, key: &AggregateKey) -> Result<()> {
        self.with(key, |aggregate| aggregate.series.clear())
    }
}

impl Upkeep for MemoryStore {
    fn position(&self, journal: Uuid) -> Result<u64> {
        Ok(self.lock().positions.get(&journal).copied().unwrap_or(0))
    }

    fn forget(&self, journal: Uuid) -> Result<()> {
        self.lock().positions.remove(&journal);
        Ok(())
    }

    /// Nothing here survives the process, let alone a power loss.
    fn sync(&self) -> Result<()> {
        Ok(())
    }

    fn check(&self) -> Result<Vec<String>> {
        Ok(Vec::new())
    }
}

impl IterationStore for MemoryStore {
    fn put_iteration(&self, key: &AggregateKey, iteration: &Iteration) -> Result<()> {
        self.with(key, |aggregate| {
            let hash = iteration.hash();
            let same =
                |other: &&mut Iteration| other.phase == iteration.phase && other.hash() == hash;
            match aggregate.iterations.iter_mut().find(same) {
                Some(place) => *place = iteration.clone(),
                None => aggregate.iterations.push(iteration.clone()),
            }
        })
    }

    fn iterations(&self, key: &AggregateKey) -> Result<Vec<Iteration>> {
        self.with(key, |aggregate| aggregate.iterations.clone())
    }

    fn clear_iterations(&self, key: &AggregateKey) -> Result<()> {
        self.with(key, |aggregate| aggregate.iterations.clear())
    }
}
