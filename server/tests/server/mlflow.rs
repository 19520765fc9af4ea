//! The protocol of MLflow. Its own client is run against the server in `tests/mlflow/`.

use axum::body::Body;
use axum::http::Request;
use entia_server::{Options, Role};
use serde_json::{Value, json};

use crate::support::Served;

/// What a call answers, which has to have this status.
#[track_caller]
pub(crate) fn post(served: &Served, call: &str, body: &Value, status: u16) -> Value {
    let answer = served.post(&format!("/api/2.0/mlflow/{call}"), body);
    assert_eq!(answer.status.as_u16(), status, "{call}: {}", answer.text());
    answer.json()
}

#[track_caller]
pub(crate) fn get(served: &Served, call: &str) -> Value {
    let answer = served.get(&format!("/api/2.0/mlflow/{call}"));
    assert_eq!(answer.status, 200, "{call}: {}", answer.text());
    answer.json()
}

/// The id of a new run in the experiment 0.
pub(crate) fn new_run(served: &Served) -> String {
    let created = post(served, "runs/create", &json!({"experiment_id": "0"}), 200);
    created["run"]["info"]["run_id"]
        .as_str()
        .unwrap()
        .to_owned()
}

pub(crate) fn log(served: &Served, run: &str, point: (f64, i64, i64)) {
    let (value, timestamp, step) = point;
    let body = json!({"run_id": run, "key": "loss", "value": value, "timestamp": timestamp,
        "step": step});
    post(served, "runs/log-metric", &body, 200);
}

#[test]
fn experiment_0_comes_to_be_when_it_is_asked_for() {
    let served = Served::in_file();
    let names = || served.get("/api/v1/experiments").json()["experiments"].clone();
    assert_eq!(names(), json!([]));
    let default = get(&served, "experiments/get?experiment_id=0");
    assert_eq!(default["experiment"]["name"], "Default");
    assert_eq!(
        default["experiment"]["artifact_location"],
        "mlflow-artifacts:/0"
    );
    assert_eq!(names()[0]["id"], "00000000-0000-0000-0000-000000000000");
    let found = post(
        &served,
        "experiments/search",
        &json!({"max_results": 5}),
        200,
    );
    assert_eq!(found["experiments"].as_array().unwrap().len(), 1);
}

#[test]
fn ids_stay_those_of_entia() {
    let served = Served::in_file();
    let uuid = served.run("digits", "first");
    let run = get(
        &served,
        &format!("runs/get?run_id={}", uuid.replace('-', "")),
    );
    let id = run["run"]["info"]["experiment_id"].as_str().unwrap();
    assert!(id.bytes().all(|byte| byte.is_ascii_digit()), "{id}");
    let experiment = get(&served, &format!("experiments/get?experiment_id={id}"));
    assert_eq!(experiment["experiment"]["name"], "digits");
    let named = get(&served, "experiments/get-by-name?experiment_name=digits");
    assert_eq!(named["experiment"]["experiment_id"], id);
}

#[test]
fn a_repeat_of_a_point_stores_nothing() {
    let served = Served::in_file();
    let run = new_run(&served);
    let points = [
        (0.5, 1, 1),
        (0.25, 2, 2),
        (0.75, 2, 2),
        (0.5, 1, 1),
        (0.125, 0, -3),
    ];
    for _ in 0..2 {
        for point in &points {
            log(&served, &run, *point);
        }
    }
    let count = || served.get(&format!("/api/v1/runs/{run}")).json()["metrics"][0]["count"].clone();
    assert_eq!(count(), 4);
    // Another server knows only what the store has.
    let other = Served::of(served.tracker.clone());
    for point in &points {
        log(&other, &run, *point);
    }
    assert_eq!(count(), 4);
    let history = get(
        &served,
        &format!("metrics/get-history?run_id={run}&metric_key=loss"),
    );
    let values: Vec<f64> = (history["metrics"].as_array().unwrap().iter())
        .map(|point| point["value"].as_f64().unwrap())
        .collect();
    assert_eq!(values, [0.125, 0.5, 0.25, 0.75], "by time, step and value");
}

#[test]
fn a_point_far_behind_is_looked_for_in_the_history() {
    let served = Served::in_file();
    let run = new_run(&served);
    let batch = |first: i64| {
        let metrics: Vec<Value> = (first..first + 1_000)
            .map(|step| json!({"key": "loss", "value": 1, "timestamp": step, "step": step}))
            .collect();
        post(
            &served,
            "runs/log-batch",
            &json!({"run_id": run, "metrics": metrics}),
            200,
        );
    };
    (0..4).for_each(|index| batch(index * 1_000));
    batch(0);
    log(&served, &run, (1.0, 7, 7));
    let row = served.get(&format!("/api/v1/runs/{run}")).json();
    assert_eq!(row["metrics"][0]["count"], 4_000);
}

#[test]
fn the_latest_is_found_whatever_comes_last() {
    let served = Served::in_file();
    for order in [[0, 1, 2, 3], [3, 2, 1, 0], [2, 0, 3, 1]] {
        let run = new_run(&served);
        let points = [(9.0, 9, 1), (5.0, 1, 2), (3.0, 4, 2), (4.0, 4, 2)];
        for index in order {
            log(&served, &run, points[index]);
        }
        let found = get(&served, &format!("runs/get?run_id={run}"));
        let latest = &found["run"]["data"]["metrics"][0];
        assert_eq!(
            latest,
            &json!({"key": "loss", "value": 4.0, "timestamp": 4, "step": 2}),
            "{order:?}"
        );
        let search = json!({"experiment_ids": ["0"], "filter":
            format!("metrics.loss = 4 and attributes.run_id = '{run}'")});
        let found = post(&served, "runs/search", &search, 200);
        assert_eq!(found["runs"][0]["info"]["run_id"], *run);
    }
}

#[test]
fn a_page_of_a_history_begins_behind_the_one_before() {
    let served = Served::new();
    let run = new_run(&served);
    for step in 0..7 {
        log(&served, &run, (1.0, 10 - step, step));
    }
    let path = format!("metrics/get-history?run_id={run}&metric_key=loss&max_results=3");
    let (mut steps, mut token) = (Vec::new(), String::new());
    loop {
        let page = get(&served, &format!("{path}&page_token={token}"));
        let points = page["metrics"].as_array().unwrap().iter();
        steps.extend(points.map(|point| point["step"].as_i64().unwrap()));
        match page["next_page_token"].as_str() {
            Some(next) => next.clone_into(&mut token),
            None => break,
        }
    }
    assert_eq!(steps, [6, 5, 4, 3, 2, 1, 0]);
}

#[test]
fn a_batch_is_checked_before_anything_of_it_is_stored() {
    let served = Served::in_file();
    let run = new_run(&served);
    post(
        &served,
        "runs/log-parameter",
        &json!({"run_id": run, "key": "lr", "value": "1"}),
        200,
    );
    let metrics = json!([{"key": "loss", "value": 1, "timestamp": 1}]);
    let changed = json!({"run_id": run, "metrics": metrics, "tags": [{"key": "a", "value": "b"}],
        "params": [{"key": "new", "value": "1"}, {"key": "lr", "value": "2"}]});
    let refused = post(&served, "runs/log-batch", &changed, 400);
    let message = refused["message"].as_str().unwrap();
    assert!(
        message.starts_with(
            "Changing param values is not allowed. Param with key='lr' was already logged with \
             value='1'"
        ),
        "{message}"
    );
    let data = &get(&served, &format!("runs/get?run_id={run}"))["run"]["data"];
    assert_eq!(data["params"], json!([{"key": "lr", "value": "1"}]));
    assert_eq!(data["metrics"], json!([]));
    assert!(
        data["tags"]
            .as_array()
            .unwrap()
            .iter()
            .all(|tag| tag["key"] != "a")
    );
}

#[test]
fn a_status_is_that_of_the_attempts() {
    let served = Served::in_file();
    let run = new_run(&served);
    let status = || served.get(&format!("/api/v1/runs/{run}")).json()["status"].clone();
    assert_eq!(status(), "running");
    for (word, shown) in [
        ("FINISHED", "finished"),
        ("FAILED", "failed"),
        ("KILLED", "failed"),
        ("RUNNING", "running"),
        ("SCHEDULED", "running"),
        ("FINISHED", "finished"),
    ] {
        let update = json!({"run_id": run, "status": word});
        let info = post(&served, "runs/update", &update, 200)["run_info"].clone();
        assert_eq!((&info["status"], status()), (&json!(word), json!(shown)));
        let search = json!({"experiment_ids": ["0"], "filter": format!("status = '{word}'")});
        let found = post(&served, "runs/search", &search, 200);
        assert_eq!(found["runs"].as_array().unwrap().len(), 1, "{word}");
    }
    // Once with each beginning.
    let attempts = served.get(&format!("/api/v1/runs/{run}/attempts")).json();
    assert_eq!(attempts["attempts"].as_array().unwrap().len(), 2);
}

#[test]
fn a_deleted_experiment_takes_its_runs_with_it() {
    let served = Served::in_file();
    let id = post(
        &served,
        "experiments/create",
        &json!({"name": "digits"}),
        200,
    );
    let id = id["experiment_id"].clone();
    let run = post(&served, "runs/create", &json!({"experiment_id": id}), 200);
    let run = run["run"]["info"]["run_id"].as_str().unwrap().to_owned();
    log(&served, &run, (1.0, 1, 1));
    post(
        &served,
        "experiments/delete",
        &json!({"experiment_id": id}),
        200,
    );
    let point = json!({"run_id": run, "key": "loss", "value": 1, "timestamp": 2});
    let refused = post(&served, "runs/log-metric", &point, 400);
    let message = refused["message"].as_str().unwrap();
    assert!(
        message.contains("must be in the 'active' state"),
        "{message}"
    );
    assert_eq!(
        served.get(&format!("/api/v1/runs/{run}")).json()["archived"],
        true
    );
    post(
        &served,
        "experiments/restore",
        &json!({"experiment_id": id}),
        200,
    );
    post(&served, "runs/log-metric", &point, 200);
}

#[test]
fn the_own_tags_are_neither_seen_nor_set() {
    let served = Served::in_file();
    let run = new_run(&served);
    post(
        &served,
        "runs/update",
        &json!({"run_id": run, "status": "KILLED"}),
        200,
    );
    let found = get(&served, &format!("runs/get?run_id={run}"));
    let tags = found["run"]["data"]["tags"].as_array().unwrap().clone();
    assert!(
        tags.iter().all(|tag| tag["key"] == "mlflow.runName"),
        "{tags:?}"
    );
    for tag in ["entia.status", "entia.linked"] {
        post(
            &served,
            "runs/set-tag",
            &json!({"run_id": run, "key": tag, "value": "x"}),
            400,
        );
    }
    for tag in ["entia.deleted", "entia.updated", "entia.artifact_location"] {
        let set = json!({"experiment_id": "0", "key": tag, "value": "x"});
        post(&served, "experiments/set-experiment-tag", &set, 400);
    }
}

#[test]
fn problems_have_the_form_of_mlflow_wherever_they_come_up() {
    let served = Served::new();
    for (answer, status, code) in [
        (
            served.get("/api/2.0/mlflow/nothing"),
            404,
            "ENDPOINT_NOT_FOUND",
        ),
        (
            served.get("/ajax-api/3.0/mlflow/nothing"),
            404,
            "ENDPOINT_NOT_FOUND",
        ),
        (
            served.get("/api/2.0/mlflow/runs/create"),
            405,
            "ENDPOINT_NOT_FOUND",
        ),
        (
            served.post("/api/2.0/mlflow/registered-models/create", &json!({})),
            404,
            "ENDPOINT_NOT_FOUND",
        ),
        (
            served.ask(
                Request::post("/api/2.0/mlflow/runs/search")
                    .body("{}".into())
                    .unwrap(),
            ),
            400,
            "BAD_REQUEST",
        ),
        (
            served.post("/api/2.0/mlflow-artifacts/mpu/create/x", &json!({})),
            501,
            "NOT_IMPLEMENTED",
        ),
    ] {
        assert_eq!(answer.status, status, "{}", answer.text());
        assert_eq!(answer.header("content-type"), "application/json");
        assert_eq!(answer.json()["error_code"], code);
        assert!(!answer.json()["message"].as_str().unwrap().is_empty());
    }
    served.get("/api/v1/nothing").problem(404);
}

#[test]
fn tokens_let_read_and_write() {
    let served = Served::in_file();
    let run = new_run(&served);
    let reader = served.token("reader", Role::Read);
    served.tokens_are_seen();
    let path = format!("/api/2.0/mlflow/runs/get?run_id={run}");
    assert_eq!(served.get(&path).json()["error_code"], "UNAUTHENTICATED");
    assert_eq!(served.get_as(&reader, &path).status, 200);
    let delete = Request::post("/api/2.0/mlflow/runs/delete")
        .header("authorization", format!("Bearer {reader}"))
        .header("content-type", "application/json");
    let denied = served.ask(delete.body(Body::from("{}")).unwrap());
    assert_eq!(
        (denied.status.as_u16(), denied.json()["error_code"].clone()),
        (403, json!("PERMISSION_DENIED"))
    );
    // A load balancer and a client's first question have no token.
    assert_eq!(served.get("/api/3.0/mlflow/server-info").status, 200);
}

#[test]
fn a_server_that_lets_only_read_creates_nothing() {
    let served = Served::with(Options {
        read_only: true,
        ..Options::default()
    });
    let found = post(
        &served,
        "experiments/search",
        &json!({"max_results": 5}),
        200,
    );
    assert_eq!(found, json!({}));
    let create = json!({"experiment_id": "0"});
    assert_eq!(
        post(&served, "runs/create", &create, 403)["error_code"],
        "PERMISSION_DENIED"
    );
}

#[test]
fn files_of_a_run_go_through_the_proxy() {
    let served = Served::in_file();
    let run = new_run(&served);
    let base = format!("/api/2.0/mlflow-artifacts/artifacts/0/{run}/artifacts");
    let put = |path: &str, body: &'static str| {
        let request = Request::put(format!("{base}/{path}"));
        served.ask(request.body(Body::from(body)).unwrap()).status
    };
    assert_eq!(put("a/MLmodel", "flavors: {}"), 200);
    assert_eq!(put("a/b/empty.txt", ""), 200);
    let read = served.get(&format!("{base}/a/MLmodel"));
    assert_eq!(
        (read.text(), read.header("content-type")),
        ("flavors: {}", "text/plain")
    );
    let list = |path: &str| {
        let path = format!("/api/2.0/mlflow-artifacts/artifacts?path=0/{run}/artifacts{path}");
        served.get(&path).json()
    };
    assert_eq!(list(""), json!({"files": [{"path": "a", "is_dir": true}]}));
    assert_eq!(
        list("/a"),
        json!({"files": [{"path": "MLmodel", "is_dir": false, "file_size": 11},
            {"path": "b", "is_dir": true}]})
    );
    assert_eq!(
        list("/a/b"),
        json!({"files": [{"path": "empty.txt", "is_dir": false}]})
    );
    assert_eq!(list("/a/MLmodel"), json!({}), "a file is no folder");
    for path in ["%2e%2e/x", "%252e%252e/x", "a/..%2fx", "a%5cb", "C:/x"] {
        assert_eq!(put(path, "x"), 400, "{path}");
    }
    // Removing has to be allowed, as everywhere.
    assert_eq!(
        served.delete(&format!("{base}/a")).json()["error_code"],
        "PERMISSION_DENIED"
    );
}
