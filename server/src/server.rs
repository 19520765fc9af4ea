//! A server that listens.

use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::http::{HeaderValue, Request};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_rustls::TlsAcceptor;
use tower::ServiceExt as _;
use tracing::{debug, info, warn};
use tracker_core::Tracker;

use crate::access::Tokens;
use crate::app::App;
use crate::figures::Counted;
use crate::options::Options;
use crate::tls;

/// The head of a request has to come within this time, and its TLS before.
const HEAD: Duration = Duration::from_secs(15);
/// The head of a request, and what is read ahead of it.
const HEAD_BYTES: usize = 64 * 1024;
/// What is under way at the end may take so long.
const END: Duration = Duration::from_secs(20);

/// Why a server does not serve.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServerError {
    /// The address cannot be listened at.
    #[error("cannot listen at {address}: {cause}\nhint: {hint}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the operating system says.
        cause: io::Error,
        /// What to do.
        hint: &'static str,
    },
    /// Others can reach the address, and nobody would be asked who they are.
    #[error(
        "{address} can be reached from other machines, and the store has no tokens\nhint: make one \
         with `entia token create NAME --role admin`; or say `--insecure` where everybody may do \
         everything"
    )]
    NoTokens {
        /// The address.
        address: SocketAddr,
    },
    /// The certificate or its key.
    #[error(
        "`{}` cannot be used for TLS: {problem}\nhint: give the certificate with its chain, and its \
         key, each as a PEM file",
        path.display()
    )]
    Tls {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// The operating system gives no threads, or no signals.
    #[error("the server cannot run: {0}\nhint: see the limits of this user and this machine")]
    Runtime(io::Error),
    /// The store.
    #[error(transparent)]
    Store(#[from] tracker_core::Error),
}

/// A server over a store, which does not listen yet.
///
/// # Examples
///
/// ```no_run
/// use entia_server::{Options, Server};
/// use tracker_core::Tracker;
///
/// let server = Server::new(Tracker::open("memory:")?, Options::default());
/// server.run("127.0.0.1:5005".parse()?, |address| println!("http://{address}"))?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Server {
    tracker: Tracker,
    options: Options,
    tls: Option<TlsAcceptor>,
    insecure: bool,
}

impl Server {
    /// A server over the store of a tracker.
    pub fn new(tracker: Tracker, options: Options) -> Self {
        Self {
            tracker,
            options,
            tls: None,
            insecure: false,
        }
    }

    /// Speaks TLS, with a certificate and its key in PEM files.
    ///
    /// # Errors
    ///
    /// [`ServerError::Tls`] where one of the files cannot be used.
    pub fn with_tls(
        mut self,
        certificate: impl AsRef<Path>,
        key: impl AsRef<Path>,
    ) -> Result<Self, ServerError> {
        self.tls = Some(tls::acceptor(certificate.as_ref(), key.as_ref())?);
        Ok(self)
    }

    /// Lets everybody who reaches the server do everything, as long as the store has no tokens, also
    /// where other machines can reach it.
    #[must_use]
    pub fn insecure(mut self) -> Self {
        self.insecure = true;
        self
    }

    /// Listens and serves until the program is told to end, by Ctrl-C or `SIGTERM`. Then it finishes
    /// what is under way, and returns once everything survives a power loss. `listening` is called
    /// with the address, whose port is known by then.
    ///
    /// # Errors
    ///
    /// [`ServerError`] says why it does not serve, or what the store fails with at the end.
    pub fn run(
        self,
        address: SocketAddr,
        listening: impl FnOnce(SocketAddr),
    ) -> Result<(), ServerError> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(workers())
            .enable_all()
            .build()
            .map_err(ServerError::Runtime)?;
        let served = runtime.block_on(async {
            let end = end().map_err(ServerError::Runtime)?;
            self.serve(address, listening, end).await
        });
        // What does not hear that it is over, as a call of a store that is away, is left behind.
        runtime.shutdown_timeout(END);
        served
    }

    /// As [`run`](Self::run), inside a runtime of tokio that has its timer, until `end` comes.
    ///
    /// # Errors
    ///
    /// As [`run`](Self::run).
    pub async fn serve(
        mut self,
        address: SocketAddr,
        listening: impl FnOnce(SocketAddr),
        end: impl Future<Output = ()>,
    ) -> Result<(), ServerError> {
        let is_local = address.ip().is_loopback();
        self.options.open = is_local || self.insecure;
        self.options.only_local_hosts = is_local;
        if !self.options.open && self.has_no_tokens()? {
            return Err(ServerError::NoTokens { address });
        }
        let refuse = |cause: io::Error| listen_error(address, cause);
        let listener = TcpListener::bind(address).await.map_err(refuse)?;
        listening(listener.local_addr().map_err(refuse)?);
        let app = App::new(self.tracker.clone(), self.options);
        accept(&listener, &app, self.tls, end).await;
        drop(listener);
        info!("ends");
        for job in app.jobs.all() {
            job.cancel();
        }
        Ok(app.tracker.flush()?)
    }

    fn has_no_tokens(&self) -> Result<bool, ServerError> {
        match Tokens::of(self.tracker.clone()).list() {
            Ok(tokens) => Ok(tokens.is_empty()),
            Err(error) if error.kind() == tracker_core::ErrorKind::Unsupported => Ok(true),
            Err(error) => Err(error.into()),
        }
    }
}

/// Handlers wait for the store elsewhere, so a few threads do.
fn workers() -> usize {
    let cores = std::thread::available_parallelism();
    cores.map_or(2, std::num::NonZero::get).clamp(1, 8)
}

fn listen_error(address: SocketAddr, cause: io::Error) -> ServerError {
    let hint = match cause.kind() {
        io::ErrorKind::AddrInUse => {
            "another program listens there; end it, or choose another port with `--listen`"
        }
        io::ErrorKind::PermissionDenied => {
            "ports below 1024 need a right of their own; choose another with `--listen`"
        }
        _ => "give an address of this machine, as `--listen 127.0.0.1:5005`",
    };
    ServerError::Listen {
        address,
        cause,
        hint,
    }
}

/// Comes when the program is told to end. What listens to the signals is set up at once.
#[cfg(unix)]
fn end() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        let (terminate, interrupt) = (terminate.recv(), interrupt.recv());
        let (terminate, interrupt) = (std::pin::pin!(terminate), std::pin::pin!(interrupt));
        futures_util::future::select(terminate, interrupt).await;
    })
}

#[cfg(not(unix))]
fn end() -> io::Result<impl Future<Output = ()>> {
    Ok(async {
        // Where it cannot be listened to, the program goes on.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending().await
        }
    })
}

/// Takes connections until the end, and waits for what is under way then.
async fn accept(
    listener: &TcpListener,
    app: &App,
    tls: Option<TlsAcceptor>,
    end: impl Future<Output = ()>,
) {
    let room = Arc::new(Semaphore::new(app.options.most_connections));
    let router = app.router();
    let graceful = GracefulShutdown::new();
    let mut end = std::pin::pin!(end);
    loop {
        let next = std::pin::pin!(listener.accept());
        let accepted = match futures_util::future::select(next, &mut end).await {
            futures_util::future::Either::Left((accepted, _)) => accepted,
            futures_util::future::Either::Right(_) => break,
        };
        let stream = match accepted {
            Ok((stream, _)) => stream,
            Err(failure) => {
                warn!(%failure, "a connection cannot be taken");
                // Too many files are open: some close meanwhile.
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            }
        };
        // An answer is one piece, and is not to wait for another.
        let _ = stream.set_nodelay(true);
        let Ok(permit) = Arc::clone(&room).try_acquire_owned() else {
            tokio::spawn(turn_away(stream));
            continue;
        };
        let (app, router, tls) = (app.clone(), router.clone(), tls.clone());
        let watcher = graceful.watcher();
        tokio::spawn(async move {
            let _permit = permit;
            let _counted = Counted::of(&app.figures.connections);
            match tls {
                None => connection(stream, router, watcher).await,
                Some(tls) => match tokio::time::timeout(HEAD, tls.accept(stream)).await {
                    Ok(Ok(stream)) => connection(stream, secure(&router), watcher).await,
                    _ => debug!("no TLS came"),
                },
            }
        });
    }
    app.end.send_replace(true);
    if tokio::time::timeout(END, graceful.shutdown())
        .await
        .is_err()
    {
        warn!("some requests were cut off");
    }
}

/// Says that the connection is safe, for the cookie.
fn secure(router: &Router) -> Router {
    let mark = |mut request: axum::extract::Request| async {
        let https = HeaderValue::from_static("https");
        request.headers_mut().insert("x-forwarded-proto", https);
        request
    };
    router.clone().layer(axum::middleware::map_request(mark))
}

async fn connection<S>(stream: S, router: Router, watcher: hyper_util::server::graceful::Watcher)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let service =
        router.map_request(|request: Request<Incoming>| request.map(axum::body::Body::new));
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD)
        .max_buf_size(HEAD_BYTES)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(service));
    if let Err(failure) = watcher.watch(connection).await {
        debug!(%failure, "a connection broke off");
    }
}

/// Answers a connection that is one too many.
async fn turn_away(mut stream: TcpStream) {
    const ANSWER: &str = "HTTP/1.1 503 Service Unavailable\r\n\
        Content-Type: application/problem+json\r\nRetry-After: 1\r\nConnection: close\r\n\
        Content-Length: 142\r\n\r\n\
        {\"type\":\"about:blank\",\"title\":\"Service Unavailable\",\"status\":503,\"code\":\"unavailable\",\
        \"detail\":\"the server has as many connections as it may\"}";
    let _ = tokio::time::timeout(HEAD, stream.write_all(ANSWER.as_bytes())).await;
}
