//! Columns that experiments and aggregates share: tags and notes.

use std::collections::BTreeMap;

use rusqlite::{OptionalExtension, Params, Row, Transaction, params};

use tracker_core::{Annotation, Annotations, Definition};

use crate::column::{json, text};
use crate::failure::Failure;

/// A table with these columns.
#[derive(Clone, Copy)]
pub(crate) enum Table {
    Experiments,
    Aggregates,
}

impl Table {
    fn name(self) -> &'static str {
        match self {
            Self::Experiments => "experiments",
            Self::Aggregates => "aggregates",
        }
    }
}

/// The annotations in two columns: tags, then notes.
pub(crate) fn read(row: &Row<'_>, column: usize) -> Result<Annotations, Failure> {
    Ok(Annotations {
        tags: json(row, column, "tags")?,
        notes: row.get(column + 1)?,
    })
}

/// Changes the row of the table for which `condition` holds, and says how they are now; nothing
/// where there is none.
pub(crate) fn change(
    transaction: &Transaction<'_>,
    table: Table,
    condition: &str,
    parameters: impl Params,
    change: &Annotation,
) -> Result<Option<Annotations>, Failure> {
    let table = table.name();
    let found = transaction
        .prepare_cached(&format!(
            "SELECT row, tags, notes FROM {table} WHERE {condition}"
        ))?
        .query_row(parameters, |row| Ok((row.get::<_, i64>(0)?, read(row, 1))))
        .optional()?;
    let Some((row, annotations)) = found else {
        return Ok(None);
    };
    let mut annotations = annotations?;
    annotations.apply(change);
    transaction
        .prepare_cached(&format!(
            "UPDATE {table} SET tags = ?, notes = ? WHERE row = ?"
        ))?
        .execute(params![text(&annotations.tags)?, annotations.notes, row])?;
    Ok(Some(annotations))
}

/// Says what a metric means, in the row of a table.
pub(crate) fn define(
    transaction: &Transaction<'_>,
    table: Table,
    row: i64,
    metric: &str,
    definition: &Definition,
) -> Result<(), Failure> {
    let table = table.name();
    let mut definitions: BTreeMap<String, Definition> = transaction
        .prepare_cached(&format!("SELECT definitions FROM {table} WHERE row = ?"))?
        .query_row([row], |row| Ok(json(row, 0, "definitions")))??;
    definitions.insert(metric.to_owned(), definition.clone());
    transaction
        .prepare_cached(&format!("UPDATE {table} SET definitions = ? WHERE row = ?"))?
        .execute(params![text(&definitions)?, row])?;
    Ok(())
}
