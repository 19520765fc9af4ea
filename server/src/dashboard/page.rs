//! The pages, with their status and what they would ask first.

use std::io;

use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse as _, Response};
use futures_util::{StreamExt as _, future, stream};

use super::files::{self, PAGE};
use super::first::{self, First};
use crate::access::Caller;
use crate::app::App;
use crate::problem::{Answer, Problem};

/// Everything comes from this server, and no other page may show this one in a frame. A style may
/// stand in an element: plots and tables set places and widths so.
const POLICY: &str = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: \
                      blob:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
/// Where the page has what it would ask first.
const PLACE: &str = r#"<script type="application/json" id="entia-first">{}</script>"#;
const HEAD_ENDS: &str = "</head>";

/// What a page shows.
#[derive(Default)]
struct Shown {
    /// What it will ask first.
    asked: Vec<String>,
    /// The parts of the bundle that it needs.
    parts: &'static [&'static str],
}

impl Shown {
    fn parts(parts: &'static [&'static str]) -> Self {
        Self {
            parts,
            ..Self::default()
        }
    }
}

/// A page that is there whatever the store has.
pub(super) async fn fixed(State(app): State<App>, headers: HeaderMap, uri: Uri) -> Answer {
    let shown = Shown::parts(match uri.path() {
        "/" => &["pages/home"],
        "/compare" => &["compare/page"],
        "/live" => &["pages/live"],
        "/verify" => &["pages/verify"],
        _ => &[],
    });
    answer(&app, &headers, shown, |_, _| Ok(())).await
}

/// `GET /experiments/{experiment}`.
pub(super) async fn experiment(
    State(app): State<App>,
    headers: HeaderMap,
    uri: Uri,
    Path(name): Path<String>,
) -> Answer {
    let shown = Shown {
        asked: first::of_table(&name, uri.query()),
        parts: &["table/page", "plots/strip"],
    };
    answer(&app, &headers, shown, move |app, caller| {
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
    let parts: &[&str] = match view.as_str() {
        "plots" => &["plots/page"],
        "explore" => &["explore/page"],
        _ => &[],
    };
    answer(&app, &headers, Shown::parts(parts), move |app, caller| {
        app.experiment(caller, &name)?;
        match parts {
            [] => Err(Problem::absent("page", &view)),
            _ => Ok(()),
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
    let shown = Shown {
        asked: vec![format!("/api/v1/runs/{}", first::in_path(&name))],
        parts: &["run/page"],
    };
    answer(&app, &headers, shown, move |app, caller| {
        app.run(caller, &name, None).map(drop)
    })
    .await
}

/// `GET /components/{hash}`.
pub(super) async fn component(
    State(app): State<App>,
    headers: HeaderMap,
    Path(hash): Path<String>,
) -> Answer {
    let parts = &["component/page"];
    let Some(caller) = caller(&app, &headers).await else {
        return Ok(unknown(parts));
    };
    let mut first = First::of(&app, caller).await;
    // To find it takes as long as all that is said of it.
    let asked = first.ask(format!("/api/v1/components/{}", first::in_path(&hash)));
    let status = Some(asked.await).filter(|&status| is_told(status));
    let status = status.unwrap_or(StatusCode::OK);
    Ok(page(status, parts, first.end(Vec::new())))
}

/// A page where there is none, as far as a browser asks.
pub(crate) async fn missing(app: &App, headers: &HeaderMap, uri: &Uri) -> Option<Answer> {
    let accepts = headers.get(header::ACCEPT)?.to_str().ok()?;
    if !accepts.contains("text/html") || uri.path().starts_with("/api/") {
        return None;
    }
    let path = uri.path().to_owned();
    let shown = Shown::parts(&["pages/missing"]);
    let absent = move |_: &App, _: &Caller| Err(Problem::absent("page", &path));
    Some(answer(app, headers, shown, absent).await)
}

/// The page. Where what it shows is not there, or may be several things, its status says so, and the
/// page says it in words; who has no token is told so by what the page asks next.
async fn answer(
    app: &App,
    headers: &HeaderMap,
    mut shown: Shown,
    check: impl FnOnce(&App, &Caller) -> Result<(), Problem> + Send + 'static,
) -> Answer {
    let Some(caller) = caller(app, headers).await else {
        return Ok(unknown(shown.parts));
    };
    let reader = caller.clone();
    let status = match app.off(move |app| check(app, &reader)).await {
        Err(problem) if is_told(problem.status()) => problem.status(),
        _ => StatusCode::OK,
    };
    if status != StatusCode::OK {
        shown.asked.clear();
    }
    let app = app.clone();
    let first = async move { First::of(&app, caller).await.end(shown.asked).await };
    Ok(page(status, shown.parts, first))
}

/// Who asks, where that is known.
async fn caller(app: &App, headers: &HeaderMap) -> Option<Caller> {
    app.doors().await.ok()?.caller(headers).ok()
}

/// The page of who is not known.
fn unknown(parts: &[&str]) -> Response {
    page(StatusCode::OK, parts, future::ready("{}".into()))
}

fn is_told(status: StatusCode) -> bool {
    status == StatusCode::NOT_FOUND || status == StatusCode::MULTIPLE_CHOICES
}

/// The page, in two pieces: a browser loads what the first one names while the other is made.
fn page(
    status: StatusCode,
    parts: &[&str],
    first: impl Future<Output = String> + Send + 'static,
) -> Response {
    let (begin, end) = PAGE.split_once(PLACE).unwrap_or((PAGE, ""));
    let links = files::links(parts);
    let begin = begin.replacen(HEAD_ENDS, &format!("{links}{HEAD_ENDS}"), 1);
    let rest = async move {
        // Text in JSON may hold what ends a script in HTML; outside of text JSON has no `<`.
        let first = first.await.replace('<', "\\u003c");
        format!("{}{end}", PLACE.replace("{}", &first))
    };
    let pieces = stream::once(future::ready(begin)).chain(stream::once(rest));
    let pieces = pieces.map(|piece| Ok::<_, io::Error>(Bytes::from(piece)));
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::REFERRER_POLICY, "same-origin"),
        // What it brings is of now, and may be of one person alone.
        (header::CACHE_CONTROL, "private, no-store"),
    ];
    // Whoever compresses it asks once more behind its end.
    (status, headers, Body::from_stream(pieces.fuse())).into_response()
}
