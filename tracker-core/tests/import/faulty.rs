//! A store that passes every call on to another, but for one that fails or what it changes.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tracker_core::ports::{
    Applied, ArtifactRecord, AttemptRecord, Change, Detail, ExperimentRecord, Mark, Row, Scope,
    Store,
};
use tracker_core::{Error, Iteration, MetricValue, Result, Series, Uuid};

/// When a call fails, or what is changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum When {
    Never,
    /// The call of this number, from 1, without effect.
    Before(usize),
    /// The call of this number, with its effect.
    After(usize),
    /// The call of this number among those that add points, with its effect.
    AfterAdd(usize),
    /// A step of more bytes than that, without effect.
    Longer(usize),
    LosesSignOfZero,
    LosesModuleEpochs,
    LosesDatasets,
    LosesEpochs,
    LosesNotes,
    LosesNames,
    LosesParams,
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

    /// What the store keeps of a change.
    fn kept(&self, change: &Change) -> Change {
        let mut change = change.clone();
        match (self.when, &mut change) {
            (When::LosesNotes, Change::CreateExperiment(record)) => {
                record.annotations.notes.clear();
            }
            (When::LosesEpochs, Change::CreateAggregate { record, .. }) => record.epoch = 0,
            (When::LosesNames, Change::CreateAggregate { record, .. }) => record.name.clear(),
            (When::LosesParams, Change::CreateAggregate { record, .. }) => record.params.clear(),
            (When::LosesModuleEpochs, Change::CreateAggregate { modules, .. }) => {
                for module in modules {
                    module.epoch = 0;
                }
            }
            (When::LosesModuleEpochs, Change::PutModule { module, .. }) => module.epoch = 0,
            (When::LosesDatasets, Change::PutIteration { iteration, .. }) => {
                iteration.dataset = None;
            }
            (When::LosesSignOfZero, Change::AddPoints { series, .. }) => {
                for series in series {
                    *series = without_sign(series);
                }
            }
            _ => {}
        }
        change
    }
}

fn failure() -> Error {
    Error::Busy {
        place: "a store that fails".to_owned(),
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

/// Methods that are passed on as they are.
macro_rules! pass_on {
    ($(fn $name:ident($($parameter:ident: $type:ty),*) -> $result:ty;)+) => {
        $(fn $name(&self, $($parameter: $type),*) -> $result {
            self.call(|inner| inner.$name($($parameter),*))
        })+
    };
}

impl Store for Faulty {
    fn apply(&self, changes: &[Change], mark: Option<Mark>) -> Result<Applied> {
        if let When::Longer(most) = self.when
            && serde_json::to_vec(changes).unwrap().len() > most
        {
            return Err(failure());
        }
        let kept: Vec<Change> = changes.iter().map(|change| self.kept(change)).collect();
        let applied = self.call(|inner| inner.apply(&kept, mark));
        let adds = |change: &Change| matches!(change, Change::AddPoints { .. });
        if changes.iter().any(adds) {
            let number = self.adds.fetch_add(1, Ordering::Relaxed) + 1;
            if self.when == When::AfterAdd(number) {
                return Err(failure());
            }
        }
        applied
    }

    pass_on! {
        fn experiments() -> Result<Vec<ExperimentRecord>>;
        fn rows(scope: &Scope, detail: &Detail) -> Result<Vec<Row>>;
        fn history(aggregate: Uuid, name: &str, phase: &str) -> Result<Series>;
        fn iterations(aggregate: Uuid) -> Result<Vec<Iteration>>;
        fn attempts(aggregate: Uuid) -> Result<Vec<AttemptRecord>>;
        fn artifacts(aggregate: Uuid) -> Result<Vec<ArtifactRecord>>;
        fn position(journal: Uuid) -> Result<u64>;
        fn sync() -> Result<()>;
        fn check() -> Result<Vec<String>>;
    }
}
