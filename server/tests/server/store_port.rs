//! The port of the remote store: what it takes, and for whom.

use axum::body::Body;
use axum::http::Request;
use entia_server::Options;
use serde_json::{Value, json};

use crate::support::{Answer, Served, json_request};

fn with_headers(served: &Served, path: &str, body: &Value, headers: &[(&str, &str)]) -> Answer {
    let mut request = json_request("POST", path, body.to_string());
    for (name, value) in headers {
        let name: axum::http::HeaderName = name.parse().unwrap();
        request.headers_mut().insert(name, value.parse().unwrap());
    }
    served.ask(request)
}

fn apply(served: &Served, change: &Value) -> Answer {
    let body = json!({"changes": [change], "mark": null});
    with_headers(served, "/api/v1/store/apply", &body, &[("entia-wire", "1")])
}

#[test]
fn a_program_of_another_version_is_told_so() {
    let served = Served::in_file();
    let calls = [
        ("/api/v1/store/read", json!({"experiments": {}})),
        ("/api/v1/store/apply", json!({"changes": [], "mark": null})),
    ];
    for (path, body) in calls {
        let call = |headers: &[_]| with_headers(&served, path, &body, headers);
        for other in [&[][..], &[("entia-wire", "9")], &[("entia-wire", "x")]] {
            let answer = call(other);
            answer.problem(409);
            assert_eq!(answer.json()["code"], "another_version");
            assert!(answer.json()["refusal"].is_null());
        }
        assert_eq!(call(&[("entia-wire", "1")]).status, 200, "{path}");
    }
}

#[test]
fn what_is_for_another_store_is_not_answered() {
    let served = Served::in_file();
    let about = served.get("/api/v1/store").json();
    let own = about["identity"].as_str().unwrap();
    let other = "01890a5d-ac96-774b-bcce-b302099a8057";
    for (path, body) in [
        ("/api/v1/store/read", json!({"experiments": {}})),
        ("/api/v1/store/apply", json!({"changes": [], "mark": null})),
    ] {
        let call = |store| {
            let headers = [("entia-wire", "1"), ("entia-store", store)];
            with_headers(&served, path, &body, &headers)
        };
        assert_eq!(call(own).status, 200);
        let answer = call(other);
        answer.problem(409);
        assert_eq!(answer.json()["code"], "another_store");
    }
}

/// What could not be read again is refused, for ever, and the store is as it was.
#[test]
fn changes_are_looked_at() {
    let served = Served::in_file();
    let run = served.run("digits", "first");
    let hash = "0".repeat(64);
    let experiment = |name: &str, created: &str| {
        let id = "01890a5d-ac96-774b-bcce-b302099a8057";
        json!({"create_experiment": {"id": id, "name": name, "created": created}})
    };
    let artifact = |name: &str, hash: &str, size: u64| {
        let created = "2026-01-31T12:00:00Z";
        json!({"put_artifact": {"aggregate": run, "artifact": {
            "name": name, "hash": hash, "size": size, "media_type": "text/plain", "created": created,
        }}})
    };
    for change in [
        experiment("letters", "9999-12-30T22:00:00.999999999Z"),
        experiment("", "2026-01-31T12:00:00Z"),
        experiment(&"x".repeat(5 << 20), "2026-01-31T12:00:00Z"),
        artifact("../../evil.txt", &hash, 1),
        artifact("a.txt", "../../etc/passwd", 1),
        artifact("a.txt", &hash, u64::MAX),
        json!({"set_epoch": {"aggregate": run, "epoch": u64::MAX}}),
    ] {
        let answer = apply(&served, &change);
        answer.problem(400);
        let refusal = &answer.json()["refusal"]["other"];
        assert_eq!(refusal["kind"], "invalid", "{}", answer.text());
        assert!(refusal["hint"].is_string(), "{}", answer.text());
    }
    let page = served.get("/api/v1/experiments").json();
    assert_eq!(page["experiments"].as_array().unwrap().len(), 1, "{page}");
}

/// What no handle takes is only copied from where it is already.
#[test]
fn names_are_those_that_handles_take() {
    let served = Served::in_file();
    let run = served.run("digits", "first");
    let text = "a\u{1b}[2J";
    let point = json!({
        "name": text, "phase": "",
        "epochs": [0], "steps": [0], "times": [0], "numbers": [0.5], "json": [],
    });
    for change in [
        json!({"rename_experiment": {
            "experiment": served.get("/api/v1/experiments").json()["experiments"][0]["id"],
            "name": text,
        }}),
        json!({"name_aggregate": {"aggregate": run, "name": text}}),
        json!({"set_param": {"aggregate": run, "name": text, "value": 1}}),
        json!({"set_param": {"aggregate": run, "name": "", "value": 1}}),
        json!({"annotate": {"aggregate": run, "annotation": {"set_tag": {"tag": text, "value": ""}}}}),
        json!({"add_points": {"aggregate": run, "series": [point]}}),
    ] {
        let answer = apply(&served, &change);
        answer.problem(400);
        let refusal = answer.json()["refusal"].clone();
        assert!(refusal.is_object(), "no journal waits for it: {refusal}");
        let body = json!({"changes": [change], "mark": null, "copied": true});
        let headers = [("entia-wire", "1")];
        let answer = with_headers(&served, "/api/v1/store/apply", &body, &headers);
        assert_eq!(answer.status, 200, "{}", answer.text());
    }
}

/// An artifact has the size of its content.
#[test]
fn an_artifact_is_as_long_as_its_content() {
    let served = Served::in_file();
    let run = served.run("digits", "first");
    let request = Request::post("/api/v1/store/contents")
        .header("content-type", "application/octet-stream")
        .body(Body::from("accurate"));
    let content = served.ask(request.unwrap()).json();
    let artifact = |size: u64| {
        json!({"put_artifact": {"aggregate": run, "artifact": {
            "name": "report.txt", "hash": content["hash"], "size": size,
            "media_type": "text/plain", "created": "2026-01-31T12:00:00Z",
        }}})
    };
    apply(&served, &artifact(9_999_999_999)).problem(400);
    assert_eq!(apply(&served, &artifact(8)).status, 200);
}

/// Points for a run that was removed through the port are refused, also where points came before.
#[test]
fn a_run_that_is_removed_takes_no_points() {
    let served = Served::with(Options {
        allow_delete: true,
        ..Options::default()
    });
    let run = served.run("digits", "first");
    let point = json!({"name": "loss", "value": 0.5});
    let add = || served.post("/api/v1/runs/first/points", &point);
    assert_eq!(add().status, 204);
    let removal = json!({"remove_aggregate": {"aggregate": run}});
    assert_eq!(apply(&served, &removal).status, 200);
    add().problem(404);
}
