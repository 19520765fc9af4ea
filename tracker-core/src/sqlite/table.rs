//! The table of runs: a statement for the aggregates, and one for each wanted column.

use std::collections::BTreeSet;

use rusqlite::{Params, Row, Transaction, params};
use serde_json::json;
use uuid::Uuid;

use super::fault::Fault;
use super::summaries::{self, Kept};
use super::{aggregates, modules};
use crate::module::Module;
use crate::ports::{self, Columns};

/// Which aggregates are wanted: the id of their experiment, and their own as a JSON array.
struct Wanted {
    experiment: String,
    ids: Option<String>,
}

/// What is found for an aggregate: its row, and a row of the table.
type Found = (i64, ports::Row);

/// The aggregates of an experiment, each with what `columns` names.
pub(super) fn read(
    transaction: &Transaction<'_>,
    experiment: Uuid,
    columns: &Columns,
) -> Result<Vec<ports::Row>, Fault> {
    let wanted = Wanted {
        experiment: experiment.to_string(),
        ids: columns.ids.as_ref().map(|ids| json!(ids).to_string()),
    };
    let mut table: Vec<Found> = Vec::new();
    for (row, aggregate) in aggregates::select(transaction, &wanted.experiment)? {
        if !columns.has_id(&aggregate.id) {
            continue;
        }
        table.push((
            row,
            ports::Row {
                aggregate,
                modules: Vec::new(),
                summaries: Vec::new(),
            },
        ));
    }
    read_modules(transaction, &wanted, columns, &mut table)?;
    read_summaries(transaction, &wanted, columns, &mut table)?;
    Ok(table.into_iter().map(|(_, row)| row).collect())
}

fn read_modules(
    transaction: &Transaction<'_>,
    Wanted { experiment, ids }: &Wanted,
    columns: &Columns,
    table: &mut [Found],
) -> Result<(), Fault> {
    let mut found = Vec::new();
    let mut take = |row: &Row<'_>, last: usize| -> Result<(), Fault> {
        let (kind, record, epoch) = modules::read(row)?;
        let module = Module {
            kind: kind.unwrap_or_default(),
            record,
            epoch,
        };
        found.push((
            row.get::<_, i64>(last - 1)?,
            place(row, last, table)?,
            module,
        ));
        Ok(())
    };
    let sql = joined(modules::COLUMNS, "modules");
    match &columns.kinds {
        None => each(transaction, &sql, params![experiment, ids], &mut take)?,
        Some(kinds) => {
            let sql = format!("{sql} AND kind = ?");
            for kind in kinds.iter().collect::<BTreeSet<_>>() {
                each(transaction, &sql, params![experiment, ids, kind], &mut take)?;
            }
        }
    }
    // As they were appended.
    found.sort_unstable_by_key(|(row, ..)| *row);
    for (_, place, module) in found {
        table[place].1.modules.push(module);
    }
    Ok(())
}

fn read_summaries(
    transaction: &Transaction<'_>,
    Wanted { experiment, ids }: &Wanted,
    columns: &Columns,
    table: &mut [Found],
) -> Result<(), Fault> {
    let mut take = |row: &Row<'_>, last: usize| -> Result<(), Fault> {
        let place = place(row, last, table)?;
        table[place].1.summaries.push(Kept::read(row)?.summary);
        Ok(())
    };
    let sql = joined(summaries::COLUMNS, "series");
    match &columns.series {
        None => each(transaction, &sql, params![experiment, ids], &mut take)?,
        Some(series) => {
            let sql = format!("{sql} AND name = ? AND phase = ?");
            for (name, phase) in series.iter().collect::<BTreeSet<_>>() {
                let parameters = params![experiment, ids, name, phase];
                each(transaction, &sql, parameters, &mut take)?;
            }
        }
    }
    // Mostly they are in order already; `SQLite` would sort those of all aggregates as one.
    for (_, row) in table {
        row.summaries
            .sort_by(|a, b| (a.name(), a.phase()).cmp(&(b.name(), b.phase())));
    }
    Ok(())
}

/// Selects columns of a table for the aggregates of an experiment, and behind them its row and that
/// of its aggregate. One aggregate is looked up after the other: the other way round, all
/// experiments would be gone through.
fn joined(columns: &str, table: &str) -> String {
    format!(
        "SELECT {columns}, {table}.row, aggregate FROM aggregates
         CROSS JOIN {table} ON {table}.aggregate = aggregates.row
         WHERE experiment = (SELECT row FROM experiments WHERE uuid = ?1)
         AND (?2 IS NULL OR id IN (SELECT value FROM json_each(?2)))"
    )
}

/// Hands on each row, and which of its columns is the last: looking it up by name takes long.
fn each(
    transaction: &Transaction<'_>,
    sql: &str,
    parameters: impl Params,
    take: &mut impl FnMut(&Row<'_>, usize) -> Result<(), Fault>,
) -> Result<(), Fault> {
    let mut statement = transaction.prepare_cached(sql)?;
    let last = statement.column_count() - 1;
    let mut rows = statement.query(parameters)?;
    while let Some(row) = rows.next()? {
        take(row, last)?;
    }
    Ok(())
}

/// Where the aggregate of a row stands in the table.
fn place(row: &Row<'_>, column: usize, table: &[Found]) -> Result<usize, Fault> {
    let aggregate: i64 = row.get(column)?;
    table
        .binary_search_by_key(&aggregate, |(row, _)| *row)
        .map_err(|_| Fault::Damaged(format!("there is no aggregate {aggregate}")))
}
