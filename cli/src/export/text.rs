//! CSV and JSON Lines.

use std::io::Write;

use registry_core::Value;
use serde::Serialize;
use tracker_core::{Metric, MetricValue, Micros, Series, Timestamp};

use super::{COLUMNS, Rows, json_text};
use crate::error::Result;
use crate::json;

/// Points as comma-separated values.
pub(crate) struct CsvRows<W: Write> {
    writer: csv::Writer<W>,
}

impl<W: Write> CsvRows<W> {
    /// Begins with the header.
    pub(crate) fn new(out: W) -> Result<Self> {
        let mut writer = csv::Writer::from_writer(out);
        writer.write_record(COLUMNS)?;
        Ok(Self { writer })
    }
}

impl<W: Write> Rows for CsvRows<W> {
    fn write(&mut self, experiment: &str, aggregate: &str, series: &Series) -> Result<()> {
        for metric in series.iter() {
            let (value, json) = match &metric.value {
                MetricValue::Number(number) => (number_text(*number), String::new()),
                MetricValue::Json(json) => (String::new(), json_text(json)?),
            };
            self.writer.write_record([
                experiment,
                aggregate,
                &metric.name,
                &metric.phase,
                &metric.epoch.to_string(),
                &metric.step.to_string(),
                &time_text(metric.time),
                &value,
                &json,
            ])?;
        }
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> Result<()> {
        Ok(self.writer.flush()?)
    }
}

/// Nothing where nobody knows it.
fn time_text(time: Timestamp) -> String {
    if Micros::from(time).is_known() {
        time.to_string()
    } else {
        String::new()
    }
}

/// A number, or the text that JSON has for it.
pub(super) fn number_text(number: f64) -> String {
    match Value::of(&number) {
        Ok(text) if !number.is_finite() => text.to_string(),
        _ => format!("{number:?}"),
    }
}

/// Points as an object on each line.
pub(crate) struct JsonRows<W> {
    out: W,
}

#[derive(Serialize)]
struct Row<'a> {
    experiment: &'a str,
    aggregate: &'a str,
    #[serde(flatten)]
    point: &'a Metric,
}

impl<W: Write> JsonRows<W> {
    pub(crate) fn new(out: W) -> Self {
        Self { out }
    }
}

impl<W: Write> Rows for JsonRows<W> {
    fn write(&mut self, experiment: &str, aggregate: &str, series: &Series) -> Result<()> {
        for metric in series.iter() {
            let row = Row {
                experiment,
                aggregate,
                point: &metric,
            };
            row.serialize(&mut json::compact(&mut self.out))?;
            writeln!(self.out)?;
        }
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> Result<()> {
        Ok(self.out.flush()?)
    }
}
