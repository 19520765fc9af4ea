//! The tokens and sessions of a store, read from it now and then.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::http::{HeaderMap, header};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use jiff::Timestamp;
use tracker_core::{Error, ErrorKind};

use super::caller::Caller;
use super::sign_in::{self, Session};
use super::token::{Role, Token, Tokens, digest, same};
use crate::app::App;
use crate::problem::Problem;

/// A token that was revoked opens nothing after so long.
const AGE: Duration = Duration::from_secs(1);

/// The tokens and sessions as they were read last.
#[derive(Debug, Default)]
pub(crate) struct Known(Mutex<Option<(Instant, Arc<Doors>)>>);

/// Who is let in.
#[derive(Debug, Default)]
pub(crate) struct Doors {
    tokens: Vec<Token>,
    sessions: Vec<Session>,
    /// Whether everybody is, as long as there are no tokens.
    is_open: bool,
}

impl Known {
    /// The next request reads the store.
    pub(crate) fn forget(&self) {
        *self.lock() = None;
    }

    fn recent(&self) -> Option<Arc<Doors>> {
        let known = self.lock();
        let (read, doors) = known.as_ref()?;
        (read.elapsed() < AGE).then(|| Arc::clone(doors))
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<(Instant, Arc<Doors>)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl App {
    /// The tokens and sessions of the store, which is read once a second.
    pub(crate) async fn doors(&self) -> Result<Arc<Doors>, Problem> {
        match self.tokens.recent() {
            Some(doors) => Ok(doors),
            // Of many that ask at once, those that had to wait find them read.
            None => {
                self.off(|app| app.tokens.recent().map_or_else(|| app.read_doors(), Ok))
                    .await
            }
        }
    }

    /// As [`doors`](Self::doors), from the store.
    pub(super) fn read_doors(&self) -> Result<Arc<Doors>, Problem> {
        let doors = Arc::new(Doors {
            tokens: kept(Tokens::of(self.tracker.clone()).list())?,
            sessions: kept(sign_in::sessions(&self.tracker))?,
            is_open: self.options.open,
        });
        *self.tokens.lock() = Some((Instant::now(), Arc::clone(&doors)));
        Ok(doors)
    }
}

/// A store that keeps none has none.
fn kept<T>(read: Result<Vec<T>, Error>) -> Result<Vec<T>, Problem> {
    match read {
        Err(error) if error.kind() == ErrorKind::Unsupported => Ok(Vec::new()),
        read => Ok(read?),
    }
}

impl Doors {
    /// Whether a request without a token may do all.
    pub(crate) fn are_open(&self) -> bool {
        self.is_open && self.tokens.is_empty()
    }

    /// Who asks.
    pub(crate) fn caller(&self, headers: &HeaderMap) -> Result<Caller, Problem> {
        let now = Timestamp::now();
        if let Some(secret) = bearer(headers)? {
            return self.by_secret(&secret, now);
        }
        if self.are_open() {
            return Ok(Caller::anybody());
        }
        if let Some(session) = sign_in::cookie(headers) {
            return self.by_session(session, now);
        }
        Err(Problem::unknown_caller("a token is needed").hint(
            "send `Authorization: Bearer TOKEN`; whoever runs the server makes one with \
             `entia token create NAME --role read`",
        ))
    }

    pub(super) fn by_secret(&self, secret: &str, now: Timestamp) -> Result<Caller, Problem> {
        let digest = digest(secret);
        // All are compared, so that the time tells nothing.
        let mut found = None;
        for token in &self.tokens {
            if same(&token.digest, &digest) {
                found = Some(token);
            }
        }
        let token = found.ok_or_else(|| {
            Problem::unknown_caller("the token is not known")
                .hint("it may have been revoked; `entia token list` shows those that are good")
        })?;
        good(token, now)
    }

    fn by_session(&self, secret: &str, now: Timestamp) -> Result<Caller, Problem> {
        let digest = digest(secret);
        let session = self.sessions.iter().find(|of| same(&of.digest, &digest));
        let session = session.filter(|session| session.expires > now);
        let token = session.and_then(|session| {
            let mut tokens = self.tokens.iter();
            tokens.find(|token| token.digest == session.token)
        });
        let token = token.ok_or_else(|| {
            Problem::unknown_caller("you are signed out").hint("sign in again at `/sign-in`")
        })?;
        good(token, now)
    }
}

fn good(token: &Token, now: Timestamp) -> Result<Caller, Problem> {
    match token.expires {
        Some(expires) if expires <= now => {
            let expires = expires.strftime("%Y-%m-%d %H:%M UTC");
            let detail = format!("the token `{}` was good until {expires}", token.name);
            Err(Problem::unknown_caller(detail).hint("ask whoever runs the server for another"))
        }
        _ => Ok(Caller {
            token: Some(token.name.clone()),
            role: token.role,
            experiments: token.experiments.clone(),
        }),
    }
}

impl Caller {
    /// Whoever asks a server that asks for no token.
    fn anybody() -> Self {
        Self {
            token: None,
            role: Role::Admin,
            experiments: None,
        }
    }
}

/// The token in the headers, as `Bearer` has it, or `Basic` as a password.
fn bearer(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let Some(value) = headers.get(header::AUTHORIZATION) else {
        return Ok(None);
    };
    let refuse = || {
        Problem::unknown_caller("the `Authorization` cannot be read")
            .hint("send `Authorization: Bearer TOKEN`, or `Basic` with the token as the password")
    };
    let text = value.to_str().map_err(|_| refuse())?;
    let (scheme, rest) = text.split_once(' ').ok_or_else(refuse)?;
    if scheme.eq_ignore_ascii_case("bearer") {
        return Ok(Some(rest.trim().to_owned()));
    }
    if !scheme.eq_ignore_ascii_case("basic") {
        return Err(refuse());
    }
    let bytes = BASE64_STANDARD.decode(rest.trim()).map_err(|_| refuse())?;
    let text = String::from_utf8(bytes).map_err(|_| refuse())?;
    let (_, password) = text.split_once(':').ok_or_else(refuse)?;
    Ok(Some(password.to_owned()))
}
