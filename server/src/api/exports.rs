//! Every point as a row, streamed.

use std::collections::VecDeque;

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tracker_core::ports::{Detail, Row, Search as StoreSearch};
use tracker_core::{Metric, MetricValue};

use crate::access::Caller;
use crate::api::columns::series_of;
use crate::api::runs::{Search, Sought};
use crate::app::App;
use crate::extract::Query;
use crate::problem::{Answer, Problem};
use crate::stream::{self, Texts};

const FIRST_LINE: &str = "experiment,aggregate,name,phase,epoch,step,time,value,json\n";

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

/// Which points, as rows of CSV.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "SeriesExportRequest")]
pub(crate) struct WantedSeries {
    /// The name or id of an experiment; all without it.
    experiment: Option<String>,
    /// A condition, or the short form of a filter; all runs that are not archived without it.
    query: Option<String>,
    /// The uuids of runs, with commas between them, where only these are wanted.
    runs: Option<String>,
    /// The series, with commas between them, as `loss[train],loss[test]`; all without it.
    series: Option<String>,
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
        let mut rows = app.tracker.store()?.rows(&scope, &Detail::ALL)?;
        rows.retain(|row| !row.aggregate.archived);
        Export::of(app, format, rows)
    });
    Ok(answer(&app, export.await?))
}

/// `GET /api/v1/export/series.csv`.
pub(crate) async fn series(
    State(app): State<App>,
    caller: Caller,
    Query(wanted): Query<WantedSeries>,
) -> Answer {
    let export = app.off(move |app| {
        let series = wanted.series.as_deref().map(|text| {
            let series = text.split(',').map(series_of);
            series.collect::<Result<Vec<_>, Problem>>()
        });
        let sought = Sought::of(
            app,
            &caller,
            &Search {
                experiment: wanted.experiment,
                query: wanted.query,
                runs: wanted.runs,
                ..Search::default()
            },
        )?;
        let most = sought.said.unwrap_or(usize::MAX);
        let found = app.tracker.store()?.search(&StoreSearch {
            scope: sought.scope,
            query: &sought.query.limit(most),
            detail: Detail {
                modules: Some(Vec::new()),
                series: series.transpose()?,
                ..Detail::ALL
            },
        })?;
        Export::of(app, Format::Csv, found.items)
    });
    Ok(answer(&app, export.await?))
}

fn answer(app: &App, mut export: Export) -> Response {
    let media_type = match export.format {
        Format::Csv => "text/csv; charset=utf-8",
        Format::Jsonl => "application/jsonl",
    };
    let body = stream::body_of(app, Box::new(Texts::new(move || export.next())));
    ([(header::CONTENT_TYPE, media_type)], body).into_response()
}

/// Reads one series after the other.
struct Export {
    app: App,
    format: Format,
    names: std::collections::HashMap<tracker_core::Uuid, String>,
    rows: VecDeque<Row>,
    /// Whether the first line is written.
    is_begun: bool,
}

impl Export {
    fn of(app: &App, format: Format, rows: Vec<Row>) -> Result<Self, Problem> {
        let experiments = app.tracker.store()?.experiments()?.into_iter();
        Ok(Self {
            app: app.clone(),
            format,
            names: experiments.map(|of| (of.id, of.name)).collect(),
            rows: rows.into(),
            is_begun: false,
        })
    }

    /// The next series as text, if there is one.
    fn next(&mut self) -> Result<Option<Vec<u8>>, Problem> {
        if !self.is_begun && self.format == Format::Csv {
            self.is_begun = true;
            return Ok(Some(FIRST_LINE.as_bytes().to_vec()));
        }
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
pub(crate) fn quoted(cell: &str) -> String {
    if cell.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", cell.replace('"', "\"\""))
    } else {
        cell.to_owned()
    }
}
