//! What happens around every handler.

use std::panic::AssertUnwindSafe;
use std::time::Instant;

use axum::body::Body;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt as _;
use tracing::{Instrument as _, debug, error, info_span};

use crate::access::{Role, check_origin};
use crate::app::App;
use crate::etag;
use crate::problem::{Answer, Problem};

/// Counts and logs a request, and answers where a handler panics.
pub(crate) async fn observe(State(app): State<App>, request: Request, next: Next) -> Response {
    let start = Instant::now();
    let method = request.method().clone();
    let span = info_span!("request", %method, path = request.uri().path());
    let _counted = app.figures.begin();
    let is_browser = request.headers().contains_key("sec-fetch-mode");
    async {
        let route = request.extensions().get::<MatchedPath>().cloned();
        let answer = AssertUnwindSafe(next.run(request)).catch_unwind().await;
        let mut response = answer.unwrap_or_else(|_| {
            error!("a handler panicked");
            Problem::internal().into_response()
        });
        let taken = start.elapsed();
        let status = response.status();
        let path = route.as_ref().map_or("", MatchedPath::as_str);
        app.figures.count(&method, path, status, taken);
        debug!(status = status.as_u16(), ?taken, "answered");
        let headers = response.headers_mut();
        let value = HeaderValue::from_static;
        headers.insert(header::X_CONTENT_TYPE_OPTIONS, value("nosniff"));
        if is_browser && headers.contains_key(header::WWW_AUTHENTICATE) {
            // For `Basic` a browser asks with a window of its own, before the page hears of it.
            headers.insert(header::WWW_AUTHENTICATE, value("Bearer"));
        }
        headers
            .entry(header::CACHE_CONTROL)
            .or_insert(value("no-cache"));
        response
    }
    .instrument(span)
    .await
}

/// Lets a request through to its handler where its caller may, and for as long as it may take.
pub(crate) async fn admit(
    State((app, role, is_short)): State<(App, Option<Role>, bool)>,
    mut request: Request,
    next: Next,
) -> Answer {
    let (method, uri) = (request.method(), request.uri());
    let headers = request.headers();
    let doors = app.doors().await?;
    let only_local = app.options.only_local_hosts && doors.are_open();
    check_origin(method, uri, headers, only_local)?;
    if let Some(role) = role {
        let caller = doors.caller(headers)?;
        if caller.role < role {
            let name = caller.token.unwrap_or_default();
            let detail = format!(
                "this needs the role `{role}`, and the token `{name}` has `{}`",
                caller.role
            );
            return Err(Problem::forbidden(detail).hint("ask whoever runs the server for another"));
        }
        if role > Role::Read && app.options.read_only {
            return Err(Problem::forbidden("the server only lets read")
                .hint("whoever runs it has said `--read-only`"));
        }
        request.extensions_mut().insert(caller);
    }
    let answer = next.run(request);
    if !is_short {
        return Ok(answer.await);
    }
    let patience = app.options.patience;
    tokio::time::timeout(patience, answer).await.map_err(|_| {
        let detail = format!("the request took longer than {} s", patience.as_secs_f64());
        Problem::new(StatusCode::REQUEST_TIMEOUT, detail)
            .hint("ask for less at once, or send what you ask faster")
    })
}

/// Answers 304 where the client has the same JSON already.
pub(crate) async fn revalidate(request: Request, next: Next) -> Response {
    let known = request.headers().get(header::IF_NONE_MATCH).cloned();
    let is_read = matches!(*request.method(), Method::GET | Method::HEAD);
    let response = next.run(request).await;
    let is_json = response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|value| value == "application/json");
    if !is_read || !is_json || response.status() != StatusCode::OK {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    // It is in memory already.
    let Ok(bytes) = axum::body::to_bytes(body, usize::MAX).await else {
        return Problem::internal().into_response();
    };
    let tag = match parts.headers.get(header::ETAG) {
        Some(tag) => tag.clone(),
        None => etag::of(&bytes),
    };
    parts.headers.insert(header::ETAG, tag.clone());
    if known.is_some_and(|known| etag::lists(&known, &tag)) {
        parts.status = StatusCode::NOT_MODIFIED;
        parts.headers.remove(header::CONTENT_TYPE);
        parts.headers.remove(header::CONTENT_LENGTH);
        return Response::from_parts(parts, Body::empty());
    }
    Response::from_parts(parts, Body::from(bytes))
}
