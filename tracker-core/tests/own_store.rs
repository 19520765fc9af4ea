//! A store can be written outside this crate, and the suite finds one that misbehaves.

use std::panic::{AssertUnwindSafe, catch_unwind};

use registry_core::Metadata;
use tracker_core::ports::{
    AggregateKey, AggregateRecord, AggregateStore, ExperimentRecord, ExperimentStore,
    IterationStore, MetricStore,
};
use tracker_core::{
    Iteration, MemoryStore, Metric, MetricValue, Module, Result, Summary, Tracker, Uuid,
    conformance,
};

/// Passes every call on, points after a change.
struct Changing {
    inner: MemoryStore,
    change: fn(Metric) -> Metric,
}

impl ExperimentStore for Changing {
    fn experiment(&self, name: &str) -> Result<ExperimentRecord> {
        self.inner.experiment(name)
    }

    fn experiments(&self) -> Result<Vec<ExperimentRecord>> {
        self.inner.experiments()
    }

    fn rename_experiment(&self, id: Uuid, name: &str) -> Result<()> {
        self.inner.rename_experiment(id, name)
    }

    fn remove_experiment(&self, id: Uuid) -> Result<()> {
        self.inner.remove_experiment(id)
    }
}

impl AggregateStore for Changing {
    fn track(&self, key: &AggregateKey, model: &Metadata) -> Result<AggregateRecord> {
        self.inner.track(key, model)
    }

    fn aggregate(&self, key: &AggregateKey) -> Result<Option<AggregateRecord>> {
        self.inner.aggregate(key)
    }

    fn aggregates(&self, experiment: Uuid) -> Result<Vec<AggregateRecord>> {
        self.inner.aggregates(experiment)
    }

    fn set_epoch(&self, key: &AggregateKey, epoch: u64) -> Result<()> {
        self.inner.set_epoch(key, epoch)
    }

    fn remove_aggregate(&self, key: &AggregateKey) -> Result<()> {
        self.inner.remove_aggregate(key)
    }

    fn put_module(&self, key: &AggregateKey, module: &Module) -> Result<()> {
        self.inner.put_module(key, module)
    }

    fn modules(&self, key: &AggregateKey) -> Result<Vec<Module>> {
        self.inner.modules(key)
    }
}

impl MetricStore for Changing {
    fn add_metrics(&self, key: &AggregateKey, metrics: &[Metric]) -> Result<()> {
        let changed: Vec<Metric> = metrics.iter().cloned().map(self.change).collect();
        self.inner.add_metrics(key, &changed)
    }

    fn metrics(&self, key: &AggregateKey, name: &str, phase: &str) -> Result<Vec<Metric>> {
        self.inner.metrics(key, name, phase)
    }

    fn summaries(&self, key: &AggregateKey) -> Result<Vec<Summary>> {
        self.inner.summaries(key)
    }

    fn clear_metrics(&self, key: &AggregateKey) -> Result<()> {
        self.inner.clear_metrics(key)
    }
}

impl IterationStore for Changing {
    fn put_iteration(&self, key: &AggregateKey, iteration: &Iteration) -> Result<()> {
        self.inner.put_iteration(key, iteration)
    }

    fn iterations(&self, key: &AggregateKey) -> Result<Vec<Iteration>> {
        self.inner.iterations(key)
    }

    fn clear_iterations(&self, key: &AggregateKey) -> Result<()> {
        self.inner.clear_iterations(key)
    }
}

fn run(change: fn(Metric) -> Metric) {
    conformance::run(|| {
        Tracker::new(Changing {
            inner: MemoryStore::default(),
            change,
        })
    });
}

/// What the suite says of a store with this change.
fn violations(change: fn(Metric) -> Metric) -> String {
    let panic = catch_unwind(AssertUnwindSafe(|| run(change))).unwrap_err();
    *panic.downcast::<String>().unwrap()
}

#[test]
fn a_store_that_changes_nothing_passes() {
    run(|metric| metric);
}

#[test]
fn a_store_that_loses_the_sign_of_zero_is_named() {
    let text = violations(|mut metric| {
        if metric.value.number() == Some(0.0) {
            metric.value = MetricValue::Number(0.0);
        }
        metric
    });
    assert!(
        text.contains("`special_numbers_come_back_exactly`: "),
        "{text}"
    );
    assert!(!text.contains("`point_comes_back_exactly`"), "{text}");
}

#[test]
fn a_store_that_mixes_up_phases_is_named() {
    let text = violations(|metric| metric.phase(""));
    assert!(text.contains("`series_are_told_apart`: "), "{text}");
}

#[test]
fn a_store_that_keeps_whole_seconds_is_named() {
    let text = violations(|metric| {
        let time = metric.time.round(jiff::Unit::Second).unwrap();
        metric.time(time)
    });
    assert!(text.contains("`point_comes_back_exactly`: "), "{text}");
}
