//! A server that listens, and what clients do to it.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::{Arc, mpsc};
use std::thread::JoinHandle;

use entia_server::{Options, Role, Server, ServerError, Tokens};
use tokio_rustls::rustls;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tracker_core::Tracker;

/// A server on a port of its own, until it is dropped.
struct Listening {
    address: SocketAddr,
    end: Option<tokio::sync::oneshot::Sender<()>>,
    thread: Option<JoinHandle<Result<(), ServerError>>>,
}

impl Listening {
    fn new(tracker: Tracker, options: Options) -> Self {
        Self::with(Server::new(tracker, options))
    }

    fn with(server: Server) -> Self {
        let (end, ended) = tokio::sync::oneshot::channel();
        let (sender, receiver) = mpsc::channel();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_multi_thread()
                .worker_threads(1)
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(server.serve(
                "127.0.0.1:0".parse().unwrap(),
                move |address| sender.send(address).unwrap(),
                async { drop(ended.await) },
            ))
        });
        Self {
            address: receiver.recv().unwrap(),
            end: Some(end),
            thread: Some(thread),
        }
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Sends bytes, and reads until the server closes.
    fn raw(&self, bytes: &[u8]) -> String {
        let mut stream = TcpStream::connect(self.address).unwrap();
        stream.write_all(bytes).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        String::from_utf8_lossy(&answer).into_owned()
    }

    fn stop(mut self) -> Result<(), ServerError> {
        drop(self.end.take());
        self.thread.take().unwrap().join().unwrap()
    }
}

fn listening() -> Listening {
    Listening::new(Tracker::open("memory:").unwrap(), Options::default())
}

#[test]
fn a_client_speaks_to_it() {
    let server = listening();
    let answer = ureq::post(server.url("/api/v1/runs"))
        .send_json(serde_json::json!({"experiment": "digits", "id": "first"}))
        .unwrap();
    assert_eq!(answer.status(), 201);
    let mut read = ureq::get(server.url("/api/v1/runs/first")).call().unwrap();
    let run: serde_json::Value = read.body_mut().read_json().unwrap();
    assert_eq!(run["experiment_name"], "digits");
    server.stop().unwrap();
}

#[test]
fn what_is_no_http_ends_the_connection_alone() {
    let server = listening();
    assert!(server.raw(b"nonsense\r\n\r\n").starts_with("HTTP/1.1 400"));
    let long = format!(
        "GET /{} HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "x".repeat(100_000)
    );
    let mut stream = TcpStream::connect(server.address).unwrap();
    // The server may close before all was sent.
    let _ = stream.write_all(long.as_bytes());
    drop(stream);
    // In the middle of a body.
    let mut stream = TcpStream::connect(server.address).unwrap();
    let head = "POST /api/v1/runs HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\
                Content-Length: 1000\r\n\r\n{\"experiment\"";
    stream.write_all(head.as_bytes()).unwrap();
    drop(stream);
    let health = ureq::get(server.url("/health")).call().unwrap();
    assert_eq!(health.status(), 200);
    server.stop().unwrap();
}

#[test]
fn one_connection_too_many_is_told() {
    let options = Options {
        most_connections: 1,
        ..Options::default()
    };
    let server = Listening::new(Tracker::open("memory:").unwrap(), options);
    let mut first = TcpStream::connect(server.address).unwrap();
    first
        .write_all(b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n")
        .unwrap();
    let mut answer = [0; 12];
    first.read_exact(&mut answer).unwrap();
    assert_eq!(&answer, b"HTTP/1.1 200");
    let turned_away = server.raw(b"");
    assert!(turned_away.starts_with("HTTP/1.1 503"), "{turned_away}");
    assert!(
        turned_away.ends_with("as many connections as it may\"}"),
        "{turned_away}"
    );
    drop(first);
    server.stop().unwrap();
}

#[test]
fn a_taken_port_is_told() {
    let server = listening();
    let second = Server::new(Tracker::open("memory:").unwrap(), Options::default());
    let error = second.run(server.address, |_| {}).unwrap_err().to_string();
    assert!(error.starts_with("cannot listen at 127.0.0.1:"), "{error}");
    assert!(
        error.contains("\nhint: another program listens there"),
        "{error}"
    );
}

#[test]
fn others_reach_it_only_with_tokens() {
    let any = "0.0.0.0:0".parse().unwrap();
    let tracker = Tracker::open("memory:").unwrap();
    let refused = Server::new(tracker.clone(), Options::default()).run(any, |_| {});
    assert!(
        matches!(refused, Err(ServerError::NoTokens { .. })),
        "{refused:?}"
    );
    Tokens::of(tracker.clone())
        .create("a", Role::Read, None, None)
        .unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    for server in [
        Server::new(tracker, Options::default()),
        Server::new(Tracker::open("memory:").unwrap(), Options::default()).insecure(),
    ] {
        runtime
            .block_on(server.serve(any, |_| {}, async {}))
            .unwrap();
    }
}

/// The certificate of `localhost` that stands beside this file trusts itself.
#[test]
fn a_certificate_makes_it_safe() {
    let file = |name| {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
        folder.join("tests/server/tls").join(name)
    };
    let server = Server::new(Tracker::open("memory:").unwrap(), Options::default());
    let server = Listening::with(server.with_tls(file("cert.pem"), file("key.pem")).unwrap());
    let mut roots = rustls::RootCertStore::empty();
    roots
        .add(CertificateDer::from_pem_file(file("cert.pem")).unwrap())
        .unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = "localhost".try_into().unwrap();
    let connection = rustls::ClientConnection::new(Arc::new(config), name).unwrap();
    let stream = TcpStream::connect(server.address).unwrap();
    let mut stream = rustls::StreamOwned::new(connection, stream);
    stream
        .write_all(b"GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    drop(stream);
    // Without TLS there is no answer.
    assert_eq!(
        server
            .raw(b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n")
            .find("HTTP"),
        None
    );
    server.stop().unwrap();
}

#[test]
fn a_bad_certificate_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cert.pem");
    let server = || Server::new(Tracker::open("memory:").unwrap(), Options::default());
    let missing = server().with_tls(&path, &path).err().unwrap();
    assert!(matches!(missing, ServerError::Tls { .. }));
    std::fs::write(&path, "no certificate").unwrap();
    let error = server().with_tls(&path, &path).err().unwrap().to_string();
    assert!(error.contains("it holds no certificate\nhint: "), "{error}");
}

#[test]
fn the_end_finishes_what_is_under_way() {
    let folder = tempfile::tempdir().unwrap();
    let address = format!("sqlite:{}", folder.path().join("runs.db").display());
    let server = Listening::new(Tracker::open(&address).unwrap(), Options::default());
    ureq::post(server.url("/api/v1/runs"))
        .send_json(serde_json::json!({"experiment": "digits", "id": "first"}))
        .unwrap();
    for step in 0..100 {
        let point = serde_json::json!({"name": "loss", "value": 1, "step": step});
        ureq::post(server.url("/api/v1/runs/first/points"))
            .send_json(point)
            .unwrap();
    }
    // One that listens is told by the end of its answer.
    let mut stream = TcpStream::connect(server.address).unwrap();
    stream
        .write_all(b"GET /api/v1/events HTTP/1.1\r\nHost: localhost\r\n\r\n")
        .unwrap();
    let mut start = [0; 12];
    stream.read_exact(&mut start).unwrap();
    server.stop().unwrap();
    let mut rest = Vec::new();
    stream.read_to_end(&mut rest).unwrap();
    let tracker = Tracker::read(&address).unwrap();
    let run = tracker
        .experiment("digits")
        .map(|of| of.aggregates().get("first").unwrap().unwrap());
    assert_eq!(
        run.unwrap()
            .metrics()
            .summary("loss", "")
            .unwrap()
            .unwrap()
            .count,
        100
    );
}
