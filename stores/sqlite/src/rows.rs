//! Aggregates as rows of a table: a statement for them, and one for each wanted column.

use std::collections::{BTreeSet, HashMap};

use rusqlite::types::Value as Column;
use rusqlite::{Transaction, params_from_iter};
use tracker_core::ports::{AggregateRecord, Detail, Row};
use tracker_core::{ModuleRecord, Uuid};

use crate::aggregates;
use crate::column::{text, uuid};
use crate::failure::Failure;
use crate::histories;
use crate::modules;
use crate::summaries::{self, Kept};

/// A condition of aggregates `a`, and what its question marks stand for.
pub(crate) type Condition = tracker_core::sql::Condition<Column>;

/// An aggregate with nothing of it read yet.
pub(crate) fn of(aggregate: AggregateRecord) -> Row {
    Row {
        aggregate,
        modules: Vec::new(),
        summaries: Vec::new(),
        means: Vec::new(),
    }
}

/// The aggregates for which a condition holds, by their time of creation and then their uuid.
pub(crate) fn read(
    transaction: &Transaction<'_>,
    condition: &Condition,
    detail: &Detail,
) -> Result<Vec<Row>, Failure> {
    let sql = format!(
        "{} WHERE {} ORDER BY a.created, a.uuid",
        aggregates::select("aggregates AS a"),
        condition.sql
    );
    let mut statement = transaction.prepare_cached(&sql)?;
    let mut found = statement.query(params_from_iter(&condition.values))?;
    let mut table = Vec::new();
    let mut places = HashMap::new();
    while let Some(row) = found.next()? {
        let (number, aggregate) = aggregates::read(row)?;
        places.insert(number, table.len());
        table.push(of(aggregate));
    }
    read_modules(transaction, condition, detail, &places, &mut table)?;
    read_summaries(transaction, condition, detail, &places, &mut table)?;
    read_means(transaction, detail, &mut table)?;
    Ok(table)
}

/// Those whose uuids, as hexadecimal digits, stand in a list.
pub(crate) const OF_UUIDS: &str = "a.uuid IN (SELECT unhex(value) FROM json_each(?))";

/// Reads what is wanted of aggregates, in the place of what they have.
pub(crate) fn fill(
    transaction: &Transaction<'_>,
    table: &mut [Row],
    detail: &Detail,
) -> Result<(), Failure> {
    let of_uuids = table.iter().enumerate();
    let of_uuids = of_uuids.map(|(place, row)| (row.aggregate.uuid, place));
    let of_uuids: HashMap<Uuid, usize> = of_uuids.collect();
    let hex = of_uuids.keys().map(|uuid| uuid.simple().to_string());
    let hex = text(&hex.collect::<Vec<_>>())?;
    let mut places = HashMap::new();
    let mut statement = transaction.prepare_cached(&format!(
        "SELECT a.row, a.uuid FROM aggregates AS a WHERE {OF_UUIDS}"
    ))?;
    let mut found = statement.query([hex])?;
    while let Some(row) = found.next()? {
        if let Some(place) = of_uuids.get(&uuid(row, 1)?) {
            places.insert(row.get(0)?, *place);
        }
    }
    for row in &mut *table {
        row.modules.clear();
        row.summaries.clear();
    }
    let numbers = text(&places.keys().collect::<Vec<&i64>>())?;
    let condition = Condition::new(
        "a.row IN (SELECT value FROM json_each(?))",
        vec![Column::Text(numbers)],
    );
    read_modules(transaction, &condition, detail, &places, table)?;
    read_summaries(transaction, &condition, detail, &places, table)?;
    read_means(transaction, detail, table)
}

/// Reads what is wanted of one aggregate.
pub(crate) fn fill_one(
    transaction: &Transaction<'_>,
    number: i64,
    row: &mut Row,
    detail: &Detail,
) -> Result<(), Failure> {
    let condition = Condition::new("a.row = ?", vec![Column::Integer(number)]);
    let places = HashMap::from([(number, 0)]);
    let table = std::slice::from_mut(row);
    read_modules(transaction, &condition, detail, &places, table)?;
    read_summaries(transaction, &condition, detail, &places, table)?;
    read_means(transaction, detail, table)
}

fn read_means(
    transaction: &Transaction<'_>,
    detail: &Detail,
    table: &mut [Row],
) -> Result<(), Failure> {
    detail.add_means(table, |aggregate, name, phase| {
        histories::whole(transaction, aggregate, name, phase)
    })
}

fn read_modules(
    transaction: &Transaction<'_>,
    condition: &Condition,
    detail: &Detail,
    places: &HashMap<i64, usize>,
    table: &mut [Row],
) -> Result<(), Failure> {
    let mut found = Vec::new();
    let mut take = |row: &rusqlite::Row<'_>, last: usize| -> Result<(), Failure> {
        let (kind, record, epoch) = modules::read(row)?;
        let module = ModuleRecord {
            kind: kind.unwrap_or_default(),
            record,
            epoch,
        };
        let number: i64 = row.get(last - 1)?;
        found.push((number, place(row, last, places)?, module));
        Ok(())
    };
    let sql = joined(modules::COLUMNS, "modules", "", condition);
    match &detail.modules {
        None => each(transaction, &sql, condition, &[], &mut take)?,
        Some(kinds) => {
            let sql = format!("{sql} AND kind = ?");
            for kind in kinds.iter().collect::<BTreeSet<_>>() {
                each(transaction, &sql, condition, &[kind], &mut take)?;
            }
        }
    }
    // As they were appended.
    found.sort_unstable_by_key(|(number, ..)| *number);
    for (_, place, module) in found {
        table[place].modules.push(module);
    }
    Ok(())
}

/// What names the metric of a series.
const METRICS: &str = "CROSS JOIN metrics ON metrics.row = series.metric";

fn read_summaries(
    transaction: &Transaction<'_>,
    condition: &Condition,
    detail: &Detail,
    places: &HashMap<i64, usize>,
    table: &mut [Row],
) -> Result<(), Failure> {
    let mut take = |row: &rusqlite::Row<'_>, last: usize| -> Result<(), Failure> {
        let place = place(row, last, places)?;
        table[place].summaries.push(Kept::read(row)?.summary);
        Ok(())
    };
    match &detail.series {
        None => {
            let sql = joined(summaries::COLUMNS, "series", METRICS, condition);
            each(transaction, &sql, condition, &[], &mut take)?;
        }
        Some(series) => {
            // The metric first: with it, one lookup finds the series of an aggregate.
            let sql = format!(
                "SELECT {}, series.row, series.aggregate FROM aggregates AS a
                 CROSS JOIN metrics ON metrics.experiment = a.experiment
                 CROSS JOIN series ON series.aggregate = a.row AND series.metric = metrics.row
                 WHERE {} AND metrics.name = ? AND metrics.phase = ?",
                summaries::COLUMNS,
                condition.sql
            );
            for (name, phase) in series.iter().collect::<BTreeSet<_>>() {
                each(transaction, &sql, condition, &[name, phase], &mut take)?;
            }
        }
    }
    // Mostly they are in order already; SQLite would sort those of all aggregates as one.
    for row in table {
        row.summaries
            .sort_by(|a, b| (a.name(), a.phase()).cmp(&(b.name(), b.phase())));
    }
    Ok(())
}

/// Selects columns of a table for the aggregates of a condition, and behind them its row and that
/// of its aggregate. One aggregate is looked up after the other: the other way round, all
/// experiments would be gone through.
fn joined(columns: &str, table: &str, join: &str, condition: &Condition) -> String {
    format!(
        "SELECT {columns}, {table}.row, {table}.aggregate FROM aggregates AS a
         CROSS JOIN {table} ON {table}.aggregate = a.row {join}
         WHERE {}",
        condition.sql
    )
}

/// Hands on each row, and which of its columns is the last: looking it up by name takes long.
fn each(
    transaction: &Transaction<'_>,
    sql: &str,
    condition: &Condition,
    more: &[&String],
    take: &mut impl FnMut(&rusqlite::Row<'_>, usize) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let mut statement = transaction.prepare_cached(sql)?;
    let last = statement.column_count() - 1;
    let more = more.iter().map(|text| Column::Text((*text).clone()));
    let parameters = condition.values.iter().cloned().chain(more);
    let mut rows = statement.query(params_from_iter(parameters))?;
    while let Some(row) = rows.next()? {
        take(row, last)?;
    }
    Ok(())
}

/// Where the aggregate of a row stands in the table.
fn place(
    row: &rusqlite::Row<'_>,
    column: usize,
    places: &HashMap<i64, usize>,
) -> Result<usize, Failure> {
    let aggregate: i64 = row.get(column)?;
    let place = places.get(&aggregate).copied();
    place.ok_or_else(|| Failure::Damaged(format!("there is no aggregate {aggregate}")))
}
