//! Aggregates as rows of a table: a statement for them, and one for their summaries.

use std::collections::HashMap;

use postgres::types::Type;
use tracker_core::ports::{AggregateRecord, Detail, Row};
use tracker_core::{ModuleRecord, Uuid};

use crate::aggregates;
use crate::column::{get, json};
use crate::condition::{Condition, Value};
use crate::failure::Failure;
use crate::histories;
use crate::session::Session;
use crate::summaries::{COLUMNS, Kept, SELECTED};
use crate::text::column;

/// The aggregates for which a condition holds, by their time of creation and then their uuid.
pub(crate) fn read(
    session: &mut Session,
    condition: &Condition,
    detail: &Detail,
) -> Result<Vec<Row>, Failure> {
    let mut rows = select(
        session,
        "aggregates AS a",
        condition,
        detail,
        "a.created, a.aggregate",
    )?;
    read_summaries(session, condition, detail, &mut rows)?;
    read_means(session, detail, &mut rows)?;
    Ok(rows)
}

/// Reads the means that are wanted, from the histories.
fn read_means(session: &mut Session, detail: &Detail, rows: &mut [Row]) -> Result<(), Failure> {
    detail.add_means(rows, |aggregate, name, phase| {
        histories::whole(session, aggregate, name, phase)
    })
}

/// The aggregates of a part of a statement, in an order, with their modules and without their
/// summaries.
pub(crate) fn select(
    session: &mut Session,
    from: &str,
    condition: &Condition,
    detail: &Detail,
    order: &str,
) -> Result<Vec<Row>, Failure> {
    let has_modules = has_modules(detail);
    let sql = format!(
        "SELECT {}, {} FROM {from} {} WHERE {} ORDER BY {order}",
        aggregates::columns(),
        if has_modules { "a.modules" } else { "'[]'" },
        aggregates::NEWEST_ATTEMPT,
        condition.sql
    );
    let found = session.select(&sql, &condition.values)?;
    let row = |row: &postgres::Row| {
        let aggregate: AggregateRecord = aggregates::read(row)?;
        Ok(Row {
            aggregate,
            modules: modules(row, aggregates::END, detail)?,
            summaries: Vec::new(),
            means: Vec::new(),
        })
    };
    found.iter().map(row).collect()
}

/// Reads the summaries that are wanted of these rows, which are those of a condition.
pub(crate) fn read_summaries(
    session: &mut Session,
    condition: &Condition,
    detail: &Detail,
    rows: &mut [Row],
) -> Result<(), Failure> {
    if rows.is_empty() || detail.series.as_ref().is_some_and(Vec::is_empty) {
        return Ok(());
    }
    let mut condition = condition.clone();
    if let Some(series) = &detail.series {
        let one = |(name, phase): &(String, String)| {
            condition.values.push(Value::text(name));
            condition.values.push(Value::text(phase));
            "s.name = ? AND s.phase = ?"
        };
        let any: Vec<&str> = series.iter().map(one).collect();
        condition.sql = format!("{} AND ({})", condition.sql, any.join(" OR "));
    }
    let sql = format!(
        "SELECT {SELECTED} FROM aggregates AS a
         JOIN series AS s ON s.experiment = a.experiment AND s.aggregate = a.aggregate
         WHERE {}",
        condition.sql
    );
    let found = session.select(&sql, &condition.values)?;
    put_summaries(&found, rows)
}

/// Whether any modules are wanted.
fn has_modules(detail: &Detail) -> bool {
    let kinds = detail.modules.as_ref();
    kinds.is_none_or(|kinds| !kinds.is_empty())
}

/// The modules in a column that are wanted.
fn modules(
    row: &postgres::Row,
    column: usize,
    detail: &Detail,
) -> Result<Vec<ModuleRecord>, Failure> {
    let mut modules: Vec<ModuleRecord> = json(row, column, "modules")?;
    modules.retain(|module| detail.has_module(&module.kind));
    Ok(modules)
}

/// Reads the modules that are wanted of rows that are known already.
pub(crate) fn fill_modules(
    session: &mut Session,
    detail: &Detail,
    rows: &mut [Row],
) -> Result<(), Failure> {
    if !has_modules(detail) {
        return Ok(());
    }
    let aggregates: Vec<Uuid> = rows.iter().map(|row| row.aggregate.uuid).collect();
    let found = session.query(
        "SELECT aggregate, modules FROM aggregates WHERE aggregate = ANY($1)",
        &[&aggregates],
    )?;
    let mut of: HashMap<Uuid, Vec<ModuleRecord>> = HashMap::new();
    for row in &found {
        of.insert(get(row, 0)?, modules(row, 1, detail)?);
    }
    for row in rows {
        row.modules = of.remove(&row.aggregate.uuid).unwrap_or_default();
    }
    Ok(())
}

/// Reads the summaries and means that are wanted of rows that are known already, in the place of the
/// summaries that they have.
pub(crate) fn fill(
    session: &mut Session,
    detail: &Detail,
    rows: &mut [Row],
) -> Result<(), Failure> {
    fill_summaries(session, detail, rows)?;
    read_means(session, detail, rows)
}

fn fill_summaries(session: &mut Session, detail: &Detail, rows: &mut [Row]) -> Result<(), Failure> {
    for row in &mut *rows {
        row.summaries.clear();
    }
    if rows.is_empty() || detail.series.as_ref().is_some_and(Vec::is_empty) {
        return Ok(());
    }
    let (experiments, aggregates): (Vec<Uuid>, Vec<Uuid>) = rows
        .iter()
        .map(|row| (row.aggregate.experiment, row.aggregate.uuid))
        .unzip();
    // Each is looked up by its key.
    let mut sql = format!(
        "SELECT {SELECTED} FROM unnest($1::uuid[], $2::uuid[]) AS a (experiment, aggregate)
         JOIN series AS s ON s.experiment = a.experiment AND s.aggregate = a.aggregate"
    );
    let (mut names, mut phases) = (Vec::new(), Vec::new());
    for (name, phase) in detail.series.iter().flatten() {
        names.push(column(name).into_owned());
        phases.push(column(phase).into_owned());
    }
    if detail.series.is_some() {
        sql.push_str(" JOIN unnest($3::text[], $4::text[]) AS m (name, phase) USING (name, phase)");
    }
    let mut parameters: Vec<(&(dyn postgres::types::ToSql + Sync), Type)> = vec![
        (&experiments, Type::UUID_ARRAY),
        (&aggregates, Type::UUID_ARRAY),
    ];
    if detail.series.is_some() {
        parameters.push((&names, Type::TEXT_ARRAY));
        parameters.push((&phases, Type::TEXT_ARRAY));
    }
    let found = session.query_typed(&sql, &parameters)?;
    put_summaries(&found, rows)
}

fn put_summaries(found: &[postgres::Row], rows: &mut [Row]) -> Result<(), Failure> {
    let places: HashMap<Uuid, usize> = rows
        .iter()
        .enumerate()
        .map(|(place, row)| (row.aggregate.uuid, place))
        .collect();
    for row in found {
        let aggregate: Uuid = get(row, COLUMNS)?;
        // One that was not there yet when the rows were read has no place.
        if let Some(place) = places.get(&aggregate) {
            rows[*place].summaries.push(Kept::read(row)?.summary);
        }
    }
    for row in rows {
        row.summaries
            .sort_by(|a, b| (a.name(), a.phase()).cmp(&(b.name(), b.phase())));
    }
    Ok(())
}
