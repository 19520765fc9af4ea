//! The table of experiments.

use std::collections::BTreeMap;

use rusqlite::{OptionalExtension, Params, Row, Transaction, params};
use tracker_core::ports::ExperimentRecord;
use tracker_core::{Annotation, Definition, Error, Uuid};

use crate::annotations::{self, Table};
use crate::column::{count, json, micros, text, time};
use crate::failure::{Failure, unique};

/// Creates an experiment.
pub(crate) fn create(
    transaction: &Transaction<'_>,
    record: &ExperimentRecord,
) -> Result<(), Failure> {
    let mut statement = transaction.prepare_cached(
        "INSERT INTO experiments (uuid, name, created, tags, notes, definitions)
         VALUES (?, ?, ?, ?, ?, ?)",
    )?;
    let inserted = statement.execute(params![
        record.id.to_string(),
        record.name,
        micros(record.created),
        text(&record.annotations.tags)?,
        record.annotations.notes,
        text(&record.definitions)?,
    ]);
    unique(inserted, || Error::experiment_taken(&record.name))?;
    Ok(())
}

/// The row of an experiment.
pub(crate) fn row(transaction: &Transaction<'_>, id: Uuid) -> Result<i64, Failure> {
    let mut statement = transaction.prepare_cached("SELECT row FROM experiments WHERE uuid = ?")?;
    let row = statement.query_row([id.to_string()], |row| row.get(0));
    row.optional()?
        .ok_or_else(|| Error::no_experiment(id).into())
}

pub(crate) fn rename(transaction: &Transaction<'_>, id: Uuid, name: &str) -> Result<(), Failure> {
    let row = row(transaction, id)?;
    let mut statement =
        transaction.prepare_cached("UPDATE experiments SET name = ? WHERE row = ?")?;
    unique(statement.execute(params![name, row]), || {
        Error::experiment_taken(name)
    })?;
    Ok(())
}

pub(crate) fn annotate(
    transaction: &Transaction<'_>,
    id: Uuid,
    change: &Annotation,
) -> Result<(), Failure> {
    let row = [row(transaction, id)?];
    annotations::change(transaction, Table::Experiments, "row = ?", row, change)?;
    Ok(())
}

/// Says what a metric means in all aggregates of an experiment.
pub(crate) fn define(
    transaction: &Transaction<'_>,
    id: Uuid,
    metric: &str,
    definition: &Definition,
) -> Result<(), Failure> {
    let row = row(transaction, id)?;
    annotations::define(transaction, Table::Experiments, row, metric, definition)
}

pub(crate) fn remove(transaction: &Transaction<'_>, id: Uuid) -> Result<(), Failure> {
    transaction
        .prepare_cached("DELETE FROM experiments WHERE uuid = ?")?
        .execute([id.to_string()])?;
    Ok(())
}

/// The experiments for which a condition holds, by their time of creation and then their id.
pub(crate) fn select(
    transaction: &Transaction<'_>,
    condition: &str,
    parameters: impl Params,
) -> Result<Vec<ExperimentRecord>, Failure> {
    let mut statement = transaction.prepare_cached(&format!(
        "SELECT uuid, name, created, tags, notes, definitions FROM experiments
         WHERE {condition} ORDER BY created, uuid"
    ))?;
    let mut rows = statement.query(parameters)?;
    let mut records = Vec::new();
    while let Some(row) = rows.next()? {
        records.push(record(row)?);
    }
    Ok(records)
}

/// How many aggregates each has.
pub(crate) fn counts(transaction: &Transaction<'_>) -> Result<BTreeMap<Uuid, u64>, Failure> {
    let mut statement = transaction.prepare_cached(
        "SELECT uuid, name, runs FROM experiments
         JOIN (SELECT experiment, count(*) AS runs FROM aggregates GROUP BY experiment)
             ON experiment = experiments.row",
    )?;
    let mut rows = statement.query([])?;
    let mut counts = BTreeMap::new();
    while let Some(row) = rows.next()? {
        let name: String = row.get(1)?;
        let experiment = id(&row.get::<_, String>(0)?, &name)?;
        counts.insert(experiment, count(row.get(2)?)?);
    }
    Ok(counts)
}

fn record(row: &Row<'_>) -> Result<ExperimentRecord, Failure> {
    let name: String = row.get(1)?;
    Ok(ExperimentRecord {
        id: id(&row.get::<_, String>(0)?, &name)?,
        created: time(row, 2)?,
        annotations: annotations::read(row, 3)?,
        definitions: json(row, 5, "definitions")?,
        name,
    })
}

/// The id of an experiment from its text.
pub(crate) fn id(text: &str, name: &str) -> Result<Uuid, Failure> {
    Uuid::parse_str(text).map_err(|problem| {
        Failure::Damaged(format!("the id of the experiment `{name}`: {problem}"))
    })
}
