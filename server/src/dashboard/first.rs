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

/// Says the number of the newest change.
const ABOUT: &str = "/api/v1/about";

/// Asks what a page would ask, in the name of who reads it.
pub(super) struct First {
    routes: Router,
    caller: Caller,
    /// By what was asked, the answers so far.
    known: Vec<(String, Bytes)>,
}

impl First {
    /// Begins with the number of the newest change, so that it is older than all else: what has changed
    /// since is told by events behind it.
    pub(super) async fn of(app: &App, caller: Caller) -> Self {
        let routes = Router::new()
            .route(ABOUT, get(server::about))
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
        let about = first.soon(ABOUT).await;
        first
            .known
            .extend(about.map(|found| (ABOUT.to_owned(), found)));
        first
    }

    /// Asks at an address, however long it takes, and gives the status of the answer.
    pub(super) async fn ask(&mut self, address: String) -> StatusCode {
        let (status, found) = self.answer(&address).await;
        self.known.extend(found.map(|found| (address, found)));
        status
    }

    /// Asks at more addresses at once, and gives what comes in time as JSON: an object with a member for
    /// each.
    pub(super) async fn end(mut self, asked: Vec<String>) -> String {
        if self
            .known
            .first()
            .is_none_or(|(address, _)| address != ABOUT)
        {
            // The page reads that number, and then all the rest.
            return "{}".to_owned();
        }
        let asked = [vec!["/api/v1/experiments?limit=1000".to_owned()], asked].concat();
        let answers = asked.into_iter().map(async |address| {
            let found = self.soon(&address).await?;
            let groups = match groups_behind(&address, &found) {
                Some(address) => self.soon(&address).await.map(|found| (address, found)),
                None => None,
            };
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

    /// What is answered well, in little and in time.
    async fn soon(&self, address: &str) -> Option<Bytes> {
        let answer = tokio::time::timeout(PATIENCE, self.answer(address));
        answer.await.ok()?.1
    }

    /// The status, and the body of what is answered well and in little.
    async fn answer(&self, address: &str) -> (StatusCode, Option<Bytes>) {
        let Ok(mut request) = Request::get(address).body(Body::empty()) else {
            // It is longer than an address may be.
            return (StatusCode::NOT_FOUND, None);
        };
        request.extensions_mut().insert(self.caller.clone());
        let Ok(response) = self.routes.clone().oneshot(request).await;
        let status = response.status();
        if status != StatusCode::OK {
            return (status, None);
        }
        // It is in memory already.
        (status, to_bytes(response.into_body(), MOST).await.ok())
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
