//! Columns that experiments and aggregates share: when, tags, notes.

use std::collections::BTreeMap;

use jiff::Timestamp;
use rusqlite::{OptionalExtension, Params, Row, Transaction, params};

use super::fault::Fault;
use crate::annotations::{Annotation, Annotations};

/// A table with these columns.
#[derive(Clone, Copy)]
pub(super) enum Table {
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

/// The time in a column.
pub(super) fn created(row: &Row<'_>, column: usize) -> Result<Timestamp, Fault> {
    Timestamp::from_microsecond(row.get(column)?)
        .map_err(|problem| Fault::Damaged(format!("a time of creation: {problem}")))
}

/// The annotations in two columns: tags, then notes.
pub(super) fn read(row: &Row<'_>, column: usize) -> Result<Annotations, Fault> {
    let tags = row.get_ref(column)?;
    let tags = tags.as_str().map_err(rusqlite::Error::from)?;
    Ok(Annotations {
        // Nearly always there are none.
        tags: match tags {
            "{}" => BTreeMap::new(),
            tags => serde_json::from_str(tags)
                .map_err(|problem| Fault::Damaged(format!("the tags `{tags}`: {problem}")))?,
        },
        notes: row.get(column + 1)?,
    })
}

/// The tags as their column holds them.
pub(super) fn tags(annotations: &Annotations) -> Result<String, Fault> {
    serde_json::to_string(&annotations.tags).map_err(|problem| Fault::Damaged(problem.to_string()))
}

/// Changes the row of the table for which `condition` holds; `false` where there is none.
pub(super) fn change(
    transaction: &Transaction<'_>,
    table: Table,
    condition: &str,
    parameters: impl Params,
    change: &Annotation,
) -> Result<bool, Fault> {
    let table = table.name();
    let found = transaction
        .prepare_cached(&format!(
            "SELECT row, tags, notes FROM {table} WHERE {condition}"
        ))?
        .query_row(parameters, |row| Ok((row.get::<_, i64>(0)?, read(row, 1))))
        .optional()?;
    let Some((row, annotations)) = found else {
        return Ok(false);
    };
    let mut annotations = annotations?;
    annotations.apply(change);
    transaction
        .prepare_cached(&format!(
            "UPDATE {table} SET tags = ?, notes = ? WHERE row = ?"
        ))?
        .execute(params![tags(&annotations)?, annotations.notes, row])?;
    Ok(true)
}
