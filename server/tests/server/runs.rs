//! Runs: created, found, read and changed.

use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};

use crate::support::{Served, json_request};

#[test]
fn a_run_is_created_and_read_whole() {
    let served = Served::in_file();
    let uuid = served.run("digits", "seed-17");
    for name in ["seed-17", &uuid, "seed"] {
        let run = served.get(&format!("/api/v1/runs/{name}")).json();
        assert_eq!(run["uuid"], *uuid);
        assert_eq!(run["experiment_name"], "digits");
        assert_eq!(run["status"], "unknown");
        assert_eq!(run["params"], json!({"seed": 17}));
        assert_eq!(
            run["modules"][1]["record"]["arguments"],
            json!({"lr": 0.001})
        );
        assert_eq!(run["metrics"][0]["count"], 3);
        assert_eq!(run["metrics"][0]["min"], 0.3);
        assert_eq!(run["metric_definitions"]["loss"]["direction"], "minimize");
    }
}

#[test]
fn the_id_is_the_hash_of_the_model() {
    let served = Served::new();
    // As text: the arguments count in their order, which a tree of JSON loses.
    let modules = r#"[{"kind": "model", "name": "MLP", "arguments": {
        "input_size": 784, "hidden_size": 256, "output_size": 10, "dropout": 0.5,
        "activation": "ReLU"}}]"#;
    let new = |resume: bool| {
        let body =
            format!(r#"{{"experiment": "digits", "modules": {modules}, "resume": {resume}}}"#);
        served.ask(json_request("POST", "/api/v1/runs", body))
    };
    let created = new(false);
    assert_eq!(created.json()["id"], "af51a51a38f7ad81f9523360fafe7068");
    assert!(new(false).problem(409).contains("already"));
    let resumed = new(true);
    assert_eq!(resumed.status, 200);
    assert_eq!(resumed.json()["uuid"], created.json()["uuid"]);
}

#[test]
fn what_may_be_several_runs_is_told() {
    let served = Served::new();
    let one = served.run("digits", "seed-1");
    let two = served.run("letters", "seed-1");
    served.run("letters", "seed-20");
    let ambiguous = served.get("/api/v1/runs/seed-1");
    assert_eq!(ambiguous.problem(300), "`seed-1` may be any of 2 runs");
    assert_eq!(ambiguous.json()["candidates"], json!([one, two]));
    let within = served.get("/api/v1/runs/seed-1?experiment=letters");
    assert_eq!(within.json()["uuid"], *two);
    let short = served.get("/api/v1/runs/see");
    short.problem(404);
    assert_eq!(
        short.json()["nearest"],
        json!(["seed-20", "seed-1"]),
        "the newest first"
    );
    let slip = served.get("/api/v1/runs/sed-20?experiment=letters");
    slip.problem(404);
    assert_eq!(slip.json()["nearest"][0], "seed-20");
    served
        .get("/api/v1/runs/seed-2?experiment=digits")
        .problem(404);
    served
        .get("/api/v1/runs/seed-1?experiment=none")
        .problem(404);
}

#[test]
fn a_query_finds_runs_in_pages() {
    let served = Served::in_file();
    for seed in 1..=5 {
        let new =
            json!({"experiment": "digits", "id": format!("run-{seed}"), "params": {"seed": seed}});
        assert_eq!(served.post("/api/v1/runs", &new).status, 201);
    }
    let path = "/api/v1/runs?query=param.seed%20%3E%201%20order%20by%20param.seed%20desc&limit=3&total=true";
    let page = served.get(path).json();
    let ids = |page: &Value| -> Vec<String> {
        let runs = page["runs"].as_array().unwrap().iter();
        runs.map(|run| run["id"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(ids(&page), ["run-5", "run-4", "run-3"]);
    assert_eq!(page["total"], 4);
    assert_eq!(page["seq"], 6, "an experiment and five runs");
    let cursor = page["next"].as_str().unwrap();
    let rest = served.get(&format!("{path}&cursor={cursor}")).json();
    assert_eq!(
        (ids(&rest), &rest["next"]),
        (vec!["run-2".to_owned()], &json!(null))
    );
    let slip = served.get("/api/v1/runs?query=param.seed%20%3E%3E%201");
    assert_eq!(
        slip.problem(400),
        "cannot read the query: expected a comparison"
    );
    assert_eq!(slip.json()["position"], 12);
    served.get("/api/v1/runs?cursor=5b5b").problem(400);
    served.get("/api/v1/runs?limit=many").problem(400);
    served.get("/api/v1/runs?qwery=x").problem(400);
}

#[test]
fn a_table_has_chosen_columns() {
    let served = Served::new();
    let one = served.run("digits", "first");
    let new = json!({"experiment": "digits", "id": "second"});
    served.post("/api/v1/runs", &new);
    let columns =
        "id,metric.loss%5Btrain%5D.min,optimizer.lr,tag.stage,metric.loss%5Btrain%5D.best";
    let table = served
        .get(&format!("/api/v1/table?columns={columns}"))
        .json();
    assert_eq!(table["uuids"][0], *one);
    assert_eq!(table["columns"]["id"], json!(["first", "second"]));
    assert_eq!(
        table["columns"]["metric.loss[train].min"],
        json!([0.3, null])
    );
    assert_eq!(
        table["columns"]["metric.loss[train].best"],
        json!([0.3, null])
    );
    assert_eq!(table["columns"]["optimizer.lr"], json!([0.001, null]));
    assert_eq!(table["columns"]["tag.stage"], json!(["candidate", null]));
    served.get("/api/v1/table?columns=id,%3C").problem(400);
    served.get("/api/v1/table?columns=").problem(400);
}

#[test]
fn people_change_what_they_have_read() {
    let served = Served::new();
    served.run("digits", "first");
    let read = served.get("/api/v1/runs/first");
    let tag = read.header("etag").to_owned();
    let change = |tag: &str, body: Value| {
        let mut request = json_request("PATCH", "/api/v1/runs/first", body.to_string());
        request
            .headers_mut()
            .insert("if-match", tag.parse().unwrap());
        served.ask(request)
    };
    // A point is no change of what people have written.
    let point = json!({"name": "loss", "phase": "train", "value": 0.1, "epoch": 4});
    served.post("/api/v1/runs/first/points", &point);
    let changed = change(
        &tag,
        json!({"name": "first light", "tags": {"stage": null, "a": ""}}),
    );
    assert_eq!(changed.status, 200, "{changed:?}");
    assert_eq!(changed.json()["name"], "first light");
    assert_eq!(changed.json()["tags"], json!({"a": ""}));
    let stale = change(&tag, json!({"notes": "mine"}));
    assert_eq!(stale.problem(412), "somebody has changed the run meanwhile");
    assert_eq!(
        change(changed.header("etag"), json!({"notes": "mine"})).status,
        200
    );
    assert_eq!(
        change("*", json!({"archived": true, "epoch": 7})).status,
        200
    );
    let run = served.get("/api/v1/runs/first").json();
    assert_eq!((&run["archived"], &run["epoch"]), (&json!(true), &json!(7)));
    assert_eq!(served.get("/api/v1/runs").json()["runs"], json!([]));
    served
        .patch("/api/v1/runs/first", &json!({"epoch": u64::MAX}))
        .problem(400);
    served
        .patch("/api/v1/runs/first", &json!({"tags": {"": "x"}}))
        .problem(400);
}

#[test]
fn what_is_known_already_is_not_sent_again() {
    let served = Served::new();
    served.run("digits", "first");
    for path in [
        "/api/v1/runs/first",
        "/api/v1/experiments",
        "/api/v1/openapi.json",
    ] {
        let read = served.get(path);
        let tag = read.header("etag").to_owned();
        let request = Request::get(path).header("if-none-match", &tag);
        let again = served.ask(request.body(Body::empty()).unwrap());
        assert_eq!(
            (again.status.as_u16(), again.body.len()),
            (304, 0),
            "{path}"
        );
        assert_eq!(again.header("etag"), tag);
    }
}

#[test]
fn a_long_answer_is_compressed() {
    let served = Served::new();
    let request = Request::get("/api/v1/openapi.json").header("accept-encoding", "gzip");
    let answer = served.ask(request.body(Body::empty()).unwrap());
    assert_eq!(answer.header("content-encoding"), "gzip");
    assert!(answer.body.len() < served.get("/api/v1/openapi.json").body.len() / 4);
}

#[test]
fn a_parameter_is_set_once() {
    let served = Served::new();
    served.run("digits", "first");
    let set = |params: Value| served.post("/api/v1/runs/first/params", &params);
    assert_eq!(set(json!({"batch": 64, "seed": 17})).status, 204);
    assert!(
        set(json!({"other": 1, "seed": 18}))
            .problem(409)
            .contains("`seed`")
    );
    let run = served.get("/api/v1/runs/first").json();
    assert_eq!(
        run["params"],
        json!({"batch": 64, "seed": 17}),
        "all or nothing"
    );
}

#[test]
fn iterations_modules_and_attempts_are_recorded() {
    let served = Served::in_file();
    let uuid = served.run("digits", "first");
    let at = |part: &str| format!("/api/v1/runs/{uuid}/{part}");
    let pass = json!({
        "phase": "train", "epoch": 3, "dataset": {"kind": "dataset", "name": "Digits"},
        "arguments": {"batch_size": 64},
    });
    assert_eq!(served.post(&at("iterations"), &pass).status, 204);
    let iterations = served.get(&at("iterations")).json();
    assert_eq!(iterations["iterations"][0]["dataset"]["name"], "Digits");
    let scheduler = json!({"kind": "scheduler", "name": "Cosine"});
    assert_eq!(served.post(&at("modules"), &scheduler).status, 204);

    let provenance = json!({"provenance": {"host": "gpu-3", "command": ["train", "--lr", "1"]}});
    let attempt = served.post(&at("attempts"), &provenance);
    assert_eq!(attempt.status, 201);
    let attempt = attempt.json()["id"].as_str().unwrap().to_owned();
    assert_eq!(
        served.get(&at("")[..at("").len() - 1]).json()["status"],
        "running"
    );
    let sign = at(&format!("attempts/{attempt}"));
    assert_eq!(served.patch(&sign, &json!({})).status, 204);
    let failed = json!({"outcome": {"failed": {"reason": "CUDA out of memory"}}});
    assert_eq!(served.patch(&sign, &failed).status, 204);
    let run = served.get(&format!("/api/v1/runs/{uuid}")).json();
    assert_eq!(run["status"], "failed");
    assert_eq!(run["attempts"][0]["provenance"]["host"], "gpu-3");
    assert_eq!(run["modules"][2]["record"]["name"], "Cosine");
    served.patch(&at("attempts/none"), &json!({})).problem(404);
}

#[test]
fn runs_are_compared_and_verified() {
    let served = Served::new();
    served.run("digits", "first");
    let other = json!({
        "experiment": "digits", "id": "other",
        "modules": [{"kind": "model", "name": "MLP", "arguments": {"layers": 4, "dropout": 0.5}}],
    });
    served.post("/api/v1/runs", &other);
    let compared = served
        .post("/api/v1/compare", &json!({"runs": ["first", "other"]}))
        .json();
    assert_eq!(compared["aggregates"], json!(["first", "other"]));
    assert_eq!(
        compared["differences"][1],
        json!({"name": "model.layers", "values": [2, 4]})
    );
    served
        .post("/api/v1/compare", &json!({"runs": ["first"]}))
        .problem(400);
    let verdict = served.get("/api/v1/runs/first/verify").json();
    assert_eq!(verdict["agrees"], true);
    let forged = json!({
        "experiment": "digits", "id": "forged",
        "modules": [{"kind": "model", "name": "MLP", "arguments": {"layers": 4},
            "hash": "af51a51a38f7ad81f9523360fafe7068"}],
    });
    assert_eq!(served.post("/api/v1/runs", &forged).status, 201);
    let verdict = served.get("/api/v1/runs/forged/verify").json();
    assert_eq!(verdict["agrees"], false);
    assert_eq!(
        verdict["disagreements"][0]["differences"][0]["path"],
        "hash"
    );
}

#[test]
fn a_view_is_kept_under_a_short_name() {
    let served = Served::in_file();
    let view = json!({"q": "lr > 0.01", "columns": ["id", "optimizer.lr"], "zoom": [0.5, 1]});
    let kept = served.post("/api/v1/views", &view);
    assert_eq!(kept.status, 201);
    let id = kept.json()["id"].as_str().unwrap().to_owned();
    assert_eq!(id.len(), 8);
    assert_eq!(
        served.get(&format!("/api/v1/views/{id}")).json()["view"],
        view
    );
    assert_eq!(served.post("/api/v1/views", &view).json()["id"], *id);
    served
        .get(&format!("/api/v1/views/{}", &id[..4]))
        .problem(404);
    served
        .post("/api/v1/views", &json!("x".repeat(70_000)))
        .problem(413);
}

#[test]
fn a_run_goes_back_to_an_epoch() {
    let served = Served::in_file();
    served.run("digits", "first");
    assert_eq!(
        served
            .post("/api/v1/runs/first/rewind", &json!({"epoch": 2}))
            .status,
        204
    );
    let run = served.get("/api/v1/runs/first").json();
    assert_eq!(
        (&run["epoch"], &run["metrics"][0]["count"]),
        (&json!(2), &json!(2))
    );
}
