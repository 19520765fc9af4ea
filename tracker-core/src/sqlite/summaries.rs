//! The table of series, which holds their summaries.

use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row, Transaction, params};

use super::fault::Fault;
use super::number::{number, ordered};
use super::{column, count};
use crate::metric::{Metric, MetricValue};
use crate::summary::Summary;

/// What [`Kept::read`] reads, in its order.
pub(super) const COLUMNS: &str = "series.row, series.name, series.phase, count, chunked, min, max,
     first_epoch, first_step, first_time, first_number, first_json,
     last_epoch, last_step, last_time, last_number, last_json";

/// A row of `series`.
pub(super) struct Kept {
    pub(super) row: i64,
    /// How many of the points stand in chunks: all but the last to arrive.
    pub(super) chunked: u64,
    pub(super) summary: Summary,
}

impl Kept {
    pub(super) fn read(row: &Row<'_>) -> Result<Self, Fault> {
        let (name, phase): (String, String) = (row.get(1)?, row.get(2)?);
        Ok(Self {
            row: row.get(0)?,
            chunked: count(row.get(4)?)?,
            summary: Summary {
                count: count(row.get(3)?)?,
                min: row.get::<_, Option<i64>>(5)?.map(number),
                max: row.get::<_, Option<i64>>(6)?.map(number),
                first: point(row, 7, name.clone(), phase.clone())?,
                last: point(row, 12, name, phase)?,
            },
        })
    }

    /// The series of a name and phase, where there is one.
    pub(super) fn find(
        transaction: &Transaction<'_>,
        aggregate: i64,
        name: &str,
        phase: &str,
    ) -> Result<Option<Self>, Fault> {
        transaction
            .prepare_cached(&format!(
                "SELECT {COLUMNS} FROM series WHERE aggregate = ? AND name = ? AND phase = ?"
            ))?
            .query_row(params![aggregate, name, phase], |row| Ok(Self::read(row)))
            .optional()?
            .transpose()
    }

    /// All series of an aggregate, ordered by name and phase.
    pub(super) fn all(transaction: &Transaction<'_>, aggregate: i64) -> Result<Vec<Self>, Fault> {
        let mut statement = transaction.prepare_cached(&format!(
            "SELECT {COLUMNS} FROM series WHERE aggregate = ? ORDER BY name, phase"
        ))?;
        let mut rows = statement.query([aggregate])?;
        let mut series = Vec::new();
        while let Some(row) = rows.next()? {
            series.push(Self::read(row)?);
        }
        Ok(series)
    }
}

/// Inserts the series, or updates the one of its name and phase; gives its row.
pub(super) fn put(
    transaction: &Transaction<'_>,
    aggregate: i64,
    summary: &Summary,
    chunked: u64,
) -> Result<i64, Fault> {
    let Summary {
        count,
        first,
        last,
        min,
        max,
    } = summary;
    let row = transaction
        .prepare_cached(
            "INSERT INTO series (aggregate, name, phase, count, chunked, min, max,
             first_epoch, first_step, first_time, first_number, first_json,
             last_epoch, last_step, last_time, last_number, last_json)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
             ON CONFLICT (aggregate, name, phase) DO UPDATE SET
             count = excluded.count, chunked = excluded.chunked,
             min = excluded.min, max = excluded.max,
             first_epoch = excluded.first_epoch, first_step = excluded.first_step,
             first_time = excluded.first_time, first_number = excluded.first_number,
             first_json = excluded.first_json,
             last_epoch = excluded.last_epoch, last_step = excluded.last_step,
             last_time = excluded.last_time, last_number = excluded.last_number,
             last_json = excluded.last_json
             RETURNING row",
        )?
        .query_row(
            params![
                aggregate,
                summary.name(),
                summary.phase(),
                column(*count),
                column(chunked),
                min.map(ordered),
                max.map(ordered),
                column(first.epoch),
                column(first.step),
                first.time.as_microsecond(),
                first.value.number().map(ordered),
                json(&first.value),
                column(last.epoch),
                column(last.step),
                last.time.as_microsecond(),
                last.value.number().map(ordered),
                json(&last.value),
            ],
            |row| row.get(0),
        )?;
    Ok(row)
}

/// The point in the columns from `at` on: epoch, step, time, number, JSON.
fn point(row: &Row<'_>, at: usize, name: String, phase: String) -> Result<Metric, Fault> {
    let value = match row.get::<_, Option<i64>>(at + 3)? {
        Some(bits) => MetricValue::Number(number(bits)),
        None => MetricValue::Json(row.get::<_, String>(at + 4)?.parse()?),
    };
    let time = Timestamp::from_microsecond(row.get(at + 2)?)
        .map_err(|problem| Fault::Damaged(format!("a time of the metric `{name}`: {problem}")))?;
    Ok(Metric {
        name,
        phase,
        value,
        epoch: count(row.get(at)?)?,
        step: count(row.get(at + 1)?)?,
        time,
    })
}

fn json(value: &MetricValue) -> Option<&str> {
    match value {
        MetricValue::Number(_) => None,
        MetricValue::Json(json) => Some(json.as_str()),
    }
}
