//! Every point as a row, streamed.

use std::collections::VecDeque;
use std::io::{self, Read};

use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tracker_core::ports::{Detail, Row};
use tracker_core::{Metric, MetricValue};

use crate::access::Caller;
use crate::app::App;
use crate::extract::Query;
use crate::problem::{Answer, Problem};
use crate::stream;

/// What to export.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wanted {
    /// The name or id of an experiment; all without it.
    experiment: Option<String>,
    #[serde(default)]
    format: Format,
}

/// How points are written.
#[derive(Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Format {
    #[default]
    Csv,
    Jsonl,
}

/// A point in a line of JSON.
#[derive(Serialize)]
struct Line<'a> {
    experiment: &'a str,
    aggregate: &'a str,
    #[serde(flatten)]
    point: &'a Metric,
}

/// `GET /api/v1/export`.
pub(crate) async fn read(
    State(app): State<App>,
    caller: Caller,
    Query(wanted): Query<Wanted>,
) -> Answer {
    let format = wanted.format;
    let export = app.off(move |app| {
        let scope = app.scope(&caller, wanted.experiment.as_deref())?;
        let store = app.tracker.store()?;
        let mut rows = store.rows(&scope, &Detail::ALL)?;
        rows.retain(|row| !row.aggregate.archived);
        Ok(Export {
            app: app.clone(),
            format,
            names: store
                .experiments()?
                .into_iter()
                .map(|of| (of.id, of.name))
                .collect(),
            rows: rows.into(),
            text: io::Cursor::new(first_line(format).into_bytes()),
        })
    });
    let body = stream::body_of(&app, Box::new(export.await?));
    let media_type = match format {
        Format::Csv => "text/csv; charset=utf-8",
        Format::Jsonl => "application/jsonl",
    };
    Ok(([(header::CONTENT_TYPE, media_type)], body).into_response())
}

fn first_line(format: Format) -> String {
    match format {
        Format::Csv => "experiment,aggregate,name,phase,epoch,step,time,value,json\n".to_owned(),
        Format::Jsonl => String::new(),
    }
}

/// Reads one series after the other.
struct Export {
    app: App,
    format: Format,
    names: std::collections::HashMap<tracker_core::Uuid, String>,
    rows: VecDeque<Row>,
    text: io::Cursor<Vec<u8>>,
}

impl Read for Export {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let length = self.text.read(buffer)?;
            if length > 0 || buffer.is_empty() {
                return Ok(length);
            }
            match self.next() {
                Ok(Some(text)) => self.text = io::Cursor::new(text),
                Ok(None) => return Ok(0),
                Err(_) => return Err(io::Error::other("the store failed")),
            }
        }
    }
}

impl Export {
    /// The next series as text, if there is one.
    fn next(&mut self) -> Result<Option<Vec<u8>>, Problem> {
        let is_done = |row: &Row| row.summaries.is_empty();
        while self.rows.front().is_some_and(is_done) {
            self.rows.pop_front();
        }
        let Some(row) = self.rows.front_mut() else {
            return Ok(None);
        };
        let summary = row.summaries.remove(0);
        let run = &row.aggregate;
        let store = self.app.tracker.store()?;
        let series = store.history(run.uuid, summary.name(), summary.phase())?;
        let name = self.names.get(&run.experiment).map_or("", String::as_str);
        let mut text = Vec::new();
        for point in series.iter() {
            write(&mut text, self.format, name, &run.id, &point)?;
        }
        Ok(Some(text))
    }
}

fn write(
    text: &mut Vec<u8>,
    format: Format,
    experiment: &str,
    aggregate: &str,
    point: &Metric,
) -> Result<(), Problem> {
    match format {
        Format::Jsonl => {
            let line = Line {
                experiment,
                aggregate,
                point,
            };
            serde_json::to_writer(&mut *text, &line).map_err(|_| Problem::internal())?;
        }
        Format::Csv => {
            let (value, other) = match &point.value {
                MetricValue::Number(number) => (number_text(*number), String::new()),
                MetricValue::Json(json) => (String::new(), json.to_string()),
            };
            let cells = [
                experiment.to_owned(),
                aggregate.to_owned(),
                point.name.clone(),
                point.phase.clone(),
                point.epoch.to_string(),
                point.step.to_string(),
                point.time.to_string(),
                value,
                other,
            ];
            text.extend(cells.map(|cell| quoted(&cell)).join(",").into_bytes());
        }
    }
    text.push(b'\n');
    Ok(())
}

/// A number as JSON has it, or the text for one that JSON does not have.
fn number_text(number: f64) -> String {
    match number {
        number if number.is_nan() => "NaN".to_owned(),
        f64::INFINITY => "Infinity".to_owned(),
        f64::NEG_INFINITY => "-Infinity".to_owned(),
        number => {
            serde_json::Number::from_f64(number).map_or_else(String::new, |it| it.to_string())
        }
    }
}

/// A cell of CSV, in quotes where it needs them.
fn quoted(cell: &str) -> String {
    if cell.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", cell.replace('"', "\"\""))
    } else {
        cell.to_owned()
    }
}
