//! What is logged to a run: points, parameters and tags.

use axum::extract::State;
use registry_core::Value as Kept;
use serde_json::json;
use tracker_core::Error;
use tracker_core::ports::{AggregateRecord, Change};

use super::fields::{Fields, cut};
use super::metric::Place;
use super::names::check_key;
use super::refusal::invalid;
use super::run::text;
use super::runs::tag_change;
use super::seen::New;
use crate::access::Caller;
use crate::app::App;
use crate::problem::{Answer, Problem, shown};

/// The most of a batch.
const METRICS: usize = 1_000;
const PARAMS: usize = 100;
const TAGS: usize = 100;
/// The longest value of a parameter, in characters; longer ones are cut.
const LONGEST: usize = 6_000;

/// A point of a request.
fn point(mut fields: Fields, parameter: &str) -> Result<New, Problem> {
    let key = fields.required("key")?;
    let value = fields
        .number("value")?
        .ok_or_else(|| fields.missing("value"))?;
    let time = fields
        .integer("timestamp")?
        .ok_or_else(|| fields.missing("timestamp"))?;
    let step = fields.integer("step")?.unwrap_or(0);
    check_key(&key, parameter)?;
    // The last millisecond that a time can be.
    if !(0..=253_402_207_200_000).contains(&time) {
        return Err(invalid(format!(
            "Invalid value {time} for parameter 'timestamp' supplied: it is in milliseconds since \
             1970, and not before."
        )));
    }
    let place = Place::new(step, time, value);
    Ok(New { key, place })
}

/// `POST runs/log-metric`.
pub(super) async fn metric(State(app): State<App>, caller: Caller, mut fields: Fields) -> Answer {
    app.answer(move |app| {
        let id = fields.run_id()?;
        let point = point(fields, "name")?;
        app.add_points(&caller, &id, vec![point])?;
        Ok(json!({}))
    })
    .await
}

/// `POST runs/log-parameter`.
pub(super) async fn param(State(app): State<App>, caller: Caller, mut fields: Fields) -> Answer {
    app.answer(move |app| {
        let id = fields.run_id()?;
        let key = fields.required("key")?;
        let value = fields.text_or_empty("value")?;
        check_key(&key, "key")?;
        let run = app.active_run(&caller, &id)?;
        set_params(app, &run, vec![(key, value)], Vec::new())?;
        Ok(json!({}))
    })
    .await
}

/// `POST runs/log-batch`.
pub(super) async fn batch(State(app): State<App>, caller: Caller, mut fields: Fields) -> Answer {
    app.answer(move |app| {
        let id = fields.run_id()?;
        let (metrics, params, tags) = (
            fields.list("metrics")?,
            fields.pairs("params")?,
            fields.pairs("tags")?,
        );
        check_size(metrics.len(), METRICS, "metrics")?;
        check_size(params.len(), PARAMS, "params")?;
        check_size(tags.len(), TAGS, "tags")?;
        let all = metrics.len() + params.len() + tags.len();
        check_size(all, METRICS, "metrics, params, and tags")?;
        let points = metrics.into_iter().enumerate();
        let points = points.map(|(index, fields)| point(fields, &format!("metrics[{index}].name")));
        let points = points.collect::<Result<Vec<_>, _>>()?;
        for (index, (key, _)) in params.iter().enumerate() {
            check_key(key, &format!("params[{index}].key"))?;
        }
        check_duplicates(&params)?;
        if !params.is_empty() || !tags.is_empty() || points.is_empty() {
            let run = app.active_run(&caller, &id)?;
            let tags = tags.into_iter().enumerate().map(|(index, (key, value))| {
                tag_change(run.uuid, key, value, &format!("tags[{index}].key"))
            });
            let tags = tags.collect::<Result<Vec<_>, _>>()?;
            set_params(app, &run, params, tags)?;
        }
        if !points.is_empty() {
            app.add_points(&caller, &id, points)?;
        }
        Ok(json!({}))
    })
    .await
}

fn check_size(count: usize, most: usize, what: &str) -> Result<(), Problem> {
    if count <= most {
        return Ok(());
    }
    Err(invalid(format!(
        "A batch logging request can contain at most {most} {what}. Got {count} {what}. Please split \
         up {what} across multiple requests and try again."
    )))
}

fn check_duplicates(params: &[(String, String)]) -> Result<(), Problem> {
    let mut keys: Vec<&str> = params.iter().map(|(key, _)| key.as_str()).collect();
    keys.sort_unstable();
    match keys.windows(2).find(|pair| pair[0] == pair[1]) {
        None => Ok(()),
        Some(pair) => Err(invalid(format!(
            "Duplicate parameter keys have been submitted: {}. Please ensure the request contains \
             only one param value per param key.",
            shown(pair[0])
        ))),
    }
}

/// Writes parameters, and whatever else changes with them: all of it or nothing.
fn set_params(
    app: &App,
    run: &AggregateRecord,
    params: Vec<(String, String)>,
    more: Vec<Change>,
) -> Result<(), Problem> {
    let mut changes = Vec::with_capacity(params.len() + more.len());
    for (name, mut value) in params {
        cut(&mut value, LONGEST);
        value.retain(|char| char != '\0');
        // What Entia has written as a number is the same parameter as its text.
        if let Some(there) = run.params.get(&name) {
            let there = text(there);
            if there == value {
                continue;
            }
            return Err(param_changed(&name, &there, &value));
        }
        changes.push(Change::SetParam {
            aggregate: run.uuid,
            value: kept(&value)?,
            name,
        });
    }
    changes.extend(more);
    if changes.is_empty() {
        return Ok(());
    }
    let applied = app.tracker.store()?.apply(&changes, None);
    match applied {
        Err(Error::ParamSet {
            name,
            present,
            given,
            ..
        }) => Err(param_changed(&name, &text(&present), &text(&given))),
        applied => Ok(applied?.complete()?),
    }
}

/// What a text is kept as: the number, where it is the text that this number is given back as. MLflow's
/// client sends every value as a text, and `lr < 0.01` is to find it.
fn kept(text: &str) -> Result<Kept, Problem> {
    let is_number = text.starts_with(|first: char| first.is_ascii_digit() || first == '-');
    let float = |text: &str| text.parse().ok().filter(|float: &f64| float.is_finite());
    let number = match text.parse::<i64>() {
        _ if !is_number => None,
        // A larger one, as an id, is more than the numbers of a browser hold.
        Ok(integer) if integer.unsigned_abs() > 1 << 53 => None,
        Ok(integer) => Kept::of(&integer).ok(),
        Err(_) => float(text).and_then(|float| Kept::of(&float).ok()),
    };
    match number.filter(|number| number.as_str() == text) {
        Some(number) => Ok(number),
        None => Kept::of(text).map_err(|problem| invalid(problem.to_string())),
    }
}

fn param_changed(name: &str, present: &str, given: &str) -> Problem {
    invalid(format!(
        "Changing param values is not allowed. Param with key='{}' was already logged with \
         value='{}'. Attempted logging new value '{}'.",
        shown(name),
        shown(present),
        shown(given)
    ))
}

/// `POST runs/log-model`, which clients before 3.0 call: a tag holds the list of models.
pub(super) async fn model(State(app): State<App>, caller: Caller, mut fields: Fields) -> Answer {
    const HISTORY: &str = "mlflow.log-model.history";
    app.answer(move |app| {
        let id = fields.run_id()?;
        let model = fields.required("model_json")?;
        let refuse = || {
            invalid(format!(
                "Invalid value for parameter 'model_json' supplied. It is an object of JSON, and not \
                 '{}'",
                shown(&model)
            ))
        };
        let mut model: serde_json::Value =
            serde_json::from_str(&model).map_err(|_| refuse())?;
        let Some(object) = model.as_object_mut() else {
            return Err(refuse());
        };
        for required in ["artifact_path", "flavors", "utc_time_created", "run_id"] {
            if !object.contains_key(required) {
                return Err(invalid(format!(
                    "Model json is missing mandatory fields: {required}"
                )));
            }
        }
        let run = app.active_run(&caller, &id)?;
        let history = run.annotations.tags.get(HISTORY);
        let history = history.and_then(|text| serde_json::from_str(text).ok());
        let mut history: Vec<serde_json::Value> = history.unwrap_or_default();
        history.push(model);
        let value = serde_json::Value::from(history).to_string();
        app.change(&[tag_change(run.uuid, HISTORY.to_owned(), value, "key")?])?;
        Ok(json!({}))
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::{Kept, kept};
    use crate::mlflow::run::text;

    #[test]
    fn a_number_is_kept_as_one_and_comes_back_as_it_was_written() {
        for number in [
            "0",
            "20",
            "-3",
            "0.001",
            "1e-05",
            "-2.5",
            "128.0",
            "1e+16",
            "9007199254740992",
        ] {
            assert_eq!(kept(number).unwrap().as_str(), number);
        }
        for other in [
            "",
            "-",
            "007",
            "1e-5",
            "1E5",
            "+5",
            "-0",
            "1_000",
            "5.",
            ".5",
            " 5",
            "nan",
            "NaN",
            "inf",
            "-Infinity",
            "1e999",
            "True",
            "null",
            "0x10",
            "٣",
        ] {
            assert_eq!(kept(other).unwrap(), Kept::of(other).unwrap(), "{other}");
            assert_eq!(text(&kept(other).unwrap()), other);
        }
    }
}
