//! Repeats, groups of runs, and what explains a metric.

use serde_json::{Value, json};

use crate::support::Served;
use crate::table::{encoded, sweep};

fn counts(groups: &Value) -> Vec<u64> {
    let groups = groups["groups"].as_array().unwrap().iter();
    groups
        .map(|group| group["count"].as_u64().unwrap())
        .collect()
}

#[test]
fn an_experiment_says_in_what_repeats_differ() {
    let served = Served::in_file();
    sweep(&served);
    let path = "/api/v1/experiments/sweep";
    let experiment = served.get(path).json();
    assert_eq!(experiment["repeats"], json!(["seed"]));
    assert_eq!(
        (&experiment["runs"], &experiment["running"]),
        (&json!(4), &json!(0))
    );
    assert!(experiment["updated"].is_string());
    let changed = served.patch(path, &json!({"repeats": ["seed", "fold"]}));
    assert_eq!(changed.json()["repeats"], json!(["seed", "fold"]));
    let list = served.get("/api/v1/experiments").json();
    assert_eq!(list["experiments"][0]["repeats"], json!(["seed", "fold"]));
    served.patch(path, &json!({"repeats": [""]})).problem(400);
    served.patch(path, &json!({"repeats": "seed"})).problem(400);
    served.post("/api/v1/runs/run-0/attempts", &json!({}));
    assert_eq!(served.get(path).json()["running"], 1);
}

/// Three repeats of one run, and another one.
fn repeated(served: &Served) {
    for (id, seed, lr, loss) in [
        ("a", 1, 0.1, 1.0),
        ("b", 2, 0.1, 2.0),
        ("c", 3, 0.1, 3.0),
        ("d", 1, 0.2, 0.5),
    ] {
        let run = json!({"experiment": "digits", "id": id, "params": {"seed": seed},
            "modules": [{"kind": "optimizer", "name": "Adam", "arguments": {"lr": lr}}]});
        assert_eq!(served.post("/api/v1/runs", &run).status, 201);
        let point = json!({"name": "loss", "phase": "test", "value": loss});
        served.post(&format!("/api/v1/runs/{id}/points"), &point);
    }
}

#[test]
fn repeats_form_a_group_with_its_spread() {
    let served = Served::in_file();
    repeated(&served);
    let answer = served.get("/api/v1/groups?experiment=digits").json();
    assert_eq!(counts(&answer), [1, 3], "the best mean first");
    assert_eq!(answer["total"], 2);
    let group = &answer["groups"][1];
    assert_eq!(group["runs"].as_array().unwrap().len(), 3);
    assert_eq!(
        group["values"]["metric.loss[test].last"],
        json!({"mean": 2.0, "std": 1.0, "min": 1.0, "max": 3.0, "count": 3})
    );
    assert_eq!(group["values"]["optimizer.lr"], 0.1);
    assert_eq!(
        group["values"]["param.seed"],
        json!(null),
        "a mean of seeds says nothing"
    );
    assert_eq!(group["values"]["id"], json!(null));
    let alone = &answer["groups"][0]["values"];
    assert_eq!(
        (&alone["param.seed"], &alone["id"]),
        (&json!(1), &json!("d"))
    );
    assert_eq!(alone["spark:metric.loss[test]"], json!([0.5]));
    assert_eq!(group["values"]["spark:metric.loss[test]"], json!([2.0]));
    assert_eq!(answer["constant"], json!({"optimizer": "Adam"}));
    let table = served.get("/api/v1/table?experiment=digits").json();
    assert_eq!(table["repeated"], 3);
    // No parameter makes a repeat.
    served.patch("/api/v1/experiments/digits", &json!({"repeats": []}));
    let answer = served.get("/api/v1/groups?experiment=digits").json();
    assert_eq!(counts(&answer), [1, 1, 1, 1]);
    assert_eq!(
        served.get("/api/v1/table?experiment=digits").json()["repeated"],
        0
    );
}

#[test]
fn runs_are_grouped_by_any_fields() {
    let served = Served::in_file();
    repeated(&served);
    let by = |by: &str, rest: &str| {
        served.get(&format!(
            "/api/v1/groups?experiment=digits&by={}{rest}",
            encoded(by)
        ))
    };
    let answer = by(
        "param.seed",
        "&columns=metric.loss%5Btest%5D.last,param.seed",
    )
    .json();
    assert_eq!(counts(&answer), [2, 1, 1]);
    assert_eq!(answer["groups"][0]["values"]["param.seed"], 1);
    assert_eq!(
        answer["groups"][0]["values"]["metric.loss[test].last"]["mean"],
        0.75
    );
    assert_eq!(
        counts(&by("param.seed,optimizer.lr", "").json()),
        [1, 1, 1, 1]
    );
    assert_eq!(counts(&by("param.none", "&query=seed%3E1").json()), [2]);
    let worst = by(
        "param.seed",
        &format!("&query={}", encoded("order by test/loss desc")),
    )
    .json();
    assert_eq!(worst["groups"][0]["values"]["param.seed"], 3);
    assert_eq!(counts(&by("param.seed", "&limit=1").json()), [2]);
    by("<", "").problem(400);
    served.get("/api/v1/groups?experiment=none").problem(404);
}

#[test]
fn what_explains_a_metric_is_told_with_its_share() {
    let served = Served::in_file();
    for index in 0..12 {
        let (lr, seed) = (index % 3, index % 2);
        let run = json!({"experiment": "digits", "id": format!("run-{index}"),
            "params": {"lr": lr, "seed": seed, "unique": format!("{index}"), "same": 1}});
        assert_eq!(served.post("/api/v1/runs", &run).status, 201);
        let value = 10.0 * f64::from(lr) + f64::from(seed);
        let point = json!({"name": "loss", "phase": "test", "value": value});
        served.post(&format!("/api/v1/runs/run-{index}/points"), &point);
    }
    let path = "/api/v1/experiments/digits/importance";
    let shares = served.get(path).json();
    let fields: Vec<_> = shares
        .as_array()
        .unwrap()
        .iter()
        .map(|of| &of["field"])
        .collect();
    assert_eq!(fields, ["param.lr", "param.seed"]);
    let share = |at: usize| shares[at]["share"].as_f64().unwrap();
    assert!(share(0) > 0.99 && share(1) < 0.01, "{shares}");
    assert_eq!(
        (&shares[0]["groups"], &shares[0]["runs"]),
        (&json!(3), &json!(12))
    );
    let named = format!("{path}?metric={}", encoded("loss[test]"));
    assert_eq!(served.get(&named).json(), shares);
    let few = served.get(&format!("{path}?query={}", encoded("lr=0")));
    assert!(few.problem(400).starts_with("4 runs"), "{few:?}");
    assert_eq!(few.json()["code"], "too_few");
    served.get(&format!("{path}?metric=%3C")).problem(400);
    served
        .get("/api/v1/experiments/none/importance")
        .problem(404);
}
