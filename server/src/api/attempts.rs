//! Attempts on a run, whose programs speak to the server.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tracker_core::ports::{AttemptRecord, AttemptState, Change};
use tracker_core::{Micros, Outcome, Provenance, Uuid};

use crate::access::Caller;
use crate::api::runs::Within;
use crate::app::App;
use crate::extract::{Body, InPath, Query};
use crate::problem::{Answer, Problem};

/// The attempts on a run.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Attempts {
    attempts: Vec<AttemptRecord>,
}

/// An attempt to begin.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewAttempt {
    /// Where it runs, and with what.
    #[serde(default)]
    provenance: Provenance,
}

/// A sign of life, or the end.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Sign {
    /// How it stands: `"running"`, `"finished"` or `{"failed": {"reason": "..."}}`.
    #[serde(default)]
    outcome: Outcome,
}

/// `GET /api/v1/runs/{run}/attempts`.
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    InPath(name): InPath<String>,
    Query(within): Query<Within>,
) -> Answer {
    app.answer(move |app| {
        let run = app.handle(&caller, &name, within.experiment.as_deref())?;
        let attempts = run.attempts()?;
        Ok(Attempts { attempts })
    })
    .await
}

/// `POST /api/v1/runs/{run}/attempts`.
pub(crate) async fn begin(
    State(app): State<App>,
    caller: Caller,
    InPath(name): InPath<String>,
    Query(within): Query<Within>,
    Body(new): Body<NewAttempt>,
) -> Answer {
    app.answer_as(StatusCode::CREATED, move |app| {
        let run = app.run(&caller, &name, within.experiment.as_deref())?;
        let now = now();
        let attempt = AttemptRecord {
            id: Uuid::now_v7(),
            // Its process is elsewhere, and cannot be looked up here.
            state: AttemptState {
                started: now,
                seen: now,
                ended: None,
                outcome: Outcome::Running,
                place: String::new(),
                process: 0,
                process_started: 0,
            },
            provenance: new.provenance,
        };
        let change = Change::PutAttempt {
            aggregate: run.uuid,
            attempt: attempt.clone(),
        };
        app.tracker.store()?.apply(&[change], None)?.complete()?;
        Ok(attempt)
    })
    .await
}

/// `PATCH /api/v1/runs/{run}/attempts/{attempt}`.
pub(crate) async fn update(
    State(app): State<App>,
    caller: Caller,
    InPath((name, attempt)): InPath<(String, String)>,
    Query(within): Query<Within>,
    Body(sign): Body<Sign>,
) -> Answer {
    app.off(move |app| {
        let run = app.run(&caller, &name, within.experiment.as_deref())?;
        let id: Uuid = attempt
            .parse()
            .map_err(|_| Problem::absent("attempt", &attempt))?;
        let change = Change::UpdateAttempt {
            aggregate: run.uuid,
            attempt: id,
            seen: now(),
            outcome: sign.outcome,
        };
        Ok(app.tracker.store()?.apply(&[change], None)?.complete()?)
    })
    .await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// The time, as stores keep it.
fn now() -> Timestamp {
    Micros::now().timestamp()
}
