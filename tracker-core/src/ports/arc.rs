//! A store that is shared is a store.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use uuid::Uuid;

use registry_core::Value;

use super::{Applied, Change, Histories, History, Mark, Search, Store, Touch};
use crate::error::Result;
use crate::query::Page;
use crate::records::{ArtifactRecord, AttemptRecord, ExperimentRecord, Iteration, Row, Series};
use crate::scope::{Detail, Scope};

impl<S: Store + ?Sized> Store for Arc<S> {
    fn apply(&self, changes: &[Change], mark: Option<Mark>) -> Result<Applied> {
        (**self).apply(changes, mark)
    }
    fn copy(&self, changes: &[Change], mark: Option<Mark>) -> Result<Applied> {
        (**self).copy(changes, mark)
    }
    fn experiments(&self) -> Result<Vec<ExperimentRecord>> {
        (**self).experiments()
    }
    fn rows(&self, scope: &Scope, detail: &Detail) -> Result<Vec<Row>> {
        (**self).rows(scope, detail)
    }
    fn history(&self, aggregate: Uuid, name: &str, phase: &str) -> Result<Series> {
        (**self).history(aggregate, name, phase)
    }
    fn iterations(&self, aggregate: Uuid) -> Result<Vec<Iteration>> {
        (**self).iterations(aggregate)
    }
    fn attempts(&self, aggregate: Uuid) -> Result<Vec<AttemptRecord>> {
        (**self).attempts(aggregate)
    }
    fn artifacts(&self, aggregate: Uuid) -> Result<Vec<ArtifactRecord>> {
        (**self).artifacts(aggregate)
    }
    fn position(&self, journal: Uuid) -> Result<u64> {
        (**self).position(journal)
    }
    fn identity(&self) -> Result<Option<Uuid>> {
        (**self).identity()
    }
    fn experiment(&self, name: &str) -> Result<Option<ExperimentRecord>> {
        (**self).experiment(name)
    }
    fn experiment_by_id(&self, id: Uuid) -> Result<Option<ExperimentRecord>> {
        (**self).experiment_by_id(id)
    }
    fn experiments_after(
        &self,
        last: Option<(Timestamp, Uuid)>,
        limit: usize,
    ) -> Result<Vec<ExperimentRecord>> {
        (**self).experiments_after(last, limit)
    }
    fn search(&self, search: &Search<'_>) -> Result<Page<Row>> {
        (**self).search(search)
    }
    fn count(&self, search: &Search<'_>) -> Result<u64> {
        (**self).count(search)
    }
    fn histories(&self, wanted: &Histories) -> Result<Vec<History>> {
        (**self).histories(wanted)
    }
    fn iterations_of(&self, aggregates: &[Uuid]) -> Result<Vec<Vec<Iteration>>> {
        (**self).iterations_of(aggregates)
    }
    fn attempts_of(&self, aggregates: &[Uuid]) -> Result<Vec<Vec<AttemptRecord>>> {
        (**self).attempts_of(aggregates)
    }
    fn artifacts_of(&self, aggregates: &[Uuid]) -> Result<Vec<Vec<ArtifactRecord>>> {
        (**self).artifacts_of(aggregates)
    }
    fn counts(&self) -> Result<BTreeMap<Uuid, u64>> {
        (**self).counts()
    }
    fn settings(&self, prefix: &str) -> Result<Vec<(String, Value)>> {
        (**self).settings(prefix)
    }
    fn newest_change(&self) -> Result<u64> {
        (**self).newest_change()
    }
    fn changes_after(&self, number: u64, limit: usize) -> Result<Vec<Touch>> {
        (**self).changes_after(number, limit)
    }
    fn sync(&self) -> Result<()> {
        (**self).sync()
    }
    fn check(&self) -> Result<Vec<String>> {
        (**self).check()
    }
}
