//! Jobs, imports and exports.

use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};
use tracker_core::conformance::Sample;
use tracker_core::{Metric, Tracker};

use crate::support::{Answer, Served};

/// A job when it has come to its end.
fn ended(served: &Served, begun: &Answer) -> Value {
    assert_eq!(begun.status, 202, "{begun:?}");
    let path = format!("/api/v1/jobs/{}", begun.json()["id"].as_str().unwrap());
    loop {
        let job = served.get(&path).json();
        if job["status"] != "running" {
            return job;
        }
    }
}

#[test]
fn all_runs_are_verified() {
    let served = Served::in_file();
    served.run("digits", "first");
    let forged = json!({
        "experiment": "digits", "id": "forged",
        "modules": [{"kind": "model", "name": "MLP", "hash": "af51a51a38f7ad81f9523360fafe7068"}],
    });
    served.post("/api/v1/runs", &forged);
    served.post(
        "/api/v1/runs",
        &json!({"experiment": "digits", "id": "bare"}),
    );
    let job = ended(
        &served,
        &served.post("/api/v1/verify", &json!({"experiment": "digits"})),
    );
    assert_eq!(
        (&job["status"], &job["done"], &job["total"]),
        (&json!("finished"), &json!(3), &json!(3))
    );
    assert_eq!(job["result"]["checked"], 3);
    assert_eq!(job["result"]["without"], 1);
    assert_eq!(job["result"]["bad"][0]["id"], "forged");
    let jobs = served.get("/api/v1/jobs").json();
    assert_eq!(jobs["jobs"][0]["kind"], "verify");
    served
        .post("/api/v1/verify", &json!({"experiment": "none"}))
        .problem(404);
    served.get("/api/v1/jobs/none").problem(404);
}

#[test]
fn another_store_is_copied() {
    let folder = tempfile::tempdir().unwrap();
    let address = format!("sqlite:{}", folder.path().join("other.db").display());
    let other = Tracker::open(&address).unwrap();
    let run = other
        .experiment("digits")
        .unwrap()
        .track(&Sample::new("MLP", "{}"))
        .unwrap();
    run.metrics().add(Metric::new("loss", 0.5)).unwrap();
    other.flush().unwrap();
    let served = Served::in_file();
    let job = ended(
        &served,
        &served.post("/api/v1/import", &json!({"from": address})),
    );
    assert_eq!(job["result"]["points"], 1, "{job}");
    assert_eq!(
        served.get(&format!("/api/v1/runs/{}", run.id())).status,
        200
    );
    let again = ended(
        &served,
        &served.post("/api/v1/import", &json!({"from": address})),
    );
    assert_eq!(again["result"]["points"], 0);
    let path = folder.path().join("none.db");
    for address in [
        format!("sqlite:{}", path.display()),
        "nonsense".to_owned(),
        "ftp://x".to_owned(),
    ] {
        served
            .post("/api/v1/import", &json!({"from": address}))
            .problem(400);
    }
}

#[test]
fn a_job_is_cancelled() {
    let served = Served::in_file();
    for seed in 0..50 {
        served.run("digits", &format!("seed-{seed}"));
    }
    let begun = served.post("/api/v1/verify", &json!({}));
    let path = format!("/api/v1/jobs/{}", begun.json()["id"].as_str().unwrap());
    assert_eq!(served.delete(&path).status, 204);
    let job = ended(&served, &begun);
    // It may have been done before.
    assert!(
        job["status"] == "cancelled" || job["done"] == job["total"],
        "{job}"
    );
    assert_eq!(
        served.delete(&path).status,
        204,
        "once more changes nothing"
    );
}

#[test]
fn every_point_is_a_row() {
    let served = Served::in_file();
    served.run("digits, \"the\" first", "first");
    let csv = served.get("/api/v1/export");
    assert_eq!(csv.header("content-type"), "text/csv; charset=utf-8");
    let lines: Vec<&str> = csv.text().lines().collect();
    assert_eq!(lines.len(), 4);
    assert_eq!(
        lines[0],
        "experiment,aggregate,name,phase,epoch,step,time,value,json"
    );
    assert!(
        lines[1].starts_with("\"digits, \"\"the\"\" first\",first,loss,train,1,10,"),
        "{}",
        lines[1]
    );
    let jsonl = served.get("/api/v1/export?format=jsonl");
    let first: Value = serde_json::from_str(jsonl.text().lines().next().unwrap()).unwrap();
    assert_eq!(
        (&first["name"], &first["value"]),
        (&json!("loss"), &json!(0.9))
    );
    served.get("/api/v1/export?format=xls").problem(400);
    let request = Request::get("/api/v1/export").header("accept-encoding", "gzip");
    let packed = served.ask(request.body(Body::empty()).unwrap());
    assert_eq!(packed.header("content-encoding"), "gzip");
    assert!(packed.body.starts_with(&[0x1f, 0x8b]));
}
