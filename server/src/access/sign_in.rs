//! Where a browser gives a token, and has a cookie for it.

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use jiff::{SignedDuration, Timestamp};
use registry_core::Value;
use serde::{Deserialize, Serialize};
use tracker_core::{Result, Tracker};

use super::token::{digest, put, secret};
use crate::app::App;
use crate::problem::{Answer, Problem};

/// The cookie.
const SESSION: &str = "entia_session";
/// Before the digest of each session in the settings of a store.
const PREFIX: &str = "session/";
/// A session ends by itself after so many days.
const DAYS: i64 = 30;

/// A browser that has signed in.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Session {
    /// The digest of the token it was given; another of the same name is another.
    pub(super) token: String,
    pub(super) expires: Timestamp,
    pub(super) digest: String,
}

/// The sessions of a store.
pub(super) fn sessions(tracker: &Tracker) -> Result<Vec<Session>> {
    let settings = tracker.store()?.settings(PREFIX)?.into_iter();
    Ok(settings.filter_map(|(_, value)| value.to().ok()).collect())
}

/// The secret of the session in the cookies.
pub(super) fn cookie(headers: &HeaderMap) -> Option<&str> {
    let cookies = headers.get_all(header::COOKIE).iter();
    let mut all = cookies
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'));
    all.find_map(|cookie| cookie.trim().strip_prefix(SESSION)?.strip_prefix('='))
}

#[derive(Deserialize)]
struct Form {
    token: String,
}

/// `GET /sign-in`.
pub(crate) async fn form() -> Html<String> {
    page("")
}

/// `POST /sign-in`.
pub(crate) async fn sign_in(State(app): State<App>, headers: HeaderMap, body: Bytes) -> Answer {
    let Ok(Form { token }) = serde_urlencoded::from_bytes(&body) else {
        return Err(Problem::bad("the form has no `token`").hint("sign in at `/sign-in`"));
    };
    let is_secure = headers
        .get("x-forwarded-proto")
        .is_some_and(|scheme| scheme == "https");
    let signed_in = app.off(move |app| {
        let token = token.trim();
        app.read_doors()?.by_secret(token, Timestamp::now())?;
        let session = begin(app, digest(token))?;
        app.tokens.forget();
        Ok(session)
    });
    match signed_in.await {
        Ok(secret) => Ok(leave(&secret, DAYS * 24 * 60 * 60, is_secure)),
        Err(problem) if problem.status() == StatusCode::UNAUTHORIZED => {
            Ok((StatusCode::UNAUTHORIZED, page("That token is not known.")).into_response())
        }
        Err(problem) => Err(problem),
    }
}

fn begin(app: &App, token: String) -> Result<String, Problem> {
    let secret = secret();
    let now = Timestamp::now();
    let session = Session {
        token,
        expires: now
            .checked_add(SignedDuration::from_hours(24 * DAYS))
            .unwrap_or(Timestamp::MAX),
        digest: digest(&secret),
    };
    for old in sessions(&app.tracker)? {
        if old.expires < now {
            put(&app.tracker, format!("{PREFIX}{}", old.digest), None)?;
        }
    }
    let value = Value::of(&session).map_err(|_| Problem::internal())?;
    let key = format!("{PREFIX}{}", session.digest);
    put(&app.tracker, key, Some(value))?;
    Ok(secret)
}

/// `POST /sign-out`.
pub(crate) async fn sign_out(State(app): State<App>, headers: HeaderMap) -> Answer {
    if let Some(secret) = cookie(&headers) {
        let key = format!("{PREFIX}{}", digest(secret));
        app.off(move |app| {
            put(&app.tracker, key, None)?;
            app.tokens.forget();
            Ok(())
        })
        .await?;
    }
    Ok(leave("", 0, false))
}

/// Sets the cookie, and leads to the first page.
fn leave(secret: &str, seconds: i64, is_secure: bool) -> Response {
    let secure = if is_secure { "; Secure" } else { "" };
    let cookie =
        format!("{SESSION}={secret}; Path=/; HttpOnly; SameSite=Strict; Max-Age={seconds}{secure}");
    let headers = [
        (header::SET_COOKIE, cookie),
        (header::LOCATION, "/".to_owned()),
    ];
    (StatusCode::SEE_OTHER, headers).into_response()
}

fn page(problem: &str) -> Html<String> {
    let problem = match problem {
        "" => String::new(),
        problem => format!("<p role=\"alert\">{problem}</p>"),
    };
    Html(PAGE.replace("{problem}", &problem))
}

const PAGE: &str = r#"<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Sign in · Entia</title>
<style>
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
main { max-width: 24rem; margin: 15vh auto; padding: 0 1rem }
input, button { font: inherit; width: 100%; box-sizing: border-box; padding: .5rem; margin: .25rem 0 1rem }
[role=alert] { color: #c0261d }
</style>
<main>
<h1>Sign in</h1>
{problem}
<form method="post" action="/sign-in">
<label for="token">Token</label>
<input id="token" name="token" type="password" autocomplete="current-password" required autofocus>
<button>Sign in</button>
</form>
<p>Whoever runs the server makes one with <code>entia token create NAME --role read</code>.</p>
</main>
</html>
"#;
