//! Points, which come often and one at a time.

use std::collections::HashMap;
use std::sync::atomic::Ordering;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use schemars::JsonSchema;
use tracker_core::{Aggregate, Metric};

use crate::access::Caller;
use crate::api::runs::Within;
use crate::app::App;
use crate::extract::{InPath, JsonBytes, Query, parse};
use crate::problem::{Answer, Problem};

/// A run that was there is taken to be there for so long.
const AGE: Duration = Duration::from_secs(1);
/// So many runs are remembered.
const MOST: usize = 4_096;

/// A point, or a list of points.
#[derive(JsonSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "it describes what is read by hand")]
pub(crate) enum Points {
    One(Metric),
    List(Vec<Metric>),
}

/// Runs that points were added to just now, by what the client calls them: to look each up again
/// for one point would take longer than to add it.
#[derive(Default)]
pub(crate) struct Recent(Mutex<HashMap<Called, (Instant, Aggregate)>>);

/// The name in the path, the experiment, and the token.
type Called = (String, Option<String>, Option<String>);

impl Recent {
    fn get(&self, called: &Called) -> Option<Aggregate> {
        let runs = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (found, run) = runs.get(called)?;
        (found.elapsed() < AGE).then(|| run.clone())
    }

    fn put(&self, called: Called, run: Aggregate) {
        let mut runs = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if runs.len() >= MOST {
            runs.clear();
        }
        runs.insert(called, (Instant::now(), run));
    }

    /// Some runs may be gone.
    pub(crate) fn forget(&self) {
        let mut runs = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        runs.clear();
    }
}

/// `POST /api/v1/runs/{run}/points`.
pub(crate) async fn add(
    State(app): State<App>,
    caller: Caller,
    InPath(name): InPath<String>,
    Query(within): Query<Within>,
    JsonBytes(body): JsonBytes,
) -> Answer {
    app.off(move |app| {
        let points = read(&body)?;
        let most = app.options.largest_batch;
        if points.len() > most {
            return Err(Problem::too_many("points", points.len(), most));
        }
        let called = (name, within.experiment, caller.token.clone());
        let run = match app.recent.get(&called) {
            Some(run) => run,
            None => {
                let run = app.handle(&caller, &called.0, called.1.as_deref())?;
                app.recent.put(called, run.clone());
                run
            }
        };
        let count = points.len() as u64;
        run.metrics().add_all(points)?;
        app.figures.points.fetch_add(count, Ordering::Relaxed);
        Ok(())
    })
    .await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

fn read(body: &[u8]) -> Result<Vec<Metric>, Problem> {
    let first = body.iter().find(|byte| !byte.is_ascii_whitespace());
    match first {
        Some(b'[') => parse(body),
        _ => Ok(vec![parse(body)?]),
    }
}
