//! What a request holds, or why it cannot be read.

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest, FromRequestParts, Path, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use serde::de::DeserializeOwned;

use crate::app::App;
use crate::problem::{Problem, shown};

/// A body is read off the event loop where it is larger.
const SMALL: usize = 64 * 1024;

/// A body of JSON.
pub(crate) struct Body<T>(pub(crate) T);

/// What follows the `?` of an address.
pub(crate) struct Query<T>(pub(crate) T);

/// The variable parts of a path.
pub(crate) struct InPath<T>(pub(crate) T);

/// The bytes of a body that says that it is JSON.
pub(crate) struct JsonBytes(pub(crate) Bytes);

impl FromRequest<App> for JsonBytes {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Self, Problem> {
        check_type(request.headers())?;
        let most = app.options.largest_body;
        let bytes = Bytes::from_request(request, app).await;
        bytes
            .map(Self)
            .map_err(|rejection| refused(&rejection, most))
    }
}

impl<T: DeserializeOwned + Send + 'static> FromRequest<App> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Self, Problem> {
        let JsonBytes(bytes) = JsonBytes::from_request(request, app).await?;
        if bytes.len() <= SMALL {
            return object(&bytes).map(Self);
        }
        app.off(move |_| object(&bytes).map(Self)).await
    }
}

/// Reads an object of JSON. A list would do for serde, too, with the members in their order.
fn object<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    match bytes.iter().find(|byte| !byte.is_ascii_whitespace()) {
        None | Some(b'{') => parse(bytes),
        Some(_) => Err(Problem::bad("the body has to be an object")
            .hint("`/api/v1/openapi.json` says what is expected")),
    }
}

/// Reads JSON.
pub(crate) fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    serde_json::from_slice(bytes).map_err(|problem| {
        let text = problem.to_string();
        let mut again = serde_json::Deserializer::from_slice(bytes);
        let place = place(serde_path_to_error::deserialize::<_, T>(&mut again), &text);
        let line = format!(" at line {} column {}", problem.line(), problem.column());
        let (text, line) = match text.strip_suffix(&line) {
            Some(text) => (text, &*line),
            None => (&*text, ""),
        };
        // Types of the registry and of the tracker bring their own; names of the client stand in backticks.
        let (text, hint) = match text.rsplit_once("\nhint: ") {
            Some(both) if both.0.matches('`').count() % 2 == 0 => both,
            _ if bytes.is_empty() => (text, "send a body, as `{\"name\": \"digits\"}`"),
            _ => (text, "`/api/v1/openapi.json` says what is expected"),
        };
        Problem::bad(format!("cannot read the body{place}: {text}{line}")).hint(hint)
    })
}

/// Where that is which cannot be read, as `points[3].epoch`, unless what is said of it names it. To know
/// it costs time, so that it is asked where reading has failed alone.
fn place<T, E>(read: Result<T, serde_path_to_error::Error<E>>, said: &str) -> String {
    let path = read.err().map(|problem| problem.path().to_string());
    match path.as_deref() {
        None | Some(".") => String::new(),
        Some(path) if said.contains(&format!("`{path}`")) => String::new(),
        Some(path) => format!(", at `{}`", shown(path)),
    }
}

/// Also keeps pages of other origins out: a browser asks before it sends this type there.
fn check_type(headers: &HeaderMap) -> Result<(), Problem> {
    let given = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    let essence = given.unwrap_or_default().split(';').next();
    let essence = essence.unwrap_or_default().trim().to_ascii_lowercase();
    if essence == "application/json" || essence.ends_with("+json") {
        return Ok(());
    }
    Err(Problem::new(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "the body has to be JSON",
    )
    .hint("send `Content-Type: application/json`, as `curl --json` does"))
}

fn refused(rejection: &BytesRejection, most: usize) -> Problem {
    if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
        let detail = format!("the body is larger than {most} bytes");
        return Problem::new(StatusCode::PAYLOAD_TOO_LARGE, detail)
            .hint("send it in several requests; files go to `artifacts`");
    }
    Problem::bad("the body did not come to its end")
}

impl<T: DeserializeOwned> FromRequestParts<App> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Problem> {
        let text = parts.uri.query().unwrap_or_default();
        serde_urlencoded::from_str(text)
            .map(Self)
            .map_err(|problem| {
                let said = problem.to_string();
                let again =
                    serde_urlencoded::Deserializer::new(form_urlencoded::parse(text.as_bytes()));
                let place = place(serde_path_to_error::deserialize::<_, T>(again), &said);
                Problem::bad(format!("cannot read what follows the `?`{place}: {said}"))
                    .hint("`/api/v1/openapi.json` says what is expected")
            })
    }
}

impl<T: DeserializeOwned + Send> FromRequestParts<App> for InPath<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        match Path::from_request_parts(parts, app).await {
            Ok(Path(found)) => Ok(Self(found)),
            Err(_) => Err(Problem::bad("the path cannot be read")
                .hint("percent-encode what is no letter and no digit, in UTF-8")),
        }
    }
}
