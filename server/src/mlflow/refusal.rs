//! What is wrong, as MLflow says it.

use axum::extract::{MatchedPath, Request};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;
use serde_json::{Value, json};

use crate::problem::{Problem, ProblemDocument, shown};

const INVALID: &str = "INVALID_PARAMETER_VALUE";
const ABSENT: &str = "RESOURCE_DOES_NOT_EXIST";
const EXISTS: &str = "RESOURCE_ALREADY_EXISTS";

/// What there is, for paths that lead nowhere.
pub(super) const SCOPE: &str = "this server keeps experiments, runs, artifacts and logged models of MLflow, and \
                     neither a model registry nor traces nor a gateway";

/// A request that asks for what cannot be.
pub(super) fn invalid(detail: impl Into<String>) -> Problem {
    Problem::bad(detail).code(INVALID)
}

/// What is not there.
pub(super) fn absent(detail: impl Into<String>) -> Problem {
    Problem::new(StatusCode::NOT_FOUND, detail).code(ABSENT)
}

/// A name that is taken.
pub(super) fn exists(detail: impl Into<String>) -> Problem {
    Problem::bad(detail).code(EXISTS)
}

/// What this server has no part of.
pub(super) fn not_implemented(detail: impl Into<String>) -> Problem {
    Problem::new(StatusCode::NOT_IMPLEMENTED, detail).code("NOT_IMPLEMENTED")
}

/// A parameter that has to be given.
pub(super) fn missing(parameter: &str) -> Problem {
    invalid(format!(
        "Missing value for required parameter '{parameter}'. See the API docs for more information \
         about request parameters."
    ))
}

/// A parameter of another type, or one that cannot be.
pub(super) fn ill_typed(value: &Value, parameter: &str) -> Problem {
    const LONGEST: usize = 500;
    let mut shown = value.to_string();
    if shown.chars().count() > LONGEST {
        shown = shown.chars().take(LONGEST).chain("...".chars()).collect();
    }
    invalid(format!(
        "Invalid value {shown} for parameter '{parameter}' supplied."
    ))
}

/// A key that none has.
pub(super) fn unknown(what: &str, key: &str, known: &[&str]) -> Problem {
    let near = registry_core::nearest(key, known.iter().copied());
    let near = near.map_or_else(String::new, |near| format!(" Did you mean '{near}'?"));
    invalid(format!(
        "Invalid {what} key '{}' specified.{near} Valid keys are '{}'.",
        shown(key),
        known.join("', '")
    ))
}

/// A text without quotes.
pub(super) fn unquoted(entity: &str) -> Problem {
    invalid(format!(
        "Expected a quoted string value for {entity}. A text has to stand in quotes."
    ))
}

/// A comparison that there is not.
pub(super) fn wrong_sign(entity: &str) -> Problem {
    invalid(format!(
        "Invalid comparison operator for {entity}. Numbers compare by =, !=, >, >=, < and <=; texts by \
         =, !=, LIKE, ILIKE; params and tags also by IS NULL and IS NOT NULL; run ids and datasets \
         also by IN and NOT IN."
    ))
}

/// Whether a path is one of MLflow's.
fn is_of_mlflow(path: &str) -> bool {
    const BEGINNINGS: [&str; 6] = [
        "/api/2.0/",
        "/api/3.0/",
        "/ajax-api/",
        "/get-artifact",
        "/graphql",
        "/model-versions/",
    ];
    BEGINNINGS
        .iter()
        .any(|beginning| path.starts_with(beginning))
}

/// Answers a problem on a path of MLflow in its form, wherever the problem came up.
pub(crate) async fn translate(request: Request, next: Next) -> Response {
    let is_ours = is_of_mlflow(request.uri().path());
    let is_route = request.extensions().get::<MatchedPath>().is_some();
    let response = next.run(request).await;
    if !is_ours {
        return response;
    }
    match response.extensions().get::<ProblemDocument>().cloned() {
        Some(problem) => written(response, &problem, is_route),
        None => response,
    }
}

fn written(response: Response, problem: &ProblemDocument, is_route: bool) -> Response {
    let (mut parts, _) = response.into_parts();
    let (status, code) = kind(parts.status, problem.code, is_route);
    let message = match &problem.hint {
        _ if !is_route => format!("{}; {SCOPE}", problem.detail),
        Some(hint) => format!("{}\nhint: {hint}", problem.detail),
        None => problem.detail.clone(),
    };
    let body = json!({"error_code": code, "message": message}).to_string();
    parts.status = status;
    parts.headers.remove(header::CONTENT_LENGTH);
    let json = HeaderValue::from_static("application/json");
    parts.headers.insert(header::CONTENT_TYPE, json);
    Response::from_parts(parts, body.into())
}

/// The status and the code of a problem. A client of MLflow repeats what is answered with 5xx, and
/// knows no 409.
fn kind(status: StatusCode, code: &'static str, is_route: bool) -> (StatusCode, &'static str) {
    const BAD: StatusCode = StatusCode::BAD_REQUEST;
    let is_own = code
        .bytes()
        .all(|byte| byte.is_ascii_uppercase() || byte == b'_');
    if is_own {
        return (status, code);
    }
    match status {
        StatusCode::NOT_FOUND if !is_route => (status, "ENDPOINT_NOT_FOUND"),
        StatusCode::METHOD_NOT_ALLOWED => (status, "ENDPOINT_NOT_FOUND"),
        StatusCode::NOT_FOUND => (status, ABSENT),
        StatusCode::CONFLICT if code == "exists" => (BAD, EXISTS),
        StatusCode::CONFLICT => (BAD, INVALID),
        StatusCode::PAYLOAD_TOO_LARGE | StatusCode::UNSUPPORTED_MEDIA_TYPE => (BAD, "BAD_REQUEST"),
        StatusCode::UNAUTHORIZED => (status, "UNAUTHENTICATED"),
        StatusCode::FORBIDDEN => (status, "PERMISSION_DENIED"),
        StatusCode::NOT_IMPLEMENTED => (status, "NOT_IMPLEMENTED"),
        StatusCode::SERVICE_UNAVAILABLE | StatusCode::REQUEST_TIMEOUT => {
            (status, "TEMPORARILY_UNAVAILABLE")
        }
        status if status.is_server_error() => (status, "INTERNAL_ERROR"),
        status if code == "invalid" => (status, INVALID),
        status => (status, "BAD_REQUEST"),
    }
}
