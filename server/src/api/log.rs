//! The log of a run, and its end.

use std::io::Read as _;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::IntoResponse;
use schemars::JsonSchema;
use serde::Deserialize;
use tracker_core::documents::log_of;
use tracker_core::{Aggregate, Artifact};

use crate::access::Caller;
use crate::api::artifacts::{self, Exactly, SANDBOX};
use crate::app::App;
use crate::extract::{InPath, Query};
use crate::problem::{Answer, Problem};

/// More than anybody reads on a page.
const MOST: u64 = 1 << 20;
/// Whatever kind of file it is said to be.
const TEXT: HeaderValue = HeaderValue::from_static("text/plain; charset=utf-8");

/// Which log, and how much of it.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Part {
    /// The name or id of the experiment, where several have a run of this id.
    experiment: Option<String>,
    /// The lines within so many bytes at its end. Without it, the whole log, or the range of it that is
    /// asked for.
    #[schemars(range(max = 1_048_576))]
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
    if let Some(most) = part.tail.filter(|&most| most > MOST) {
        let detail = format!("`tail` is {most}, and at most {MOST} bytes are given");
        return Err(Problem::bad(detail).hint(format!(
            "ask for `tail={MOST}`, or without `tail` for the whole log"
        )));
    }
    let log = app.off(move |app| {
        let run = app.handle(&caller, &name, part.experiment.as_deref())?;
        find(&run)
    });
    let log = log.await?;
    let mut answer = match part.tail {
        None => artifacts::content(&app, log, &headers).await?,
        Some(most) => app
            .off(move |app| end(app, &log, most))
            .await?
            .into_response(),
    };
    if answer.status().is_success() {
        let headers = answer.headers_mut();
        headers.insert(header::CONTENT_TYPE, TEXT);
        headers.insert(header::CONTENT_SECURITY_POLICY, SANDBOX);
    }
    Ok(answer)
}

fn find(run: &Aggregate) -> Result<Artifact, Problem> {
    let mut all = run.artifacts().list()?;
    let log = log_of(all.iter().map(Artifact::record)).map(|log| (log.name.clone(), log.epoch));
    let at = log.and_then(|(name, epoch)| all.iter().position(|one| one.record().is(&name, epoch)));
    at.map(|at| all.swap_remove(at)).ok_or_else(|| {
        let detail = format!("the run `{}` has no log among its artifacts", run.id());
        Problem::new(StatusCode::NOT_FOUND, detail)
            .hint("put one there, as `run.artifacts().put(\"train.log\", &path)` does")
    })
}

/// The lines within the last bytes; or these bytes, where a longer line ends there.
fn end(app: &App, log: &Artifact, most: u64) -> Result<Vec<u8>, Problem> {
    let record = log.record();
    // The byte before tells whether a line begins there.
    let first = record.size.saturating_sub(most + 1);
    let mut text = Vec::new();
    let content = app.tracker.contents()?.open_at(&record.hash, first)?;
    let read = Exactly(content.take(record.size - first)).read_to_end(&mut text);
    read.map_err(|error| tracker_core::Error::io("read the log", log.name(), error))?;
    if record.size > most {
        // The last line ends with the text.
        let before = &text[..text.len().saturating_sub(1)];
        let line = before.iter().position(|&byte| byte == b'\n');
        let skipped = line.map_or_else(|| 1 + inside(&text[1..]), |at| at + 1);
        text.drain(..skipped);
    }
    Ok(text)
}

/// How many bytes at the beginning belong to a character of UTF-8 that begins before: three at most.
fn inside(text: &[u8]) -> usize {
    let is_inside = |byte: &&u8| **byte & 0xC0 == 0x80;
    match text.iter().take_while(is_inside).count() {
        few @ ..=3 => few,
        // It is no UTF-8.
        _ => 0,
    }
}
