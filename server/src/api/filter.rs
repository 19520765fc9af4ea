//! What a filter means.

use axum::extract::State;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::access::Caller;
use crate::app::App;
use crate::extract::Query;
use crate::problem::Answer;

/// A filter.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "FilterRequest")]
pub(crate) struct Wanted {
    /// The name or id of an experiment; all without it.
    experiment: Option<String>,
    /// The text, as `lr>0.01 adam status:failed`.
    #[serde(default)]
    text: String,
}

/// What a filter means.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Filter {
    /// The same query in its long form, as the command line takes it too.
    query: String,
}

/// `GET /api/v1/filter`.
pub(crate) async fn read(
    State(app): State<App>,
    caller: Caller,
    Query(wanted): Query<Wanted>,
) -> Answer {
    app.answer(move |app| {
        let scope = app.scope(&caller, wanted.experiment.as_deref())?;
        let query = app.query(&scope, Some(&wanted.text))?;
        let query = query.to_string();
        Ok(Filter { query })
    })
    .await
}
