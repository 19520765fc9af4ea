//! Tests of what is done with a server that is silent.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::time::Duration;

use tracker_core::ports::{ContentStore, Scope, Store};
use tracker_core::{Access, ErrorKind, Result, Uuid};

use crate::address::Target;
use crate::client::Patience;
use crate::store::HttpStore;

/// A server that takes connections, and never says anything.
fn hung() -> TcpListener {
    TcpListener::bind("127.0.0.1:0").unwrap()
}

/// A server that gives its one connection this answer.
fn answering(answer: &'static str) -> TcpListener {
    let listener = hung();
    let server = listener.try_clone().unwrap();
    std::thread::spawn(move || {
        let (mut client, _) = server.accept().unwrap();
        let mut lines = BufReader::new(client.try_clone().unwrap()).lines();
        while lines.next().is_some_and(|line| !line.unwrap().is_empty()) {}
        let length = answer.len();
        let head = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: ";
        write!(client, "{head}{length}\r\n\r\n{answer}").unwrap();
        // What is left of the question is read, so that the answer is not cut off.
        while lines.next().is_some_and(|line| line.is_ok()) {}
    });
    listener
}

fn base(server: &TcpListener) -> String {
    format!("http://{}", server.local_addr().unwrap())
}

fn store(server: &TcpListener, patience: Patience) -> HttpStore {
    let target = Target::parse(&base(server)).unwrap();
    HttpStore::patient(target, None, Access::Create, patience)
}

#[track_caller]
fn assert_silent<T>(asked: Result<T>, server: &TcpListener) {
    let error = asked.err().unwrap();
    assert_eq!(error.kind(), ErrorKind::Unavailable, "{error}");
    let text = error.to_string();
    assert!(text.contains(&base(server)), "{text}");
    assert!(
        text.contains("the server does not answer\nhint: "),
        "{text}"
    );
    // Nobody asks such a server again at once.
    server.set_nonblocking(true).unwrap();
    assert!(server.incoming().take_while(Result::is_ok).count() < 2);
}

#[test]
fn opening_gives_up_a_server_that_is_silent() {
    let server = hung();
    let patience = Patience {
        about: Duration::from_millis(1),
        ..Patience::USUAL
    };
    assert_silent(store(&server, patience).check(), &server);
}

#[test]
fn a_small_question_gives_up_a_server_that_is_silent() {
    let patience = Patience {
        answer: Duration::from_millis(1),
        ..Patience::USUAL
    };
    let ask: [fn(&HttpStore) -> Result<()>; 4] = [
        |store| store.experiment("digits").map(drop),
        |store| store.position(Uuid::nil()).map(drop),
        |store| store.artifacts(Uuid::nil()).map(drop),
        |store| {
            let scope = Scope::Uuids(vec![Uuid::nil()]);
            store
                .rows(&scope, &tracker_core::ports::Detail::NONE)
                .map(drop)
        },
    ];
    for ask in ask {
        let server = hung();
        assert_silent(ask(&store(&server, patience)), &server);
    }
}

#[test]
fn any_other_gives_up_a_server_that_has_gone_silent() {
    let patience = Patience {
        silence: Duration::from_millis(1),
        ..Patience::USUAL
    };
    let server = hung();
    assert_silent(store(&server, patience).experiments(), &server);
    let server = hung();
    assert_silent(store(&server, patience).apply(&[], None), &server);
}

/// Only the next bytes are waited for, not the whole.
#[test]
fn what_is_long_has_its_time() {
    let patience = Patience {
        about: Duration::ZERO,
        answer: Duration::ZERO,
        ..Patience::USUAL
    };
    let server = answering("[]");
    assert!(store(&server, patience).experiments().unwrap().is_empty());
    let server = answering(r#"{"hash": "", "size": 3, "stored": "2026-01-31T12:00:00Z"}"#);
    let contents = store(&server, patience).contents();
    assert_eq!(contents.put(&mut &b""[..]).unwrap().size, 3);
}
