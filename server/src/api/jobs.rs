//! The jobs of a server, to be looked at and cancelled.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;

use crate::access::Caller;
use crate::app::App;
use crate::blocking::json;
use crate::extract::InPath;
use crate::jobs::Job;
pub(crate) use crate::jobs::{JobDocument, JobList};
use crate::problem::{Answer, Problem};

/// `GET /api/v1/jobs`.
pub(crate) async fn list(State(app): State<App>, caller: Caller) -> Answer {
    let jobs = app.jobs.all().into_iter();
    let seen = jobs.filter(|job| job.is_for(&caller));
    let jobs = seen.map(|job| job.document()).collect();
    json(StatusCode::OK, &JobList { jobs })
}

/// `GET /api/v1/jobs/{job}`.
pub(crate) async fn read(
    State(app): State<App>,
    caller: Caller,
    InPath(id): InPath<String>,
) -> Answer {
    json(StatusCode::OK, &find(&app, &caller, &id)?.document())
}

/// `DELETE /api/v1/jobs/{job}`.
pub(crate) async fn cancel(
    State(app): State<App>,
    caller: Caller,
    InPath(id): InPath<String>,
) -> Answer {
    find(&app, &caller, &id)?.cancel();
    Ok(StatusCode::NO_CONTENT.into_response())
}

fn find(app: &App, caller: &Caller, id: &str) -> Result<Arc<Job>, Problem> {
    let job = app.jobs.get(id)?;
    if job.is_for(caller) {
        return Ok(job);
    }
    Err(Problem::absent("job", id))
}
