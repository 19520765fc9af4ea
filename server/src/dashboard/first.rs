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

/// Asks what a page would ask, in the name of who reads it.
pub(super) struct First {
    routes: Router,
    caller: Caller,
    /// By what was asked, the answers so far.
    known: Vec<(String, Bytes)>,
}

impl First {
    /// Begins with the number of the newest change, which is older than all else: what has changed since
    /// is told by events behind it.
    pub(super) async fn of(app: &App, caller: Caller) -> Self {
        let routes = Router::new()
            .route("/api/v1/about", get(server::about))
            .route("/api/v1/components/{hash}", get(components::read))
            .route("/api/v1/experiments", get(experiments::list))
            .route("/api/v1/experiments/{experiment}/schema", get(schema::read))
            .route("/api/v1/groups", get(groups::read))
            .route("/api/v1/runs/{run}", get(runs::read))
            .route("/api/v1/table", get(table::read))
            .with_state(app.for_one_page());
        let mut first = Self {
            routes,
            caller,
            known: Vec::new(),
        };
        first.ask("/api/v1/about".to_owned()).await;
        first
    }

    /// Asks at an address, and gives the status of the answer; none where it did not come in time.
    pub(super) async fn ask(&mut self, address: String) -> Option<StatusCode> {
        let (status, body) = self.answer(&address).await?;
        self.known.extend(body.map(|body| (address, body)));
        Some(status)
    }

    /// Asks at more addresses at once, and gives all as JSON: an object with a member for each.
    pub(super) async fn end(mut self, asked: Vec<String>) -> String {
        let asked = [vec!["/api/v1/experiments?limit=1000".to_owned()], asked].concat();
        let answers = asked.into_iter().map(async |address| {
            let (_, found) = self.answer(&address).await?;
            let found = found?;
            let groups = match groups_behind(&address, &found) {
                Some(address) => self
                    .answer(&address)
                    .await
                    .map(|(_, found)| (address, found)),
                None => None,
            };
            let groups = groups.and_then(|(address, found)| Some((address, found?)));
            Some(groups.into_iter().chain([(address, found)]))
        });
        let answers = join_all(answers).await.into_iter().flatten().flatten();
        let answers: Vec<_> = answers.collect();
        self.known.extend(answers);
        let members = self.known.into_iter().map(|(address, found)| {
            let key = serde_json::Value::from(address);
            format!("{key}:{}", String::from_utf8_lossy(&found))
        });
        format!("{{{}}}", members.collect::<Vec<_>>().join(","))
    }

    /// The status, and the body of what is answered well and in little.
    async fn answer(&self, address: &str) -> Option<(StatusCode, Option<Bytes>)> {
        let mut request = Request::get(address).body(Body::empty()).ok()?;
        request.extensions_mut().insert(self.caller.clone());
        let answer = self.routes.clone().oneshot(request);
        let Ok(response) = tokio::time::timeout(PATIENCE, answer).await.ok()?;
        let status = response.status();
        if status != StatusCode::OK {
            return Some((status, None));
        }
        // It is in memory already.
        Some((status, to_bytes(response.into_body(), MOST).await.ok()))
    }
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
