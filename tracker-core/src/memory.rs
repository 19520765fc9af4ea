//! The store in memory: for tests, and for runs nobody will ask for.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use registry_core::Metadata;
use uuid::Uuid;

use crate::error::{Error, Result};
use crate::iteration::Iteration;
use crate::metric::Metric;
use crate::module::Module;
use crate::ports::{
    AggregateKey, AggregateRecord, AggregateStore, ExperimentRecord, ExperimentStore,
    IterationStore, MetricStore, no_aggregate, no_experiment,
};
use crate::summary::Summary;

/// Keeps everything in memory, until it is dropped.
///
/// # Examples
///
/// ```
/// use tracker_core::{MemoryStore, Tracker};
///
/// let tracker = Tracker::new(MemoryStore::default());
/// assert!(tracker.experiments()?.is_empty());
/// # Ok::<(), tracker_core::Error>(())
/// ```
#[derive(Debug, Default)]
pub struct MemoryStore {
    experiments: Mutex<Vec<Experiment>>,
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
    series: BTreeMap<(String, String), Series>,
    iterations: Vec<Iteration>,
}

#[derive(Debug)]
struct Series {
    summary: Summary,
    points: Vec<Metric>,
}

impl MemoryStore {
    /// No call leaves the data half changed, so a panic elsewhere in a thread that held the lock
    /// has done no harm.
    fn lock(&self) -> MutexGuard<'_, Vec<Experiment>> {
        self.experiments
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn with<T>(&self, key: &AggregateKey, act: impl FnOnce(&mut Aggregate) -> T) -> Result<T> {
        let mut experiments = self.lock();
        experiments
            .iter_mut()
            .find(|experiment| experiment.record.id == key.experiment)
            .and_then(|experiment| experiment.find(&key.id))
            .map(act)
            .ok_or_else(|| no_aggregate(key))
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
    fn new(id: &str) -> Self {
        Self {
            record: AggregateRecord {
                id: id.to_owned(),
                epoch: 0,
            },
            modules: Vec::new(),
            series: BTreeMap::new(),
            iterations: Vec::new(),
        }
    }

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
}

impl ExperimentStore for MemoryStore {
    fn experiment(&self, name: &str) -> Result<ExperimentRecord> {
        let mut experiments = self.lock();
        if let Some(experiment) = experiments.iter().find(|other| other.record.name == name) {
            return Ok(experiment.record.clone());
        }
        let record = ExperimentRecord {
            id: Uuid::new_v4(),
            name: name.to_owned(),
        };
        experiments.push(Experiment {
            record: record.clone(),
            aggregates: Vec::new(),
        });
        Ok(record)
    }

    fn experiments(&self) -> Result<Vec<ExperimentRecord>> {
        Ok(self
            .lock()
            .iter()
            .map(|experiment| experiment.record.clone())
            .collect())
    }

    fn rename_experiment(&self, id: Uuid, name: &str) -> Result<()> {
        let mut experiments = self.lock();
        if experiments
            .iter()
            .any(|other| other.record.name == name && other.record.id != id)
        {
            return Err(Error::Taken {
                name: name.to_owned(),
            });
        }
        let experiment = experiments.iter_mut().find(|other| other.record.id == id);
        name.clone_into(&mut experiment.ok_or_else(|| no_experiment(id))?.record.name);
        Ok(())
    }

    fn remove_experiment(&self, id: Uuid) -> Result<()> {
        self.lock().retain(|experiment| experiment.record.id != id);
        Ok(())
    }
}

impl AggregateStore for MemoryStore {
    fn track(&self, key: &AggregateKey, model: &Metadata) -> Result<AggregateRecord> {
        let mut experiments = self.lock();
        let experiment = experiments
            .iter_mut()
            .find(|experiment| experiment.record.id == key.experiment)
            .ok_or_else(|| no_experiment(key.experiment))?;
        if experiment.find(&key.id).is_none() {
            experiment.aggregates.push(Aggregate::new(&key.id));
        }
        let aggregate = experiment.find(&key.id).ok_or_else(|| no_aggregate(key))?;
        let epoch = aggregate.record.epoch;
        aggregate.put(&Module {
            kind: "model".to_owned(),
            record: model.clone(),
            epoch,
        });
        Ok(aggregate.record.clone())
    }

    fn aggregate(&self, key: &AggregateKey) -> Result<Option<AggregateRecord>> {
        Ok(self.with(key, |aggregate| aggregate.record.clone()).ok())
    }

    fn aggregates(&self, experiment: Uuid) -> Result<Vec<AggregateRecord>> {
        let experiments = self.lock();
        let found = experiments
            .iter()
            .find(|other| other.record.id == experiment);
        let aggregates = found
            .into_iter()
            .flat_map(|experiment| &experiment.aggregates);
        Ok(aggregates
            .map(|aggregate| aggregate.record.clone())
            .collect())
    }

    fn set_epoch(&self, key: &AggregateKey, epoch: u64) -> Result<()> {
        self.with(key, |aggregate| aggregate.record.epoch = epoch)
    }

    fn remove_aggregate(&self, key: &AggregateKey) -> Result<()> {
        for experiment in self
            .lock()
            .iter_mut()
            .filter(|other| other.record.id == key.experiment)
        {
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
    fn add_metrics(&self, key: &AggregateKey, metrics: &[Metric]) -> Result<()> {
        self.with(key, |aggregate| {
            for metric in metrics {
                let name = (metric.name.clone(), metric.phase.clone());
                aggregate
                    .series
                    .entry(name)
                    .and_modify(|series| {
                        series.summary.add(metric);
                        series.points.push(metric.clone());
                    })
                    .or_insert_with(|| Series {
                        summary: Summary::of(metric),
                        points: vec![metric.clone()],
                    });
            }
        })
    }

    fn metrics(&self, key: &AggregateKey, name: &str, phase: &str) -> Result<Vec<Metric>> {
        self.with(key, |aggregate| {
            let series = aggregate.series.get(&(name.to_owned(), phase.to_owned()));
            let mut points = series.map_or_else(Vec::new, |series| series.points.clone());
            // A stable sort: points of the same step stay in the order they arrived.
            points.sort_by_key(|point| (point.epoch, point.step));
            points
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

    fn clear_metrics(&self, key: &AggregateKey) -> Result<()> {
        self.with(key, |aggregate| aggregate.series.clear())
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
