//! What MLflow's own pages ask.

use serde_json::{Value, json};

use crate::mlflow::{get, log, new_run};
use crate::support::Served;

#[test]
fn a_chart_gets_evenly_sampled_steps() {
    let served = Served::new();
    let runs = [new_run(&served), new_run(&served)];
    for run in &runs {
        (0..101).for_each(|step| log(&served, run, (0.5, step, step)));
    }
    let path = format!(
        "metrics/get-history-bulk-interval?run_ids={}&run_ids={}&metric_key=loss&max_results=11",
        runs[0], runs[1]
    );
    let sampled = get(&served, &path);
    let steps: Vec<i64> = (sampled["metrics"].as_array().unwrap().iter())
        .filter(|point| point["run_id"] == *runs[1])
        .map(|point| point["step"].as_i64().unwrap())
        .collect();
    assert_eq!(steps, (0..=100).step_by(10).collect::<Vec<i64>>());
    // Each run by its own length, and whether or not its points have steps.
    (0..101).for_each(|time| log(&served, &runs[0], (0.5, time, 200)));
    let sampled = get(&served, &path);
    let of_run = |run: &str| -> Vec<(i64, i64)> {
        let points = sampled["metrics"].as_array().unwrap().iter();
        let points = points.filter(|point| point["run_id"] == *run);
        let number = |value: &Value| value.as_i64().unwrap();
        let pair = |point: &Value| (number(&point["step"]), number(&point["timestamp"]));
        points.map(pair).collect()
    };
    assert_eq!(of_run(&runs[1]).len(), 11);
    let longer = of_run(&runs[0]);
    assert_eq!((longer.len(), longer[0]), (11, (0, 0)));
    assert_eq!(longer[10], (200, 100));
    let last = get(&served, &path.replace("max_results=11", "max_results=1"));
    assert_eq!(last["metrics"][0]["timestamp"], 100);
    let part = get(&served, &format!("{path}&start_step=3&end_step=5"));
    assert_eq!(part["metrics"].as_array().unwrap().len(), 6);
    let half = served.get(&format!("/api/2.0/mlflow/{path}&start_step=3"));
    assert_eq!(half.json()["error_code"], "INVALID_PARAMETER_VALUE");
}

#[test]
fn pages_are_told_what_they_left_out() {
    let served = Served::new();
    let run = new_run(&served);
    let many = "&run_ids=1".repeat(101);
    let get = |call: &str| served.get(&format!("/ajax-api/2.0/mlflow/{call}"));
    let post = |call: &str| served.post(&format!("/ajax-api/2.0/mlflow/{call}"), &json!({}));
    for (answer, text) in [
        (
            get("metrics/get-history-bulk?metric_key=loss"),
            "GetMetricHistoryBulk request must specify at least one run_id.",
        ),
        (
            get(&format!("metrics/get-history-bulk?run_id={run}")),
            "GetMetricHistoryBulk request must specify a metric_key.",
        ),
        (
            get(&format!("metrics/get-history-bulk?metric_key=loss{many}")),
            "GetMetricHistoryBulk request cannot specify more than 100 run_ids.",
        ),
        (
            get("metrics/get-history-bulk-interval?metric_key=loss"),
            "Missing value for required parameter 'run_ids'.",
        ),
        (
            get(&format!(
                "metrics/get-history-bulk-interval?metric_key=loss{many}"
            )),
            "GetMetricHistoryBulkInterval request must specify at most 100 run_ids.",
        ),
        (
            post("experiments/search-datasets"),
            "SearchDatasets request must specify at least one experiment_id.",
        ),
        (post("upload-artifact"), "Request must specify run_uuid."),
        (
            post(&format!("upload-artifact?run_uuid={run}")),
            "Request must specify path.",
        ),
    ] {
        let answer = (answer.status, answer.json());
        assert_eq!(
            (answer.0.as_u16(), &answer.1["error_code"]),
            (400, &json!("INVALID_PARAMETER_VALUE"))
        );
        let message = answer.1["message"].as_str().unwrap();
        assert!(message.starts_with(text), "{message}");
    }
}

#[test]
fn pages_read_a_run_by_graphql() {
    let served = Served::in_file();
    let run = new_run(&served);
    log(&served, &run, (0.5, 1_700_000_000_000, 7));
    let query =
        "query GetRun($data: MlflowGetRunInput!) { mlflowGetRun(input: $data) { run { x } } }";
    let body = json!({"operationName": "GetRun", "query": query,
        "variables": {"data": {"runId": run}}});
    let answer = served.post("/graphql", &body).json();
    let found = &answer["data"]["mlflowGetRun"]["run"];
    assert_eq!(found["info"]["runId"], *run);
    assert_eq!(found["data"]["metrics"][0]["timestamp"], "1700000000000");
    assert_eq!(found["experiment"]["name"], "Default");
    assert_eq!(found["modelVersions"], json!([]));
    let missing = json!({"query": query, "variables": {"data": {"runId": "0".repeat(32)}}});
    let answer = served.post("/graphql", &missing).json();
    assert_eq!(
        answer["data"]["mlflowGetRun"]["apiError"]["code"],
        "RESOURCE_DOES_NOT_EXIST"
    );
    let unknown = served.post("/graphql", &json!({"query": "{ nothing }"}));
    assert_eq!(unknown.status, 400);
}
