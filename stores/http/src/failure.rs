//! What goes wrong on the way to a server and back, as errors.

use std::error::Error as Cause;
use std::io;
use std::sync::Arc;

use serde::Deserialize;
use tracker_core::wire::{Refusal, TooManyBytes};
use tracker_core::{Error, ErrorKind, StoreProblem};
use ureq::Timeout;
use ureq::http::{HeaderMap, StatusCode, header};

/// What a server says is wrong.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Problem {
    code: String,
    detail: String,
    hint: Option<String>,
    refusal: Option<Refusal>,
}

/// The error of a server that cannot be reached, or that has broken off.
pub(crate) fn unreachable(action: &str, place: &str, cause: &ureq::Error) -> Error {
    let kind = match cause {
        ureq::Error::Io(cause) if certificate(cause).is_some() => ErrorKind::Denied,
        ureq::Error::Rustls(_) | ureq::Error::Tls(_) => ErrorKind::Denied,
        _ => ErrorKind::Unavailable,
    };
    let (text, hint): (String, _) = match cause {
        ureq::Error::Timeout(Timeout::Resolve | Timeout::Connect) => (
            "the server cannot be reached".to_owned(),
            "see that host and port are right, that this machine is on the network, and that no \
             firewall is between",
        ),
        ureq::Error::Timeout(_) => (
            "the server does not answer".to_owned(),
            "see that it runs and is not too busy",
        ),
        cause if is_unknown(cause) => (
            "the host is not known".to_owned(),
            "see that the name is right, and that this machine is on the network",
        ),
        ureq::Error::Io(cause) if certificate(cause).is_some() => (
            certificate(cause).unwrap_or_default(),
            "name a file with the certificate of who has signed that of the server in the \
             environment variable SSL_CERT_FILE, or see that the address names the right host",
        ),
        ureq::Error::Io(cause) if is_plain(cause) => (
            "the server does not speak TLS".to_owned(),
            "write `http://` in the place of `https://`",
        ),
        ureq::Error::Io(cause) if cause.kind() == io::ErrorKind::ConnectionRefused => (
            "no server listens there".to_owned(),
            "start it with `entia serve`, or see that host and port are right",
        ),
        ureq::Error::Protocol(_) => (
            "what answers there does not speak HTTP".to_owned(),
            "see that host and port are right, and whether it is `http://` or `https://`",
        ),
        cause if has_broken(cause) => (
            "the connection was closed before the answer was there".to_owned(),
            "see that the server runs, and whether it is `http://` or `https://`",
        ),
        cause => (
            cause.to_string(),
            "see that the server runs, and that the network does",
        ),
    };
    store(kind, action, place, text, hint)
}

/// Whether no address is found for the name of the host.
fn is_unknown(cause: &ureq::Error) -> bool {
    match cause {
        ureq::Error::HostNotFound => true,
        // What looks for one has no kind of error for it.
        ureq::Error::Io(cause) => cause.to_string().starts_with("failed to lookup address"),
        _ => false,
    }
}

/// Whether a connection was closed before an answer began, as a server does with one that it has kept
/// for long enough.
pub(crate) fn has_broken(cause: &ureq::Error) -> bool {
    let ureq::Error::Io(cause) = cause else {
        return false;
    };
    matches!(
        cause.kind(),
        io::ErrorKind::UnexpectedEof
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::BrokenPipe
    )
}

/// What is wrong with the certificate of the server, where that is so.
fn certificate(cause: &io::Error) -> Option<String> {
    match inner(cause)? {
        rustls::Error::InvalidCertificate(problem) => Some(match problem {
            rustls::CertificateError::UnknownIssuer => {
                "nobody who is trusted has signed the certificate of the server".to_owned()
            }
            problem => format!("the certificate of the server is not good: {problem}"),
        }),
        _ => None,
    }
}

/// Whether the other side does not speak TLS.
fn is_plain(cause: &io::Error) -> bool {
    matches!(
        inner(cause),
        Some(rustls::Error::InvalidMessage(_) | rustls::Error::PeerIncompatible(_))
    )
}

fn inner(cause: &io::Error) -> Option<&rustls::Error> {
    let mut cause: Option<&(dyn Cause + 'static)> = Some(cause.get_ref()?);
    while let Some(error) = cause {
        if let Some(found) = error.downcast_ref() {
            return Some(found);
        }
        cause = error.source();
    }
    None
}

/// The error of an answer that is none of those that were hoped for.
pub(crate) fn refused(
    action: &str,
    place: &str,
    status: StatusCode,
    headers: &HeaderMap,
    body: &[u8],
) -> Error {
    if status.is_redirection() {
        return redirected(place, headers);
    }
    if status == StatusCode::PAYLOAD_TOO_LARGE {
        let hint = "do less in one step; or let what stands before the server take bodies of 32 MiB, as \
                    nginx does with `client_max_body_size 32m`";
        return store(ErrorKind::Unsupported, action, place, TooManyBytes, hint);
    }
    let is_problem = headers
        .get(header::CONTENT_TYPE)
        .is_some_and(|value| value == "application/problem+json");
    let problem = is_problem.then(|| serde_json::from_slice::<Problem>(body).ok());
    match problem.flatten() {
        Some(problem) => said(action, place, status, problem),
        None if matches!(status.as_u16(), 408 | 425 | 429 | 502..=504) => store(
            ErrorKind::Unavailable,
            action,
            place,
            format!("what stands before the server answers {status}"),
            "see that the server itself runs",
        ),
        None if matches!(status.as_u16(), 401 | 403 | 407) => no_server(
            place,
            format!("what answers there says {status}"),
            "see that the address is right, and that nothing before the server asks for a password",
        ),
        None => foreign(place, &format!("what answers there says {status}")),
    }
}

fn redirected(place: &str, headers: &HeaderMap) -> Error {
    let location = headers.get(header::LOCATION);
    let location = location.and_then(|value| value.to_str().ok());
    let location = location.unwrap_or_default();
    let end = location.find("/api/v1").unwrap_or(location.len());
    let shown: String = location[..end]
        .chars()
        .filter(|char| !char.is_control())
        .take(200)
        .collect();
    let hint = if shown.starts_with("http") {
        format!("write `{shown}`, if that is where the server should be")
    } else {
        "give the address to which it leads".to_owned()
    };
    let found = "it sends whoever asks it somewhere else".to_owned();
    no_server(place, found, &hint)
}

/// What the server itself says.
fn said(action: &str, place: &str, status: StatusCode, problem: Problem) -> Error {
    let refusal = problem.refusal;
    if let Some(error) = refusal.and_then(|refusal| refusal.error(action, place)) {
        return error;
    }
    // Who says this may be something before the store: no journal takes it for a refusal.
    let kind = match (status.as_u16(), &*problem.code) {
        (404, _) | (_, "another_store") => ErrorKind::NotFound,
        (401 | 403, _) => ErrorKind::Denied,
        (408 | 425 | 429 | 502..=504, _) => ErrorKind::Unavailable,
        (400..=499 | 501, _) => ErrorKind::Unsupported,
        (_, "damaged") => ErrorKind::Damaged,
        _ => ErrorKind::Failed,
    };
    let hint = match (problem.hint, status) {
        (_, StatusCode::UNAUTHORIZED) => {
            "give a token in the environment variable ENTIA_TOKEN; whoever runs the server makes one \
             with `entia token create NAME --role write`"
                .to_owned()
        }
        (Some(hint), _) => hint,
        (None, _) => "whoever runs the server finds more in its log".to_owned(),
    };
    store(kind, action, place, problem.detail, &hint)
}

/// The error of something that is no server of Entia.
pub(crate) fn foreign(place: &str, found: &str) -> Error {
    let hint = "see that host and port are right; `entia serve` starts a server";
    no_server(place, found.to_owned(), hint)
}

/// No journal takes this for an answer of the store: something may stand before that for a while.
pub(crate) fn no_server(place: &str, found: String, hint: &str) -> Error {
    Error::Unusable {
        place: place.to_owned(),
        problem: StoreProblem::NoServer {
            found,
            hint: hint.to_owned(),
        },
    }
}

/// An error of the store.
pub(crate) fn store(
    kind: ErrorKind,
    action: &str,
    place: &str,
    cause: impl Into<Box<dyn Cause + Send + Sync>>,
    hint: &str,
) -> Error {
    Error::Store {
        kind,
        action: action.to_owned(),
        place: place.to_owned(),
        cause: Arc::from(cause.into()),
        hint: hint.to_owned(),
    }
}
