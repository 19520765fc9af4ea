//! The pages, with their status and what they would ask first.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse as _, Response};

use super::files::PAGE;
use super::first;
use crate::access::Caller;
use crate::app::App;
use crate::etag;
use crate::problem::{Answer, Problem};

/// Everything comes from this server, and no other page may show this one in a frame. A style may
/// stand in an element: plots and tables set places and widths so.
const POLICY: &str = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: \
                      blob:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
/// Where the page has what it would ask first.
const PLACE: &str = r#"<script type="application/json" id="entia-first">{}</script>"#;

/// A page that is there whatever the store has.
pub(super) async fn fixed(State(app): State<App>, headers: HeaderMap) -> Answer {
    answer(&app, &headers, Vec::new(), |_, _| Ok(())).await
}

/// `GET /experiments/{experiment}`.
pub(super) async fn experiment(
    State(app): State<App>,
    headers: HeaderMap,
    uri: Uri,
    Path(name): Path<String>,
) -> Answer {
    let asked = first::of_table(&name, uri.query());
    answer(&app, &headers, asked, move |app, caller| {
        app.experiment(caller, &name).map(drop)
    })
    .await
}

/// `GET /experiments/{experiment}/{view}`.
pub(super) async fn view(
    State(app): State<App>,
    headers: HeaderMap,
    Path((name, view)): Path<(String, String)>,
) -> Answer {
    answer(&app, &headers, Vec::new(), move |app, caller| {
        app.experiment(caller, &name)?;
        match view.as_str() {
            "plots" | "explore" => Ok(()),
            _ => Err(Problem::absent("page", &view)),
        }
    })
    .await
}

/// `GET /runs/{run}`.
pub(super) async fn run(
    State(app): State<App>,
    headers: HeaderMap,
    Path(name): Path<String>,
) -> Answer {
    let asked = vec![format!("/api/v1/runs/{}", first::in_path(&name))];
    answer(&app, &headers, asked, move |app, caller| {
        app.run(caller, &name, None).map(drop)
    })
    .await
}

/// A page where there is none, as far as a browser asks.
pub(crate) async fn missing(app: &App, headers: &HeaderMap, uri: &Uri) -> Option<Answer> {
    let accepts = headers.get(header::ACCEPT)?.to_str().ok()?;
    if !accepts.contains("text/html") || uri.path().starts_with("/api/") {
        return None;
    }
    let path = uri.path().to_owned();
    Some(
        answer(app, headers, Vec::new(), move |_, _| {
            Err(Problem::absent("page", &path))
        })
        .await,
    )
}

/// The page. Where what it shows is not there, or may be several things, its status says so, and the
/// page says it in words; who has no token is told so by what the page asks next.
async fn answer(
    app: &App,
    headers: &HeaderMap,
    asked: Vec<String>,
    check: impl FnOnce(&App, &Caller) -> Result<(), Problem> + Send + 'static,
) -> Answer {
    let Ok(caller) = app.doors().await.and_then(|doors| doors.caller(headers)) else {
        return Ok(page(headers, StatusCode::OK, "{}"));
    };
    let reader = caller.clone();
    let status = match app.off(move |app| check(app, &reader)).await {
        Err(problem) if is_told(problem.status()) => problem.status(),
        _ => StatusCode::OK,
    };
    let first = first::answers(app, &caller, asked).await;
    Ok(page(headers, status, &first))
}

fn is_told(status: StatusCode) -> bool {
    status == StatusCode::NOT_FOUND || status == StatusCode::MULTIPLE_CHOICES
}

fn page(headers: &HeaderMap, status: StatusCode, first: &str) -> Response {
    // Text in JSON may hold what ends a script in HTML; outside of text JSON has no `<`.
    let first = first.replace('<', "\\u003c");
    let text = PAGE.replacen(PLACE, &PLACE.replace("{}", &first), 1);
    let tag = etag::of(text.as_bytes());
    let known = headers.get(header::IF_NONE_MATCH);
    let answer_headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::REFERRER_POLICY, "same-origin"),
        // What it brings may be of one person alone.
        (header::CACHE_CONTROL, "private, no-cache"),
    ];
    let tag_header = [(header::ETAG, tag.clone())];
    if status == StatusCode::OK && known.is_some_and(|known| etag::lists(known, &tag)) {
        return (StatusCode::NOT_MODIFIED, answer_headers, tag_header).into_response();
    }
    (status, answer_headers, tag_header, text).into_response()
}
