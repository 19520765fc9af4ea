//! What a page would ask first, so that it needs no second round trip for its first picture.

use std::fmt::Write as _;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::http::{Request, StatusCode};
use axum::routing::get;
use futures_util::future::join_all;
use serde::Deserialize;
use tower::ServiceExt as _;

use crate::access::Caller;
use crate::api::{components, experiments, groups, runs, schema, server, table};
use crate::app::App;

/// A longer answer is asked for, while the page draws what it has.
const MOST: usize = 1024 * 1024;
/// So long the page waits for one; it asks again for what came later.
const PATIENCE: Duration = Duration::from_secs(5);

/// The answers as JSON: an object with a member for each address that a page asks.
pub(super) async fn answers(app: &App, caller: &Caller, asked: Vec<String>) -> String {
    let routes = Router::new()
        .route("/api/v1/about", get(server::about))
        .route("/api/v1/components/{hash}", get(components::read))
        .route("/api/v1/experiments", get(experiments::list))
        .route("/api/v1/experiments/{experiment}/schema", get(schema::read))
        .route("/api/v1/groups", get(groups::read))
        .route("/api/v1/runs/{run}", get(runs::read))
        .route("/api/v1/table", get(table::read))
        .with_state(app.for_one_page());
    // What has changed since is told by events behind the number in it: it is older than all else.
    let about = "/api/v1/about".to_owned();
    let about = answer(&routes, caller, &about).await.zip(Some(about));
    let asked = [vec!["/api/v1/experiments?limit=1000".to_owned()], asked].concat();
    let answers = asked.into_iter().map(async |address| {
        let found = answer(&routes, caller, &address).await?;
        let groups = match groups_behind(&address, &found) {
            Some(address) => answer(&routes, caller, &address).await.zip(Some(address)),
            None => None,
        };
        Some(groups.into_iter().chain([(found, address)]))
    });
    let answers = join_all(answers).await.into_iter().flatten().flatten();
    let members = about.into_iter().chain(answers).map(|(found, address)| {
        let key = serde_json::Value::from(address);
        format!("{key}:{}", String::from_utf8_lossy(&found))
    });
    format!("{{{}}}", members.collect::<Vec<_>>().join(","))
}

async fn answer(routes: &Router, caller: &Caller, address: &str) -> Option<Bytes> {
    let mut request = Request::get(address).body(Body::empty()).ok()?;
    request.extensions_mut().insert(caller.clone());
    let answer = routes.clone().oneshot(request);
    let Ok(response) = tokio::time::timeout(PATIENCE, answer).await.ok()?;
    if response.status() != StatusCode::OK {
        return None;
    }
    // It is in memory already.
    to_bytes(response.into_body(), MOST).await.ok()
}

/// Where a table has repeats, its page shows them in groups, and asks for those, letter by letter.
fn groups_behind(address: &str, table: &[u8]) -> Option<String> {
    #[derive(Deserialize)]
    struct Table {
        repeated: usize,
        total: usize,
    }
    let (_, asked) = address.split_once("/api/v1/table?")?;
    let (named, _) = asked.split_once('&')?;
    let table: Table = serde_json::from_slice(table).ok()?;
    let is_grouped = table.repeated > 0 && table.total <= groups::MOST;
    is_grouped.then(|| format!("/api/v1/groups?{named}&limit=200"))
}

/// What the table of an experiment asks, letter by letter, where nothing is chosen in its address.
pub(super) fn of_table(experiment: &str, chosen: Option<&str>) -> Vec<String> {
    let mut asked = vec![format!(
        "/api/v1/experiments/{}/schema",
        in_path(experiment)
    )];
    if chosen.is_none() {
        let named = serde_urlencoded::to_string([("experiment", experiment)]);
        let named = named.unwrap_or_default();
        asked.push(format!(
            "/api/v1/table?{named}&limit=200&total=true&constant=true"
        ));
    }
    asked
}

/// A part of a path, as the page writes it: `encodeURIComponent` of ECMA-262.
pub(super) fn in_path(part: &str) -> String {
    let mut text = String::with_capacity(part.len());
    for byte in part.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => text.push(char::from(byte)),
            b'-' | b'_' | b'.' | b'!' | b'~' | b'*' | b'\'' | b'(' | b')' => {
                text.push(char::from(byte));
            }
            _ => {
                let _ = write!(text, "%{byte:02X}");
            }
        }
    }
    text
}
