//! What a page would ask first, so that it needs no second round trip for its first picture.

use std::fmt::Write as _;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode, Uri};
use axum::routing::get;
use tower::ServiceExt as _;

use crate::access::Caller;
use crate::api::{experiments, schema, server};
use crate::app::App;

/// A longer answer is asked for, while the page draws what it has.
const MOST: usize = 256 * 1024;

/// The answers as JSON: an object with a member for each address that a page asks.
pub(super) async fn answers(app: &App, caller: &Caller, page: &Uri) -> String {
    let routes = Router::new()
        .route("/api/v1/about", get(server::about))
        .route("/api/v1/experiments", get(experiments::list))
        .route("/api/v1/experiments/{experiment}/schema", get(schema::read))
        .with_state(app.clone());
    let mut answers = String::from("{");
    for address in asked(page) {
        let Ok(mut request) = Request::get(&address).body(Body::empty()) else {
            continue;
        };
        request.extensions_mut().insert(caller.clone());
        let Ok(response) = routes.clone().oneshot(request).await;
        if response.status() != StatusCode::OK {
            continue;
        }
        // It is in memory already.
        if let Ok(body) = to_bytes(response.into_body(), MOST).await {
            let comma = if answers.len() > 1 { "," } else { "" };
            let key = serde_json::Value::from(address);
            let _ = write!(answers, "{comma}{key}:{}", String::from_utf8_lossy(&body));
        }
    }
    answers.push('}');
    answers
}

/// The addresses that a page asks before it can show something, letter by letter.
fn asked(page: &Uri) -> Vec<String> {
    let mut asked = vec![
        "/api/v1/about".to_owned(),
        "/api/v1/experiments?limit=1000".to_owned(),
    ];
    let path = page.path().trim_matches('/');
    if let Some(name) = path.strip_prefix("experiments/") {
        let name = name.split('/').next().unwrap_or_default();
        asked.push(format!("/api/v1/experiments/{name}/schema"));
    }
    asked
}
