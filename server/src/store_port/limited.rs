//! A store as a token sees it that is limited to some experiments.

use std::collections::{BTreeMap, HashMap};

use tracker_core::ports::{
    Applied, ArtifactRecord, AttemptRecord, Change, Detail, ExperimentRecord, Histories, History,
    Mark, Row, Scope, Search, Store, Touch, Touched,
};
use tracker_core::query::Page;
use tracker_core::{Error, Iteration, Result, Series, Uuid};

/// What of a store belongs to some experiments.
pub(super) struct Limited<'s> {
    pub(super) store: &'s dyn Store,
    /// The ids of the experiments.
    pub(super) only: &'s [Uuid],
}

impl Limited<'_> {
    fn sees(&self, experiment: Uuid) -> bool {
        self.only.contains(&experiment)
    }

    /// Whether it sees an aggregate; not one that is not there.
    fn sees_run(&self, aggregate: Uuid) -> Result<bool> {
        let rows = self.rows(&Scope::Uuids(vec![aggregate]), &Detail::NONE)?;
        Ok(!rows.is_empty())
    }

    /// The list of an aggregate, which is empty for one that it does not see.
    fn list_of<T>(&self, aggregate: Uuid, list: impl FnOnce() -> Result<Vec<T>>) -> Result<Vec<T>> {
        if self.sees_run(aggregate)? {
            list()
        } else {
            Ok(Vec::new())
        }
    }

    /// The scope without what it does not see.
    fn narrowed(&self, scope: &Scope) -> Result<Scope> {
        match scope {
            Scope::Experiment(experiment) if self.sees(*experiment) => Ok(scope.clone()),
            scope => {
                let rows = self.rows(scope, &Detail::NONE)?.into_iter();
                Ok(Scope::Uuids(rows.map(|row| row.aggregate.uuid).collect()))
            }
        }
    }

    /// An error where a change is about another experiment.
    fn check_all(&self, changes: &[Change]) -> Result<()> {
        let (mut changes, mut created) = (changes.iter(), HashMap::new());
        changes.try_for_each(|change| self.check_change(change, &mut created))
    }

    fn check_change(&self, change: &Change, created: &mut HashMap<Uuid, Uuid>) -> Result<()> {
        let experiment = match change {
            Change::CreateExperiment(_) => None,
            Change::CreateAggregate { record, .. } => {
                created.insert(record.uuid, record.experiment);
                Some(record.experiment)
            }
            change => match change.touches() {
                Touched::Nothing => return Ok(()),
                Touched::Experiment(experiment) => Some(experiment),
                Touched::Aggregate(aggregate) => match created.get(&aggregate) {
                    Some(experiment) => Some(*experiment),
                    None => {
                        let found = self
                            .store
                            .rows(&Scope::Uuids(vec![aggregate]), &Detail::NONE)?;
                        let Some(row) = found.first() else {
                            // The store says so.
                            return Ok(());
                        };
                        created.insert(aggregate, row.aggregate.experiment);
                        Some(row.aggregate.experiment)
                    }
                },
            },
        };
        if experiment.is_some_and(|experiment| self.sees(experiment)) {
            return Ok(());
        }
        Err(Error::NotAllowed {
            what: "to change another experiment than those that the token is limited to".to_owned(),
            hint: "use a token without a limit".to_owned(),
        })
    }
}

impl Store for Limited<'_> {
    fn apply(&self, changes: &[Change], mark: Option<Mark>) -> Result<Applied> {
        self.check_all(changes)?;
        self.store.apply(changes, mark)
    }

    fn copy(&self, changes: &[Change], mark: Option<Mark>) -> Result<Applied> {
        self.check_all(changes)?;
        self.store.copy(changes, mark)
    }

    fn experiments(&self) -> Result<Vec<ExperimentRecord>> {
        let mut experiments = self.store.experiments()?;
        experiments.retain(|record| self.sees(record.id));
        Ok(experiments)
    }

    fn rows(&self, scope: &Scope, detail: &Detail) -> Result<Vec<Row>> {
        if let Scope::Experiment(experiment) = scope
            && !self.sees(*experiment)
        {
            return Ok(Vec::new());
        }
        let mut rows = self.store.rows(scope, detail)?;
        rows.retain(|row| self.sees(row.aggregate.experiment));
        Ok(rows)
    }

    fn search(&self, search: &Search<'_>) -> Result<Page<Row>> {
        let scope = self.narrowed(&search.scope)?;
        self.store.search(&Search {
            scope,
            ..search.clone()
        })
    }

    fn count(&self, search: &Search<'_>) -> Result<u64> {
        let scope = self.narrowed(&search.scope)?;
        self.store.count(&Search {
            scope,
            ..search.clone()
        })
    }

    fn counts(&self) -> Result<BTreeMap<Uuid, u64>> {
        let mut counts = self.store.counts()?;
        counts.retain(|experiment, _| self.sees(*experiment));
        Ok(counts)
    }

    fn history(&self, aggregate: Uuid, name: &str, phase: &str) -> Result<Series> {
        if self.sees_run(aggregate)? {
            self.store.history(aggregate, name, phase)
        } else {
            Ok(Series::new(name, phase))
        }
    }

    fn histories(&self, wanted: &Histories) -> Result<Vec<History>> {
        let mut found = Vec::new();
        for aggregate in &wanted.aggregates {
            let one = Histories {
                aggregates: vec![*aggregate],
                ..wanted.clone()
            };
            if self.sees_run(*aggregate)? {
                found.extend(self.store.histories(&one)?);
                continue;
            }
            for (name, phase) in &wanted.series {
                found.push(one.take(*aggregate, Series::new(name, phase)));
            }
        }
        Ok(found)
    }

    fn iterations(&self, aggregate: Uuid) -> Result<Vec<Iteration>> {
        self.list_of(aggregate, || self.store.iterations(aggregate))
    }

    fn attempts(&self, aggregate: Uuid) -> Result<Vec<AttemptRecord>> {
        self.list_of(aggregate, || self.store.attempts(aggregate))
    }

    fn artifacts(&self, aggregate: Uuid) -> Result<Vec<ArtifactRecord>> {
        self.list_of(aggregate, || self.store.artifacts(aggregate))
    }

    fn position(&self, journal: Uuid) -> Result<u64> {
        self.store.position(journal)
    }

    fn newest_change(&self) -> Result<u64> {
        self.store.newest_change()
    }

    /// Never empty while there is more that it sees.
    fn changes_after(&self, mut number: u64, limit: usize) -> Result<Vec<Touch>> {
        loop {
            let mut touched = self.store.changes_after(number, limit)?;
            let Some(last) = touched.last() else {
                return Ok(touched);
            };
            number = last.number;
            touched.retain(|touch| self.sees(touch.experiment));
            if !touched.is_empty() {
                return Ok(touched);
            }
        }
    }

    fn check(&self) -> Result<Vec<String>> {
        Err(Error::NotAllowed {
            what: "to look over the whole store with a token that is limited".to_owned(),
            hint: "use a token without a limit".to_owned(),
        })
    }
}
