//! The table of series, which holds their summaries.

use rusqlite::{OptionalExtension, Row, Transaction, params};
use tracker_core::chunk::{number, ordered};
use tracker_core::{Metric, MetricValue, Position, Summary};

use crate::column::{column, count, time};
use crate::failure::Failure;

/// What [`Kept::read`] reads, in its order.
pub(crate) const COLUMNS: &str =
    "series.row, metrics.name, metrics.phase, count, chunked, min, max,
     first_epoch, first_step, first_time, first_number, first_json,
     last_epoch, last_step, last_time, last_number, last_json,
     min_epoch, min_step, max_epoch, max_step";

/// A row of `series`.
pub(crate) struct Kept {
    pub(crate) row: i64,
    /// How many of the points stand in chunks: all but the last to arrive.
    pub(crate) chunked: u64,
    pub(crate) summary: Summary,
}

impl Kept {
    pub(crate) fn read(row: &Row<'_>) -> Result<Self, Failure> {
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
                min_at: position(row, 17)?,
                max_at: position(row, 19)?,
            },
        })
    }

    /// The series of a metric of an aggregate, where there is one.
    pub(crate) fn find(
        transaction: &Transaction<'_>,
        aggregate: i64,
        metric: i64,
    ) -> Result<Option<Self>, Failure> {
        transaction
            .prepare_cached(&format!(
                "SELECT {COLUMNS} FROM series JOIN metrics ON metrics.row = series.metric
                 WHERE aggregate = ? AND metric = ?"
            ))?
            .query_row([aggregate, metric], |row| Ok(Self::read(row)))
            .optional()?
            .transpose()
    }

    /// The series of a name and phase of an aggregate, where there is one.
    pub(crate) fn named(
        transaction: &Transaction<'_>,
        aggregate: i64,
        name: &str,
        phase: &str,
    ) -> Result<Option<Self>, Failure> {
        let metric = transaction
            .prepare_cached(
                "SELECT metrics.row FROM aggregates
                 JOIN metrics ON metrics.experiment = aggregates.experiment
                 WHERE aggregates.row = ? AND metrics.name = ? AND metrics.phase = ?",
            )?
            .query_row(params![aggregate, name, phase], |row| row.get(0))
            .optional()?;
        match metric {
            Some(metric) => Self::find(transaction, aggregate, metric),
            None => Ok(None),
        }
    }
}

/// The row of a metric of an experiment, which is made where there is none.
pub(crate) fn metric(
    transaction: &Transaction<'_>,
    experiment: i64,
    name: &str,
    phase: &str,
) -> Result<i64, Failure> {
    let found = transaction
        .prepare_cached("SELECT row FROM metrics WHERE experiment = ? AND name = ? AND phase = ?")?
        .query_row(params![experiment, name, phase], |row| row.get(0))
        .optional()?;
    if let Some(row) = found {
        return Ok(row);
    }
    transaction
        .prepare_cached("INSERT INTO metrics (experiment, name, phase) VALUES (?, ?, ?)")?
        .execute(params![experiment, name, phase])?;
    Ok(transaction.last_insert_rowid())
}

/// Inserts the series, or updates the one of its metric; gives its row.
pub(crate) fn put(
    transaction: &Transaction<'_>,
    aggregate: i64,
    metric: i64,
    summary: &Summary,
    chunked: u64,
) -> Result<i64, Failure> {
    let Summary {
        count,
        first,
        last,
        min,
        max,
        min_at,
        max_at,
    } = summary;
    let epoch = |at: &Option<Position>| at.map(|at| column(at.epoch));
    let step = |at: &Option<Position>| at.map(|at| at.step);
    let row = transaction
        .prepare_cached(
            "INSERT INTO series (aggregate, metric, count, chunked, min, max,
             first_epoch, first_step, first_time, first_number, first_json,
             last_epoch, last_step, last_time, last_number, last_json,
             min_epoch, min_step, max_epoch, max_step)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
             ON CONFLICT (aggregate, metric) DO UPDATE SET
             count = excluded.count, chunked = excluded.chunked,
             min = excluded.min, max = excluded.max,
             first_epoch = excluded.first_epoch, first_step = excluded.first_step,
             first_time = excluded.first_time, first_number = excluded.first_number,
             first_json = excluded.first_json,
             last_epoch = excluded.last_epoch, last_step = excluded.last_step,
             last_time = excluded.last_time, last_number = excluded.last_number,
             last_json = excluded.last_json,
             min_epoch = excluded.min_epoch, min_step = excluded.min_step,
             max_epoch = excluded.max_epoch, max_step = excluded.max_step
             RETURNING row",
        )?
        .query_row(
            params![
                aggregate,
                metric,
                column(*count),
                column(chunked),
                min.map(ordered),
                max.map(ordered),
                column(first.epoch),
                first.step,
                first.time.as_microsecond(),
                first.value.number().map(ordered),
                json(&first.value),
                column(last.epoch),
                last.step,
                last.time.as_microsecond(),
                last.value.number().map(ordered),
                json(&last.value),
                epoch(min_at),
                step(min_at),
                epoch(max_at),
                step(max_at),
            ],
            |row| row.get(0),
        )?;
    Ok(row)
}

/// Where an extreme was measured; an older version has not kept it.
fn position(row: &Row<'_>, at: usize) -> Result<Option<Position>, Failure> {
    let Some(epoch) = row.get::<_, Option<i64>>(at)? else {
        return Ok(None);
    };
    Ok(Some(Position {
        epoch: count(epoch)?,
        step: row.get(at + 1)?,
    }))
}

/// The point in the columns from `at` on: epoch, step, time, number, JSON.
fn point(row: &Row<'_>, at: usize, name: String, phase: String) -> Result<Metric, Failure> {
    let value = match row.get::<_, Option<i64>>(at + 3)? {
        Some(bits) => MetricValue::Number(number(bits)),
        None => MetricValue::Json(row.get::<_, String>(at + 4)?.parse()?),
    };
    Ok(Metric {
        name,
        phase,
        value,
        epoch: count(row.get(at)?)?,
        step: row.get(at + 1)?,
        time: time(row, at + 2)?,
    })
}

fn json(value: &MetricValue) -> Option<&str> {
    match value {
        MetricValue::Number(_) => None,
        MetricValue::Json(json) => Some(json.as_str()),
    }
}
