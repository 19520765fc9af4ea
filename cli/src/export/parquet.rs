//! Apache Parquet.

use std::io::Write;
use std::mem;
use std::sync::Arc;

use parquet::basic::Encoding;
use parquet::data_type::{ByteArray, ByteArrayType, DataType, DoubleType, Int64Type};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::parser::parse_message_type;
use parquet::schema::types::ColumnPath;
use tracker_core::{MetricValue, Micros, Series};

use super::{Rows, json_text};
use crate::error::Result;

/// The columns in the order of [`COLUMNS`](super::COLUMNS).
const SCHEMA: &str = "
    message points {
        required binary experiment (STRING);
        required binary aggregate (STRING);
        required binary name (STRING);
        required binary phase (STRING);
        required int64 epoch;
        required int64 step;
        optional int64 time (TIMESTAMP(MICROS, true));
        optional double value;
        optional binary json (STRING);
    }";

/// A row group has as many rows; as many wait in memory.
const GROUP: usize = 1 << 17;

/// Points as columns in row groups.
pub(crate) struct ParquetRows<W: Write + Send> {
    writer: SerializedFileWriter<W>,
    waiting: Waiting,
}

/// Rows on their way into a row group, a column each; the optional ones with whether they are there.
#[derive(Default)]
struct Waiting {
    /// Experiment, aggregate, name and phase.
    place: [Vec<ByteArray>; 4],
    /// Epoch and step.
    at: [Vec<i64>; 2],
    time: (Vec<i64>, Vec<i16>),
    value: (Vec<f64>, Vec<i16>),
    json: (Vec<ByteArray>, Vec<i16>),
}

impl<W: Write + Send> ParquetRows<W> {
    pub(crate) fn new(out: W) -> Result<Self> {
        let schema = Arc::new(parse_message_type(SCHEMA)?);
        let mut properties = WriterProperties::builder();
        // These grow by even steps, or never repeat: a dictionary would cost more than it gives.
        for (column, encoding) in [
            ("epoch", Encoding::DELTA_BINARY_PACKED),
            ("step", Encoding::DELTA_BINARY_PACKED),
            ("time", Encoding::DELTA_BINARY_PACKED),
            ("value", Encoding::PLAIN),
        ] {
            let column = ColumnPath::from(column);
            properties = properties
                .set_column_dictionary_enabled(column.clone(), false)
                .set_column_encoding(column, encoding);
        }
        Ok(Self {
            writer: SerializedFileWriter::new(out, schema, Arc::new(properties.build()))?,
            waiting: Waiting::default(),
        })
    }

    fn write_group(&mut self) -> Result<()> {
        let Waiting {
            place,
            at,
            time,
            value,
            json,
        } = mem::take(&mut self.waiting);
        let mut group = self.writer.next_row_group()?;
        for column in &place {
            write_column::<ByteArrayType, W>(&mut group, column, None)?;
        }
        for column in &at {
            write_column::<Int64Type, W>(&mut group, column, None)?;
        }
        write_column::<Int64Type, W>(&mut group, &time.0, Some(&time.1))?;
        write_column::<DoubleType, W>(&mut group, &value.0, Some(&value.1))?;
        write_column::<ByteArrayType, W>(&mut group, &json.0, Some(&json.1))?;
        group.close()?;
        Ok(())
    }
}

impl<W: Write + Send> Rows for ParquetRows<W> {
    fn write(&mut self, experiment: &str, aggregate: &str, series: &Series) -> Result<()> {
        let place = [experiment, aggregate, series.name(), series.phase()]
            .map(|text| ByteArray::from(text.as_bytes().to_vec()));
        for metric in series.iter() {
            let waiting = &mut self.waiting;
            for (column, text) in waiting.place.iter_mut().zip(&place) {
                column.push(text.clone());
            }
            let at = [metric.epoch.cast_signed(), metric.step];
            for (column, number) in waiting.at.iter_mut().zip(at) {
                column.push(number);
            }
            let time = Micros::from(metric.time);
            waiting.time.0.extend(time.is_known().then(|| time.get()));
            waiting.time.1.push(time.is_known().into());
            let is_number = match metric.value {
                MetricValue::Number(number) => {
                    waiting.value.0.push(number);
                    true
                }
                MetricValue::Json(json) => {
                    let text = json_text(&json)?;
                    waiting.json.0.push(text.into_bytes().into());
                    false
                }
            };
            waiting.value.1.push(is_number.into());
            waiting.json.1.push((!is_number).into());
            if waiting.value.1.len() == GROUP {
                self.write_group()?;
            }
        }
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> Result<()> {
        if !self.waiting.value.1.is_empty() {
            self.write_group()?;
        }
        self.writer.close()?;
        Ok(())
    }
}

/// Writes the next column of a row group; where a column is optional, `there` has a 1 for each row
/// that has a value.
fn write_column<T: DataType, W: Write + Send>(
    group: &mut SerializedRowGroupWriter<'_, W>,
    values: &[T::T],
    there: Option<&[i16]>,
) -> Result<()> {
    if let Some(mut column) = group.next_column()? {
        column.typed::<T>().write_batch(values, there, None)?;
        column.close()?;
    }
    Ok(())
}
