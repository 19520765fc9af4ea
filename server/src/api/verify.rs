//! Whether records give their hashes.

use axum::extract::State;
use axum::http::StatusCode;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tracker_core::ports::{Detail, Scope};
use tracker_core::{Aggregate, Disagreement, Error};

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
    agrees: bool,
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
        let run = app.handle(&caller, &name, within.experiment.as_deref())?;
        let record = run.record();
        let experiment = app.tracker.store()?.experiment_by_id(record.experiment)?;
        verdict(&run, experiment.map_or_else(String::new, |of| of.name))
    })
    .await
}

fn verdict(run: &Aggregate, experiment: String) -> Result<Verdict, Problem> {
    let disagreements = match run.verify() {
        Ok(()) => Vec::new(),
        Err(Error::Disagrees { disagreements, .. }) => disagreements,
        Err(error) => return Err(error.into()),
    };
    Ok(Verdict {
        experiment,
        id: run.id().to_owned(),
        agrees: disagreements.is_empty(),
        disagreements,
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
    let detail = Detail {
        modules: None,
        ..Detail::NONE
    };
    let rows = store.rows(scope, &detail)?;
    let (mut bad, mut without, total) = (Vec::new(), 0, rows.len() as u64);
    for (checked, row) in (0..).zip(rows) {
        if !job.reached(checked, total) {
            return Err(Problem::bad("it was cancelled"));
        }
        without += u64::from(row.modules.is_empty());
        let record = row.aggregate;
        let name = experiments.iter().find(|of| of.id == record.experiment);
        let name = name.map_or_else(String::new, |of| of.name.clone());
        // One that was removed meanwhile cannot be wrong.
        if let Some(run) = app.tracker.aggregate(record.uuid)? {
            bad.extend(Some(verdict(&run, name)?).filter(|found| !found.agrees));
        }
    }
    job.reached(total, total);
    Ok(Verdicts {
        checked: total,
        without,
        bad,
    })
}
