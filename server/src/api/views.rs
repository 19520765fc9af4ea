//! Views: what a page shows, kept so that its address stays short.

use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use registry_core::Value;
use schemars::JsonSchema;
use serde::Serialize;
use tracker_core::ports::Change;

use crate::app::App;
use crate::etag;
use crate::extract::{InPath, JsonBytes, parse};
use crate::problem::{Answer, Problem};

/// Before the id of each view in the settings of a store.
const PREFIX: &str = "view/";
/// A view is no place for data.
const LARGEST: usize = 64 * 1024;

/// A view that is kept.
#[derive(Serialize, JsonSchema)]
pub(crate) struct View {
    /// Eight characters; the same view has the same.
    id: String,
    /// Whatever the page has sent.
    view: Value,
}

/// `POST /api/v1/views`.
pub(crate) async fn keep(State(app): State<App>, JsonBytes(body): JsonBytes) -> Answer {
    app.answer_as(StatusCode::CREATED, move |app| keep_view(app, &body))
        .await
}

fn keep_view(app: &App, body: &Bytes) -> Result<View, Problem> {
    if body.len() > LARGEST {
        return Err(Problem::too_many("bytes of a view", body.len(), LARGEST));
    }
    let view: Value = parse(body)?;
    let id = etag::digest(view.as_str().as_bytes())[..8].to_owned();
    let change = Change::PutSetting {
        key: format!("{PREFIX}{id}"),
        value: Some(view.clone()),
    };
    app.tracker.store()?.apply(&[change], None)?.complete()?;
    Ok(View { id, view })
}

/// `GET /api/v1/views/{view}`.
pub(crate) async fn read(State(app): State<App>, InPath(id): InPath<String>) -> Answer {
    app.answer(move |app| {
        let key = format!("{PREFIX}{id}");
        let mut found = app.tracker.store()?.settings(&key)?.into_iter();
        match found.find(|(found, _)| *found == key) {
            Some((_, view)) => Ok(View { id, view }),
            None => Err(Problem::absent("view", &id)),
        }
    })
    .await
}
