//! A training of burn's that is on record.

use crate::checkpointed::{self, Part};
use burn::train::checkpoint::CheckpointerError;
use burn::train::logger::{MetricLogger, TrainingProgressLogger};
use burn::train::metric::store::{EpochSummary, MetricsUpdate, Split};
use burn::train::metric::{MetricAttributes, MetricDefinition, MetricId, NumericEntry};
use burn::train::{Interrupter, LearnerModel, SupervisedTraining};
use std::collections::{BTreeMap, HashMap};
use std::io;
use tracker_core::{Aggregate, Attempt, Definition, Metric};

/// What a tracked run adds to a [`SupervisedTraining`].
pub trait Tracked: Sized {
    /// Keeps the metrics of the training in a run.
    ///
    /// Each metric is a series under its name in burn, as `Loss`, with a point for each epoch in the
    /// phases `train` and `valid`; the batches of the training are the series `Loss/batch`. Its unit,
    /// and whether more is better, are those that burn tells. Epochs count from 0, as everywhere in the
    /// tracker: the first epoch of burn, which is called 1 there, is 0.
    ///
    /// The training is an attempt of the run, and the epoch of the run counts the epochs that are done.
    /// What early stopping asks is read back from the store. Where the store fails, the training stops,
    /// and the `error` of its result says why.
    #[must_use]
    fn tracked(self, run: &Aggregate) -> Self;

    /// Keeps checkpoints of model, optimizer and schedule as artifacts of a run, named after its model,
    /// and goes on from the latest one: points of later epochs are removed, so that there is one curve.
    ///
    /// Which are kept is decided by the checkpointing strategy of the training.
    #[must_use]
    fn checkpointed(self, run: &Aggregate) -> Self;
}

impl<M: LearnerModel> Tracked for SupervisedTraining<M> {
    fn tracked(self, run: &Aggregate) -> Self {
        let record = Record {
            run: run.clone(),
            interrupter: self.interrupter(),
        };
        let progress = Progress {
            record: record.clone(),
            attempt: None,
        };
        self.with_metric_logger(Logger {
            record,
            names: HashMap::new(),
            means: BTreeMap::new(),
            batches: 0,
        })
        .with_progress_logger(progress)
    }

    fn checkpointed(self, run: &Aggregate) -> Self {
        let interrupter = self.interrupter();
        let part = |ending| Part::new(run, ending);
        let mut training = self.with_custom_checkpointers(
            part(checkpointed::ENDINGS[0]),
            part(checkpointed::ENDINGS[1]),
            part(checkpointed::ENDINGS[2]),
        );
        match checkpointed::resume(run) {
            Ok(0) => {}
            Ok(done) => training = training.checkpoint(done),
            Err(error) => interrupter.fail(stopped(error)),
        }
        training
    }
}

/// The reason, in the only form that burn has for one of a stranger.
pub(crate) fn stopped(error: tracker_core::Error) -> CheckpointerError {
    CheckpointerError::IOError(io::Error::other(error))
}

/// The run, and what stops the training.
#[derive(Clone)]
struct Record {
    run: Aggregate,
    interrupter: Interrupter,
}

impl Record {
    fn keep<T>(&self, result: tracker_core::Result<T>) -> Option<T> {
        result
            .map_err(|error| self.interrupter.fail(stopped(error)))
            .ok()
    }
}

/// The epoch of the tracker, which counts from 0, for one of burn's.
pub(crate) fn epoch(epoch: usize) -> u64 {
    epoch.saturating_sub(1) as u64
}

/// What a metric means, as burn tells it.
pub(crate) fn definition(metric: &MetricDefinition) -> Definition {
    let definition =
        Definition::default().description(metric.description.clone().unwrap_or_default());
    let MetricAttributes::Numeric(attributes) = &metric.attributes else {
        return definition;
    };
    let definition = definition.unit(attributes.unit.clone().unwrap_or_default());
    if attributes.higher_is_better {
        definition.maximize()
    } else {
        definition.minimize()
    }
}

/// The value of an epoch: what burn computes at its end, or the mean of its batches.
#[derive(Default)]
pub(crate) struct Mean {
    sum: f64,
    count: usize,
    end: Option<f64>,
}

impl Mean {
    pub(crate) fn add(&mut self, entry: &NumericEntry) {
        #[expect(
            clippy::cast_precision_loss,
            reason = "a batch has fewer than 2^53 elements"
        )]
        match *entry {
            NumericEntry::Value(value) => {
                (self.sum, self.count) = (self.sum + value, self.count + 1);
            }
            NumericEntry::Aggregated {
                aggregated_value,
                count,
            } => {
                self.sum += aggregated_value * count as f64;
                self.count += count;
            }
            NumericEntry::Final(value) => self.end = Some(value),
        }
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "an epoch has fewer than 2^53 elements"
    )]
    pub(crate) fn value(&self) -> Option<f64> {
        let mean = (self.count > 0).then(|| self.sum / self.count as f64);
        self.end.or(mean)
    }
}

struct Logger {
    record: Record,
    names: HashMap<MetricId, String>,
    /// Of the present epoch, by phase and name.
    means: BTreeMap<(String, String), Mean>,
    batches: i64,
}

impl MetricLogger for Logger {
    fn log(&mut self, update: MetricsUpdate, at: usize, split: &Split) {
        let mut points = Vec::new();
        for metric in &update.entries_numeric {
            let Some(name) = self.names.get(&metric.entry.metric_id) else {
                continue;
            };
            let Some(entry) = &metric.numeric_entry else {
                continue;
            };
            let mean = self.means.entry((split.to_string(), name.clone()));
            mean.or_default().add(entry);
            if *split == Split::Train && !matches!(entry, NumericEntry::Final(_)) {
                let point = Metric::new(format!("{name}/batch"), entry.current());
                points.push(point.phase("train").epoch(epoch(at)).step(self.batches));
            }
        }
        if !points.is_empty() {
            self.batches += 1;
            self.record.keep(self.record.run.metrics().add_all(points));
        }
    }

    fn read_numeric(
        &mut self,
        name: &str,
        at: usize,
        split: &Split,
    ) -> Result<Vec<NumericEntry>, String> {
        let history = self.record.run.metrics().history(name, &split.to_string());
        let Some(history) = self.record.keep(history) else {
            return Ok(Vec::new());
        };
        let points = history.epochs().iter().zip(history.numbers());
        let of_epoch = points.filter(|(point, _)| **point == epoch(at));
        Ok(of_epoch
            .map(|(_, value)| NumericEntry::Value(*value))
            .collect())
    }

    fn log_metric_definition(&mut self, metric: MetricDefinition) {
        let defined = self
            .record
            .run
            .define_metric(&metric.name, definition(&metric));
        self.record.keep(defined);
        self.names.insert(metric.metric_id, metric.name.to_string());
    }

    fn log_epoch_summary(&mut self, summary: EpochSummary) {
        let phase = summary.split.to_string();
        let mut points = Vec::new();
        self.means.retain(|(of, name), mean| {
            if *of != phase {
                return true;
            }
            let value = mean.value().map(|value| Metric::new(name.clone(), value));
            points
                .extend(value.map(|point| point.phase(&*phase).epoch(epoch(summary.epoch_number))));
            false
        });
        self.batches = 0;
        self.record.keep(self.record.run.metrics().add_all(points));
    }
}

struct Progress {
    record: Record,
    attempt: Option<Attempt>,
}

impl TrainingProgressLogger for Progress {
    fn start(&mut self, _: usize, _: usize, _: Option<usize>, label: Option<&str>) {
        let Record { run, .. } = &self.record;
        if let Some(label) = label {
            self.record.keep(run.set_tag("label", label));
        }
        self.attempt = self.record.keep(run.attempt());
    }

    fn update_epoch(&mut self, epoch: usize) {
        self.record.keep(self.record.run.set_epoch(epoch as u64));
    }

    fn start_split(&mut self, _: &str, _: usize) {}

    fn update_split(&mut self, _: usize) {}

    fn end_split(&mut self) {}

    fn end(&mut self) {
        let Some(attempt) = self.attempt.take() else {
            return;
        };
        let ended = match self.record.interrupter.error() {
            Some(error) => attempt.fail(error.to_string()),
            None => attempt.finish(),
        };
        self.record.keep(ended);
    }

    fn log_event_training(&mut self, _: String) {}
}

/// A training that ends without saying so has panicked, in another thread.
impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(attempt) = self.attempt.take() {
            // There is nobody left to tell.
            let _ = attempt.fail("the training was broken off");
        }
    }
}
