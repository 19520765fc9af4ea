//! Something between that answers in the place of the server: it is not the store, and what it refuses
//! waits.

mod common;

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};

use common::Served;
use tracker_core::conformance::Sample;
use tracker_core::{Error, Metric, Tracker};
use tracker_http as _;
use tracker_sqlite as _;

/// Passes requests on, and answers those that would change something itself, where it is told to.
struct Proxy {
    address: SocketAddr,
    answer: Arc<Mutex<Option<String>>>,
}

impl Proxy {
    fn before(server: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let proxy = Self {
            address: listener.local_addr().unwrap(),
            answer: Arc::default(),
        };
        let answer = Arc::clone(&proxy.answer);
        std::thread::spawn(move || {
            for client in listener.incoming() {
                let (Ok(client), Ok(server)) = (client, TcpStream::connect(server)) else {
                    continue;
                };
                let back = (server.try_clone().unwrap(), client.try_clone().unwrap());
                let answer = Arc::clone(&answer);
                std::thread::spawn(move || pass(client, server, Some(&answer)));
                std::thread::spawn(move || pass(back.0, back.1, None));
            }
        });
        proxy
    }

    fn answer(&self, answer: Option<String>) {
        *self.answer.lock().unwrap() = answer;
    }
}

/// A client waits for each answer, so that a request begins where its bytes do.
fn pass(mut from: TcpStream, mut to: TcpStream, answer: Option<&Mutex<Option<String>>>) {
    let mut bytes = vec![0; 64 << 10];
    while let Ok(length @ 1..) = from.read(&mut bytes) {
        let bytes = &bytes[..length];
        if bytes.starts_with(b"POST /api/v1/store/apply ")
            && let Some(answer) = answer.and_then(|answer| answer.lock().unwrap().clone())
        {
            let _ = from.write_all(answer.as_bytes());
            break;
        }
        if to.write_all(bytes).is_err() {
            break;
        }
    }
    let _ = (from.shutdown(Shutdown::Both), to.shutdown(Shutdown::Both));
}

fn problem(status: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 {status}\r\nConnection: close\r\nContent-Type: application/problem+json\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// Names the store to the process that is killed.
const STORE: &str = "TRACKER_TEST_STORE";

/// What it does; nothing when it is not that process.
#[test]
fn writer() {
    let Ok(store) = std::env::var(STORE) else {
        return;
    };
    let tracker = Tracker::open(&store).unwrap();
    let run = tracker.experiment("digits").unwrap();
    let run = run.track(&Sample::new("MLP", "{}")).unwrap();
    for step in 0..100 {
        run.metrics()
            .add(Metric::new("loss", 0.5).step(step))
            .unwrap();
    }
    run.set_epoch(1).unwrap();
    std::process::exit(0);
}

fn killed(address: &str) {
    let mut writer = Command::new(std::env::current_exe().unwrap());
    let writer = writer.args(["writer", "--exact"]).env(STORE, address);
    assert!(writer.stdout(Stdio::null()).status().unwrap().success());
}

#[test]
fn what_something_between_refuses_waits() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("runs.db");
    let server = Served::of_file(&file, "127.0.0.1:0");
    let proxy = Proxy::before(server.address);
    let address = format!(
        "http://{}?journals={}",
        proxy.address,
        folder.path().display()
    );
    {
        let tracker = Tracker::open(&address).unwrap();
        let run = tracker.experiment("digits").unwrap();
        run.track(&Sample::new("MLP", "{}")).unwrap();
    }
    // The journal waits whole.
    proxy.answer(Some(problem("503 Service Unavailable", "{}")));
    killed(&address);
    for answer in [
        problem(
            "429 Too Many Requests",
            r#"{"code": "conflict", "detail": "later"}"#,
        ),
        problem(
            "400 Bad Request",
            r#"{"code": "invalid", "detail": "cannot read the body"}"#,
        ),
        problem("409 Conflict", r#"{"detail": "not now"}"#),
        problem("422 Unprocessable Content", r#"{"code": "exists"}"#),
    ] {
        proxy.answer(Some(answer.clone()));
        let tracker = Tracker::open(&address).unwrap();
        let error = tracker.flush().unwrap_err();
        assert!(matches!(error, Error::Store { .. }), "{error}");
        drop(tracker);
        let left = Tracker::read(&address).unwrap().journals().unwrap();
        assert_eq!((left.len(), &left[0].kept), (1, &None), "{answer}");
        assert_eq!(left[0].points, Some(100), "{answer}");
    }
    proxy.answer(None);
    let tracker = Tracker::open(&address).unwrap();
    tracker.flush().unwrap();
    assert!(tracker.journals().unwrap().is_empty());
    let run = tracker.experiment("digits").unwrap();
    let run = run.track(&Sample::new("MLP", "{}")).unwrap();
    assert_eq!(run.metrics().history("loss", "").unwrap().len(), 100);
    assert_eq!(run.epoch(), 1);
}
