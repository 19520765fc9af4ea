//! Points as rows, in the formats that other programs read.

mod parquet;
mod text;
mod wide;

use std::io::Write;
use std::path::Path;

use registry_core::Value;
use tracker_core::Series;

use crate::error::{Error, Result};
use crate::options::Format;

pub(crate) use parquet::ParquetRows;
pub(crate) use text::{CsvRows, JsonRows};
pub(crate) use wide::Wide;

/// The columns of every format.
pub(crate) const COLUMNS: [&str; 9] = [
    "experiment",
    "aggregate",
    "name",
    "phase",
    "epoch",
    "step",
    "time",
    "value",
    "json",
];

/// What takes the points of one series after the other.
pub(crate) trait Rows {
    /// Takes all points of a series.
    fn write(&mut self, experiment: &str, aggregate: &str, series: &Series) -> Result<()>;

    /// Writes what is left to write.
    fn finish(self: Box<Self>) -> Result<()>;
}

/// Rows in a format.
pub(crate) fn rows<'a>(format: Format, out: impl Write + Send + 'a) -> Result<Box<dyn Rows + 'a>> {
    Ok(match format {
        Format::Csv => Box::new(CsvRows::new(out)?),
        Format::Jsonl => Box::new(JsonRows::new(out)),
        Format::Parquet => Box::new(ParquetRows::new(out)?),
    })
}

/// The text of a value that is no number.
fn json_text(value: &Value) -> Result<String> {
    Ok(serde_json::to_string(value)?)
}

/// The format that the ending of a file stands for; nothing for a file without an ending.
pub(crate) fn format_of(path: &Path) -> Result<Option<Format>> {
    let Some(ending) = path.extension() else {
        return Ok(None);
    };
    match ending.to_string_lossy().to_ascii_lowercase().as_str() {
        "csv" => Ok(Some(Format::Csv)),
        "jsonl" | "ndjson" => Ok(Some(Format::Jsonl)),
        "parquet" => Ok(Some(Format::Parquet)),
        _ => Err(Error::NoFormat {
            path: path.to_owned(),
        }),
    }
}
