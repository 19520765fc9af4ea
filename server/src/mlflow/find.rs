//! Finds experiments and runs by the ids of MLflow, as far as the caller may know of them.

use tracker_core::ports::{AggregateRecord, Change, Detail, ExperimentRecord, Row, Scope};
use tracker_core::{ErrorKind, Uuid};

use super::experiment::is_deleted;
use super::ids;
use super::refusal::{absent, invalid};
use crate::access::Caller;
use crate::app::App;
use crate::problem::{Problem, shown};

/// The name of the experiment that every server of MLflow has.
pub(super) const DEFAULT: &str = "Default";

impl App {
    /// The experiment of a number, deleted ones too.
    pub(super) fn experiment_of(
        &self,
        caller: &Caller,
        id: &str,
    ) -> Result<ExperimentRecord, Problem> {
        let uuid = ids::experiment(id)?;
        let store = self.tracker.store()?;
        let mut found = store.experiment_by_id(uuid)?;
        if found.is_none() && uuid.is_nil() {
            found = self.default_experiment(caller)?;
        }
        let found = found.filter(|record| caller.sees(record.id));
        found.ok_or_else(|| absent(format!("No Experiment with id={} exists", shown(id))))
    }

    /// As [`experiment_of`](Self::experiment_of), to be changed.
    pub(super) fn active_experiment(
        &self,
        caller: &Caller,
        id: &str,
    ) -> Result<ExperimentRecord, Problem> {
        let record = self.experiment_of(caller, id)?;
        check_active(&record)?;
        Ok(record)
    }

    /// The experiment 0, which comes to be when it is first asked for; none where nothing may be
    /// created, or Entia's records have an experiment of that name.
    pub(super) fn default_experiment(
        &self,
        caller: &Caller,
    ) -> Result<Option<ExperimentRecord>, Problem> {
        if self.options.read_only || caller.check_unlimited().is_err() {
            return Ok(None);
        }
        let record = ExperimentRecord {
            id: Uuid::nil(),
            ..ExperimentRecord::new(DEFAULT)
        };
        let store = self.tracker.store()?;
        match store.apply(&[Change::CreateExperiment(record)], None) {
            Ok(applied) => applied.complete()?,
            Err(taken) if taken.kind() == ErrorKind::Exists => {}
            Err(denied) if denied.kind() == ErrorKind::Denied => {}
            Err(error) => return Err(error.into()),
        }
        Ok(store.experiment_by_id(Uuid::nil())?)
    }

    /// The run of an id, deleted ones too, with as much of it as is wanted.
    pub(super) fn run_of(
        &self,
        caller: &Caller,
        id: &str,
        detail: &Detail,
    ) -> Result<Row, Problem> {
        let uuid = ids::run(id)?;
        let rows = match uuid {
            Some(uuid) => {
                let store = self.tracker.store()?;
                store.rows(&Scope::Uuids(vec![uuid]), detail)?
            }
            None => Vec::new(),
        };
        let mut rows = rows.into_iter();
        let found = rows.find(|row| caller.sees(row.aggregate.experiment));
        found.ok_or_else(|| no_run(id))
    }

    /// As [`run_of`](Self::run_of), the record alone, to be changed.
    pub(super) fn active_run(&self, caller: &Caller, id: &str) -> Result<AggregateRecord, Problem> {
        let record = self.run_of(caller, id, &Detail::NONE)?.aggregate;
        if record.archived {
            return Err(inactive_run(id));
        }
        Ok(record)
    }

    /// Makes changes, all of them or none.
    pub(super) fn change(&self, changes: &[Change]) -> Result<(), Problem> {
        if changes.is_empty() {
            return Ok(());
        }
        Ok(self.tracker.store()?.apply(changes, None)?.complete()?)
    }
}

pub(super) fn no_run(id: &str) -> Problem {
    absent(format!("Run with id={} not found", shown(id)))
}

pub(super) fn inactive_run(id: &str) -> Problem {
    invalid(format!(
        "The run {} must be in the 'active' state. Current state is deleted.",
        shown(id)
    ))
}

/// Refuses an experiment that is deleted.
pub(super) fn check_active(record: &ExperimentRecord) -> Result<(), Problem> {
    if !is_deleted(record) {
        return Ok(());
    }
    Err(invalid(format!(
        "The experiment {} must be in the 'active' state. Current state is deleted.",
        ids::number(record.id)
    )))
}
