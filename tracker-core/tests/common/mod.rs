//! A store in memory whose way of adding points a test decides.

use std::sync::Arc;

use tracker_core::ports::{
    AggregateKey, AggregateRecord, AggregateStore, Batch, Columns, ExperimentRecord,
    ExperimentStore, IterationStore, Mark, MetricStore, Row, Upkeep,
};
use tracker_core::{Annotation, Iteration, MemoryStore, Module, Result, Series, Summary, Uuid};

/// What stands in the place of `add_metrics`; it is given the store behind.
pub(crate) trait Add:
    Fn(&MemoryStore, &[Batch], Option<Mark>) -> Result<Vec<AggregateKey>> + Send + Sync
{
}

impl<F> Add for F where
    F: Fn(&MemoryStore, &[Batch], Option<Mark>) -> Result<Vec<AggregateKey>> + Send + Sync
{
}

/// Passes every call on but those which add points and wait for the disk.
pub(crate) struct Hooked<F> {
    inner: Arc<MemoryStore>,
    add: F,
    pub(crate) sync: fn() -> Result<()>,
}

impl<F: Add> Hooked<F> {
    pub(crate) fn new(inner: &Arc<MemoryStore>, add: F) -> Self {
        Self {
            inner: Arc::clone(inner),
            add,
            sync: || Ok(()),
        }
    }
}

/// Methods that are passed on as they are.
macro_rules! pass_on {
    ($(fn $name:ident($($parameter:ident: $type:ty),*) -> $result:ty;)+) => {
        $(fn $name(&self, $($parameter: $type),*) -> $result {
            self.inner.$name($($parameter),*)
        })+
    };
}

impl<F: Add> ExperimentStore for Hooked<F> {
    pass_on! {
        fn create_experiment(record: &ExperimentRecord) -> Result<()>;
        fn experiment(name: &str) -> Result<Option<ExperimentRecord>>;
        fn experiments() -> Result<Vec<ExperimentRecord>>;
        fn rename_experiment(id: Uuid, name: &str) -> Result<()>;
        fn annotate_experiment(id: Uuid, change: &Annotation) -> Result<()>;
        fn remove_experiment(id: Uuid) -> Result<()>;
    }
}

impl<F: Add> AggregateStore for Hooked<F> {
    pass_on! {
        fn create_aggregate(experiment: Uuid, record: &AggregateRecord, modules: &[Module]) -> Result<()>;
        fn aggregate(key: &AggregateKey) -> Result<Option<AggregateRecord>>;
        fn aggregates(experiment: Uuid) -> Result<Vec<AggregateRecord>>;
        fn table(experiment: Uuid, columns: &Columns) -> Result<Vec<Row>>;
        fn set_epoch(key: &AggregateKey, epoch: u64) -> Result<()>;
        fn annotate_aggregate(key: &AggregateKey, change: &Annotation) -> Result<()>;
        fn remove_aggregate(key: &AggregateKey) -> Result<()>;
        fn put_module(key: &AggregateKey, module: &Module) -> Result<()>;
        fn modules(key: &AggregateKey) -> Result<Vec<Module>>;
    }
}

impl<F: Add> MetricStore for Hooked<F> {
    fn add_metrics(&self, batches: &[Batch], mark: Option<Mark>) -> Result<Vec<AggregateKey>> {
        (self.add)(&self.inner, batches, mark)
    }

    pass_on! {
        fn history(key: &AggregateKey, name: &str, phase: &str) -> Result<Series>;
        fn summaries(key: &AggregateKey) -> Result<Vec<Summary>>;
        fn summary(key: &AggregateKey, name: &str, phase: &str) -> Result<Option<Summary>>;
        fn clear_metrics(key: &AggregateKey) -> Result<()>;
    }
}

impl<F: Add> Upkeep for Hooked<F> {
    fn sync(&self) -> Result<()> {
        (self.sync)()
    }

    pass_on! {
        fn position(journal: Uuid) -> Result<u64>;
        fn forget(journal: Uuid) -> Result<()>;
        fn check() -> Result<Vec<String>>;
    }
}

impl<F: Add> IterationStore for Hooked<F> {
    pass_on! {
        fn put_iteration(key: &AggregateKey, iteration: &Iteration) -> Result<()>;
        fn iterations(key: &AggregateKey) -> Result<Vec<Iteration>>;
        fn clear_iterations(key: &AggregateKey) -> Result<()>;
    }
}
