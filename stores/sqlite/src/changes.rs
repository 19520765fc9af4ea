//! Every change, as statements.

use rusqlite::{OptionalExtension, Transaction, params};
use tracker_core::Uuid;
use tracker_core::ports::{Applied, Change, Mark};

use crate::column::{column, count};
use crate::failure::Failure;
use crate::touches::with_touches;
use crate::{
    aggregates, artifacts, attempts, experiments, facts, iterations, modules, rewind, series,
    settings,
};

/// Makes changes one after the other, unless the mark says that they were made before.
pub(crate) fn apply(
    transaction: &Transaction<'_>,
    changes: &[Change],
    mark: Option<Mark>,
) -> Result<Applied, Failure> {
    let mut applied = Applied::default();
    if let Some(mark) = mark
        && mark.position <= position(transaction, mark.journal)?
    {
        return Ok(applied);
    }
    with_touches(transaction, changes, |change| {
        make(transaction, change, &mut applied)
    })?;
    if let Some(mark) = mark {
        advance(transaction, mark)?;
    }
    Ok(applied)
}

/// The position up to which a journal has been moved.
pub(crate) fn position(transaction: &Transaction<'_>, journal: Uuid) -> Result<u64, Failure> {
    let position = transaction
        .prepare_cached("SELECT position FROM journals WHERE uuid = ?")?
        .query_row([journal.to_string()], |row| row.get(0))
        .optional()?;
    count(position.unwrap_or(0))
}

/// Sets the position of a journal.
fn advance(transaction: &Transaction<'_>, mark: Mark) -> Result<(), Failure> {
    transaction
        .prepare_cached("INSERT OR REPLACE INTO journals (uuid, position) VALUES (?, ?)")?
        .execute(params![mark.journal.to_string(), column(mark.position)])?;
    Ok(())
}

fn make(
    transaction: &Transaction<'_>,
    change: &Change,
    applied: &mut Applied,
) -> Result<(), Failure> {
    let row = |uuid: &Uuid| aggregates::row(transaction, *uuid);
    match change {
        Change::CreateExperiment(record) => experiments::create(transaction, record),
        Change::RenameExperiment { experiment, name } => {
            experiments::rename(transaction, *experiment, name)
        }
        Change::AnnotateExperiment {
            experiment,
            annotation,
        } => experiments::annotate(transaction, *experiment, annotation),
        Change::DefineExperimentMetric {
            experiment,
            metric,
            definition,
        } => experiments::define(transaction, *experiment, metric, definition),
        Change::RemoveExperiment { experiment } => experiments::remove(transaction, *experiment),
        Change::CreateAggregate { record, modules } => {
            aggregates::create(transaction, record, modules)
        }
        Change::NameAggregate { aggregate, name } => {
            aggregates::set(transaction, *aggregate, "name", name)
        }
        Change::Archive {
            aggregate,
            archived,
        } => aggregates::set(transaction, *aggregate, "archived", archived),
        Change::SetEpoch { aggregate, epoch } => {
            aggregates::set(transaction, *aggregate, "epoch", column(*epoch))
        }
        Change::Annotate {
            aggregate,
            annotation,
        } => aggregates::annotate(transaction, *aggregate, annotation),
        Change::SetParam {
            aggregate,
            name,
            value,
        } => aggregates::set_param(transaction, *aggregate, name, value),
        Change::DefineMetric {
            aggregate,
            metric,
            definition,
        } => aggregates::define(transaction, *aggregate, metric, definition),
        Change::RemoveAggregate { aggregate } => aggregates::remove(transaction, *aggregate),
        Change::PutModule { aggregate, module } => {
            let aggregate = row(aggregate)?;
            modules::put(transaction, aggregate, module)?;
            facts::put_module(transaction, aggregate, module)
        }
        Change::AddPoints { aggregate, series } => {
            let is_there = series::add_all(transaction, *aggregate, series)?;
            if !is_there && !applied.missing.contains(aggregate) {
                applied.missing.push(*aggregate);
            }
            Ok(())
        }
        Change::ClearMetrics { aggregate } => clear(transaction, "series", row(aggregate)?),
        Change::PutIteration {
            aggregate,
            iteration,
        } => iterations::put(transaction, row(aggregate)?, iteration),
        Change::ClearIterations { aggregate } => clear(transaction, "iterations", row(aggregate)?),
        Change::PutAttempt { aggregate, attempt } => {
            attempts::put(transaction, row(aggregate)?, attempt)
        }
        Change::UpdateAttempt {
            aggregate,
            attempt,
            seen,
            outcome,
        } => attempts::update(transaction, row(aggregate)?, *attempt, *seen, outcome),
        Change::PutArtifact {
            aggregate,
            artifact,
        } => artifacts::put(transaction, row(aggregate)?, artifact),
        Change::RemoveArtifact {
            aggregate,
            name,
            epoch,
        } => artifacts::remove(transaction, row(aggregate)?, name, *epoch),
        Change::Rewind { aggregate, epoch } => rewind::rewind(transaction, *aggregate, *epoch),
        Change::ForgetJournal { journal } => {
            transaction
                .prepare_cached("DELETE FROM journals WHERE uuid = ?")?
                .execute([journal.to_string()])?;
            Ok(())
        }
        Change::PutSetting { key, value } => settings::put(transaction, key, value.as_ref()),
    }
}

/// Removes all that a table has of an aggregate.
fn clear(transaction: &Transaction<'_>, table: &str, aggregate: i64) -> Result<(), Failure> {
    transaction
        .prepare_cached(&format!("DELETE FROM {table} WHERE aggregate = ?"))?
        .execute([aggregate])?;
    Ok(())
}
