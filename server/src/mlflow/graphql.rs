//! The few queries that MLflow's pages ask by GraphQL.
//!
//! The answer holds all that is known of what is asked for, whatever the query selects of it.

use axum::extract::State;
use axum::http::StatusCode;
use serde_json::{Map, Value, json};

use super::experiment::Experiment;
use super::fields::Fields;
use super::history::Interval;
use super::metric::Metric;
use super::refusal::{ill_typed, invalid};
use super::run::Shown;
use super::{runs, search};
use crate::access::Caller;
use crate::app::App;
use crate::blocking;
use crate::problem::{Answer, Problem, shown};

/// The queries, by the root field that they ask for.
const ROOTS: [&str; 4] = [
    "mlflowGetRun",
    "mlflowSearchRuns",
    "mlflowGetExperiment",
    "mlflowGetMetricHistoryBulkInterval",
];

/// `POST /graphql`.
pub(super) async fn query(State(app): State<App>, caller: Caller, mut fields: Fields) -> Answer {
    app.off(move |app| {
        let text = fields.required("query")?;
        let name = fields.text_or_empty("operationName")?;
        let input = match fields.value("variables") {
            None => Map::new(),
            Some(Value::Object(mut variables)) => {
                let input = variables
                    .remove("data")
                    .or_else(|| variables.remove("input"));
                match input {
                    Some(Value::Object(input)) => input,
                    _ => variables,
                }
            }
            Some(value) => return Err(ill_typed(&value, "variables")),
        };
        let input: Map<String, Value> = input
            .into_iter()
            .map(|(key, value)| (snake(&key), value))
            .collect();
        let Some(root) = root(&text) else {
            return Err(invalid(format!(
                "The GraphQL query '{}' is not known. The server answers {}.",
                shown(&name),
                ROOTS.join(", ")
            )));
        };
        let answered = answer(app, &caller, root, Fields::of_map(input));
        let found = answered.unwrap_or_else(|problem| {
            let problem = problem.document();
            json!({"api_error": {"code": problem.code, "message": problem.detail}})
        });
        let data = camel(found);
        blocking::json(StatusCode::OK, &json!({"data": {root: data}}))
    })
    .await
}

/// The root field, which stands in the text as a word of its own.
fn root(text: &str) -> Option<&'static str> {
    let of_word = |char: char| char.is_ascii_alphanumeric() || char == '_';
    let mut words = text.split(|char| !of_word(char));
    words.find_map(|word| ROOTS.into_iter().find(|root| *root == word))
}

fn answer(app: &App, caller: &Caller, root: &str, mut fields: Fields) -> Result<Value, Problem> {
    Ok(match root {
        "mlflowGetRun" => json!({"run": run(app, caller, &fields.run_id()?)?, "api_error": null}),
        "mlflowSearchRuns" => {
            let found = search::found(app, caller, &mut fields)?;
            let runs = found.runs.iter();
            let runs = runs.map(|run| with_experiment(app, caller, run));
            json!({
                "runs": runs.collect::<Result<Vec<Value>, _>>()?,
                "next_page_token": found.next,
                "api_error": null,
            })
        }
        "mlflowGetExperiment" => {
            let record = app.experiment_of(caller, &fields.required("experiment_id")?)?;
            json!({"experiment": Experiment::of(&record), "api_error": null})
        }
        _ => {
            let wanted = Interval::of(&mut fields)?;
            let points = wanted.points(app, caller)?.into_iter();
            let metrics = points.map(|(run, place)| {
                let mut metric = json!(Metric::new(&wanted.key, place, Some(&wanted.ids[run])));
                // GraphQL's type for it is a float.
                if metric["value"].is_string() {
                    metric["value"] = Value::Null;
                }
                metric
            });
            json!({"metrics": metrics.collect::<Vec<Value>>(), "api_error": null})
        }
    })
}

fn run(app: &App, caller: &Caller, id: &str) -> Result<Value, Problem> {
    with_experiment(app, caller, &runs::shown_run(app, caller, id)?)
}

/// A run with its experiment, and with the versions of registered models, of which there are none.
fn with_experiment(app: &App, caller: &Caller, shown: &Shown) -> Result<Value, Problem> {
    let mut run = json!(shown.run());
    let id = run["info"]["experiment_id"].as_str().unwrap_or_default();
    let experiment = app.experiment_of(caller, id)?;
    run["experiment"] = json!(Experiment::of(&experiment));
    run["model_versions"] = json!([]);
    for (part, lists) in [
        ("inputs", ["dataset_inputs", "model_inputs"].as_slice()),
        ("outputs", &["model_outputs"]),
    ] {
        for list in lists {
            if run[part][*list].is_null() {
                run[part][*list] = json!([]);
            }
        }
    }
    if let Some(metrics) = run["data"]["metrics"].as_array_mut() {
        for metric in metrics {
            if let Some(text) = metric["value"].as_str() {
                // GraphQL's type for it is a float.
                let is_number = text.parse::<f64>().is_ok_and(f64::is_finite);
                if !is_number {
                    metric["value"] = Value::Null;
                }
            }
        }
    }
    Ok(run)
}

/// The members of objects in GraphQL's form, and large integers as texts.
fn camel(value: Value) -> Value {
    const LONG: [&str; 7] = [
        "start_time",
        "end_time",
        "timestamp",
        "step",
        "creation_time",
        "last_update_time",
        "file_size",
    ];
    match value {
        Value::Array(list) => list.into_iter().map(camel).collect(),
        Value::Object(map) => {
            let members = map.into_iter().map(|(key, value)| {
                let value = match value {
                    Value::Number(number) if LONG.contains(&key.as_str()) => {
                        Value::String(number.to_string())
                    }
                    value => camel(value),
                };
                (camel_name(&key), value)
            });
            Value::Object(members.collect())
        }
        value => value,
    }
}

fn camel_name(name: &str) -> String {
    let mut parts = name.split('_');
    let mut camel = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let mut chars = part.chars();
        camel.extend(chars.next().map(|first| first.to_ascii_uppercase()));
        camel.push_str(chars.as_str());
    }
    camel
}

fn snake(name: &str) -> String {
    let mut snake = String::with_capacity(name.len() + 4);
    for char in name.chars() {
        if char.is_ascii_uppercase() {
            snake.push('_');
        }
        snake.push(char.to_ascii_lowercase());
    }
    snake
}

#[cfg(test)]
mod tests {
    use super::{camel, root, snake};
    use serde_json::json;

    #[test]
    fn names_have_the_form_of_graphql() {
        let given = json!({"run_info": [{"start_time": 7, "run_id": "a", "value": 0.5}]});
        let written = json!({"runInfo": [{"startTime": "7", "runId": "a", "value": 0.5}]});
        assert_eq!(camel(given), written);
        assert_eq!(snake("experimentIds"), "experiment_ids");
    }

    #[test]
    fn the_root_field_tells_what_is_asked() {
        let text =
            "query GetRun($data: MlflowGetRunInput!) { mlflowGetRun(input: $data) { run { x } } }";
        assert_eq!(root(text), Some("mlflowGetRun"));
        assert_eq!(root("query { somethingElse }"), None);
    }
}
