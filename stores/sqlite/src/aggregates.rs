//! The table of aggregates.

use std::collections::BTreeMap;

use registry_core::Value;
use rusqlite::{OptionalExtension, Row, Transaction, params};
use tracker_core::ports::AggregateRecord;
use tracker_core::{Annotation, Definition, Error, ModuleRecord, Uuid};

use crate::annotations::{self, Table};
use crate::attempts;
use crate::column::{column, count, json, micros, text, time, uuid};
use crate::experiments;
use crate::facts;
use crate::failure::{Failure, unique};
use crate::modules::{self, Owner};

/// Creates an aggregate with its first modules.
pub(crate) fn create(
    transaction: &Transaction<'_>,
    record: &AggregateRecord,
    modules: &[ModuleRecord],
) -> Result<(), Failure> {
    let experiment = experiments::row(transaction, record.experiment)?;
    let mut statement = transaction.prepare_cached(
        "INSERT INTO aggregates (experiment, uuid, id, name, epoch, created, archived, tags, notes,
             params, definitions)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )?;
    let inserted = statement.execute(params![
        experiment,
        record.uuid.as_bytes(),
        record.id,
        record.name,
        column(record.epoch),
        micros(record.created),
        record.archived,
        text(&record.annotations.tags)?,
        record.annotations.notes,
        text(&record.params)?,
        text(&record.definitions)?,
    ]);
    unique(inserted, || Error::aggregate_taken(&record.id))?;
    let row = transaction.last_insert_rowid();
    for (index, module) in modules.iter().enumerate() {
        modules::append(transaction, Owner::Aggregate(row), module)?;
        let is_newest = modules[index + 1..]
            .iter()
            .all(|later| later.kind != module.kind);
        if is_newest {
            facts::add_module(transaction, row, module)?;
        }
    }
    for (name, value) in &record.params {
        facts::put_param(transaction, row, name, value)?;
    }
    if !record.annotations.tags.is_empty() {
        facts::put_tags(transaction, row, &record.annotations)?;
    }
    Ok(())
}

/// The row of an aggregate, where there is one.
pub(crate) fn find(transaction: &Transaction<'_>, uuid: Uuid) -> Result<Option<i64>, Failure> {
    let mut statement = transaction.prepare_cached("SELECT row FROM aggregates WHERE uuid = ?")?;
    let row = statement.query_row([uuid.as_bytes()], |row| row.get(0));
    Ok(row.optional()?)
}

/// The row of an aggregate that must be there.
pub(crate) fn row(transaction: &Transaction<'_>, uuid: Uuid) -> Result<i64, Failure> {
    find(transaction, uuid)?.ok_or_else(|| Error::no_aggregate(uuid).into())
}

/// Sets a column of an aggregate.
pub(crate) fn set(
    transaction: &Transaction<'_>,
    uuid: Uuid,
    name: &'static str,
    value: impl rusqlite::ToSql,
) -> Result<(), Failure> {
    let updated = transaction
        .prepare_cached(&format!("UPDATE aggregates SET {name} = ? WHERE uuid = ?"))?
        .execute(params![value, uuid.as_bytes()])?;
    match updated {
        0 => Err(Error::no_aggregate(uuid).into()),
        _ => Ok(()),
    }
}

pub(crate) fn annotate(
    transaction: &Transaction<'_>,
    uuid: Uuid,
    change: &Annotation,
) -> Result<(), Failure> {
    let row = row(transaction, uuid)?;
    let changed = annotations::change(transaction, Table::Aggregates, "row = ?", [row], change)?;
    match (changed, change) {
        (Some(annotations), Annotation::SetTag { .. } | Annotation::RemoveTag { .. }) => {
            facts::put_tags(transaction, row, &annotations)
        }
        _ => Ok(()),
    }
}

/// Says what a metric means in one aggregate.
pub(crate) fn define(
    transaction: &Transaction<'_>,
    uuid: Uuid,
    metric: &str,
    definition: &Definition,
) -> Result<(), Failure> {
    let row = row(transaction, uuid)?;
    annotations::define(transaction, Table::Aggregates, row, metric, definition)
}

/// Writes a parameter once.
pub(crate) fn set_param(
    transaction: &Transaction<'_>,
    uuid: Uuid,
    name: &str,
    value: &Value,
) -> Result<(), Failure> {
    let found = transaction
        .prepare_cached("SELECT row, id, params FROM aggregates WHERE uuid = ?")?
        .query_row([uuid.as_bytes()], |row| {
            Ok((
                row.get::<_, i64>(0)?,
                row.get(1)?,
                json(row, 2, "parameters"),
            ))
        })
        .optional()?;
    let (row, aggregate, params) = found.ok_or_else(|| Error::no_aggregate(uuid))?;
    let mut params: BTreeMap<String, Value> = params?;
    match params.get(name) {
        Some(present) if present == value => return Ok(()),
        Some(present) => {
            return Err(Error::ParamSet {
                aggregate,
                name: name.to_owned(),
                present: present.clone(),
                given: value.clone(),
            }
            .into());
        }
        None => params.insert(name.to_owned(), value.clone()),
    };
    transaction
        .prepare_cached("UPDATE aggregates SET params = ? WHERE row = ?")?
        .execute(params![text(&params)?, row])?;
    facts::put_param(transaction, row, name, value)
}

pub(crate) fn remove(transaction: &Transaction<'_>, uuid: Uuid) -> Result<(), Failure> {
    transaction
        .prepare_cached("DELETE FROM aggregates WHERE uuid = ?")?
        .execute([uuid.as_bytes()])?;
    Ok(())
}

/// Selects what [`read`] reads, of aggregates `a` with their experiments and their newest attempts.
/// By place, for a lookup by name costs as much as the value. `from` says where they are taken from.
pub(crate) fn select(from: &str) -> String {
    format!(
        "SELECT a.row, a.uuid, experiments.uuid, a.id, a.name, a.epoch, a.created, a.archived,
             a.tags, a.notes, a.params, a.definitions, {}
         FROM {from}
         CROSS JOIN experiments ON experiments.row = a.experiment
         LEFT JOIN attempts ON attempts.row =
             (SELECT max(row) FROM attempts WHERE aggregate = a.row)",
        attempts::STATE
    )
}

/// The row of an aggregate, and its record.
pub(crate) fn read(row: &Row<'_>) -> Result<(i64, AggregateRecord), Failure> {
    let id: String = row.get(3)?;
    let experiment = row.get_ref(2)?;
    let experiment = experiment.as_str().map_err(rusqlite::Error::from)?;
    let has_attempt = row.get::<_, Option<i64>>(12)?.is_some();
    let record = AggregateRecord {
        uuid: uuid(row, 1)?,
        experiment: experiments::id(experiment, "of a run")?,
        name: row.get(4)?,
        epoch: count(row.get(5)?)?,
        created: time(row, 6)?,
        archived: row.get(7)?,
        annotations: annotations::read(row, 8)?,
        params: json(row, 10, "parameters")?,
        definitions: json(row, 11, "definitions")?,
        attempt: has_attempt.then(|| attempts::state(row, 12)).transpose()?,
        id,
    };
    Ok((row.get(0)?, record))
}
