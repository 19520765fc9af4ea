//! Iterations of a run.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use registry_core::Value;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tracker_core::Iteration;

use crate::access::Caller;
use crate::api::runs::{NewModule, Within};
use crate::app::App;
use crate::extract::{Body, InPath, Query};
use crate::problem::Answer;

/// The iterations of a run.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Iterations {
    iterations: Vec<Iteration>,
}

/// An iteration to be put.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewIteration {
    /// The phase, as `train` or `test`.
    #[schemars(length(min = 1))]
    phase: String,
    epoch: u64,
    /// The dataset; its kind is `dataset`.
    dataset: Option<NewModule>,
    /// How the data was fed, as `{"batch_size": 64}`.
    arguments: Option<Value>,
    /// The components at work.
    #[serde(default)]
    modules: Vec<NewModule>,
}

/// `GET /api/v1/runs/{run}/iterations`.
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    InPath(name): InPath<String>,
    Query(within): Query<Within>,
) -> Answer {
    app.answer(move |app| {
        let run = app.handle(&caller, &name, within.experiment.as_deref())?;
        let iterations = run.iterations().list()?;
        Ok(Iterations { iterations })
    })
    .await
}

/// `POST /api/v1/runs/{run}/iterations`.
pub(crate) async fn put(
    State(app): State<App>,
    caller: Caller,
    InPath(name): InPath<String>,
    Query(within): Query<Within>,
    Body(new): Body<NewIteration>,
) -> Answer {
    app.off(move |app| {
        let mut iteration = Iteration::new(new.phase, new.epoch);
        if let Some(dataset) = new.dataset {
            iteration.dataset = Some(dataset.record()?.record);
        }
        if let Some(arguments) = new.arguments {
            iteration = iteration.arguments(arguments);
        }
        for module in new.modules {
            let mut module = module.record()?;
            module.epoch = new.epoch;
            iteration.modules.push(module);
        }
        let run = app.handle(&caller, &name, within.experiment.as_deref())?;
        Ok(run.iterations().put(iteration)?)
    })
    .await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
