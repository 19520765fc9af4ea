//! Points of a run in one table: a row for each epoch and step, and a column for each metric.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;

use serde::{Serialize, Serializer};
use tracker_core::ports::Row;
use tracker_core::{MetricValue, Series, Timestamp};

use super::json_text;
use super::text::number_text;
use crate::error::{Error, Result};
use crate::options::Format;
use crate::text;

/// The columns that every row has before those of the metrics.
const FIRST: [&str; 5] = ["experiment", "aggregate", "epoch", "step", "time"];

/// What takes one run after the other.
pub(crate) struct Wide<W: Write> {
    /// The name and phase of each metric.
    metrics: Vec<(String, String)>,
    out: Out<W>,
}

enum Out<W: Write> {
    Csv(Box<csv::Writer<W>>),
    Jsonl(W),
}

/// What was measured at an epoch and a step.
#[derive(Serialize)]
struct WideRow<'a> {
    experiment: &'a str,
    aggregate: &'a str,
    epoch: u64,
    step: i64,
    /// When the first of them was measured.
    time: Timestamp,
    metrics: Cells,
}

/// The values by their columns.
struct Cells(BTreeMap<String, MetricValue>);

impl Serialize for Cells {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        #[serde(untagged)]
        enum Cell<'a> {
            Number(f64),
            Text(String),
            Json(&'a registry_core::Value),
        }
        let cells = self.0.iter().map(|(name, value)| match value {
            MetricValue::Number(number) if number.is_finite() => (name, Cell::Number(*number)),
            MetricValue::Number(number) => (name, Cell::Text(number_text(*number))),
            MetricValue::Json(json) => (name, Cell::Json(json)),
        });
        serializer.collect_map(cells)
    }
}

impl<W: Write> Wide<W> {
    /// Begins with the header, which has the metrics of all these runs.
    pub(crate) fn new<'r>(
        runs: impl Iterator<Item = &'r Row>,
        format: Format,
        out: W,
    ) -> Result<Self> {
        let summaries = runs.flat_map(|row| &row.summaries);
        let metrics = summaries.map(|of| (of.name().to_owned(), of.phase().to_owned()));
        let metrics: Vec<(String, String)> = metrics.collect::<BTreeSet<_>>().into_iter().collect();
        let out = match format {
            Format::Csv => {
                let mut writer = csv::Writer::from_writer(out);
                let names = metrics
                    .iter()
                    .map(|(name, phase)| text::series(name, phase));
                writer.write_record(FIRST.map(str::to_owned).into_iter().chain(names))?;
                Out::Csv(Box::new(writer))
            }
            Format::Jsonl => Out::Jsonl(out),
            Format::Parquet => return Err(Error::WideParquet),
        };
        Ok(Self { metrics, out })
    }

    /// Takes all series of a run. Where one has several points at an epoch and step, there are as
    /// many rows.
    pub(crate) fn write(
        &mut self,
        experiment: &str,
        aggregate: &str,
        series: &[Series],
    ) -> Result<()> {
        let mut rows: BTreeMap<(u64, i64, usize), WideRow<'_>> = BTreeMap::new();
        for series in series {
            let column = text::series(series.name(), series.phase());
            let (mut place, mut nth) = (None, 0);
            for point in series.iter() {
                let here = Some((point.epoch, point.step));
                nth = if place == here { nth + 1 } else { 0 };
                place = here;
                let key = (point.epoch, point.step, nth);
                let row = rows.entry(key).or_insert_with(|| WideRow {
                    experiment,
                    aggregate,
                    epoch: point.epoch,
                    step: point.step,
                    time: point.time,
                    metrics: Cells(BTreeMap::new()),
                });
                row.time = row.time.min(point.time);
                row.metrics.0.insert(column.clone(), point.value);
            }
        }
        rows.values().try_for_each(|row| self.write_row(row))
    }

    fn write_row(&mut self, row: &WideRow<'_>) -> Result<()> {
        match &mut self.out {
            Out::Jsonl(out) => {
                serde_json::to_writer(&mut *out, row)?;
                writeln!(out)?;
            }
            Out::Csv(writer) => {
                writer.write_field(row.experiment)?;
                writer.write_field(row.aggregate)?;
                writer.write_field(row.epoch.to_string())?;
                writer.write_field(row.step.to_string())?;
                writer.write_field(row.time.to_string())?;
                for (name, phase) in &self.metrics {
                    writer.write_field(match row.metrics.0.get(&text::series(name, phase)) {
                        Some(MetricValue::Number(number)) => number_text(*number),
                        Some(MetricValue::Json(json)) => json_text(json)?,
                        None => String::new(),
                    })?;
                }
                writer.write_record(None::<&[u8]>)?;
            }
        }
        Ok(())
    }

    /// Writes what is left to write.
    pub(crate) fn finish(self) -> Result<()> {
        match self.out {
            Out::Csv(mut writer) => Ok(writer.flush()?),
            Out::Jsonl(mut out) => Ok(out.flush()?),
        }
    }
}
