//! A store that passes every call on to another, but for one that fails or what it changes.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tracker_core::ports::{
    AggregateKey, AggregateRecord, AggregateStore, Batch, Columns, ExperimentRecord,
    ExperimentStore, IterationStore, Mark, MetricStore, Row, Store, Upkeep,
};
use tracker_core::{
    Annotation, Error, Iteration, MetricValue, Module, Result, Series, Summary, Uuid,
};

/// When a call fails, or what is changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum When {
    Never,
    /// The call of this number, from 1, without effect.
    Before(usize),
    /// The call of this number, with its effect.
    After(usize),
    /// The call of this number of `add_metrics` alone, with its effect.
    AfterAdd(usize),
    LosesSignOfZero,
    LosesModuleEpochs,
    LosesDatasets,
    LosesEpochs,
    LosesNotes,
}

pub(crate) struct Faulty {
    inner: Arc<dyn Store>,
    when: When,
    calls: AtomicUsize,
    adds: AtomicUsize,
}

impl Faulty {
    pub(crate) fn new(inner: &Arc<dyn Store>, when: When) -> Self {
        Self {
            inner: Arc::clone(inner),
            when,
            calls: AtomicUsize::new(0),
            adds: AtomicUsize::new(0),
        }
    }

    fn call<T>(&self, call: impl FnOnce(&dyn Store) -> Result<T>) -> Result<T> {
        let number = self.calls.fetch_add(1, Ordering::Relaxed) + 1;
        if self.when == When::Before(number) {
            return Err(failure());
        }
        let result = call(&*self.inner);
        if self.when == When::After(number) {
            return Err(failure());
        }
        result
    }
}

fn failure() -> Error {
    Error::Busy {
        place: "a store that fails".to_owned(),
    }
}

/// Methods that are passed on as they are.
macro_rules! pass_on {
    ($(fn $name:ident($($parameter:ident: $type:ty),*) -> $result:ty;)+) => {
        $(fn $name(&self, $($parameter: $type),*) -> $result {
            self.call(|inner| inner.$name($($parameter),*))
        })+
    };
}

impl ExperimentStore for Faulty {
    fn create_experiment(&self, record: &ExperimentRecord) -> Result<()> {
        let mut record = record.clone();
        if self.when == When::LosesNotes {
            record.annotations.notes.clear();
        }
        self.call(|inner| inner.create_experiment(&record))
    }

    pass_on! {
        fn experiment(name: &str) -> Result<Option<ExperimentRecord>>;
        fn experiments() -> Result<Vec<ExperimentRecord>>;
        fn rename_experiment(id: Uuid, name: &str) -> Result<()>;
        fn annotate_experiment(id: Uuid, change: &Annotation) -> Result<()>;
        fn remove_experiment(id: Uuid) -> Result<()>;
    }
}

impl AggregateStore for Faulty {
    fn create_aggregate(
        &self,
        experiment: Uuid,
        record: &AggregateRecord,
        modules: &[Module],
    ) -> Result<()> {
        let (mut record, mut modules) = (record.clone(), modules.to_vec());
        if self.when == When::LosesEpochs {
            record.epoch = 0;
        }
        if self.when == When::LosesModuleEpochs {
            for module in &mut modules {
                module.epoch = 0;
            }
        }
        self.call(|inner| inner.create_aggregate(experiment, &record, &modules))
    }

    fn put_module(&self, key: &AggregateKey, module: &Module) -> Result<()> {
        let mut module = module.clone();
        if self.when == When::LosesModuleEpochs {
            module.epoch = 0;
        }
        self.call(|inner| inner.put_module(key, &module))
    }

    pass_on! {
        fn aggregate(key: &AggregateKey) -> Result<Option<AggregateRecord>>;
        fn aggregates(experiment: Uuid) -> Result<Vec<AggregateRecord>>;
        fn table(experiment: Uuid, columns: &Columns) -> Result<Vec<Row>>;
        fn set_epoch(key: &AggregateKey, epoch: u64) -> Result<()>;
        fn annotate_aggregate(key: &AggregateKey, change: &Annotation) -> Result<()>;
        fn remove_aggregate(key: &AggregateKey) -> Result<()>;
        fn modules(key: &AggregateKey) -> Result<Vec<Module>>;
    }
}

impl MetricStore for Faulty {
    fn add_metrics(&self, batches: &[Batch], mark: Option<Mark>) -> Result<Vec<AggregateKey>> {
        let mut batches = batches.to_vec();
        if self.when == When::LosesSignOfZero {
            let series = batches.iter_mut().flat_map(|batch| &mut batch.series);
            series.for_each(|series| *series = without_sign(series));
        }
        let added = self.call(|inner| inner.add_metrics(&batches, mark));
        let number = self.adds.fetch_add(1, Ordering::Relaxed) + 1;
        if self.when == When::AfterAdd(number) {
            return Err(failure());
        }
        added
    }

    pass_on! {
        fn history(key: &AggregateKey, name: &str, phase: &str) -> Result<Series>;
        fn summaries(key: &AggregateKey) -> Result<Vec<Summary>>;
        fn summary(key: &AggregateKey, name: &str, phase: &str) -> Result<Option<Summary>>;
        fn clear_metrics(key: &AggregateKey) -> Result<()>;
    }
}

fn without_sign(series: &Series) -> Series {
    let mut changed = Series::new(series.name(), series.phase());
    for mut point in series.iter() {
        if point.value.number() == Some(0.0) {
            point.value = MetricValue::Number(0.0);
        }
        changed.push(&point);
    }
    changed
}

impl IterationStore for Faulty {
    fn put_iteration(&self, key: &AggregateKey, iteration: &Iteration) -> Result<()> {
        let mut iteration = iteration.clone();
        if self.when == When::LosesDatasets {
            iteration.dataset = None;
        }
        self.call(|inner| inner.put_iteration(key, &iteration))
    }

    pass_on! {
        fn iterations(key: &AggregateKey) -> Result<Vec<Iteration>>;
        fn clear_iterations(key: &AggregateKey) -> Result<()>;
    }
}

impl Upkeep for Faulty {
    pass_on! {
        fn position(journal: Uuid) -> Result<u64>;
        fn forget(journal: Uuid) -> Result<()>;
        fn sync() -> Result<()>;
        fn check() -> Result<Vec<String>>;
    }
}
