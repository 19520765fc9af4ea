//! Aggregates as rows of a table: a statement for them, and one for each wanted column.

use std::collections::{BTreeSet, HashMap};

use rusqlite::types::Value as Column;
use rusqlite::{Transaction, params_from_iter};
use serde_json::json;
use tracker_core::ModuleRecord;
use tracker_core::ports::{Detail, Row, Scope};

use crate::aggregates;
use crate::failure::Failure;
use crate::histories;
use crate::modules;
use crate::summaries::{self, Kept};

/// A condition of aggregates `a`, and what its question marks stand for.
#[derive(Clone, Debug)]
pub(crate) struct Condition {
    pub(crate) sql: String,
    pub(crate) parameters: Vec<Column>,
}

impl Condition {
    /// Which aggregates a scope means.
    pub(crate) fn of(scope: &Scope) -> Self {
        const EXPERIMENT: &str = "a.experiment = (SELECT row FROM experiments WHERE uuid = ?)";
        let experiment = |id: &tracker_core::Uuid| Column::Text(id.to_string());
        let (mut conditions, mut parameters) = (Vec::new(), Vec::new());
        match scope {
            Scope::All => {}
            Scope::Experiment(id) => {
                conditions.push(EXPERIMENT);
                parameters.push(experiment(id));
            }
            Scope::Uuids(uuids) => {
                conditions.push("a.uuid IN (SELECT unhex(value) FROM json_each(?))");
                let hex: Vec<String> = uuids.iter().map(|uuid| uuid.simple().to_string()).collect();
                parameters.push(Column::Text(json!(hex).to_string()));
            }
            Scope::Id { experiment: of, id } => {
                if let Some(of) = of {
                    conditions.push(EXPERIMENT);
                    parameters.push(experiment(of));
                }
                conditions.push("a.id = ?");
                parameters.push(Column::Text(id.clone()));
            }
            Scope::Prefix {
                experiment: of,
                prefix,
            } => {
                if let Some(of) = of {
                    conditions.push(EXPERIMENT);
                    parameters.push(experiment(of));
                }
                conditions.push("a.id >= ?");
                parameters.push(Column::Text(prefix.clone()));
                if let Some(behind) = behind(prefix) {
                    conditions.push("a.id < ?");
                    parameters.push(Column::Text(behind));
                }
            }
        }
        if conditions.is_empty() {
            conditions.push("1");
        }
        Self {
            sql: conditions.join(" AND "),
            parameters,
        }
    }

    pub(crate) fn new(sql: impl Into<String>, parameters: Vec<Column>) -> Self {
        Self {
            sql: sql.into(),
            parameters,
        }
    }

    /// The same, and no index of experiments is used for it: where another condition leaves few rows,
    /// all of an experiment are not gone through.
    pub(crate) fn tested(mut self) -> Self {
        self.sql = self.sql.replace("a.experiment = ", "+a.experiment = ");
        self
    }

    /// Whether both hold.
    pub(crate) fn and(mut self, other: &Self) -> Self {
        self.sql = format!("{} AND {}", self.sql, other.sql);
        self.parameters.extend(other.parameters.iter().cloned());
        self
    }
}

/// The first text behind all that begin with this one, in the order of their bytes.
fn behind(prefix: &str) -> Option<String> {
    let mut chars: Vec<char> = prefix.chars().collect();
    while let Some(last) = chars.pop() {
        // Behind the last one stands none; and none of these is a surrogate.
        if let Some(next) = (u32::from(last) + 1..=u32::from(char::MAX)).find_map(char::from_u32) {
            chars.push(next);
            return Some(chars.into_iter().collect());
        }
    }
    None
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
    let mut found = statement.query(params_from_iter(&condition.parameters))?;
    let mut table = Vec::new();
    let mut places = HashMap::new();
    while let Some(row) = found.next()? {
        let (number, aggregate) = aggregates::read(row)?;
        places.insert(number, table.len());
        table.push(Row {
            aggregate,
            modules: Vec::new(),
            summaries: Vec::new(),
            means: Vec::new(),
        });
    }
    read_modules(transaction, condition, detail, &places, &mut table)?;
    read_summaries(transaction, condition, detail, &places, &mut table)?;
    read_means(transaction, detail, &mut table)?;
    Ok(table)
}

/// Reads what is wanted of one aggregate.
pub(crate) fn fill(
    transaction: &Transaction<'_>,
    number: i64,
    detail: &Detail,
    row: &mut Row,
) -> Result<(), Failure> {
    let condition = Condition {
        sql: "a.row = ?".to_owned(),
        parameters: vec![Column::Integer(number)],
    };
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
    let parameters = condition.parameters.iter().cloned().chain(more);
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

#[cfg(test)]
mod tests {
    use super::behind;

    #[test]
    fn all_that_begin_so_stand_before_what_is_behind() {
        assert_eq!(behind("af").as_deref(), Some("ag"));
        assert_eq!(behind("a\u{10ffff}").as_deref(), Some("b"));
        assert_eq!(behind("\u{d7ff}").as_deref(), Some("\u{e000}"));
        assert_eq!(behind("\u{10ffff}"), None);
        assert_eq!(behind(""), None);
    }
}
