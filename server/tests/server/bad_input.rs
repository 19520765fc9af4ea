//! What a client may send by mistake or on purpose, and no server may fail at.

use axum::body::Body;
use axum::http::Request;
use entia_server::Options;
use serde_json::json;

use crate::support::{Served, json_request};

#[test]
fn a_path_that_leads_nowhere_is_told() {
    let served = Served::new();
    for path in [
        "/api/v1",
        "/api/v1/none",
        "/api/v2/runs",
        "/api/v1/runs/",
        "/api/v1/runs//x",
    ] {
        served.get(path).problem(404);
    }
    served.delete("/api/v1/runs").problem(405);
    served.post("/health", &json!({})).problem(405);
}

#[test]
fn names_in_paths_may_be_anything() {
    let served = Served::in_file();
    served.run("digits", "first");
    for name in [
        "..",
        "%2e%2e",
        "a%2Fb",
        "%00",
        "%0A",
        "%20",
        "%F0%9F%98%80",
        "'; DROP TABLE runs; --",
    ] {
        let name = name.replace(' ', "%20");
        served.get(&format!("/api/v1/runs/{name}")).problem(404);
        served
            .get(&format!("/api/v1/experiments/{name}"))
            .problem(404);
    }
    served.get("/api/v1/runs/%FF").problem(400);
    served
        .get(&format!("/api/v1/runs/{}", "x".repeat(10_000)))
        .problem(404);
    for id in ["a/b", "../up", "a b", "50%", "größe", "#?&"] {
        let new = json!({"experiment": "odd", "id": id});
        assert_eq!(served.post("/api/v1/runs", &new).status, 201);
        let path = id
            .bytes()
            .fold(String::new(), |path, byte| format!("{path}%{byte:02X}"));
        assert_eq!(served.get(&format!("/api/v1/runs/{path}")).json()["id"], id);
    }
}

#[test]
fn a_body_has_a_limit() {
    let served = Served::with(Options {
        largest_body: 1_000,
        ..Default::default()
    });
    let body = format!("{{\"name\": \"{}\"}}", "x".repeat(2_000));
    let request = json_request("POST", "/api/v1/experiments", body);
    assert_eq!(
        served.ask(request).problem(413),
        "the body is larger than 1000 bytes"
    );
    let new = json!({"experiment": "digits", "id": "first"});
    served.post("/api/v1/runs", &new);
    let content = vec![7; 100_000];
    let request = Request::put("/api/v1/runs/first/artifacts/a.bin");
    let put = served.ask(request.body(Body::from(content)).unwrap());
    // In memory there is a place for contents; files have no limit of this sort.
    assert_eq!(put.status, 200, "{put:?}");
}

#[test]
fn a_body_that_does_not_come_is_given_up() {
    let served = Served::with(Options {
        patience: std::time::Duration::from_millis(20),
        ..Default::default()
    });
    let never = futures_util::stream::pending::<Result<axum::body::Bytes, std::io::Error>>();
    let request = Request::post("/api/v1/experiments").header("content-type", "application/json");
    let answer = served.ask(request.body(Body::from_stream(never)).unwrap());
    assert_eq!(answer.problem(408), "the request took longer than 0.02 s");
    let hint = answer.json()["hint"].clone();
    assert_eq!(hint, "ask for less at once, or send what you ask faster");
}

#[test]
fn what_is_not_known_is_refused() {
    let served = Served::new();
    for body in [
        json!({"nam": "digits"}),
        json!({"name": "digits", "extra": 1}),
        json!({"name": 7}),
        json!(["digits"]),
        json!({"name": "x", "tags": {"a": 1}}),
    ] {
        served.post("/api/v1/experiments", &body).problem(400);
    }
    for body in [
        json!({"id": "x"}),
        json!({"experiment": ""}),
        json!({"experiment": "digits", "id": ""}),
        json!({"experiment": "digits", "params": {"": 1}}),
        json!({"experiment": "digits", "tags": {"": "x"}}),
        json!({"experiment": "digits", "modules": [{"kind": "", "name": "x"}]}),
        json!({"experiment": "digits", "modules": [{"kind": "model", "name": ""}]}),
        json!({"experiment": "digits", "modules": [{"kind": "model", "name": "x", "arguments": [1]}]}),
        json!({"experiment": "digits", "modules": [{"kind": "model", "name": "x", "hash": 1}]}),
    ] {
        served.post("/api/v1/runs", &body).problem(400);
    }
    assert_eq!(
        served.get("/api/v1/runs").json()["runs"],
        json!([]),
        "nothing was half written"
    );
}

#[test]
fn what_cannot_be_read_is_named() {
    let served = Served::new();
    for (query, expected) in [
        ("limit=x", ", at `limit`: "),
        ("total=maybe", ", at `total`: "),
        ("lmit=1", ": unknown field `lmit`, "),
    ] {
        let detail = served.get(&format!("/api/v1/runs?{query}")).problem(400);
        let start = format!("cannot read what follows the `?`{expected}");
        assert!(detail.starts_with(&start), "{detail}");
    }
    let module = json!({"kind": "model", "name": "x", "arguments": [1]});
    let body = json!({"experiment": "digits", "modules": [module]});
    let answer = served.post("/api/v1/runs", &body);
    assert_eq!(
        answer.problem(400),
        "cannot read the body, at `modules[0].arguments`: expected an object of arguments, found an array \
         at line 1 column 50"
    );
    let hint = answer.json()["hint"].clone();
    assert_eq!(hint, "write the arguments as {\"parameter\": value}");
    // A name of the client is no hint.
    let body = json!({"experiment": "digits", "\nhint: x": 1});
    let hint = served.post("/api/v1/runs", &body).json()["hint"].clone();
    assert_eq!(hint, "`/api/v1/openapi.json` says what is expected");
}

#[test]
fn what_is_there_already_is_named_in_words_of_the_interface() {
    let served = Served::in_file();
    served.run("digits", "first");
    let again = served.post(
        "/api/v1/runs",
        &json!({"experiment": "digits", "id": "first"}),
    );
    assert_eq!(again.problem(409), "there is a run `first` already");
    let hint = again.json()["hint"].clone();
    assert_eq!(
        hint,
        "choose another id, or go on with that one: `\"resume\": true`"
    );
    let absent = served.get("/api/v1/runs/first/artifacts/none");
    assert_eq!(
        absent.problem(404),
        "the run `first` has no artifact `none`"
    );
}

/// The store has only what it may be read for.
#[test]
fn a_store_that_can_only_be_read_is_no_failure() {
    let folder = tempfile::tempdir().unwrap();
    let address = format!("sqlite:{}", folder.path().join("runs.db").display());
    {
        let tracker = tracker_core::Tracker::open(&address).unwrap();
        tracker.experiment("digits").unwrap();
        tracker.flush().unwrap();
    }
    let served = Served::of(tracker_core::Tracker::read(&address).unwrap());
    assert_eq!(served.get("/api/v1/experiments/digits").status, 200);
    let refused = served.post("/api/v1/experiments", &json!({"name": "x"}));
    assert_eq!(refused.problem(403), "the store can only be read");
}

/// A store that fails so.
struct Fails(fn() -> tracker_core::Error);

impl tracker_core::ports::Store for Fails {
    fn apply(
        &self,
        _: &[tracker_core::ports::Change],
        _: Option<tracker_core::ports::Mark>,
    ) -> tracker_core::Result<tracker_core::ports::Applied> {
        Ok(tracker_core::ports::Applied::default())
    }
    fn experiments(&self) -> tracker_core::Result<Vec<tracker_core::ports::ExperimentRecord>> {
        Err(self.0())
    }
    fn rows(
        &self,
        _: &tracker_core::ports::Scope,
        _: &tracker_core::ports::Detail,
    ) -> tracker_core::Result<Vec<tracker_core::ports::Row>> {
        Ok(Vec::new())
    }
    fn history(
        &self,
        _: tracker_core::Uuid,
        name: &str,
        phase: &str,
    ) -> tracker_core::Result<tracker_core::Series> {
        Ok(tracker_core::Series::new(name, phase))
    }
    fn iterations(
        &self,
        _: tracker_core::Uuid,
    ) -> tracker_core::Result<Vec<tracker_core::Iteration>> {
        Ok(Vec::new())
    }
    fn attempts(
        &self,
        _: tracker_core::Uuid,
    ) -> tracker_core::Result<Vec<tracker_core::AttemptRecord>> {
        Ok(Vec::new())
    }
    fn artifacts(
        &self,
        _: tracker_core::Uuid,
    ) -> tracker_core::Result<Vec<tracker_core::ports::ArtifactRecord>> {
        Ok(Vec::new())
    }
    fn position(&self, _: tracker_core::Uuid) -> tracker_core::Result<u64> {
        Ok(0)
    }
}

#[test]
fn a_panic_is_an_answer_and_no_end() {
    let served = Served::of(tracker_core::Tracker::new(Fails(|| {
        panic!("a secret reason")
    })));
    let answer = served.get("/api/v1/experiments");
    assert_eq!(answer.problem(500), "the server failed at this");
    assert!(!answer.text().contains("secret"));
    assert_eq!(served.get("/health").status, 200);
    served.get("/api/v1/events").problem(501);
}

/// What only concerns who runs the server stands in its log.
#[test]
fn a_store_that_is_away_is_told() {
    let served = Served::of(tracker_core::Tracker::new(Fails(|| {
        tracker_core::Error::Store {
            kind: tracker_core::ErrorKind::Unavailable,
            action: "read the secret".to_owned(),
            place: "postgres://secret".to_owned(),
            cause: std::sync::Arc::from(Box::from("a secret reason")),
            hint: "see that the secret server runs".to_owned(),
        }
    })));
    let answer = served.get("/api/v1/experiments");
    assert_eq!(answer.problem(503), "the server cannot use its store now");
    assert_eq!(answer.json()["code"], "unavailable");
    assert_eq!(answer.header("retry-after"), "1");
    assert!(!answer.text().contains("secret"), "{}", answer.text());
}
