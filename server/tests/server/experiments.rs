//! Experiments.

use serde_json::json;

use crate::support::Served;

#[test]
fn an_experiment_is_created_read_and_changed() {
    let served = Served::in_file();
    let created = served.post(
        "/api/v1/experiments",
        &json!({"name": "größe/1", "tags": {"team": "vision"}, "notes": "first"}),
    );
    assert_eq!(created.status, 201);
    let id = created.json()["id"].as_str().unwrap().to_owned();
    for path in [
        "/api/v1/experiments/gr%C3%B6%C3%9Fe%2F1",
        &format!("/api/v1/experiments/{id}"),
    ] {
        let read = served.get(path).json();
        assert_eq!(read["name"], "größe/1");
        assert_eq!(
            (&read["tags"]["team"], &read["runs"]),
            (&json!("vision"), &json!(0))
        );
    }
    let patch = json!({
        "name": "digits",
        "tags": {"team": null, "year": "2026"},
        "definitions": {"loss": {"unit": "nats", "direction": "minimize"}},
    });
    let changed = served
        .patch(&format!("/api/v1/experiments/{id}"), &patch)
        .json();
    assert_eq!(
        (&changed["name"], &changed["notes"]),
        (&json!("digits"), &json!("first"))
    );
    assert_eq!(changed["tags"], json!({"year": "2026"}));
    assert_eq!(changed["definitions"]["loss"]["unit"], "nats");
}

#[test]
fn experiments_come_in_pages() {
    let served = Served::new();
    for name in ["a", "b", "c"] {
        let created = served.post("/api/v1/experiments", &json!({"name": name}));
        assert_eq!(created.status, 201);
    }
    let first = served.get("/api/v1/experiments?limit=2").json();
    let names = |page: &serde_json::Value| -> Vec<String> {
        let all = page["experiments"].as_array().unwrap().iter();
        all.map(|of| of["name"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(names(&first), ["a", "b"]);
    let next = first["next"].as_str().unwrap();
    let rest = served
        .get(&format!("/api/v1/experiments?limit=2&after={next}"))
        .json();
    assert_eq!(
        (names(&rest), &rest["next"]),
        (vec!["c".to_owned()], &json!(null))
    );
}

#[test]
fn a_name_is_taken_once_and_a_slip_is_told() {
    let served = Served::new();
    served.post("/api/v1/experiments", &json!({"name": "digits"}));
    let again = served.post("/api/v1/experiments", &json!({"name": "digits"}));
    assert_eq!(
        again.problem(409),
        "there is an experiment `digits` already"
    );
    let slip = served.get("/api/v1/experiments/digit");
    assert_eq!(slip.problem(404), "there is no experiment `digit`");
    assert_eq!(slip.json()["hint"], "did you mean `digits`?");
    let empty = served.post("/api/v1/experiments", &json!({"name": ""}));
    empty.problem(400);
}

#[test]
fn nothing_is_removed_unless_that_was_allowed() {
    let served = Served::new();
    served.run("digits", "first");
    served.delete("/api/v1/experiments/digits").problem(403);
    served.delete("/api/v1/runs/first").problem(403);
    let served = Served::with(entia_server::Options {
        allow_delete: true,
        ..Default::default()
    });
    served.run("digits", "first");
    served.run("digits", "second");
    assert_eq!(served.delete("/api/v1/runs/first").status, 204);
    served.get("/api/v1/runs/first").problem(404);
    let point = json!({"name": "loss", "value": 1});
    served
        .post("/api/v1/runs/first/points", &point)
        .problem(404);
    assert_eq!(served.delete("/api/v1/experiments/digits").status, 204);
    served.get("/api/v1/experiments/digits").problem(404);
}

#[test]
fn a_schema_says_what_runs_have() {
    let served = Served::new();
    served.run("digits", "first");
    let other = json!({
        "experiment": "digits",
        "id": "other",
        "modules": [{"kind": "model", "name": "MLP", "arguments": {"layers": 4, "dropout": 0.5}}],
    });
    served.post("/api/v1/runs", &other);
    let schema = served.get("/api/v1/experiments/digits/schema").json();
    assert_eq!(schema["runs"], 2);
    let field = |name: &str| {
        let fields = schema["fields"].as_array().unwrap();
        fields
            .iter()
            .find(|field| field["field"] == name)
            .unwrap()
            .clone()
    };
    let layers = field("model.layers");
    assert_eq!((&layers["min"], &layers["max"]), (&json!(2.0), &json!(4.0)));
    assert_eq!(
        (&layers["distinct"], &layers["constant"]),
        (&json!(2), &json!(false))
    );
    assert_eq!(field("model.dropout")["constant"], true);
    assert_eq!(field("optimizer.lr")["constant"], false, "one run has none");
    assert_eq!(schema["metrics"][0]["name"], "loss");
    assert_eq!(schema["metrics"][0]["phases"], json!(["train"]));
    assert_eq!(schema["metrics"][0]["direction"], "minimize");
}
