//! What is wrong, as `application/problem+json` of RFC 9457.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use schemars::JsonSchema;
use serde::Serialize;
use tracing::{error, warn};
use tracker_core::wire::Refusal;
use tracker_core::{Error, ErrorKind, StoreProblem};

/// What a handler gives.
pub(crate) type Answer = Result<Response, Problem>;

/// What is wrong with a request, or with its answer.
#[derive(Debug)]
pub(crate) struct Problem {
    status: StatusCode,
    document: Box<ProblemDocument>,
    /// How a client may prove who it is, where that is what is wrong.
    challenge: bool,
}

/// What is wrong.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "Problem")]
pub(crate) struct ProblemDocument {
    /// Always `about:blank`: the status and `code` say which problem it is.
    #[serde(rename = "type")]
    about: &'static str,
    /// What the status means.
    title: String,
    /// The status.
    status: u16,
    /// The sort of problem, for programs, as `not_found`.
    pub(crate) code: &'static str,
    /// What is wrong, in a sentence.
    pub(crate) detail: String,
    /// What to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) hint: Option<String>,
    /// Where in a query, in characters from 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    position: Option<usize>,
    /// The uuids of the runs that may be meant.
    #[serde(skip_serializing_if = "Option::is_none")]
    candidates: Option<Vec<String>>,
    /// The ids of what may be meant instead.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(default)]
    nearest: Vec<String>,
    /// What the remote store makes the same error of.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(skip)]
    refusal: Option<Box<Refusal>>,
}

impl Problem {
    pub(crate) fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        let document = ProblemDocument {
            about: "about:blank",
            title: status.canonical_reason().unwrap_or_default().to_owned(),
            status: status.as_u16(),
            code: code(status),
            detail: detail.into(),
            hint: None,
            position: None,
            candidates: None,
            nearest: Vec::new(),
            refusal: None,
        };
        Self {
            status,
            document: Box::new(document),
            challenge: false,
        }
    }

    /// A request that cannot be read.
    pub(crate) fn bad(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, detail)
    }

    /// What may not be done.
    pub(crate) fn forbidden(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, detail)
    }

    /// Nobody knows who asks.
    pub(crate) fn unknown_caller(detail: impl Into<String>) -> Self {
        Self {
            challenge: true,
            ..Self::new(StatusCode::UNAUTHORIZED, detail)
        }
    }

    /// What is not there.
    pub(crate) fn absent(what: &str, name: &str) -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            format!("there is no {what} `{}`", shown(name)),
        )
    }

    /// What only the log of the server says.
    pub(crate) fn internal() -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "the server failed at this",
        )
        .hint("whoever runs the server finds the reason in its log")
    }

    /// A batch that is larger than a limit.
    pub(crate) fn too_many(what: &str, count: usize, most: usize) -> Self {
        Self::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            format!("{count} {what} are more than one request may have"),
        )
        .hint(format!("send at most {most} at once"))
    }

    /// The problem with what to do about it.
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.document.hint = Some(hint.into());
        self
    }

    pub(crate) fn code(mut self, code: &'static str) -> Self {
        self.document.code = code;
        self
    }

    /// The problem with the place in the text of a query.
    fn position(mut self, position: usize) -> Self {
        self.document.position = Some(position);
        self
    }

    /// The problem with the runs that may be meant.
    pub(crate) fn candidates(mut self, candidates: Vec<String>) -> Self {
        self.document.candidates = Some(candidates);
        self
    }

    /// The problem with the ids of what may be meant instead.
    pub(crate) fn nearest(mut self, nearest: Vec<String>) -> Self {
        self.document.nearest = nearest;
        self
    }

    /// The problem as the remote store knows it.
    pub(crate) fn refusal(mut self, refusal: Option<Refusal>) -> Self {
        self.document.refusal = refusal.map(Box::new);
        self
    }

    /// What an answer would hold.
    pub(crate) fn document(self) -> ProblemDocument {
        *self.document
    }

    pub(crate) fn status(&self) -> StatusCode {
        self.status
    }
}

/// A text of a client as a message can show it.
pub(crate) fn shown(text: &str) -> String {
    const LENGTH: usize = 80;
    let visible = text.chars().filter(|char| !char.is_control());
    visible.take(LENGTH).collect()
}

fn code(status: StatusCode) -> &'static str {
    match status {
        StatusCode::MULTIPLE_CHOICES => "ambiguous",
        StatusCode::BAD_REQUEST => "invalid",
        StatusCode::UNAUTHORIZED => "unauthorized",
        StatusCode::FORBIDDEN => "denied",
        StatusCode::NOT_FOUND => "not_found",
        StatusCode::METHOD_NOT_ALLOWED => "no_method",
        StatusCode::REQUEST_TIMEOUT => "timeout",
        StatusCode::CONFLICT => "conflict",
        StatusCode::PRECONDITION_FAILED => "changed_meanwhile",
        StatusCode::PAYLOAD_TOO_LARGE => "too_large",
        StatusCode::UNSUPPORTED_MEDIA_TYPE => "media_type",
        StatusCode::RANGE_NOT_SATISFIABLE => "range",
        StatusCode::NOT_IMPLEMENTED => "unsupported",
        StatusCode::SERVICE_UNAVAILABLE => "unavailable",
        _ => "failed",
    }
}

impl From<Error> for Problem {
    /// The text of an error may name a file of the server: only what names what the client asked for
    /// is given on.
    fn from(error: Error) -> Self {
        let status = status(&error);
        if status.is_server_error() {
            error!(%error, "a call failed");
        }
        let code = error.kind().code();
        let problem = match error {
            Error::Query {
                column,
                problem,
                hint,
                ..
            } => {
                let detail = format!("cannot read the query: {problem}");
                Self::new(status, detail).hint(hint).position(column)
            }
            Error::Unusable {
                problem: StoreProblem::OpenedToRead | StoreProblem::ReadOnly,
                ..
            } => {
                Self::new(status, "the store can only be read").hint("ask whoever runs the server")
            }
            Error::Busy { .. } => {
                Self::new(status, "the store is busy").hint("try again in a moment")
            }
            // A store that is away is nothing that the client can mend.
            Error::Store { action, hint, .. } if status != StatusCode::SERVICE_UNAVAILABLE => {
                Self::new(status, format!("cannot {action}")).hint(hint)
            }
            Error::Missing {
                what: "content at", ..
            } => Self::new(status, "the content of the artifact is gone")
                .hint("put the artifact again"),
            Error::NoPlace => Self::new(status, "the server has no place for artifacts")
                .hint("whoever runs it starts it with `--artifacts FOLDER`"),
            // What the tracker calls an aggregate is a run here.
            Error::Taken {
                what: "aggregate",
                name,
                ..
            } => Self::new(status, format!("there is a run `{}` already", shown(&name)))
                .hint("choose another id, or go on with that one: `\"resume\": true`"),
            Error::Missing {
                what,
                name,
                place,
                hint,
            } => {
                let what = if what == "aggregate" { "run" } else { what };
                let place = match place.strip_prefix("the aggregate ") {
                    Some(run) => format!("the run {run}"),
                    None => place,
                };
                Self::new(status, format!("{place} has no {what} `{name}`")).hint(hint)
            }
            Error::Taken { .. }
            | Error::EmptyName { .. }
            | Error::Name { .. }
            | Error::TooLarge { .. }
            | Error::Unwritable { .. }
            | Error::NoIdentity { .. }
            | Error::Json { .. }
            | Error::ParamSet { .. }
            | Error::NotAllowed { .. }
            | Error::Disagrees { .. } => {
                let text = error.to_string();
                match text.split_once("\nhint: ") {
                    Some((detail, hint)) => Self::new(status, detail).hint(hint),
                    None => Self::new(status, text),
                }
            }
            // As a store that is away or has gone, or a journal that is full.
            _ if status == StatusCode::SERVICE_UNAVAILABLE => {
                Self::new(status, "the server cannot use its store now").hint(
                    "try again in a moment; whoever runs the server finds the reason in its log",
                )
            }
            _ => Self::internal(),
        };
        problem.code(code)
    }
}

fn status(error: &Error) -> StatusCode {
    match error {
        // The store has gone, not what the client asked for.
        Error::Store {
            kind: ErrorKind::NotFound,
            ..
        }
        | Error::Unusable {
            problem: StoreProblem::Absent | StoreProblem::NoFolder { .. } | StoreProblem::Gone,
            ..
        } => return StatusCode::SERVICE_UNAVAILABLE,
        _ => {}
    }
    match error.kind() {
        ErrorKind::NotFound => StatusCode::NOT_FOUND,
        ErrorKind::Exists | ErrorKind::Conflict => StatusCode::CONFLICT,
        ErrorKind::Invalid => StatusCode::BAD_REQUEST,
        ErrorKind::Denied => StatusCode::FORBIDDEN,
        ErrorKind::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        ErrorKind::Unsupported => StatusCode::NOT_IMPLEMENTED,
        _ => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        if self.status == StatusCode::UNAUTHORIZED || self.status == StatusCode::FORBIDDEN {
            warn!(detail = %self.document.detail, "refused");
        }
        let body = serde_json::to_vec(&self.document).unwrap_or_default();
        let mut response = (self.status, body).into_response();
        let headers = response.headers_mut();
        let value = HeaderValue::from_static;
        headers.insert(header::CONTENT_TYPE, value("application/problem+json"));
        if self.challenge {
            headers.append(header::WWW_AUTHENTICATE, value("Bearer"));
            headers.append(header::WWW_AUTHENTICATE, value("Basic realm=\"entia\""));
        }
        if self.status == StatusCode::SERVICE_UNAVAILABLE {
            headers.insert(header::RETRY_AFTER, value("1"));
        }
        // For protocols that say it in another form.
        response.extensions_mut().insert(*self.document);
        response
    }
}
