//! Artifacts, through the proxy and for pages.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::IntoResponse;
use serde_json::json;
use tracker_core::Artifact;

use super::fields::Fields;
use super::models::Model;
use super::places::{Place, no_place, safe};
use super::refusal::{absent, invalid, not_implemented};
use super::run::Info;
use crate::access::Caller;
use crate::api::artifacts::content;
use crate::api::server::check_delete;
use crate::app::App;
use crate::extract::InPath;
use crate::problem::{Answer, Problem, shown};
use crate::stream;

/// `PUT mlflow-artifacts/artifacts/{path}`.
pub(super) async fn put(
    State(app): State<App>,
    caller: Caller,
    InPath(path): InPath<String>,
    request: Request,
) -> Answer {
    stream::with_reader(&app, request.into_body(), move |app, reader| {
        let place = Place::of_path(app, &caller, &path)?.ok_or_else(|| no_place(&path))?;
        let name = place.name()?;
        place.run.artifacts().put_reader(&name, reader)?;
        Ok(())
    })
    .await?;
    Ok(StatusCode::OK.into_response())
}

/// `POST upload-artifact?run_uuid&path`, of pages.
pub(super) async fn upload(State(app): State<App>, caller: Caller, request: Request) -> Answer {
    let mut fields = Fields::of_query(request.uri().query().unwrap_or_default())?;
    let lacks = |name: &str| invalid(format!("Request must specify {name}."));
    let run = fields.run_id().map_err(|_| lacks("run_uuid"))?;
    let path = fields.required("path").map_err(|_| lacks("path"))?;
    stream::with_reader(&app, request.into_body(), move |app, reader| {
        let place = Place::of_run(app, &caller, &run, &path)?;
        place.run.artifacts().put_reader(&place.name()?, reader)?;
        Ok(())
    })
    .await?;
    crate::blocking::json(StatusCode::OK, &json!({}))
}

/// `GET mlflow-artifacts/artifacts/{path}`.
pub(super) async fn get(
    State(app): State<App>,
    caller: Caller,
    InPath(path): InPath<String>,
    headers: HeaderMap,
) -> Answer {
    let find = app.off(move |app| {
        let place = Place::of_path(app, &caller, &path)?.ok_or_else(|| no_place(&path))?;
        artifact(&place)
    });
    answer(&app, find.await?, &headers).await
}

/// `GET get-artifact?run_id&path`, of pages.
pub(super) async fn of_run(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    mut fields: Fields,
) -> Answer {
    let find = app.off(move |app| {
        let (run, path) = (fields.run_id()?, fields.required("path")?);
        artifact(&Place::of_run(app, &caller, &run, &path)?)
    });
    answer(&app, find.await?, &headers).await
}

/// `GET logged-models/{id}/artifacts/files?artifact_file_path`, of pages.
pub(super) async fn of_model(
    State(app): State<App>,
    caller: Caller,
    InPath(id): InPath<String>,
    headers: HeaderMap,
    mut fields: Fields,
) -> Answer {
    let find = app.off(move |app| {
        let path = fields.required("artifact_file_path")?;
        let model = Model::read(app, &caller, &id)?;
        artifact(&Place::of_model(app, &model, &path)?)
    });
    answer(&app, find.await?, &headers).await
}

fn artifact(place: &Place) -> Result<Artifact, Problem> {
    let name = place.name()?;
    let found = place.run.artifacts().get(&name);
    found.map_err(|error| match error.kind() {
        tracker_core::ErrorKind::NotFound => {
            absent(format!("No such artifact: '{}'", shown(&name)))
        }
        _ => error.into(),
    })
}

/// The content, with the type that a client of MLflow looks for.
async fn answer(app: &App, artifact: Artifact, headers: &HeaderMap) -> Answer {
    let is_text = is_text(artifact.name());
    let mut response = content(app, artifact, headers).await?;
    if is_text && response.headers().contains_key(header::CONTENT_TYPE) {
        let text = HeaderValue::from_static("text/plain");
        response.headers_mut().insert(header::CONTENT_TYPE, text);
    }
    Ok(response)
}

/// Whether MLflow shows a file of this name as text.
fn is_text(name: &str) -> bool {
    const ENDINGS: [&str; 16] = [
        "txt",
        "log",
        "err",
        "cfg",
        "conf",
        "ini",
        "toml",
        "yaml",
        "yml",
        "json",
        "py",
        "md",
        "csv",
        "MLmodel",
        "MLproject",
        "xml",
    ];
    let file = name.rsplit('/').next().unwrap_or(name);
    let ending = file.rsplit('.').next().unwrap_or(file);
    ENDINGS.contains(&ending)
}

/// `GET mlflow-artifacts/artifacts?path`.
pub(super) async fn list(State(app): State<App>, caller: Caller, mut fields: Fields) -> Answer {
    app.answer(move |app| {
        let path = fields.text_or_empty("path")?;
        let files = match Place::of_path(app, &caller, &path) {
            Ok(Some(place)) => place.list("")?,
            Ok(None) => Vec::new(),
            // The proxy knows paths alone.
            Err(problem) if problem.status() == StatusCode::NOT_FOUND => Vec::new(),
            Err(problem) => return Err(problem),
        };
        if files.is_empty() {
            return Ok(json!({}));
        }
        Ok(json!({"files": files}))
    })
    .await
}

/// `DELETE mlflow-artifacts/artifacts/{path}`.
pub(super) async fn delete(
    State(app): State<App>,
    caller: Caller,
    InPath(path): InPath<String>,
) -> Answer {
    app.answer(move |app| {
        check_delete(app)?;
        match Place::of_path(app, &caller, &path) {
            Ok(Some(place)) => place.remove()?,
            Ok(None) => {}
            Err(problem) if problem.status() == StatusCode::NOT_FOUND => {}
            Err(problem) => return Err(problem),
        }
        Ok(json!({}))
    })
    .await
}

/// `GET artifacts/list?run_id&path`, of pages and other languages.
pub(super) async fn list_of_run(
    State(app): State<App>,
    caller: Caller,
    mut fields: Fields,
) -> Answer {
    app.answer(move |app| {
        let id = fields.run_id()?;
        let path = fields.text_or_empty("path")?;
        let place = Place::of_run(app, &caller, &id, &path)?;
        let run = place.run.record();
        let store = app.tracker.store()?;
        let experiment = store.experiment_by_id(run.experiment)?;
        let experiment = experiment.ok_or_else(|| super::find::no_run(&id))?;
        Ok(json!({
            "root_uri": Info::of(&run, &experiment).artifact_uri,
            "files": place.list(safe(&path)?)?,
        }))
    })
    .await
}

/// Uploads in parts, and addresses that are signed.
pub(super) async fn no_parts() -> Answer {
    Err(not_implemented(
        "Artifacts are neither uploaded in parts nor by signed addresses. Send the whole content with \
         PUT; there is no limit.",
    ))
}
