//! The table: columns that nobody chose, the course of series, and filters in their short form.

use entia_server::{Options, Role, Tokens};
use serde_json::{Value, json};
use tracker_core::Tracker;

use crate::support::Served;

/// Percent-encodes what follows a `=`.
pub(crate) fn encoded(text: &str) -> String {
    let bytes = text.bytes().map(|byte| match byte {
        byte if byte.is_ascii_alphanumeric() => char::from(byte).to_string(),
        byte => format!("%{byte:02X}"),
    });
    bytes.collect()
}

/// Four runs of two optimizers and two seeds, with losses in two phases.
pub(crate) fn sweep(served: &Served) {
    for (index, (optimizer, seed)) in [("Adam", 1), ("Adam", 2), ("SGD", 1), ("SGD", 2)]
        .into_iter()
        .enumerate()
    {
        let run = json!({
            "experiment": "sweep",
            "id": format!("run-{index}"),
            "name": format!("{optimizer} {seed}"),
            "modules": [
                {"kind": "model", "name": "MLP", "arguments": {"layers": 2, "activation":
                    {"name": "LeakyReLU", "arguments": {"slope": 0.01}}}},
                {"kind": "optimizer", "name": optimizer, "arguments": {"lr": 0.1 / f64::from(seed)}},
            ],
            "params": {"seed": seed, "epochs": 50},
            "tags": {"stage": if index == 0 { "ok" } else { "new" }},
        });
        let created = served.post("/api/v1/runs", &run);
        assert_eq!(created.status, 201, "{created:?}");
        let points: Vec<Value> = (0..100)
            .flat_map(|epoch| {
                let value = f64::from(seed) / f64::from(epoch + 1);
                ["train", "test"].map(
                    |phase| json!({"name": "loss", "phase": phase, "value": value, "epoch": epoch}),
                )
            })
            .collect();
        let path = format!("/api/v1/runs/run-{index}/points");
        assert_eq!(served.post(&path, &json!(points)).status, 204);
    }
}

fn fields(table: &Value) -> Vec<&str> {
    let fields = table["fields"].as_array().unwrap().iter();
    fields
        .map(|field| field["field"].as_str().unwrap())
        .collect()
}

#[test]
fn what_tells_the_runs_apart_is_shown_unasked() {
    let served = Served::in_file();
    sweep(&served);
    let table = served
        .get("/api/v1/table?experiment=sweep&total=true")
        .json();
    assert_eq!(
        fields(&table),
        [
            "name",
            "id",
            "optimizer",
            "optimizer.lr",
            "param.seed",
            "metric.loss[test].last",
            "metric.loss[test].best",
            "metric.loss[test].best_epoch",
            "spark:metric.loss[test]",
            "metric.loss[train].last",
            "status",
            "duration",
            "created",
        ]
    );
    assert_eq!(
        table["constant"],
        json!({
            "model": "MLP",
            "model.activation.arguments.slope": 0.01,
            "model.activation.name": "LeakyReLU",
            "model.layers": 2,
            "param.epochs": 50,
        })
    );
    assert_eq!(
        table["fields"][6],
        json!({"field": "metric.loss[test].best", "kind": "metric", "metric": "loss",
            "phase": "test", "direction": "min"})
    );
    assert_eq!(
        table["fields"][3],
        json!({"field": "optimizer.lr", "kind": "argument"})
    );
    assert_eq!(table["fields"][4]["kind"], "param");
    assert_eq!(
        table["order"],
        json!([{"field": "metric.loss[test].best", "descending": false}]),
        "the best first"
    );
    assert_eq!(
        table["columns"]["optimizer.lr"],
        json!([0.1, 0.1, 0.05, 0.05])
    );
    assert_eq!(
        table["columns"]["metric.loss[train].last"],
        json!([0.01, 0.01, 0.02, 0.02])
    );
    assert_eq!(table["total"], 4);
    // Of those that a filter finds, more is the same.
    let query = encoded("adam");
    let table = served
        .get(&format!("/api/v1/table?experiment=sweep&query={query}"))
        .json();
    assert_eq!(table["constant"]["optimizer"], "Adam");
    assert!(!fields(&table).contains(&"optimizer"));
    // Also where they stand on several pages.
    let page = served.get("/api/v1/table?experiment=sweep&limit=2").json();
    assert!(fields(&page).contains(&"optimizer"));
    assert_eq!(
        page["columns"]["metric.loss[test].last"],
        json!([0.01, 0.01])
    );
}

/// That some have no value and others none at all tells runs apart, but there is nothing to be seen.
#[test]
fn a_column_without_a_value_is_not_shown_unasked() {
    let served = Served::new();
    for (id, params) in [
        ("first", json!({"decay": null, "warmup": null})),
        ("second", json!({"warmup": 5})),
    ] {
        let run = json!({"experiment": "digits", "id": id, "params": params});
        assert_eq!(served.post("/api/v1/runs", &run).status, 201);
    }
    let table = served.get("/api/v1/table?experiment=digits").json();
    let fields = fields(&table);
    assert!(fields.contains(&"param.warmup"), "{fields:?}");
    assert!(!fields.contains(&"param.decay"), "{fields:?}");
}

#[test]
fn an_order_that_is_said_stays_and_pages_follow_each_other() {
    let served = Served::in_file();
    sweep(&served);
    let ids = |table: &Value| table["columns"]["id"].clone();
    let path = "/api/v1/table?experiment=sweep&limit=3";
    let query = encoded("order by seed desc, id");
    let table = served.get(&format!("{path}&query={query}")).json();
    assert_eq!(ids(&table), json!(["run-1", "run-3", "run-0"]));
    assert_eq!(
        table["order"][0],
        json!({"field": "param.seed", "descending": true})
    );
    let first = served.get(path).json();
    let cursor = first["next"].as_str().unwrap();
    let second = served.get(&format!("{path}&cursor={cursor}")).json();
    assert_eq!(
        (ids(&first), ids(&second)),
        (json!(["run-0", "run-2", "run-1"]), json!(["run-3"]))
    );
    assert_eq!(fields(&first), fields(&second));
    let named = served
        .get("/api/v1/table?experiment=sweep&columns=id")
        .json();
    assert_eq!(ids(&named), json!(["run-0", "run-1", "run-2", "run-3"]));
    assert_eq!(named["order"], json!([]));
}

#[test]
fn a_page_may_begin_anywhere() {
    let served = Served::in_file();
    sweep(&served);
    let ids = |table: &Value| table["columns"]["id"].clone();
    let query = encoded("order by seed desc, id");
    let path = format!("/api/v1/table?experiment=sweep&query={query}&columns=id,optimizer.lr");
    let whole = served.get(&path).json();
    assert_eq!(ids(&whole), json!(["run-1", "run-3", "run-0", "run-2"]));
    let middle = served.get(&format!("{path}&skip=1&limit=2")).json();
    assert_eq!(ids(&middle), json!(["run-3", "run-0"]));
    assert_eq!(middle["columns"]["optimizer.lr"], json!([0.05, 0.1]));
    let next = middle["next"].as_str().unwrap();
    let last = served.get(&format!("{path}&cursor={next}")).json();
    assert_eq!(ids(&last), json!(["run-2"]));
    for beyond in ["4", "1000000", "18446744073709551615"] {
        let nothing = served.get(&format!("{path}&skip={beyond}")).json();
        assert_eq!(ids(&nothing), json!([]), "skip={beyond}");
    }
    let chosen = served.get("/api/v1/table?experiment=sweep&skip=3").json();
    assert_eq!(ids(&chosen), json!(["run-3"]), "in the order from the best");
    served.get(&format!("{path}&skip=-1")).problem(400);
}

#[test]
fn some_runs_are_asked_for_by_their_uuids() {
    let served = Served::in_file();
    sweep(&served);
    let other = served.run("other", "stranger");
    let uuid = |id: &str| served.get(&format!("/api/v1/runs/{id}")).json()["uuid"].clone();
    let list = format!("{},{other}", uuid("run-3").as_str().unwrap());
    let ids = |path: &str| served.get(path).json()["columns"]["id"].clone();
    let path = format!("/api/v1/table?runs={list}&columns=id");
    assert_eq!(ids(&path), json!(["run-3", "stranger"]));
    assert_eq!(ids(&format!("{path}&experiment=sweep")), json!(["run-3"]));
    assert_eq!(
        ids(&format!("{path}&experiment=sweep&query=adam")),
        json!([])
    );
    served.get("/api/v1/table?runs=run-3").problem(400);
}

#[test]
fn a_spark_keeps_the_ends_and_the_peaks() {
    let served = Served::in_file();
    sweep(&served);
    let spike = json!({"name": "loss", "phase": "test", "value": 987.654, "epoch": 50});
    let nan = json!({"name": "loss", "phase": "test", "value": "NaN", "epoch": 100});
    served.post("/api/v1/runs/run-0/points", &json!([spike, nan]));
    let columns = encoded("id,spark:metric.loss[test],spark:metric.none");
    let table = served
        .get(&format!("/api/v1/table?experiment=sweep&columns={columns}"))
        .json();
    let sparks = &table["columns"]["spark:metric.loss[test]"];
    let first = sparks[0].as_array().unwrap();
    assert!((8..=32).contains(&first.len()), "{first:?}");
    assert_eq!(
        (&first[0], &first[first.len() - 1]),
        (&json!(1.0), &Value::Null)
    );
    assert!(first.contains(&json!(988.0)));
    assert_eq!(sparks[1].as_array().unwrap().last(), Some(&json!(0.02)));
    assert_eq!(
        table["columns"]["spark:metric.none"],
        json!([null, null, null, null])
    );
    assert_eq!(table["fields"][1]["kind"], "spark");
    assert_eq!(table["constant"], json!({}), "only where it is asked for");
    let table = served
        .get("/api/v1/table?experiment=sweep&columns=id&constant=true")
        .json();
    assert_eq!(table["constant"]["model"], "MLP");
    for wrong in [
        "spark:model",
        "spark:",
        "spark:metric.loss[test].last",
        "id,,name",
    ] {
        served
            .get(&format!("/api/v1/table?columns={}", encoded(wrong)))
            .problem(400);
    }
}

#[test]
fn times_have_the_digits_that_a_page_shows() {
    let served = Served::in_file();
    served.run("digits", "timed");
    let attempt = served
        .post("/api/v1/runs/timed/attempts", &json!({}))
        .json();
    let path = format!(
        "/api/v1/runs/timed/attempts/{}",
        attempt["id"].as_str().unwrap()
    );
    served.patch(&path, &json!({"outcome": "finished"}));
    let run = served.get("/api/v1/runs/timed").json();
    let columns = served
        .get("/api/v1/table?columns=created,ended,duration")
        .json()["columns"]
        .clone();
    for (field, exact) in [
        ("created", &run["created"]),
        ("ended", &run["attempt"]["ended"]),
    ] {
        let (told, exact) = (columns[field][0].as_str().unwrap(), exact.as_str().unwrap());
        let second = exact.trim_end_matches('Z').split('.').next().unwrap();
        assert_eq!(told, format!("{second}Z"), "{field}");
    }
    let seconds = columns["duration"][0].as_f64().unwrap();
    let exact = run["duration"].as_f64().unwrap();
    assert!((seconds - exact).abs() <= 0.000_5, "{seconds} of {exact}");
    assert!(seconds.to_string().len() <= "0.001".len() + 2, "{seconds}");
}

#[test]
fn an_experiment_without_runs_has_a_table() {
    let served = Served::new();
    served.post("/api/v1/experiments", &json!({"name": "empty"}));
    let table = served.get("/api/v1/table?experiment=empty").json();
    assert_eq!(
        fields(&table),
        ["name", "id", "status", "duration", "created"]
    );
    assert_eq!(
        (&table["uuids"], &table["constant"]),
        (&json!([]), &json!({}))
    );
}

#[test]
fn a_filter_may_be_short() {
    let served = Served::in_file();
    sweep(&served);
    let found = |filter: &str| -> Vec<String> {
        let query = encoded(filter);
        let page = served
            .get(&format!("/api/v1/runs?experiment=sweep&query={query}"))
            .json();
        let runs = page["runs"]
            .as_array()
            .unwrap_or_else(|| panic!("{page}"))
            .iter();
        runs.map(|run| run["id"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(found("lr>0.07"), ["run-0", "run-2"]);
    assert_eq!(found("lr>0.07 adam"), ["run-0"]);
    assert_eq!(found("test/loss<0.015 not adam"), ["run-2"]);
    assert_eq!(found("tag:ok or (seed=2 and sgd)"), ["run-0", "run-3"]);
    assert_eq!(found("~'sgd 1'"), ["run-2"]);
    assert_eq!(found("status:unknown #run-3"), ["run-3"]);
    assert_eq!(found("optimizer:SGD order by seed desc limit 1"), ["run-3"]);
    let long = served.get(&format!(
        "/api/v1/filter?experiment=sweep&text={}",
        encoded("lr>0.07 test/loss<0.2")
    ));
    assert_eq!(
        long.json(),
        json!({"query": "optimizer.lr > 0.07 and metric.loss[test].last < 0.2"})
    );
    let schema = format!(
        "/api/v1/experiments/sweep/schema?query={}",
        encoded("seed=1")
    );
    assert_eq!(served.get(&schema).json()["runs"], 2);
}

#[test]
fn a_slip_in_a_filter_is_pointed_at() {
    let served = Served::in_file();
    sweep(&served);
    for path in ["filter?text=", "runs?query=", "table?query="] {
        let path = format!(
            "/api/v1/{path}{}&experiment=sweep",
            encoded("größe lrr>0.1")
        );
        let slip = served.get(&path);
        assert_eq!(slip.problem(400), "cannot read the query: no run has `lrr`");
        assert_eq!(
            (&slip.json()["position"], &slip.json()["hint"]),
            (&json!(6), &json!("did you mean `lr`?"))
        );
    }
    // A name that comes later is found at once.
    served
        .get("/api/v1/runs?experiment=sweep&query=warmup%3E1")
        .problem(400);
    served.post("/api/v1/runs/run-0/params", &json!({"warmup": 5}));
    let found = served
        .get("/api/v1/runs?experiment=sweep&query=warmup%3E1")
        .json();
    assert_eq!(found["runs"].as_array().unwrap().len(), 1);
}

#[test]
fn a_token_that_is_limited_learns_nothing_of_other_experiments() {
    let served = Served::with(Options::default());
    sweep(&served);
    served.run("secret", "hidden");
    let secret = served.get("/api/v1/experiments/secret").json()["id"].clone();
    let sweep = served.get("/api/v1/experiments/sweep").json()["id"].clone();
    let tokens = Tokens::of(Tracker::clone(&served.tracker));
    let only = vec![sweep.as_str().unwrap().parse().unwrap()];
    let token = tokens
        .create("guest", Role::Read, None, Some(only))
        .unwrap()
        .secret;
    served.tokens_are_seen();
    let all = served.get_as(&token, "/api/v1/table");
    assert_eq!(all.json()["uuids"].as_array().unwrap().len(), 4);
    for path in ["table?experiment=", "filter?text=hidden&experiment="] {
        let id = secret.as_str().unwrap();
        for name in ["secret", id] {
            served
                .get_as(&token, &format!("/api/v1/{path}{name}"))
                .problem(404);
        }
    }
    let slip = served.get_as(&token, "/api/v1/filter?text=stagee%3D1");
    slip.problem(400);
}

#[test]
fn of_a_long_value_that_is_the_same_in_all_runs_the_beginning_is_told() {
    let served = Served::in_file();
    let prompt = "You are a helpful assistant. ".repeat(50);
    for id in ["first", "second"] {
        let run = json!({"experiment": "sweep", "id": id, "params": {"prompt": prompt}});
        served.post("/api/v1/runs", &run);
    }
    let path = "/api/v1/table?experiment=sweep&constant=true";
    let constant = served.get(path).json()["constant"].clone();
    let told = constant["param.prompt"].as_str().unwrap();
    let begin = told.strip_suffix('…').unwrap();
    assert!(begin.len() > 100 && begin.len() < prompt.len() && prompt.contains(begin));
}
