//! Whether records give their hashes.

use axum::extract::State;
use axum::http::StatusCode;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tracker_core::Disagreement;
use tracker_core::ports::{AggregateRecord, Detail, Scope};

use crate::access::Caller;
use crate::api::runs::Within;
use crate::app::App;
use crate::extract::{Body, InPath, Query};
use crate::jobs::Job;
use crate::problem::{Answer, Problem};

/// Which runs.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "VerifyRequest")]
pub(crate) struct Wanted {
    /// The name or id of an experiment; all without it.
    experiment: Option<String>,
}

/// Whether the records of a run give their hashes.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Verdict {
    /// The name of its experiment.
    experiment: String,
    /// The id of the run.
    id: String,
    /// Whether they do; none where it has no component, and so no hash.
    agrees: Option<bool>,
    /// What does not agree.
    disagreements: Vec<Disagreement>,
}

/// What a job has found.
#[derive(Serialize)]
struct Verdicts {
    checked: u64,
    /// How many of them have no component, which have no hash to be checked.
    without: u64,
    /// Those that do not agree.
    bad: Vec<Verdict>,
}

/// `GET /api/v1/runs/{run}/verify`.
pub(crate) async fn one(
    State(app): State<App>,
    caller: Caller,
    InPath(name): InPath<String>,
    Query(within): Query<Within>,
) -> Answer {
    app.answer(move |app| {
        let record = app.run(&caller, &name, within.experiment.as_deref())?;
        let experiment = app.tracker.store()?.experiment_by_id(record.experiment)?;
        verdict(
            app,
            &record,
            experiment.map_or_else(String::new, |of| of.name),
        )
    })
    .await
}

fn verdict(app: &App, record: &AggregateRecord, experiment: String) -> Result<Verdict, Problem> {
    let found = app.tracker.disagreements(&[record.uuid])?.pop().flatten();
    Ok(Verdict {
        experiment,
        id: record.id.clone(),
        agrees: found.as_ref().map(Vec::is_empty),
        disagreements: found.unwrap_or_default(),
    })
}

/// `POST /api/v1/verify`.
pub(crate) async fn all(
    State(app): State<App>,
    caller: Caller,
    Body(wanted): Body<Wanted>,
) -> Answer {
    app.answer_as(StatusCode::ACCEPTED, move |app| {
        let scope = app.scope(&caller, wanted.experiment.as_deref())?;
        app.begin("verify", caller.token, move |app, job| {
            verify(app, job, &scope)
        })
    })
    .await
}

fn verify(app: &App, job: &Job, scope: &Scope) -> Result<Verdicts, Problem> {
    let store = app.tracker.store()?;
    let experiments = store.experiments()?;
    let rows = store.rows(scope, &Detail::NONE)?;
    let (mut bad, mut without, total) = (Vec::new(), 0, rows.len() as u64);
    for (checked, row) in (0..).zip(rows) {
        if !job.reached(checked, total) {
            return Err(Problem::bad("it was cancelled"));
        }
        let record = row.aggregate;
        let name = experiments.iter().find(|of| of.id == record.experiment);
        let name = name.map_or_else(String::new, |of| of.name.clone());
        // One that was removed meanwhile has nothing that could be wrong.
        let found = verdict(app, &record, name)?;
        without += u64::from(found.agrees.is_none());
        bad.extend(Some(found).filter(|found| found.agrees == Some(false)));
    }
    job.reached(total, total);
    Ok(Verdicts {
        checked: total,
        without,
        bad,
    })
}
