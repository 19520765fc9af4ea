//! The log of a run, and its end.

use std::io::Read as _;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::IntoResponse;
use schemars::JsonSchema;
use serde::Deserialize;
use tracker_core::documents::log_of;
use tracker_core::{Aggregate, Artifact};

use crate::access::Caller;
use crate::api::artifacts;
use crate::app::App;
use crate::extract::{InPath, Query};
use crate::problem::{Answer, Problem};

/// More than anybody reads on a page.
const MOST: u64 = 1 << 20;

/// Which log, and how much of it.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Part {
    /// The name or id of the experiment, where several have a run of this id.
    experiment: Option<String>,
    /// The lines within so many bytes at its end, 1,048,576 at most; the whole log without it.
    tail: Option<u64>,
}

/// `GET /api/v1/runs/{run}/log`.
pub(crate) async fn read(
    State(app): State<App>,
    caller: Caller,
    InPath(name): InPath<String>,
    Query(part): Query<Part>,
    headers: HeaderMap,
) -> Answer {
    let log = app.off(move |app| {
        let run = app.handle(&caller, &name, part.experiment.as_deref())?;
        find(&run)
    });
    let log = log.await?;
    let Some(most) = part.tail else {
        return artifacts::content(&app, log, &headers).await;
    };
    if most > MOST {
        let detail = format!("`tail` is {most}, and at most {MOST} bytes are given");
        return Err(Problem::bad(detail).hint("without `tail` the whole log is given"));
    }
    let end = app.off(move |app| end(app, &log, most)).await?;
    let content_type = [(header::CONTENT_TYPE, "text/plain; charset=utf-8")];
    Ok((content_type, end).into_response())
}

fn find(run: &Aggregate) -> Result<Artifact, Problem> {
    let all = run.artifacts().list()?;
    let log = log_of(all.iter().map(Artifact::record)).cloned();
    let found = all
        .into_iter()
        .find(|one| Some(one.record()) == log.as_ref());
    found.ok_or_else(|| {
        let detail = format!("the run `{}` has no log among its artifacts", run.id());
        Problem::new(StatusCode::NOT_FOUND, detail)
            .hint("put one there, as `run.artifacts().put(\"train.log\", &path)` does")
    })
}

/// The lines within the last bytes; or these bytes, where a longer line ends there.
fn end(app: &App, log: &Artifact, most: u64) -> Result<Vec<u8>, Problem> {
    let record = log.record();
    // The byte before tells whether a line begins there.
    let first = record.size.saturating_sub(most.saturating_add(1));
    let mut text = Vec::new();
    let content = app.tracker.contents()?.open_at(&record.hash, first)?;
    let read = content.take(record.size - first).read_to_end(&mut text);
    read.map_err(|error| tracker_core::Error::io("read the log", log.name(), error))?;
    if record.size > most {
        // The last line ends with the text.
        let before = &text[..text.len().saturating_sub(1)];
        let line = before.iter().position(|&byte| byte == b'\n');
        // Of one character in UTF-8 the first byte is told from the others.
        let is_start = |&byte: &u8| byte & 0xC0 != 0x80;
        let character = || text.iter().skip(1).position(is_start);
        let skipped = line.or_else(character).map_or(text.len(), |at| at + 1);
        text.drain(..skipped);
    }
    Ok(text)
}
