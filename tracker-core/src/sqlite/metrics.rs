//! The tables of series and points.
//!
//! `SQLite` turns NaN into NULL and may turn `-0.0` into `0`, so a number is kept as an integer: the
//! bits of the float, arranged so that integers order as `f64::total_cmp` orders the floats.

use std::collections::HashMap;

use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row, Transaction, params};

use super::fault::Fault;
use super::{SqliteStore, aggregate_row, column, count};
use crate::error::Result;
use crate::metric::{Metric, MetricValue};
use crate::ports::{AggregateKey, MetricStore};
use crate::summary::Summary;

impl MetricStore for SqliteStore {
    fn add_metrics(&self, key: &AggregateKey, metrics: &[Metric]) -> Result<()> {
        self.write("add metrics", |transaction| {
            let aggregate = aggregate_row(transaction, key)?;
            let mut touched: HashMap<(&str, &str), Series> = HashMap::new();
            for metric in metrics {
                let name = (metric.name.as_str(), metric.phase.as_str());
                let series = match touched.remove(&name) {
                    Some(series) => Some(series),
                    None => find(transaction, aggregate, name)?,
                };
                let series = match series {
                    Some(series) => series.with(metric),
                    None => Series::create(transaction, aggregate, metric)?,
                };
                insert(transaction, &series, metric)?;
                touched.insert(name, series);
            }
            touched
                .values()
                .try_for_each(|series| series.update(transaction))
        })
    }

    fn metrics(&self, key: &AggregateKey, name: &str, phase: &str) -> Result<Vec<Metric>> {
        self.read("list metrics", |transaction| {
            let aggregate = aggregate_row(transaction, key)?;
            let mut statement = transaction.prepare_cached(
                "SELECT epoch, step, time, number, json FROM points
                 WHERE series = (SELECT row FROM series WHERE aggregate = ? AND name = ? AND phase = ?)
                 ORDER BY epoch, step, arrival",
            )?;
            let mut rows = statement.query(params![aggregate, name, phase])?;
            let mut points = Vec::new();
            while let Some(row) = rows.next()? {
                points.push(point(row, 0, name, phase)?);
            }
            Ok(points)
        })
    }

    fn summaries(&self, key: &AggregateKey) -> Result<Vec<Summary>> {
        self.read("list summaries", |transaction| {
            let aggregate = aggregate_row(transaction, key)?;
            let mut statement = transaction
                .prepare_cached("SELECT * FROM series WHERE aggregate = ? ORDER BY name, phase")?;
            let mut rows = statement.query([aggregate])?;
            let mut summaries = Vec::new();
            while let Some(row) = rows.next()? {
                summaries.push(Series::read(row)?.summary);
            }
            Ok(summaries)
        })
    }

    fn clear_metrics(&self, key: &AggregateKey) -> Result<()> {
        self.write("clear metrics", |transaction| {
            let aggregate = aggregate_row(transaction, key)?;
            transaction
                .prepare_cached("DELETE FROM series WHERE aggregate = ?")?
                .execute([aggregate])?;
            Ok(())
        })
    }
}

/// A row of `series`.
struct Series {
    row: i64,
    summary: Summary,
}

impl Series {
    /// Inserts the series of its first point.
    fn create(
        transaction: &Transaction<'_>,
        aggregate: i64,
        metric: &Metric,
    ) -> Result<Self, Fault> {
        transaction
            .prepare_cached(
                "INSERT INTO series (aggregate, name, phase, count, first_epoch, first_step,
                 first_time, last_epoch, last_step, last_time) VALUES (?, ?, ?, 0, 0, 0, 0, 0, 0, 0)",
            )?
            .execute(params![aggregate, metric.name, metric.phase])?;
        Ok(Self {
            row: transaction.last_insert_rowid(),
            summary: Summary::of(metric),
        })
    }

    fn read(row: &Row<'_>) -> Result<Self, Fault> {
        let (name, phase): (String, String) = (row.get("name")?, row.get("phase")?);
        let first = row.as_ref().column_index("first_epoch")?;
        let last = row.as_ref().column_index("last_epoch")?;
        Ok(Self {
            row: row.get("row")?,
            summary: Summary {
                count: count(row.get("count")?)?,
                first: point(row, first, &name, &phase)?,
                last: point(row, last, &name, &phase)?,
                min: row.get::<_, Option<i64>>("min")?.map(number),
                max: row.get::<_, Option<i64>>("max")?.map(number),
            },
        })
    }

    fn with(mut self, metric: &Metric) -> Self {
        self.summary.add(metric);
        self
    }

    fn update(&self, transaction: &Transaction<'_>) -> Result<(), Fault> {
        let Summary {
            count,
            first,
            last,
            min,
            max,
        } = &self.summary;
        transaction
            .prepare_cached(
                "UPDATE series SET count = ?, min = ?, max = ?,
                 first_epoch = ?, first_step = ?, first_time = ?, first_number = ?, first_json = ?,
                 last_epoch = ?, last_step = ?, last_time = ?, last_number = ?, last_json = ?
                 WHERE row = ?",
            )?
            .execute(params![
                column(*count),
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
                self.row,
            ])?;
        Ok(())
    }
}

fn find(
    transaction: &Transaction<'_>,
    aggregate: i64,
    (name, phase): (&str, &str),
) -> Result<Option<Series>, Fault> {
    transaction
        .prepare_cached("SELECT * FROM series WHERE aggregate = ? AND name = ? AND phase = ?")?
        .query_row(params![aggregate, name, phase], |row| Ok(Series::read(row)))
        .optional()?
        .transpose()
}

/// Inserts the point that the series counted last.
fn insert(transaction: &Transaction<'_>, series: &Series, metric: &Metric) -> Result<(), Fault> {
    transaction
        .prepare_cached(
            "INSERT INTO points (series, epoch, step, arrival, time, number, json)
             VALUES (?, ?, ?, ?, ?, ?, ?)",
        )?
        .execute(params![
            series.row,
            column(metric.epoch),
            column(metric.step),
            column(series.summary.count),
            metric.time.as_microsecond(),
            metric.value.number().map(ordered),
            json(&metric.value),
        ])?;
    Ok(())
}

/// The point in the columns from `at` on: epoch, step, time, number, JSON.
fn point(row: &Row<'_>, at: usize, name: &str, phase: &str) -> Result<Metric, Fault> {
    let value = match row.get::<_, Option<i64>>(at + 3)? {
        Some(bits) => MetricValue::Number(number(bits)),
        None => MetricValue::Json(row.get::<_, String>(at + 4)?.parse()?),
    };
    let time = Timestamp::from_microsecond(row.get(at + 2)?)
        .map_err(|problem| Fault::Damaged(format!("a time of the metric `{name}`: {problem}")))?;
    Ok(Metric::new(name, value)
        .phase(phase)
        .epoch(count(row.get(at)?)?)
        .step(count(row.get(at + 1)?)?)
        .time(time))
}

fn json(value: &MetricValue) -> Option<&str> {
    match value {
        MetricValue::Number(_) => None,
        MetricValue::Json(json) => Some(json.as_str()),
    }
}

/// The integer of a float.
fn ordered(number: f64) -> i64 {
    flip(number.to_bits().cast_signed())
}

/// The float of an integer.
fn number(ordered: i64) -> f64 {
    f64::from_bits(flip(ordered).cast_unsigned())
}

/// Among negative floats more bits mean less, so all but the sign is inverted there; doing it
/// twice gives the bits back.
fn flip(bits: i64) -> i64 {
    bits ^ ((bits >> 63).cast_unsigned() >> 1).cast_signed()
}

#[cfg(test)]
mod tests {
    use super::{number, ordered};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_integer_gives_the_bits_back(bits: u64) {
            prop_assert_eq!(number(ordered(f64::from_bits(bits))).to_bits(), bits);
        }

        #[test]
        fn integers_order_as_the_floats_do(a: u64, b: u64) {
            let (a, b) = (f64::from_bits(a), f64::from_bits(b));
            prop_assert_eq!(ordered(a).cmp(&ordered(b)), a.total_cmp(&b));
        }
    }
}
