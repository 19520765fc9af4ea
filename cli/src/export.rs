//! Points as rows, in the formats that other programs read.

mod parquet;
mod text;

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use registry_core::Value;
use tracker_core::Series;

use crate::error::{Error, Result};
use crate::options::Format;

pub(crate) use parquet::ParquetRows;
pub(crate) use text::{CsvRows, JsonRows};

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

/// Writes a file as a whole: it has its name only when all of it is there.
pub(crate) fn whole_file(
    path: &Path,
    write: impl FnOnce(&mut BufWriter<File>) -> Result<()>,
) -> Result<()> {
    let refused = |cause| Error::File {
        path: path.to_owned(),
        cause,
    };
    let part = part(path);
    let mut file = BufWriter::new(File::create(&part).map_err(refused)?);
    let written = write(&mut file).and_then(|()| {
        file.flush().map_err(refused)?;
        fs::rename(&part, path).map_err(refused)
    });
    if written.is_err() {
        // The first problem is the one to tell.
        let _ = fs::remove_file(&part);
    }
    match written {
        Err(Error::Output(cause)) => Err(refused(cause)),
        written => written,
    }
}

fn part(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".part");
    name.into()
}
