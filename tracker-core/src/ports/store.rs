//! The trait that a store implements.

use std::collections::BTreeMap;

use jiff::Timestamp;
use uuid::Uuid;

use registry_core::Value;

use super::{Applied, Change, Detail, Histories, History, Mark, Scope, Search, Touch};
use crate::error::{Error, ErrorKind, Result};
use crate::query::{Directions, Page};
use crate::records::{ArtifactRecord, AttemptRecord, ExperimentRecord, Iteration, Row, Series};

/// Keeps experiments and aggregates with all they hold.
///
/// [`apply`](Self::apply) and seven methods that read are required; the others are provided, and a
/// store that knows a faster way overrides them: a database answers [`search`](Self::search) itself.
///
/// Calls come from several threads, and for a store on disk from several processes. Each sees one
/// state of the store.
pub trait Store: Send + Sync {
    /// Makes a list of changes, one after the other: all of them, or none where one is refused.
    ///
    /// With a `mark`, the position of its journal is set in the same step. A call whose mark is not
    /// beyond the position that is set already does nothing: its changes were made before. So
    /// whoever did not hear of the end of a call repeats it, and nothing is done twice.
    ///
    /// # Errors
    ///
    /// What the [`Change`]s say; or when the store fails: nothing was changed then, or the mark
    /// tells.
    fn apply(&self, changes: &[Change], mark: Option<Mark>) -> Result<Applied>;

    /// As [`apply`](Self::apply), for records that are copied from another store as they are: their
    /// names may be such as no handle takes.
    ///
    /// Provided: a store keeps whatever it is given.
    ///
    /// # Errors
    ///
    /// As [`apply`](Self::apply).
    fn copy(&self, changes: &[Change], mark: Option<Mark>) -> Result<Applied> {
        self.apply(changes, mark)
    }

    /// All experiments, by their time of creation and then their id.
    ///
    /// # Errors
    ///
    /// When the store fails.
    fn experiments(&self) -> Result<Vec<ExperimentRecord>>;

    /// The aggregates in a scope, by their time of creation and then their uuid, each with the
    /// modules and summaries that are wanted. No history is read for it. What is not there is left
    /// out.
    ///
    /// # Errors
    ///
    /// When the store fails.
    fn rows(&self, scope: &Scope, detail: &Detail) -> Result<Vec<Row>>;

    /// The points of one series, ordered by epoch, step and arrival; without points where there is
    /// no such series, or no such aggregate.
    ///
    /// # Errors
    ///
    /// When the store fails.
    fn history(&self, aggregate: Uuid, name: &str, phase: &str) -> Result<Series>;

    /// The iterations of an aggregate in the order they were appended; none where there is no such
    /// aggregate.
    ///
    /// # Errors
    ///
    /// When the store fails.
    fn iterations(&self, aggregate: Uuid) -> Result<Vec<Iteration>>;

    /// The attempts on an aggregate in the order they were appended.
    ///
    /// # Errors
    ///
    /// When the store fails.
    fn attempts(&self, aggregate: Uuid) -> Result<Vec<AttemptRecord>>;

    /// The artifacts of an aggregate in the order they were appended.
    ///
    /// # Errors
    ///
    /// When the store fails.
    fn artifacts(&self, aggregate: Uuid) -> Result<Vec<ArtifactRecord>>;

    /// The position up to which a journal has been moved into the store; 0 for a journal that the
    /// store has never met.
    ///
    /// # Errors
    ///
    /// When the store fails.
    fn position(&self, journal: Uuid) -> Result<u64>;

    /// What tells this store from every other, also where it is moved, or another file is put in
    /// its place: made up when the store is created. A journal says for which store it is.
    ///
    /// Provided: none, and every journal beside the store is taken for one of it.
    ///
    /// # Errors
    ///
    /// When the store fails.
    fn identity(&self) -> Result<Option<Uuid>> {
        Ok(None)
    }

    /// At most so many experiments, by their time of creation and then their id: the first, or those
    /// behind the one whose time and id are given.
    ///
    /// # Errors
    ///
    /// When the store fails.
    fn experiments_after(
        &self,
        last: Option<(Timestamp, Uuid)>,
        limit: usize,
    ) -> Result<Vec<ExperimentRecord>> {
        let behind = |record: &ExperimentRecord| last.is_none_or(|last| record.order() > last);
        let experiments = self.experiments()?.into_iter();
        Ok(experiments.filter(behind).take(limit).collect())
    }

    /// The experiment of this name, where there is one.
    ///
    /// # Errors
    ///
    /// When the store fails.
    fn experiment(&self, name: &str) -> Result<Option<ExperimentRecord>> {
        let mut experiments = self.experiments()?.into_iter();
        Ok(experiments.find(|record| record.name == name))
    }

    /// The experiment of this id, where there is one.
    ///
    /// # Errors
    ///
    /// When the store fails.
    fn experiment_by_id(&self, id: Uuid) -> Result<Option<ExperimentRecord>> {
        let mut experiments = self.experiments()?.into_iter();
        Ok(experiments.find(|record| record.id == id))
    }

    /// The aggregates that a query finds, in its order.
    ///
    /// Provided: all in the scope are read, and sought through in memory.
    ///
    /// # Errors
    ///
    /// [`Error::Query`](crate::Error::Query) when the cursor of the query belongs to another one,
    /// or when the store fails.
    fn search(&self, search: &Search<'_>) -> Result<Page<Row>> {
        let detail = search.detail.union(&search.query.detail());
        let directions = if search.query.needs_directions() {
            Directions::of(&self.experiments()?)
        } else {
            Directions::default()
        };
        let history = |uuid, name: &str, phase: &str| self.history(uuid, name, phase);
        let mut rows = self.rows(&search.scope, &detail)?;
        search.query.detail().add_means(&mut rows, history)?;
        let mut page = search.query.select(rows, &directions)?;
        search.detail.add_means(&mut page.items, history)?;
        for row in &mut page.items {
            search.detail.trim(row);
        }
        Ok(page)
    }

    /// How many aggregates a search finds: no more than its limit, and only those behind its cursor.
    ///
    /// Provided: they are searched for.
    ///
    /// # Errors
    ///
    /// As [`search`](Self::search).
    fn count(&self, search: &Search<'_>) -> Result<u64> {
        Ok(self.search(search)?.len() as u64)
    }

    /// Several histories at once, in the order of the aggregates and then of the series; those that
    /// are not there have no points.
    ///
    /// Provided: each is read whole, and then thinned.
    ///
    /// # Errors
    ///
    /// When the store fails.
    fn histories(&self, wanted: &Histories) -> Result<Vec<History>> {
        let mut found = Vec::new();
        for aggregate in &wanted.aggregates {
            for (name, phase) in &wanted.series {
                let series = self.history(*aggregate, name, phase)?;
                found.push(wanted.take(*aggregate, series));
            }
        }
        Ok(found)
    }

    /// The iterations of several aggregates, a list for each, in the order that is given: of all of
    /// them or, where the lists are long, of the first, but of one at least. The others are asked for
    /// again.
    ///
    /// Provided: they are read one after the other.
    ///
    /// # Errors
    ///
    /// When the store fails.
    fn iterations_of(&self, aggregates: &[Uuid]) -> Result<Vec<Vec<Iteration>>> {
        first_lists(aggregates, |aggregate| self.iterations(aggregate))
    }

    /// The attempts of several aggregates, as [`iterations_of`](Self::iterations_of).
    ///
    /// # Errors
    ///
    /// When the store fails.
    fn attempts_of(&self, aggregates: &[Uuid]) -> Result<Vec<Vec<AttemptRecord>>> {
        first_lists(aggregates, |aggregate| self.attempts(aggregate))
    }

    /// The artifacts of several aggregates, as [`iterations_of`](Self::iterations_of).
    ///
    /// # Errors
    ///
    /// When the store fails.
    fn artifacts_of(&self, aggregates: &[Uuid]) -> Result<Vec<Vec<ArtifactRecord>>> {
        first_lists(aggregates, |aggregate| self.artifacts(aggregate))
    }

    /// How many aggregates each experiment has, the archived ones too; none for one that has none.
    ///
    /// Provided: all are read.
    ///
    /// # Errors
    ///
    /// When the store fails.
    fn counts(&self) -> Result<BTreeMap<Uuid, u64>> {
        let mut counts = BTreeMap::new();
        for row in self.rows(&Scope::All, &Detail::NONE)? {
            *counts.entry(row.aggregate.experiment).or_default() += 1;
        }
        Ok(counts)
    }

    /// The settings whose keys begin so, with their values, ordered by the keys; see
    /// [`PutSetting`](Change::PutSetting).
    ///
    /// Provided: the store keeps none.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Unsupported`] where it keeps none, or when the store fails.
    fn settings(&self, prefix: &str) -> Result<Vec<(String, Value)>> {
        let _ = prefix;
        Err(unsupported("read the settings"))
    }

    /// The number of the newest change of an experiment or an aggregate; 0 before the first.
    ///
    /// Provided: changes have no numbers.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Unsupported`] where changes have no numbers, or when the store fails.
    fn newest_change(&self) -> Result<u64> {
        Err(unsupported("number the changes"))
    }

    /// What was changed by any process since the change of a number, in the order of the numbers, at
    /// most so many: each experiment and each aggregate once, with its newest number. Of an
    /// experiment that was removed, the aggregates are not told.
    ///
    /// Numbers rise, and none is used twice. Once one can be read, no lesser one will appear, so
    /// whoever asks again with the last that was given misses nothing.
    ///
    /// Provided: changes have no numbers.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Unsupported`] where changes have no numbers, or when the store fails.
    fn changes_after(&self, number: u64, limit: usize) -> Result<Vec<Touch>> {
        let _ = (number, limit);
        Err(unsupported("number the changes"))
    }

    /// Returns when everything that was stored, by any process, survives a power loss.
    ///
    /// Provided: it does, or never will.
    ///
    /// # Errors
    ///
    /// When the store fails.
    fn sync(&self) -> Result<()> {
        Ok(())
    }

    /// Looks over the whole store: what is wrong with it, a sentence each; nothing for a sound one.
    ///
    /// # Errors
    ///
    /// When the store fails.
    fn check(&self) -> Result<Vec<String>> {
        Ok(Vec::new())
    }
}

fn unsupported(action: &str) -> Error {
    Error::Store {
        kind: ErrorKind::Unsupported,
        action: action.to_owned(),
        place: "this store".to_owned(),
        cause: std::sync::Arc::from(Box::<dyn std::error::Error + Send + Sync>::from(
            "this kind of store does not",
        )),
        hint: "use a store at `sqlite:FILE`".to_owned(),
    }
}

/// The lists of aggregates, until they are long together.
fn first_lists<T>(
    aggregates: &[Uuid],
    list: impl Fn(Uuid) -> Result<Vec<T>>,
) -> Result<Vec<Vec<T>>> {
    const LONG: usize = 10_000;
    let (mut lists, mut length) = (Vec::new(), 0);
    for aggregate in aggregates {
        let list = list(*aggregate)?;
        length += list.len();
        lists.push(list);
        if length >= LONG {
            break;
        }
    }
    Ok(lists)
}
