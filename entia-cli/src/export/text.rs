//! CSV and JSON Lines.

use std::io::Write;

use serde::Serialize;
use tracker_core::Series;

use super::{COLUMNS, Rows};
use crate::error::Result;
use crate::json::{self, Json, Number};

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
            let (value, json) = json::parts(&metric.value);
            let text = |value: Number| match value.special() {
                Some(text) => text.to_owned(),
                None => format!("{:?}", value.0),
            };
            self.writer.write_record([
                experiment,
                aggregate,
                &metric.name,
                &metric.phase,
                &metric.epoch.to_string(),
                &metric.step.to_string(),
                &metric.time.to_string(),
                &value.map_or_else(String::new, text),
                &json.map_or_else(String::new, Json::into_text),
            ])?;
        }
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> Result<()> {
        Ok(self.writer.flush()?)
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
    name: &'a str,
    phase: &'a str,
    epoch: u64,
    step: u64,
    time: String,
    value: Option<Number>,
    json: Option<Json>,
}

impl<W: Write> JsonRows<W> {
    pub(crate) fn new(out: W) -> Self {
        Self { out }
    }
}

impl<W: Write> Rows for JsonRows<W> {
    fn write(&mut self, experiment: &str, aggregate: &str, series: &Series) -> Result<()> {
        for metric in series.iter() {
            let (value, json) = json::parts(&metric.value);
            let row = Row {
                experiment,
                aggregate,
                name: &metric.name,
                phase: &metric.phase,
                epoch: metric.epoch,
                step: metric.step,
                time: metric.time.to_string(),
                value,
                json,
            };
            serde_json::to_writer(&mut self.out, &row)?;
            writeln!(self.out)?;
        }
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> Result<()> {
        Ok(self.out.flush()?)
    }
}
