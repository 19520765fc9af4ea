//! Orders that an index has.

use rusqlite::types::Value as Column;
use rusqlite::{OptionalExtension, Transaction, params};
use tracker_core::chunk::ordered;
use tracker_core::ports::{Scope, Search};
use tracker_core::query::{Key, Order, Scalar, Statistic, Target};
use tracker_core::{Definition, Direction};

use super::condition::indexed;
use crate::column::json;
use crate::experiments;
use crate::facts;
use crate::failure::Failure;
use crate::rows::Condition;

/// Rows in order: those of the first stage stand before those of the next.
pub(super) struct Stage {
    pub(super) from: String,
    pub(super) condition: Condition,
    pub(super) order: String,
}

impl Stage {
    /// All rows, by their place.
    pub(super) fn whole() -> Self {
        by_place(None, Condition::new("1", Vec::new()))
    }
}

const AGGREGATES: &str = "aggregates AS a";
const PLACE: &str = "a.created, a.uuid";

/// The stages in which the rows of a query come in its order, behind its cursor; nothing where no
/// index has the order.
pub(super) fn stages(
    transaction: &Transaction<'_>,
    wanted: &Search<'_>,
    has_facts: bool,
) -> Result<Option<Vec<Stage>>, Failure> {
    let query = wanted.query;
    let cursor = match query.cursor() {
        Some(cursor) => (!cursor.is_start()).then_some(Cursor {
            keys: cursor.keys(query)?,
            place: {
                let (created, uuid) = cursor.place();
                vec![
                    Column::Integer(created.as_microsecond()),
                    Column::Blob(uuid.as_bytes().to_vec()),
                ]
            },
        }),
        None => None,
    };
    let order = match query.orders() {
        [] => {
            let whole = Stage::whole();
            return Ok(Some(vec![by_place(cursor.as_ref(), whole.condition)]));
        }
        [order] => order,
        _ => return Ok(None),
    };
    match order.field.target() {
        Target::Id => Ok(by_column("a.id", order, cursor.as_ref())),
        Target::Epoch => Ok(by_column("a.epoch", order, cursor.as_ref())),
        Target::Created => Ok(by_column("a.created", order, cursor.as_ref())),
        Target::Metric {
            name,
            phase,
            statistic,
        } => {
            let mut metrics = metrics(transaction, name, phase)?;
            if let Scope::Experiment(id) = &wanted.scope {
                let experiment = experiments::row(transaction, *id).ok();
                metrics.retain(|(_, of)| Some(*of) == experiment);
            }
            let [(metric, experiment)] = metrics[..] else {
                return Ok(None);
            };
            let statistic = match statistic {
                Statistic::Best => match best(transaction, experiment, name)? {
                    Some(statistic) => statistic,
                    None => return Ok(None),
                },
                statistic => *statistic,
            };
            let Some(column) = indexed(statistic) else {
                return Ok(None);
            };
            if statistic == Statistic::Last && has_json(transaction, metric)? {
                return Ok(None);
            }
            Ok(by_metric(metric, column, order, cursor.as_ref()))
        }
        target => {
            let field = match facts::Field::of(target).filter(|_| has_facts) {
                Some(field) => field.row(transaction)?,
                None => None,
            };
            match field {
                Some(field) if facts::are_in_order(transaction, field)? => {
                    Ok(by_fact(field, order, cursor.as_ref()))
                }
                _ => Ok(None),
            }
        }
    }
}

/// Where the page before has ended.
struct Cursor {
    keys: Vec<Key<'static>>,
    place: Vec<Column>,
}

/// Those behind the cursor, where there is one, by their place.
fn by_place(cursor: Option<&Cursor>, condition: Condition) -> Stage {
    let behind =
        cursor.map(|cursor| Condition::new(format!("({PLACE}) > (?, ?)"), cursor.place.clone()));
    Stage {
        from: AGGREGATES.to_owned(),
        condition: match behind {
            Some(behind) => condition.and(&behind),
            None => condition,
        },
        order: PLACE.to_owned(),
    }
}

/// By a column that every aggregate has.
fn by_column(column: &str, order: &Order, cursor: Option<&Cursor>) -> Option<Vec<Stage>> {
    let condition = match cursor {
        Some(cursor) => {
            let value = match cursor.keys.first()?.value()? {
                Scalar::Integer(integer) => Column::Integer(i64::try_from(*integer).ok()?),
                Scalar::Text(text) => Column::Text(text.to_string()),
                _ => return None,
            };
            behind(column, order, value, cursor)
        }
        None => Condition::new("1", Vec::new()),
    };
    Some(vec![Stage {
        from: AGGREGATES.to_owned(),
        condition,
        order: format!("{column} {}, {PLACE}", direction(order)),
    }])
}

/// By a number of the summary of a metric.
fn by_metric(
    metric: i64,
    column: &str,
    order: &Order,
    cursor: Option<&Cursor>,
) -> Option<Vec<Stage>> {
    let is_there = |series: &str| {
        format!(
            "{series}.metric = {metric} AND {series}.{column} BETWEEN {} AND {}",
            ordered(f64::NEG_INFINITY),
            ordered(f64::INFINITY)
        )
    };
    let value = |key: &Scalar<'_>| match key {
        Scalar::Float(number) => Some(Column::Integer(ordered(*number))),
        _ => None,
    };
    elsewhere("series", column, is_there, value, order, cursor)
}

/// By a fact.
fn by_fact(field: i64, order: &Order, cursor: Option<&Cursor>) -> Option<Vec<Stage>> {
    let is_there = |facts: &str| format!("{facts}.field = {field} AND {facts}.value IS NOT NULL");
    let value = |key: &Scalar<'_>| Some(facts::column(key)).filter(|value| *value != Column::Null);
    elsewhere("facts", "value", is_there, value, order, cursor)
}

/// By a column of the rows of another table that belong to an aggregate: one at most `is_there`.
/// Those without one stand last.
fn elsewhere(
    table: &str,
    column: &str,
    is_there: impl Fn(&str) -> String,
    value: impl Fn(&Scalar<'_>) -> Option<Column>,
    order: &Order,
    cursor: Option<&Cursor>,
) -> Option<Vec<Stage>> {
    let without = Condition::new(
        format!(
            "NOT EXISTS (SELECT 1 FROM {table} AS t WHERE t.aggregate = a.row AND {})",
            is_there("t")
        ),
        Vec::new(),
    );
    let mut with = Condition::new(is_there("s"), Vec::new());
    if let Some(cursor) = cursor {
        let Some(key) = cursor.keys.first().and_then(Key::value) else {
            // The page before has ended among those without one.
            return Some(vec![by_place(Some(cursor), without)]);
        };
        with = with.and(&behind(&format!("s.{column}"), order, value(key)?, cursor));
    }
    let with = Stage {
        from: format!("{table} AS s CROSS JOIN {AGGREGATES} ON a.row = s.aggregate"),
        condition: with,
        order: format!("s.{column} {}, {PLACE}", direction(order)),
    };
    Some(vec![with, by_place(None, without)])
}

/// Those that stand behind a value and a place.
fn behind(column: &str, order: &Order, value: Column, cursor: &Cursor) -> Condition {
    let sign = if order.descending { "<" } else { ">" };
    let mut parameters = vec![value.clone(), value.clone(), value];
    parameters.extend(cursor.place.iter().cloned());
    Condition::new(
        format!(
            "{column} {sign}= ? AND ({column} {sign} ? OR ({column} = ? AND ({PLACE}) > (?, ?)))"
        ),
        parameters,
    )
}

fn direction(order: &Order) -> &'static str {
    if order.descending { "DESC" } else { "ASC" }
}

/// The rows of a metric, one for each experiment that has it, and those of these experiments.
pub(super) fn metrics(
    transaction: &Transaction<'_>,
    name: &str,
    phase: &str,
) -> Result<Vec<(i64, i64)>, Failure> {
    let mut statement = transaction.prepare_cached(
        "SELECT metrics.row, experiments.row FROM experiments
         CROSS JOIN metrics ON metrics.experiment = experiments.row
         WHERE metrics.name = ? AND metrics.phase = ?",
    )?;
    let rows = statement.query_map(params![name, phase], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Whether the best number of a metric is its smallest or its largest; nothing where that is not
/// known, or an aggregate may say otherwise.
fn best(
    transaction: &Transaction<'_>,
    experiment: i64,
    name: &str,
) -> Result<Option<Statistic>, Failure> {
    let own = transaction
        .prepare_cached(
            "SELECT 1 FROM aggregates WHERE experiment = ? AND definitions <> '{}' LIMIT 1",
        )?
        .query_row([experiment], |_| Ok(()))
        .optional()?;
    if own.is_some() {
        return Ok(None);
    }
    let definitions: std::collections::BTreeMap<String, Definition> = transaction
        .prepare_cached("SELECT definitions FROM experiments WHERE row = ?")?
        .query_row([experiment], |row| Ok(json(row, 0, "definitions")))??;
    Ok(
        match Definition::of(name, definitions.get(name)).direction {
            Some(Direction::Minimize) => Some(Statistic::Min),
            Some(Direction::Maximize) => Some(Statistic::Max),
            None => None,
        },
    )
}

/// Whether a series of this metric ends in a value that is no number.
fn has_json(transaction: &Transaction<'_>, metric: i64) -> Result<bool, Failure> {
    let found = transaction
        .prepare_cached("SELECT 1 FROM series WHERE metric = ? AND last_number IS NULL LIMIT 1")?
        .query_row([metric], |_| Ok(()))
        .optional()?;
    Ok(found.is_some())
}
