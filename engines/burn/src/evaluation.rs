//! The test metrics of an evaluation of burn's, on record.

use crate::tracked::{Mean, definition};
use burn::train::LearnerSummary;
use burn::train::logger::{EvaluationProgressLogger, TrainingProgressLogger};
use burn::train::metric::{MetricDefinition, MetricId};
use burn::train::renderer::{
    EvaluationName, MetricState, MetricsRenderer, MetricsRendererEvaluation,
    MetricsRendererTraining,
};
use std::collections::HashMap;
use std::error::Error;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tracker_core::{Aggregate, Metric};

/// The test metrics of an evaluation, which a renderer collects: burn's `EvaluatorBuilder` takes no other
/// logger.
///
/// ```ignore
/// let tests = TrackedTests::default();
/// let evaluator = EvaluatorBuilder::new(folder)
///     .metrics((AccuracyMetric::new(), LossMetric::new()))
///     .renderer(tests.renderer(training.renderer))
///     .build(training.model);
/// evaluator.eval("test", loader);
/// tests.keep(&run)?;
/// ```
#[derive(Clone, Default)]
pub struct TrackedTests(Arc<Mutex<Collected>>);

#[derive(Default)]
struct Collected {
    definitions: HashMap<MetricId, MetricDefinition>,
    /// By the name of the test.
    means: HashMap<(String, MetricId), Mean>,
}

impl TrackedTests {
    /// A renderer that shows what `shown` shows, and collects the metrics.
    pub fn renderer(&self, shown: Box<dyn MetricsRenderer>) -> Box<dyn MetricsRenderer> {
        Box::new(Collector {
            tests: self.clone(),
            shown,
        })
    }

    /// Keeps what was collected in a run: for each test and metric the mean over the test, in the phase
    /// that the test is called, at the last epoch that is done.
    ///
    /// # Errors
    ///
    /// Where the store fails.
    pub fn keep(&self, run: &Aggregate) -> tracker_core::Result<()> {
        let mut collected = self.collected();
        let Collected { definitions, means } = std::mem::take(&mut *collected);
        let epoch = run.epoch().saturating_sub(1);
        let mut points = Vec::new();
        for ((test, metric), mean) in means {
            if let (Some(metric), Some(value)) = (definitions.get(&metric), mean.value()) {
                run.define_metric(&metric.name, definition(metric))?;
                points.push(Metric::new(&**metric.name, value).phase(test).epoch(epoch));
            }
        }
        run.metrics().add_all(points)
    }

    fn collected(&self) -> MutexGuard<'_, Collected> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct Collector {
    tests: TrackedTests,
    shown: Box<dyn MetricsRenderer>,
}

impl MetricsRendererEvaluation for Collector {
    fn update_test(&mut self, name: EvaluationName, state: MetricState) {
        if let MetricState::Numeric(entry, Some(number)) = &state {
            let key = (name.to_string(), entry.metric_id.clone());
            self.tests
                .collected()
                .means
                .entry(key)
                .or_default()
                .add(number);
        }
        self.shown.update_test(name, state);
    }

    fn on_test_end(&mut self, summary: Option<LearnerSummary>) -> Result<(), Box<dyn Error>> {
        self.shown.on_test_end(summary)
    }
}

impl MetricsRenderer for Collector {
    fn manual_close(&mut self) {
        self.shown.manual_close();
    }

    fn register_metric(&mut self, metric: MetricDefinition) {
        let id = metric.metric_id.clone();
        self.tests
            .collected()
            .definitions
            .insert(id, metric.clone());
        self.shown.register_metric(metric);
    }
}

impl MetricsRendererTraining for Collector {
    fn update_train(&mut self, state: MetricState) {
        self.shown.update_train(state);
    }

    fn update_valid(&mut self, state: MetricState) {
        self.shown.update_valid(state);
    }

    fn on_train_end(&mut self, summary: Option<LearnerSummary>) -> Result<(), Box<dyn Error>> {
        self.shown.on_train_end(summary)
    }
}

/// Methods that what is shown has alone.
macro_rules! shown {
    ($($trait:ident { $($method:ident($($argument:ident: $type:ty),*);)+ })+) => {$(
        impl $trait for Collector {$(
            fn $method(&mut self, $($argument: $type),*) {
                $trait::$method(&mut *self.shown, $($argument),*);
            }
        )+}
    )+};
}

shown! {
    TrainingProgressLogger {
        start(epochs: usize, first: usize, items: Option<usize>, label: Option<&str>);
        update_epoch(epoch: usize);
        start_split(split: &str, items: usize);
        update_split(items: usize);
        end_split();
        end();
        log_event_training(event: String);
    }
    EvaluationProgressLogger {
        start_global_progress(tests: usize);
        start_test(name: &str, items: usize);
        update_test_progress(items: usize);
        end_test();
        end_global_progress();
        log_event_evaluation(event: String);
    }
}
