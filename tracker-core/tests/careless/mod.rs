//! A store in memory that makes a mistake.

mod changes;
mod histories;
mod mistake;
mod points;
mod rewind;
mod rows;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use registry_core::Value;
use tracker_core::ports::{
    Applied, ArtifactRecord, AttemptRecord, Change, Detail, ExperimentRecord, Histories, History,
    Mark, Row, Scope, Search, Store,
};
use tracker_core::query::Page;
use tracker_core::{Annotations, Error, Iteration, MemoryStore, Result, Series, Summary, Uuid};

use mistake::Mistake as M;
pub(crate) use mistake::{MISTAKES, Mistake};

/// Passes every call on, but for its mistake.
pub(crate) struct Careless {
    inner: MemoryStore,
    mistake: Option<Mistake>,
    aside: Mutex<Aside>,
}

/// What it has kept aside, and should not have.
#[derive(Default)]
struct Aside {
    /// By the id of the aggregate that had them.
    annotations: BTreeMap<String, Annotations>,
    /// Those of before a rewind.
    summaries: BTreeMap<Uuid, Vec<Summary>>,
    params: BTreeMap<(Uuid, String), Value>,
    journals: BTreeSet<Uuid>,
    /// The experiments in the order they came.
    experiments: Vec<Uuid>,
}

impl Careless {
    pub(crate) fn new(mistake: Option<Mistake>) -> Self {
        Self {
            inner: MemoryStore::default(),
            mistake,
            aside: Mutex::default(),
        }
    }

    fn makes(&self, mistake: Mistake) -> bool {
        self.mistake == Some(mistake)
    }

    fn aside(&self) -> std::sync::MutexGuard<'_, Aside> {
        self.aside.lock().unwrap()
    }

    fn row(&self, aggregate: Uuid) -> Result<Option<Row>> {
        let scope = Scope::Uuids(vec![aggregate]);
        Ok(self.inner.rows(&scope, &Detail::ALL)?.pop())
    }

    /// All aggregates that have the id of this one, in whatever experiment.
    fn twins(&self, aggregate: Uuid) -> Result<Vec<Uuid>> {
        let Some(row) = self.row(aggregate)? else {
            return Ok(vec![aggregate]);
        };
        let scope = Scope::Id {
            experiment: None,
            id: row.aggregate.id,
        };
        let rows = self.inner.rows(&scope, &Detail::NONE)?.into_iter();
        Ok(rows.map(|row| row.aggregate.uuid).collect())
    }

    fn experiment_of(&self, id: Uuid) -> Result<Option<ExperimentRecord>> {
        self.inner.experiment_by_id(id)
    }
}

impl Store for Careless {
    fn apply(&self, changes: &[Change], mark: Option<Mark>) -> Result<Applied> {
        let changes = self.only_the_first_points(changes);
        let mark = self.mark(&changes, mark)?;
        let mut made = Vec::new();
        for change in &changes {
            made.extend(self.made(change)?);
        }
        if self.makes(M::AppliesHalfAList) && mark.is_none() {
            let mut applied = Applied::default();
            for change in &made {
                let one = self.inner.apply(std::slice::from_ref(change), None)?;
                applied.missing.extend(one.missing);
            }
            return Ok(applied);
        }
        let unknown = self.unknown(&made)?;
        if self.makes(M::StopsAtAMissingAggregate) && !unknown.is_empty() {
            made.clear();
        }
        match self.inner.apply(&made, mark) {
            Ok(applied) => Ok(self.told(applied, unknown)),
            Err(Error::Missing { .. }) if self.makes(M::ChangesWhatIsMissing) => {
                Ok(Applied::default())
            }
            Err(refused) => {
                if self.makes(M::SetsTheMarkOfARefusal) {
                    let _marked = self.inner.apply(&[], mark)?;
                }
                Err(refused)
            }
        }
    }

    fn experiments(&self) -> Result<Vec<ExperimentRecord>> {
        let mut experiments = self.inner.experiments()?;
        if self.makes(M::ListsExperimentsAsTheyCame) {
            let came = &self.aside().experiments;
            experiments.sort_by_key(|of| came.iter().position(|id| *id == of.id));
        }
        Ok(experiments)
    }

    fn experiment(&self, name: &str) -> Result<Option<ExperimentRecord>> {
        let mut experiments = self.inner.experiments()?.into_iter();
        Ok(experiments.find(|other| match self.mistake {
            Some(M::IgnoresTheCaseOfNames) => other.name.eq_ignore_ascii_case(name),
            _ => other.name == name,
        }))
    }

    fn rows(&self, scope: &Scope, detail: &Detail) -> Result<Vec<Row>> {
        self.found(scope, detail)
    }

    fn search(&self, search: &Search<'_>) -> Result<Page<Row>> {
        self.searched(search)
    }

    fn count(&self, search: &Search<'_>) -> Result<u64> {
        let whole = match self.mistake {
            Some(M::CountsPastTheLimit) => search.query.clone().limit(usize::MAX),
            _ => search.query.clone(),
        };
        let page = self.searched(&Search {
            query: &whole,
            ..search.clone()
        })?;
        Ok(page.len() as u64)
    }

    fn history(&self, aggregate: Uuid, name: &str, phase: &str) -> Result<Series> {
        self.one_history(aggregate, name, phase)
    }

    fn histories(&self, wanted: &Histories) -> Result<Vec<History>> {
        self.many_histories(wanted)
    }

    fn iterations(&self, aggregate: Uuid) -> Result<Vec<Iteration>> {
        self.inner.iterations(aggregate)
    }

    fn iterations_of(&self, aggregates: &[Uuid]) -> Result<Vec<Vec<Iteration>>> {
        let mut lists = self.inner.iterations_of(aggregates)?;
        if self.makes(M::ListsOfSeveralAreBackwards) {
            lists.reverse();
        }
        Ok(lists)
    }

    fn attempts(&self, aggregate: Uuid) -> Result<Vec<AttemptRecord>> {
        self.inner.attempts(aggregate)
    }

    fn artifacts(&self, aggregate: Uuid) -> Result<Vec<ArtifactRecord>> {
        self.inner.artifacts(aggregate)
    }

    fn position(&self, journal: Uuid) -> Result<u64> {
        match self.mistake {
            Some(M::HasOnePosition) => self.inner.position(Uuid::nil()),
            _ => self.inner.position(journal),
        }
    }

    fn identity(&self) -> Result<Option<Uuid>> {
        match self.mistake {
            Some(M::MakesUpIdentities) => Ok(Some(Uuid::new_v4())),
            _ => self.inner.identity(),
        }
    }

    fn check(&self) -> Result<Vec<String>> {
        match self.mistake {
            Some(M::FindsFaultWithAll) => Ok(vec!["it is a store".to_owned()]),
            _ => self.inner.check(),
        }
    }
}
