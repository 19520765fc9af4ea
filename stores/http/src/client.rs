//! The way to a server: connections that are kept, and what comes back.

use std::io::{self, Read};
use std::net::IpAddr;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;
use tracker_core::fork::PerProcess;
use tracker_core::wire::{STORE_HEADER, TooManyBytes, VERSION, VERSION_HEADER};
use tracker_core::{Error, ErrorKind, Result, Uuid};
use ureq::http::{Request, Response, StatusCode, Uri, header};
use ureq::tls::{Certificate, RootCerts, TlsConfig};
use ureq::{Agent, AsSendBody, Body, SendBody};

use crate::address::Target;
use crate::failure::{foreign, has_broken, refused, store, unreachable};

/// How long a server may take before it is said to be away.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Patience {
    /// To be reached.
    pub(crate) connect: Duration,
    /// To say what it is, when it is opened.
    pub(crate) about: Duration,
    /// To begin with a small answer.
    pub(crate) answer: Duration,
    /// To begin with any other, and to take or give the next bytes; it gives up what takes longer than
    /// a minute itself.
    pub(crate) silence: Duration,
}

impl Patience {
    /// That of every store.
    pub(crate) const USUAL: Self = Self {
        connect: Duration::from_secs(5),
        about: Duration::from_secs(10),
        answer: Duration::from_secs(15),
        silence: Duration::from_secs(90),
    };
}

/// So many connections are kept, each of which may have been closed just now.
const KEPT: usize = 3;
/// As much of what a server says is wrong is read.
const PROBLEM: u64 = 64 << 10;
/// A server takes no larger body, but for contents.
const LARGEST: usize = 32 << 20;

/// The way to a server.
pub(crate) struct Client {
    pub(crate) target: Target,
    token: Option<String>,
    patience: Patience,
    /// The identity of the store that it was opened for: another may take its place.
    pub(crate) store: OnceLock<Option<Uuid>>,
    /// A child of a `fork` has connections of its own.
    own: PerProcess<Own>,
}

#[derive(Default)]
struct Own(OnceLock<Agent>);

/// What is known of a call beforehand.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Call {
    /// Whether the server is there at all.
    About,
    /// Its answer is small.
    Small,
    /// Its answer may take long.
    Long,
    /// So it may, and it is not made again where nobody knows what became of it.
    Once,
}

impl Client {
    pub(crate) fn new(target: Target, token: Option<String>, patience: Patience) -> Self {
        Self {
            target,
            // A file that it was read from ends with a line break.
            token: token
                .map(|token| token.trim().to_owned())
                .filter(|token| !token.is_empty()),
            patience,
            store: OnceLock::new(),
            own: PerProcess::default(),
        }
    }

    /// What messages call the server.
    pub(crate) fn place(&self) -> &str {
        &self.target.base
    }

    /// Asks with JSON, or with nothing.
    pub(crate) fn ask<T: DeserializeOwned>(
        &self,
        action: &str,
        (method, path): (&str, &str),
        body: Option<&impl Serialize>,
        sort: Call,
    ) -> Result<T> {
        let body = body.map(|body| self.write(action, body)).transpose()?;
        let request = || {
            let request = self.request(method, path);
            match &body {
                Some(_) => request.header(header::CONTENT_TYPE, "application/json"),
                None => request,
            }
        };
        let call = || match body.as_deref() {
            Some(body) => self.call(action, request(), body, sort),
            None => self.call(action, request(), (), sort),
        };
        let mut answer = call()?;
        for _ in 0..KEPT {
            // Before a byte of an answer came: nothing is known, and nothing was waited for.
            if sort == Call::Once || !answer.as_ref().is_err_and(has_broken) {
                break;
            }
            answer = call()?;
        }
        self.read(action, self.judge(action, answer)?)
    }

    fn read<T: DeserializeOwned>(&self, action: &str, mut answer: Response<Body>) -> Result<T> {
        let body = answer.body_mut().with_config().limit(u64::MAX);
        let answer = body.read_to_vec();
        let answer = answer.map_err(|cause| unreachable(action, self.place(), &cause))?;
        let answer: &[u8] = if answer.is_empty() { b"null" } else { &answer };
        serde_json::from_slice(answer).map_err(|problem| {
            foreign(
                self.place(),
                &format!("its answer cannot be read: {problem}"),
            )
        })
    }

    fn write(&self, action: &str, body: &impl Serialize) -> Result<Vec<u8>> {
        let body = serde_json::to_vec(body).map_err(|cause| {
            store(
                ErrorKind::Invalid,
                action,
                self.place(),
                cause,
                "report this",
            )
        })?;
        if body.len() > LARGEST {
            return Err(store(
                ErrorKind::Invalid,
                action,
                self.place(),
                TooManyBytes,
                "make the changes in several steps; large contents belong into artifacts",
            ));
        }
        Ok(body)
    }

    fn request(&self, method: &str, path: &str) -> ureq::http::request::Builder {
        let uri = format!("{}/api/v1{path}", self.target.base);
        let mut request = Request::builder().method(method).uri(uri);
        request = request.header(VERSION_HEADER, VERSION);
        if let Some(Some(store)) = self.store.get() {
            request = request.header(STORE_HEADER, store.to_string());
        }
        match &self.token {
            Some(token) => request.header(header::AUTHORIZATION, format!("Bearer {token}")),
            None => request,
        }
    }

    /// What comes of a request, whatever it is.
    fn call(
        &self,
        action: &str,
        request: ureq::http::request::Builder,
        body: impl AsSendBody,
        sort: Call,
    ) -> Result<Result<Response<Body>, ureq::Error>> {
        let request = request.body(body).map_err(|_| {
            let problem = "the token has characters that no token has";
            let hint = "see that ENTIA_TOKEN holds a token and nothing else";
            store(ErrorKind::Denied, action, self.place(), problem, hint)
        })?;
        let agent = self.agent()?;
        let request = agent.configure_request(request);
        let request = match sort {
            Call::About => request.timeout_global(Some(self.patience.about)),
            Call::Small => request.timeout_recv_response(Some(self.patience.answer)),
            Call::Long | Call::Once => request,
        };
        Ok(agent.run(request.build()))
    }

    /// The answer, whose body has not been read; an error where it is a refusal.
    fn judge(
        &self,
        action: &str,
        answer: Result<Response<Body>, ureq::Error>,
    ) -> Result<Response<Body>> {
        let mut answer = answer.map_err(|cause| unreachable(action, self.place(), &cause))?;
        let status = answer.status();
        if matches!(
            status,
            StatusCode::OK | StatusCode::NO_CONTENT | StatusCode::PARTIAL_CONTENT
        ) {
            return Ok(answer);
        }
        let body = answer.body_mut().with_config().limit(PROBLEM).read_to_vec();
        let body = body.unwrap_or_default();
        Err(refused(
            action,
            self.place(),
            status,
            answer.headers(),
            &body,
        ))
    }

    /// Sends a stream.
    pub(crate) fn upload<T: DeserializeOwned>(
        &self,
        action: &str,
        path: &str,
        stream: &mut dyn Read,
    ) -> Result<T> {
        let mut stream = Watched {
            stream,
            failure: None,
        };
        let body = SendBody::from_reader(&mut stream);
        let request = self.request("POST", path);
        let request = request.header(header::CONTENT_TYPE, "application/octet-stream");
        let answer = self.call(action, request, body, Call::Once)?;
        if let Some(failure) = stream.failure {
            return Err(Error::io(action, self.place(), failure));
        }
        self.read(action, self.judge(action, answer)?)
    }

    /// A stream from a byte on.
    pub(crate) fn download(
        &self,
        action: &str,
        path: &str,
        first: u64,
    ) -> Result<Box<dyn Read + Send>> {
        let mut request = self.request("GET", path);
        if first > 0 {
            request = request.header(header::RANGE, format!("bytes={first}-"));
        }
        let answer = self.call(action, request, (), Call::Long)?;
        let answer = self.judge(action, answer)?;
        let body = answer.into_body().into_with_config().limit(u64::MAX);
        Ok(Box::new(body.reader()))
    }

    fn agent(&self) -> Result<&Agent> {
        let own = &self.own.get().0;
        if let Some(agent) = own.get() {
            return Ok(agent);
        }
        let agent = self.connect()?;
        Ok(own.get_or_init(|| agent))
    }

    fn connect(&self) -> Result<Agent> {
        let Patience {
            connect, silence, ..
        } = self.patience;
        let mut config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .max_idle_connections_per_host(KEPT)
            .user_agent(concat!("entia/", env!("CARGO_PKG_VERSION")))
            .timeout_resolve(Some(connect))
            .timeout_connect(Some(connect))
            .timeout_per_read(Some(silence))
            .timeout_per_write(Some(silence));
        if is_here(&self.target.base) {
            // A proxy that the environment names does not reach this machine.
            config = config.proxy(None);
        }
        if self.target.base.starts_with("https:") {
            config = config.tls_config(tls(self.place())?);
        }
        Ok(config.build().new_agent())
    }
}

/// Whether an address is one of this machine.
fn is_here(base: &str) -> bool {
    let uri = base.parse::<Uri>();
    uri.is_ok_and(|uri| {
        let host = uri.host().unwrap_or_default();
        let host = host.trim_matches(['[', ']']);
        let address = host.parse::<IpAddr>();
        host.eq_ignore_ascii_case("localhost") || address.is_ok_and(|address| address.is_loopback())
    })
}

/// A stream whose own failure is kept.
struct Watched<'s> {
    stream: &'s mut dyn Read,
    failure: Option<io::Error>,
}

impl Read for Watched<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            match self.stream.read(buffer) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    let kind = error.kind();
                    self.failure = Some(error);
                    return Err(kind.into());
                }
                read => return read,
            }
        }
    }
}

/// TLS with the certificates that the system trusts.
fn tls(place: &str) -> Result<TlsConfig, Error> {
    let found = rustls_native_certs::load_native_certs();
    if found.certs.is_empty() {
        let problems = found.errors.iter().map(ToString::to_string);
        return Err(store(
            ErrorKind::Denied,
            "reach the server",
            place,
            format!(
                "this machine trusts nobody's certificate {}",
                problems.collect::<Vec<_>>().join("; ")
            ),
            "install the certificates of the system, or name a file of certificates in the \
             environment variable SSL_CERT_FILE",
        ));
    }
    let certificates = found.certs.iter();
    let certificates = certificates.map(|of| Certificate::from_der(of).to_owned());
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    Ok(TlsConfig::builder()
        .root_certs(RootCerts::Specific(Arc::new(certificates.collect())))
        .unversioned_rustls_crypto_provider(provider)
        .build())
}

#[cfg(test)]
mod tests {
    use super::is_here;

    #[test]
    fn no_proxy_stands_before_this_machine() {
        for base in [
            "http://localhost:5005",
            "http://127.0.0.1",
            "http://127.1.2.3:80/runs",
            "https://[::1]:5005",
        ] {
            assert!(is_here(base), "{base}");
        }
        for base in ["http://runs.example.org", "http://10.0.0.1", "http://[::2]"] {
            assert!(!is_here(base), "{base}");
        }
    }
}
