//! MLflow's protocol: the order of the runs that are found.

use serde_json::{Value, json};

use crate::mlflow::{log, new_run, post};
use crate::support::Served;

/// Runs that differ in the last value of `metric`, the oldest first: by their names.
fn measured(served: &Served, metric: &str) -> Vec<(String, &'static str)> {
    let runs = [
        ("half", Some(json!(0.5))),
        ("nan", Some(json!("NaN"))),
        ("tenth", Some(json!(0.1))),
        ("none", None),
        ("minus infinity", Some(json!("-Infinity"))),
        ("infinity", Some(json!("Infinity"))),
        ("half again", Some(json!(0.5))),
    ];
    let made = runs.into_iter().enumerate().map(|(index, (name, value))| {
        let run = json!({"experiment_id": "0", "start_time": 1_000 + index});
        let run = post(served, "runs/create", &run, 200)["run"]["info"]["run_id"].clone();
        let run = run.as_str().unwrap().to_owned();
        if let Some(value) = value {
            let point =
                json!({"run_id": run, "key": metric, "value": value, "timestamp": 7, "step": 5});
            post(served, "runs/log-metric", &point, 200);
            // It comes later, and is of an earlier step.
            let point =
                json!({"run_id": run, "key": metric, "value": 3, "timestamp": 9, "step": 4});
            post(served, "runs/log-metric", &point, 200);
        }
        (run, name)
    });
    made.collect()
}

/// The names of what a search finds, page by page.
fn found(
    served: &Served,
    runs: &[(String, &'static str)],
    (order, filter): (&[&str], &str),
    most: usize,
) -> Vec<&'static str> {
    let (mut names, mut token) = (Vec::new(), Value::Null);
    loop {
        let search = json!({"experiment_ids": ["0"], "order_by": order, "filter": filter,
            "max_results": most, "page_token": token});
        let page = post(served, "runs/search", &search, 200);
        let page_of = page["runs"].as_array().unwrap();
        assert!(page_of.len() <= most);
        names.extend(page_of.iter().map(|run| {
            let id = run["info"]["run_id"].as_str().unwrap();
            runs.iter().find(|(run, _)| run == id).unwrap().1
        }));
        token = page["next_page_token"].clone();
        if token.is_null() {
            return names;
        }
    }
}

#[test]
fn runs_come_in_the_order_of_a_metric() {
    let upwards = [
        "minus infinity",
        "tenth",
        "half again",
        "half",
        "infinity",
        "nan",
        "none",
    ];
    let downwards = [
        "infinity",
        "half again",
        "half",
        "tenth",
        "minus infinity",
        "nan",
        "none",
    ];
    for metric in ["loss", "val/loss"] {
        let served = Served::in_file();
        let runs = measured(&served, metric);
        let by = |direction: &str| format!("metrics.`{metric}` {direction}");
        for most in [1, 2, 3, 100] {
            let found = |order: &[&str], filter: &str| found(&served, &runs, (order, filter), most);
            assert_eq!(found(&[&by("ASC")], ""), upwards, "{metric}, {most}");
            assert_eq!(found(&[&by("DESC")], ""), downwards, "{metric}, {most}");
            let oldest = [by("ASC"), "attributes.start_time ASC".to_owned()];
            let oldest = oldest.each_ref().map(String::as_str);
            let mut turned = upwards;
            turned.swap(2, 3);
            assert_eq!(found(&oldest, ""), turned, "{metric}, {most}");
            let filter = format!("metrics.`{metric}` >= 0.5");
            assert_eq!(
                found(&[&by("DESC")], &filter),
                ["infinity", "half again", "half"],
                "{metric}, {most}"
            );
        }
    }
}

#[test]
fn a_metric_that_no_run_has_orders_nothing() {
    let served = Served::in_file();
    let run = new_run(&served);
    log(&served, &run, (0.5, 1, 1));
    let runs = [(run, "only")];
    for order in ["metrics.nothing DESC", "metrics.`no/thing`"] {
        assert_eq!(found(&served, &runs, (&[order], ""), 2), ["only"]);
    }
    let twice = json!({"experiment_ids": ["0"], "order_by": ["metrics.a", "metrics.a DESC"]});
    let refused = post(&served, "runs/search", &twice, 400);
    assert!(refused["message"].as_str().unwrap().contains("duplicate"));
}

/// MLflow's client sends all parameters as texts; what is a number is compared and sorted as one.
#[test]
fn a_parameter_that_is_a_number_is_one_for_filters_of_both_languages() {
    let served = Served::new();
    let values = ["0.001", "1e-05", "0.1", "adam"];
    let runs: Vec<(String, &str)> = values
        .into_iter()
        .map(|value| {
            let run = new_run(&served);
            let param = json!({"run_id": run, "key": "lr", "value": value});
            post(&served, "runs/log-parameter", &param, 200);
            // The same text again is no change; another text of the same number is.
            post(&served, "runs/log-parameter", &param, 200);
            (run, value)
        })
        .collect();
    let other = json!({"run_id": runs[0].0, "key": "lr", "value": "1e-3"});
    post(&served, "runs/log-parameter", &other, 400);
    for (order, filter, expected) in [
        (
            &["params.lr"][..],
            "",
            &["1e-05", "0.001", "0.1", "adam"][..],
        ),
        (&[], "params.lr = '0.001'", &["0.001"]),
        (
            &["params.lr"],
            "params.lr != '0.001'",
            &["1e-05", "0.1", "adam"],
        ),
        (&[], "params.lr LIKE '0.1'", &["0.1"]),
        (
            &["params.lr"],
            "params.lr LIKE '%'",
            &["1e-05", "0.001", "0.1", "adam"],
        ),
        (&[], "params.lr ILIKE 'AD%'", &["adam"]),
        (&["params.lr"], "params.lr LIKE '0._'", &["0.1"]),
    ] {
        assert_eq!(
            found(&served, &runs, (order, filter), 9),
            expected,
            "{filter}"
        );
    }
    let listed = served.get("/api/v1/runs?query=lr%3C0.01").json();
    assert_eq!(listed["runs"].as_array().unwrap().len(), 2);
    let search = json!({"experiment_ids": ["0"], "order_by": ["params.lr"]});
    let page = post(&served, "runs/search", &search, 200);
    let found = page["runs"].as_array().unwrap().iter();
    let shown = found.map(|run| run["data"]["params"][0]["value"].clone());
    assert_eq!(
        shown.collect::<Vec<_>>(),
        ["1e-05", "0.001", "0.1", "adam"],
        "as they were sent"
    );
}
