//! Experiments: created, read, changed. They are found in `experiment_search.rs`.

use axum::extract::State;
use axum::http::StatusCode;
use serde_json::json;
use tracker_core::ports::{Change, Detail, ExperimentRecord, Scope};
use tracker_core::{Annotation, Timestamp, Uuid};

use super::experiment::{Experiment, NOTE, own};
use super::fields::Fields;
use super::find::DEFAULT;
use super::ids;
use super::refusal::{absent, exists, invalid};
use crate::access::Caller;
use crate::app::App;
use crate::problem::{Answer, Problem, shown};

/// The longest name, and the longest key and value of a tag, in characters.
const LONGEST_NAME: usize = 500;
const LONGEST_KEY: usize = 250;
const LONGEST_VALUE: usize = 20_000;

/// `POST experiments/create`.
pub(super) async fn create(State(app): State<App>, caller: Caller, mut fields: Fields) -> Answer {
    app.answer(move |app| {
        let name = checked_name(fields.required("name")?, "name")?;
        let location = fields.text_or_empty("artifact_location")?;
        let tags = fields.pairs("tags")?;
        let mut record = ExperimentRecord::new(&name);
        if !location.is_empty() {
            check_location(&location)?;
            let tags = &mut record.annotations.tags;
            tags.insert(own::LOCATION.to_owned(), location);
        }
        for (key, value) in tags {
            record.annotations.apply(&annotation(key, value)?);
        }
        caller.check_unlimited()?;
        if name == DEFAULT {
            app.default_experiment(&caller)?;
        }
        let id = record.id;
        match app.change(&[Change::CreateExperiment(record)]) {
            Ok(()) => Ok(json!({"experiment_id": ids::number(id)})),
            Err(problem) => Err(taken(problem, &name)),
        }
    })
    .await
}

/// What the store says of a name that is taken, as MLflow says it.
fn taken(problem: Problem, name: &str) -> Problem {
    if problem.status() != StatusCode::CONFLICT {
        return problem;
    }
    exists(format!("Experiment(name={}) already exists.", shown(name)))
}

/// A name that an experiment can have.
fn checked_name(name: String, parameter: &str) -> Result<String, Problem> {
    let length = name.chars().count();
    if length > LONGEST_NAME {
        return Err(invalid(format!(
            "'{parameter}' exceeds the maximum length of {LONGEST_NAME} characters: it has {length}."
        )));
    }
    if name.contains('\0') {
        return Err(invalid(format!("'{parameter}' has a NUL in it.")));
    }
    Ok(name)
}

fn check_location(location: &str) -> Result<(), Problem> {
    if location.contains(['#', ';', '\0']) {
        return Err(invalid(format!(
            "'artifact_location' cannot have fragments or params: {}",
            shown(location)
        )));
    }
    Ok(())
}

/// A tag as a change.
fn annotation(key: String, value: String) -> Result<Annotation, Problem> {
    check_length("key", &key, LONGEST_KEY)?;
    check_length("value", &value, LONGEST_VALUE)?;
    if own::is_one(&key) {
        return Err(invalid(format!("The tag '{key}' is the server's own.")));
    }
    Ok(if key == NOTE {
        Annotation::SetNotes(value)
    } else {
        Annotation::SetTag { tag: key, value }
    })
}

fn check_length(what: &str, text: &str, most: usize) -> Result<(), Problem> {
    let length = text.chars().count();
    if length <= most && !text.contains('\0') {
        return Ok(());
    }
    Err(invalid(format!(
        "The {what} of an experiment's tag exceeds the maximum length of {most} characters, or has a \
         NUL in it: it has {length}."
    )))
}

/// `GET experiments/get`.
pub(super) async fn get(State(app): State<App>, caller: Caller, mut fields: Fields) -> Answer {
    app.answer(move |app| {
        let id = fields.required("experiment_id")?;
        let record = app.experiment_of(&caller, &id)?;
        Ok(json!({"experiment": Experiment::of(&record)}))
    })
    .await
}

/// `GET experiments/get-by-name`.
pub(super) async fn get_by_name(
    State(app): State<App>,
    caller: Caller,
    mut fields: Fields,
) -> Answer {
    app.answer(move |app| {
        let name = fields.required("experiment_name")?;
        let mut found = app.tracker.store()?.experiment(&name)?;
        if found.is_none() && name == DEFAULT {
            found = app.default_experiment(&caller)?;
        }
        let found = found.filter(|record| caller.sees(record.id));
        let found = found.ok_or_else(|| {
            absent(format!(
                "Could not find experiment with name '{}'",
                shown(&name)
            ))
        })?;
        Ok(json!({"experiment": Experiment::of(&found)}))
    })
    .await
}

/// A change of an experiment's tag.
fn set(experiment: Uuid, tag: &str, value: String) -> Change {
    Change::AnnotateExperiment {
        experiment,
        annotation: Annotation::SetTag {
            tag: tag.to_owned(),
            value,
        },
    }
}

/// The note that an experiment is changed now.
fn updated(experiment: Uuid) -> Change {
    let now = Timestamp::now().as_millisecond();
    set(experiment, own::UPDATED, now.to_string())
}

/// `POST experiments/update`.
pub(super) async fn update(State(app): State<App>, caller: Caller, mut fields: Fields) -> Answer {
    app.answer(move |app| {
        let id = fields.required("experiment_id")?;
        let name = checked_name(fields.required("new_name")?, "new_name")?;
        let experiment = app.active_experiment(&caller, &id)?.id;
        let rename = Change::RenameExperiment {
            experiment,
            name: name.clone(),
        };
        let done = app.change(&[rename, updated(experiment)]);
        done.map_err(|problem| taken(problem, &name))?;
        Ok(json!({}))
    })
    .await
}

/// `POST experiments/delete`.
pub(super) async fn delete(State(app): State<App>, caller: Caller, fields: Fields) -> Answer {
    keep(app, caller, fields, true).await
}

/// `POST experiments/restore`.
pub(super) async fn restore(State(app): State<App>, caller: Caller, fields: Fields) -> Answer {
    keep(app, caller, fields, false).await
}

/// Deletes an experiment, or restores it, with all its runs.
async fn keep(app: App, caller: Caller, mut fields: Fields, deleted: bool) -> Answer {
    app.answer(move |app| {
        let id = fields.required("experiment_id")?;
        let record = app.experiment_of(&caller, &id)?;
        let experiment = record.id;
        if super::experiment::is_deleted(&record) == deleted {
            let stage = if deleted { "active" } else { "deleted" };
            return Err(absent(format!("No {stage} Experiment with id={id} exists")));
        }
        let now = Timestamp::now().as_millisecond();
        let mark = if deleted {
            set(experiment, own::DELETED, now.to_string())
        } else {
            let tag = own::DELETED.to_owned();
            let annotation = Annotation::RemoveTag { tag };
            Change::AnnotateExperiment {
                experiment,
                annotation,
            }
        };
        let rows = (app.tracker.store()?).rows(&Scope::Experiment(experiment), &Detail::NONE)?;
        let runs = rows.into_iter().map(|row| row.aggregate);
        let archive = runs
            .filter(|run| run.archived != deleted)
            .map(|run| Change::Archive {
                aggregate: run.uuid,
                archived: deleted,
            });
        let changes: Vec<Change> = [mark, updated(experiment)]
            .into_iter()
            .chain(archive)
            .collect();
        app.change(&changes)?;
        app.logged.forget();
        Ok(json!({}))
    })
    .await
}

/// `POST experiments/set-experiment-tag`.
pub(super) async fn set_tag(State(app): State<App>, caller: Caller, mut fields: Fields) -> Answer {
    app.answer(move |app| {
        let id = fields.required("experiment_id")?;
        let key = fields.required("key")?;
        let annotation = annotation(key, fields.text_or_empty("value")?)?;
        let experiment = app.active_experiment(&caller, &id)?.id;
        let change = Change::AnnotateExperiment {
            experiment,
            annotation,
        };
        app.change(&[change, updated(experiment)])?;
        Ok(json!({}))
    })
    .await
}

/// `POST experiments/delete-experiment-tag`.
pub(super) async fn delete_tag(
    State(app): State<App>,
    caller: Caller,
    mut fields: Fields,
) -> Answer {
    app.answer(move |app| {
        let id = fields.required("experiment_id")?;
        let tag = fields.required("key")?;
        let record = app.active_experiment(&caller, &id)?;
        if Experiment::of(&record).tag(&tag).is_none() {
            return Err(absent(format!(
                "No tag with name: {} in experiment with id {id}",
                shown(&tag)
            )));
        }
        let annotation = if tag == NOTE {
            Annotation::SetNotes(String::new())
        } else {
            Annotation::RemoveTag { tag }
        };
        app.change(&[
            Change::AnnotateExperiment {
                experiment: record.id,
                annotation,
            },
            updated(record.id),
        ])?;
        Ok(json!({}))
    })
    .await
}
