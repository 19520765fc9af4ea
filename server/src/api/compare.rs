//! In what runs differ.

use axum::extract::State;
use schemars::JsonSchema;
use serde::Deserialize;
use tracker_core::Comparison;

use crate::access::Caller;
use crate::app::App;
use crate::extract::Body;
use crate::problem::{Answer, Problem};

/// So many runs in one request.
const MOST: usize = 500;

/// Which runs.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "CompareRequest")]
pub(crate) struct Wanted {
    /// Two or more.
    #[schemars(length(min = 2))]
    runs: Vec<String>,
    /// The name or id of their experiment.
    experiment: Option<String>,
}

/// `POST /api/v1/compare`.
pub(crate) async fn read(
    State(app): State<App>,
    caller: Caller,
    Body(wanted): Body<Wanted>,
) -> Answer {
    app.answer(move |app| {
        if wanted.runs.len() > MOST {
            return Err(Problem::too_many("runs", wanted.runs.len(), MOST));
        }
        let experiment = wanted.experiment.as_deref();
        if wanted.runs.len() < 2 {
            return Err(Problem::bad("a comparison needs two runs").hint("name them in `runs`"));
        }
        let runs = wanted.runs.iter();
        let runs = runs.map(|name| app.handle(&caller, name, experiment));
        let runs = runs.collect::<Result<Vec<_>, Problem>>()?;
        Ok(Comparison::of(&runs.iter().collect::<Vec<_>>())?)
    })
    .await
}
