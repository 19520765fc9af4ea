//! What can be wrong with a server, with what stands in its place, and with a token: each is an error
//! that says what it is and what to do.

mod common;

use std::fmt::Write as _;
use std::io::{Read, Write as _};
use std::net::TcpListener;

use common::Served;
use entia_server::{Options, Role, Server, Tokens};
use tracker_core::conformance::Sample;
use tracker_core::ports::{Change, Content, ContentStore, ExperimentRecord, Store};
use tracker_core::wire::VERSION;
use tracker_core::{Error, ErrorKind, StoreProblem, Timestamp, Tracker};
use tracker_http::HttpStore;
use tracker_sqlite as _;

/// Something that gives every request the same answer.
fn answers(answer: &str) -> String {
    let answer = answer.to_owned();
    answers_by_path(move |_| answer.clone())
}

/// Something that gives every request of a path the same answer.
fn answers_by_path(answer: impl Fn(&str) -> String + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for client in listener.incoming() {
            let mut client = client.unwrap();
            let mut question = [0; 4_096];
            let length = client.read(&mut question).unwrap_or(0);
            let question = String::from_utf8_lossy(&question[..length]);
            let path = question.split(' ').nth(1).unwrap_or_default();
            let _ = client.write_all(answer(path).as_bytes());
        }
    });
    format!("http://{address}")
}

fn http(status: &str, headers: &str, body: &str) -> String {
    let length = body.len();
    let head = format!("HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: {length}\r\n");
    format!("{head}{headers}\r\n{body}")
}

fn json(body: &str) -> String {
    http("200 OK", "Content-Type: application/json\r\n", body)
}

/// An error without the port, which is another each time.
fn said(address: &str, error: &Error) -> String {
    let address = address.trim_start_matches("http://");
    error.to_string().replace(address, "HOST")
}

#[test]
fn what_is_no_server_of_this_version_is_found_out() {
    let page = "Content-Type: text/html\r\n";
    let problem = "Content-Type: application/problem+json\r\n";
    let cases = [
        (
            "another program",
            http("404 Not Found", page, "<html>nothing here"),
        ),
        ("a page for all", http("200 OK", page, "<html>welcome")),
        ("no HTTP", "SSH-2.0-OpenSSH_9.2\r\n".to_owned()),
        ("nothing at all", String::new()),
        (
            "a proxy whose server is down",
            http("502 Bad Gateway", page, "<html>"),
        ),
        (
            "a proxy with a password",
            http("401 Unauthorized", page, "<html>"),
        ),
        (
            "a redirect",
            http(
                "308 Permanent Redirect",
                "Location: https://runs.example.org/api/v1/store\r\n",
                "",
            ),
        ),
        ("a redirect to nowhere", http("302 Found", "", "")),
        (
            "a newer server",
            json(r#"{"wire": 9, "version": "7.0.0", "identity": null, "read_only": null}"#),
        ),
        (
            "an older server of this kind",
            json(r#"{"wire": 0, "version": "0.0.1", "identity": null, "read_only": null}"#),
        ),
        (
            "a server without this port",
            http(
                "404 Not Found",
                problem,
                r#"{"code": "not_found", "detail": "there is no page"}"#,
            ),
        ),
        (
            "a server that failed",
            http(
                "500 Internal Server Error",
                problem,
                r#"{"code": "failed", "detail": "it failed"}"#,
            ),
        ),
    ];
    let mut all = String::new();
    for (name, answer) in cases {
        let address = answers(&answer);
        let error = HttpStore::open(&address).unwrap_err();
        let kind = error.kind();
        writeln!(all, "{name} ({kind:?}): {}\n", said(&address, &error)).unwrap();
    }
    insta::assert_snapshot!(all);
}

#[test]
fn tokens_are_asked_for() {
    let tracker = Tracker::open("memory:").unwrap();
    let tokens = Tokens::of(tracker.clone());
    let issue = |name, role, expires| tokens.create(name, role, expires, None).unwrap().secret;
    let write = issue("write", Role::Write, None);
    let read = issue("read", Role::Read, None);
    let past = Timestamp::now() - std::time::Duration::from_secs(60);
    let expired = issue("expired", Role::Write, Some(past));
    let server = Served::over(tracker);
    let address = server.url();
    let mut all = String::new();
    for (name, token) in [
        ("none", ""),
        ("wrong", "entia_wrong"),
        ("expired", &*expired),
        ("read-only", &*read),
        ("no header", "a\nb"),
    ] {
        let error = HttpStore::open_as(&address, token).unwrap_err();
        let kind = error.kind();
        let text = said(&address, &error);
        let text = text.replace(&past.strftime("%Y-%m-%d %H:%M").to_string(), "THEN");
        writeln!(all, "{name} ({kind:?}): {text}\n").unwrap();
    }
    insta::assert_snapshot!(all);
    let store = HttpStore::open_as(&address, &write).unwrap();
    assert!(store.experiments().unwrap().is_empty());
}

#[test]
fn a_server_that_only_lets_read_is_read() {
    let tracker = Tracker::open("memory:").unwrap();
    tracker.experiment("digits").unwrap();
    let options = Options {
        read_only: true,
        ..Options::default()
    };
    let server = Served::with(Server::new(tracker, options), "127.0.0.1:0");
    let refused = HttpStore::open(&server.url()).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Denied);
    assert!(refused.to_string().contains("Tracker::read"), "{refused}");
    let store = HttpStore::read(&server.url()).unwrap();
    assert_eq!(store.experiments().unwrap().len(), 1);
    let change = Change::CreateExperiment(ExperimentRecord::new("letters"));
    let refused = store.apply(&[change], None).unwrap_err();
    let is_read = matches!(
        refused,
        Error::Unusable {
            problem: StoreProblem::OpenedToRead,
            ..
        }
    );
    assert!(is_read, "{refused}");
    let tracker = Tracker::read(&server.url()).unwrap();
    assert!(tracker.experiment("letters").is_err());
}

/// Without `--allow-delete` a removal is refused at once, and no journal waits for it.
#[test]
fn removals_are_refused_where_they_are_not_allowed() {
    let folder = tempfile::tempdir().unwrap();
    let server = Served::of_file(&folder.path().join("runs.db"), "127.0.0.1:0");
    let tracker = Tracker::open(&server.journaled(folder.path())).unwrap();
    let experiment = tracker.experiment("digits").unwrap();
    let run = experiment.track(&Sample::new("MLP", "{}")).unwrap();
    let refused = [
        run.metrics().clear().unwrap_err(),
        run.clone().remove().unwrap_err(),
        experiment.clone().remove().unwrap_err(),
    ];
    for error in refused {
        assert!(matches!(error, Error::NotAllowed { .. }), "{error}");
        assert_eq!(error.kind(), ErrorKind::Denied);
        assert!(error.to_string().contains("--allow-delete"), "{error}");
    }
    run.archive().unwrap();
    tracker.flush().unwrap();
    assert!(
        tracker
            .experiment("digits")
            .unwrap()
            .aggregates()
            .list()
            .unwrap()
            .is_empty()
    );
}

#[test]
fn a_change_that_is_too_large_is_refused() {
    let server = Served::over(Tracker::open("memory:").unwrap());
    let store = HttpStore::open(&server.url()).unwrap();
    let mut record = ExperimentRecord::new("digits");
    record.annotations.notes = "x".repeat(33 << 20);
    let error = store
        .apply(&[Change::CreateExperiment(record)], None)
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Invalid);
    assert!(error.to_string().contains("artifacts"), "{error}");
    assert!(store.experiments().unwrap().is_empty());
}

/// A token that is limited to an experiment trains there, and sees and changes nothing else.
#[test]
fn a_limited_token_has_its_experiment() {
    let tracker = Tracker::open("memory:").unwrap();
    let digits = tracker.experiment("digits").unwrap();
    let letters = tracker.experiment("letters").unwrap();
    let hidden = letters.track(&Sample::new("MLP", "{}")).unwrap();
    let tokens = Tokens::of(tracker.clone());
    let only = Some(vec![digits.id()]);
    let token = tokens.create("ci", Role::Write, None, only).unwrap().secret;
    let server = Served::over(tracker.clone());

    let store = HttpStore::open_as(&server.url(), &token).unwrap();
    let limited = Tracker::new(store);
    let names = limited.experiments().list().unwrap();
    assert_eq!(names.len(), 1);
    let run = limited.experiment("digits").unwrap();
    let run = run.track(&Sample::new("MLP", "{}")).unwrap();
    run.set_epoch(3).unwrap();
    run.metrics()
        .add(tracker_core::Metric::new("loss", 0.5))
        .unwrap();
    assert_eq!(run.metrics().history("loss", "").unwrap().len(), 1);
    assert_eq!(
        limited
            .experiment("digits")
            .unwrap()
            .aggregates()
            .list()
            .unwrap()
            .len(),
        1
    );

    assert!(limited.aggregate(hidden.uuid()).unwrap().is_none());
    let store = limited.store().unwrap();
    assert!(store.history(hidden.uuid(), "loss", "").unwrap().is_empty());
    assert_eq!(store.counts().unwrap().len(), 1);
    for refused in [
        limited.experiments().create("words").map(drop),
        store
            .apply(
                &[Change::SetEpoch {
                    aggregate: hidden.uuid(),
                    epoch: 9,
                }],
                None,
            )
            .map(drop),
        store.check().map(drop),
    ] {
        let error = refused.unwrap_err();
        assert!(matches!(error, Error::NotAllowed { .. }), "{error}");
    }
    assert_eq!(letters.track(&Sample::new("MLP", "{}")).unwrap().epoch(), 0);
}

#[test]
fn a_path_that_leads_nowhere_is_said_so() {
    let server = Served::over(Tracker::open("memory:").unwrap());
    let error = HttpStore::open(&format!("{}/team", server.url())).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Invalid);
    let text = error.to_string();
    assert!(text.contains("has none below this path\nhint: "), "{text}");
}

#[test]
fn contents_that_a_server_cannot_check_are_read() {
    let about = format!(
        r#"{{"wire": {VERSION}, "version": "0.1.0", "identity": null, "read_only": null}}"#
    );
    let address = answers_by_path(move |path| {
        if path.ends_with("/measure") {
            let problem = r#"{"code": "not_found", "detail": "there is no page"}"#;
            http(
                "404 Not Found",
                "Content-Type: application/problem+json\r\n",
                problem,
            )
        } else if path.contains("/contents/") {
            http("200 OK", "", "weights")
        } else {
            json(&about)
        }
    });
    let contents = HttpStore::open(&address).unwrap().contents();
    let content = Content::copy(&mut &b"weights"[..], &mut std::io::sink()).unwrap();
    let measured = contents.measure(&content.hash).unwrap();
    assert_eq!(measured, (content.hash, content.size));
}
