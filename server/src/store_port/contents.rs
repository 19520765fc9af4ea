//! The contents of artifacts, which stream.
//!
//! Whoever knows the hash of a content may have it, also with a token that is limited to some
//! experiments: nobody can guess one.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::IntoResponse;
use serde::Deserialize;
use tracker_core::ports::{ArtifactRecord, ContentStore};
use tracker_core::{Error, ErrorKind, Timestamp};

use super::refused;
use crate::access::Caller;
use crate::api::server::check_delete;
use crate::app::App;
use crate::blocking::json;
use crate::extract::{InPath, Query};
use crate::problem::{Answer, Problem};
use crate::stream;

/// Contents that were put at that time or earlier.
#[derive(Deserialize)]
pub(super) struct Before {
    before: Timestamp,
}

fn contents(app: &App) -> Result<Arc<dyn ContentStore>, Problem> {
    app.tracker.contents().map_err(refused)
}

/// A record says how long its content is, where that is there.
pub(super) fn check(app: &App, artifact: &ArtifactRecord) -> Result<(), Problem> {
    let Ok(contents) = app.tracker.contents() else {
        return Ok(());
    };
    match contents.size(&artifact.hash).map_err(refused)? {
        Some(size) if size != artifact.size => Err(refused(Error::Store {
            kind: ErrorKind::Invalid,
            action: "put an artifact".to_owned(),
            place: "the store".to_owned(),
            cause: Arc::from(Box::from("its content has another size")),
            hint: format!("the content of `{}` has {size} bytes", artifact.name),
        })),
        _ => Ok(()),
    }
}

/// `GET /api/v1/store/contents`.
pub(super) async fn list(State(app): State<App>, caller: Caller) -> Answer {
    caller.check_unlimited()?;
    app.answer(|app| contents(app)?.list().map_err(refused))
        .await
}

/// `POST /api/v1/store/contents`.
pub(super) async fn put(State(app): State<App>, _: Caller, request: Request) -> Answer {
    let put = stream::with_reader(&app, request.into_body(), |app, mut reader| {
        contents(app)?.put(&mut reader).map_err(refused)
    });
    json(StatusCode::OK, &put.await?)
}

/// `GET /api/v1/store/contents/{hash}`, from the byte that the header `Range` names.
pub(super) async fn open(
    State(app): State<App>,
    InPath(hash): InPath<String>,
    headers: HeaderMap,
) -> Answer {
    let first = first(&headers)?;
    let opened = app.off(move |app| {
        let contents = contents(app)?;
        let size = contents.size(&hash).map_err(refused)?;
        let absent = || refused(Error::no_content("the server"));
        let size = size.ok_or_else(absent)?;
        if first > size {
            return Err(Problem::new(
                StatusCode::RANGE_NOT_SATISFIABLE,
                format!("the content has {size} bytes, and the range begins behind them"),
            ));
        }
        let reader = contents.open_at(&hash, first).map_err(refused)?;
        Ok((size - first, reader))
    });
    let (length, reader) = opened.await?;
    let status = match first {
        0 => StatusCode::OK,
        _ => StatusCode::PARTIAL_CONTENT,
    };
    let headers = [
        (header::CONTENT_TYPE, "application/octet-stream".to_owned()),
        // It is not compressed then.
        (header::ACCEPT_RANGES, "bytes".to_owned()),
        (header::CONTENT_LENGTH, length.to_string()),
    ];
    let body = stream::body_of(&app, reader);
    Ok((status, headers, body).into_response())
}

/// The first byte that is wanted.
fn first(headers: &HeaderMap) -> Result<u64, Problem> {
    let Some(range) = headers.get(header::RANGE) else {
        return Ok(0);
    };
    let first = range.to_str().ok().and_then(|range| {
        let range = range.strip_prefix("bytes=")?.strip_suffix('-')?;
        range.parse().ok()
    });
    first.ok_or_else(|| {
        Problem::bad("the range cannot be read").hint("send it as `Range: bytes=100-`")
    })
}

/// `GET /api/v1/store/contents/{hash}/size`.
pub(super) async fn size(State(app): State<App>, InPath(hash): InPath<String>) -> Answer {
    app.answer(move |app| contents(app)?.size(&hash).map_err(refused))
        .await
}

/// `GET /api/v1/store/contents/{hash}/measure`, which takes as long as the content is.
pub(super) async fn measure(State(app): State<App>, InPath(hash): InPath<String>) -> Answer {
    // What waits for the store does not wait for this as well.
    let room = Arc::clone(&app.room_for_uploads);
    let measure = move |app: &App| {
        let measured = contents(app)?.measure(&hash).map_err(refused)?;
        json(StatusCode::OK, &measured)
    };
    app.off_with(room, measure).await
}

/// `POST /api/v1/store/contents/{hash}/renew`.
pub(super) async fn renew(State(app): State<App>, InPath(hash): InPath<String>) -> Answer {
    app.answer(move |app| contents(app)?.renew(&hash).map_err(refused))
        .await
}

/// `DELETE /api/v1/store/contents/{hash}`.
pub(super) async fn remove(
    State(app): State<App>,
    caller: Caller,
    InPath(hash): InPath<String>,
    Query(Before { before }): Query<Before>,
) -> Answer {
    caller.check_unlimited()?;
    app.answer(move |app| {
        check_delete(app)?;
        contents(app)?.remove(&hash, before).map_err(refused)
    })
    .await
}

/// `DELETE /api/v1/store/contents`: what uploads have left that came to no end.
pub(super) async fn remove_interrupted(
    State(app): State<App>,
    caller: Caller,
    Query(Before { before }): Query<Before>,
) -> Answer {
    caller.check_unlimited()?;
    app.answer(move |app| {
        check_delete(app)?;
        contents(app)?.remove_interrupted(before).map_err(refused)
    })
    .await
}
