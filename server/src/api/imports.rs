//! Another store is copied into this one.

use axum::extract::State;
use axum::http::StatusCode;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tracker_core::{Imported, Tracker, import_while};

use crate::access::Caller;
use crate::app::App;
use crate::extract::Body;
use crate::problem::{Answer, Problem};

/// What to copy.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewImport {
    /// The address of the other store, as the server reaches it.
    from: String,
}

/// What was copied.
#[derive(Serialize)]
struct Copied {
    experiments: u64,
    runs: u64,
    modules: u64,
    iterations: u64,
    points: u64,
    artifacts: u64,
}

/// `POST /api/v1/import`.
pub(crate) async fn begin(
    State(app): State<App>,
    caller: Caller,
    Body(new): Body<NewImport>,
) -> Answer {
    app.answer_as(StatusCode::ACCEPTED, move |app| {
        caller.check_unlimited()?;
        let from = Tracker::read(&new.from).map_err(|error| {
            tracing::warn!(%error, "a store to import cannot be opened");
            Problem::bad("the store to import cannot be opened")
                .hint("name it as the server reaches it; its log says more")
        })?;
        app.begin("import", caller.token, move |app, job| {
            let imported = import_while(&from, &app.tracker, |progress| {
                job.reached(progress.points.done, progress.points.total)
            })?;
            Ok(Copied::from(imported))
        })
    })
    .await
}

impl From<Imported> for Copied {
    fn from(imported: Imported) -> Self {
        Self {
            experiments: imported.experiments,
            runs: imported.aggregates,
            modules: imported.modules,
            iterations: imported.iterations,
            points: imported.points,
            artifacts: imported.artifacts,
        }
    }
}
