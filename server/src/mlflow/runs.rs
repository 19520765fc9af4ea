//! Runs: created, read, changed. What is logged to them is in `log.rs`.

use axum::extract::State;
use serde_json::json;
use tracker_core::ports::{AggregateRecord, Change, Detail, Row};
use tracker_core::{Annotation, Git, Provenance, Timestamp, Uuid};

use super::experiment::{NOTE, time};
use super::fields::{Fields, cut};
use super::inputs::Linked;
use super::names::{check_key, made_up};
use super::refusal::{absent, invalid};
use super::run::{Info, NAME, Shown, USER, is_own_tag, name, tags};
use super::{ids, status};
use crate::access::Caller;
use crate::app::App;
use crate::problem::{Answer, Problem, shown};

/// The longest value of a tag, in characters; longer ones are cut.
const LONGEST_TAG: usize = 8_000;

/// A tag that a client sets, as a change of the run.
pub(super) fn tag_change(
    aggregate: Uuid,
    tag: String,
    mut value: String,
    parameter: &str,
) -> Result<Change, Problem> {
    check_key(&tag, parameter)?;
    if is_own_tag(&tag) {
        return Err(invalid(format!("The tag '{tag}' is the server's own.")));
    }
    cut(&mut value, LONGEST_TAG);
    // No store of SQL takes it.
    value.retain(|char| char != '\0');
    let annotation = match tag.as_str() {
        NAME => {
            return Ok(Change::NameAggregate {
                aggregate,
                name: value,
            });
        }
        NOTE => Annotation::SetNotes(value),
        _ => Annotation::SetTag { tag, value },
    };
    Ok(Change::Annotate {
        aggregate,
        annotation,
    })
}

/// `POST runs/create`.
pub(super) async fn create(State(app): State<App>, caller: Caller, mut fields: Fields) -> Answer {
    app.answer(move |app| {
        let experiment_id = fields.required("experiment_id")?;
        let start = fields.integer("start_time")?.unwrap_or(0);
        let user = fields.text_or_empty("user_id")?;
        let run_name = fields.text_or_empty("run_name")?;
        let tags = fields.pairs("tags")?;
        let experiment = app.active_experiment(&caller, &experiment_id)?;

        let uuid = Uuid::now_v7();
        let mut run = AggregateRecord::new(experiment.id, ids::hex(uuid));
        run.uuid = uuid;
        run.created = time(start);
        for (index, (key, value)) in tags.into_iter().enumerate() {
            match tag_change(uuid, key, value, &format!("tags[{index}].key"))? {
                Change::NameAggregate { name, .. } => run.name = name,
                Change::Annotate { annotation, .. } => run.annotations.apply(&annotation),
                _ => {}
            }
        }
        if !run_name.is_empty() && !run.name.is_empty() && run_name != run.name {
            return Err(invalid(format!(
                "Both 'run_name' argument and 'mlflow.runName' tag are specified, but with different \
                 values (run_name='{}', mlflow.runName='{}').",
                shown(&run_name),
                shown(&run.name)
            )));
        }
        if run.name.is_empty() {
            run.name = run_name.replace('\0', "");
        }
        if run.name.is_empty() {
            run.name = made_up(uuid);
        }
        let known = &mut run.annotations.tags;
        if !user.is_empty() && !known.contains_key(USER) {
            known.insert(USER.to_owned(), user);
        }
        let attempt = status::attempt(run.created, provenance(&run));
        app.change(&[
            Change::CreateAggregate {
                record: run.clone(),
                modules: Vec::new(),
            },
            Change::PutAttempt {
                aggregate: uuid,
                attempt: attempt.clone(),
            },
        ])?;
        run.attempt = Some(attempt.state);
        let row = Row {
            aggregate: run,
            modules: Vec::new(),
            summaries: Vec::new(),
            means: Vec::new(),
        };
        let shown = Shown::new(row, &experiment, Linked::default());
        Ok(json!({"run": shown.run()}))
    })
    .await
}

/// Where a run comes from, as far as its tags tell.
fn provenance(run: &AggregateRecord) -> Provenance {
    let tag = |name: &str| run.annotations.tags.get(name).cloned();
    let commit = tag("mlflow.source.git.commit");
    Provenance {
        user: tag(USER).unwrap_or_default(),
        command: tag("mlflow.source.name").into_iter().collect(),
        git: commit.map(|commit| Git {
            commit,
            branch: tag("mlflow.source.git.branch").unwrap_or_default(),
            dirty: false,
        }),
        ..Provenance::default()
    }
}

/// `GET runs/get`.
pub(super) async fn get(State(app): State<App>, caller: Caller, mut fields: Fields) -> Answer {
    app.answer(move |app| {
        let id = fields.run_id()?;
        let shown = shown_run(app, &caller, &id)?;
        Ok(json!({"run": shown.run()}))
    })
    .await
}

/// A run with all that is told of it.
pub(super) fn shown_run(app: &App, caller: &Caller, id: &str) -> Result<Shown, Problem> {
    let row = app.run_of(caller, id, &Detail::ALL)?;
    let store = app.tracker.store()?;
    let experiment = store.experiment_by_id(row.aggregate.experiment)?;
    let experiment = experiment.ok_or_else(|| super::find::no_run(id))?;
    let linked = Linked::read(app, &row.aggregate)?;
    Ok(Shown::new(row, &experiment, linked))
}

/// `POST runs/update`.
pub(super) async fn update(State(app): State<App>, caller: Caller, mut fields: Fields) -> Answer {
    app.answer(move |app| {
        let id = fields.run_id()?;
        let word = fields.word("status", &status::WORDS)?;
        let end = fields
            .integer("end_time")?
            .filter(|end| *end != 0)
            .map(time);
        let run_name = fields.text_or_empty("run_name")?;
        let run = app.active_run(&caller, &id)?;
        let mut changes = Vec::new();
        if word.is_some() || end.is_some() {
            let newest = app.tracker.store()?.attempts(run.uuid)?.pop();
            changes = status::changes(&run, newest.as_ref(), word, end);
        }
        if !run_name.is_empty() {
            changes.push(tag_change(run.uuid, NAME.to_owned(), run_name, "run_name")?);
        }
        app.change(&changes)?;
        let run = app.run_of(&caller, &id, &Detail::NONE)?.aggregate;
        let store = app.tracker.store()?;
        let experiment = store.experiment_by_id(run.experiment)?;
        let experiment = experiment.ok_or_else(|| super::find::no_run(&id))?;
        Ok(json!({"run_info": Info::of(&run, &experiment)}))
    })
    .await
}

/// `POST runs/delete`.
pub(super) async fn delete(State(app): State<App>, caller: Caller, fields: Fields) -> Answer {
    archive(app, caller, fields, true).await
}

/// `POST runs/restore`.
pub(super) async fn restore(State(app): State<App>, caller: Caller, fields: Fields) -> Answer {
    archive(app, caller, fields, false).await
}

async fn archive(app: App, caller: Caller, mut fields: Fields, archived: bool) -> Answer {
    app.answer(move |app| {
        let id = fields.run_id()?;
        let run = app.run_of(&caller, &id, &Detail::NONE)?.aggregate;
        if run.archived != archived {
            app.change(&[Change::Archive {
                aggregate: run.uuid,
                archived,
            }])?;
            app.logged.forget();
        }
        Ok(json!({}))
    })
    .await
}

/// `POST runs/set-tag`.
pub(super) async fn set_tag(State(app): State<App>, caller: Caller, mut fields: Fields) -> Answer {
    app.answer(move |app| {
        let id = fields.run_id()?;
        let key = fields.required("key")?;
        let value = fields.text_or_empty("value")?;
        let change = tag_change(Uuid::nil(), key.clone(), value.clone(), "key");
        change?;
        let run = app.active_run(&caller, &id)?;
        app.change(&[tag_change(run.uuid, key, value, "key")?])?;
        Ok(json!({}))
    })
    .await
}

/// `POST runs/delete-tag`.
pub(super) async fn delete_tag(
    State(app): State<App>,
    caller: Caller,
    mut fields: Fields,
) -> Answer {
    app.answer(move |app| {
        let id = fields.run_id()?;
        let tag = fields.required("key")?;
        let run = app.active_run(&caller, &id)?;
        if !tags(&run).iter().any(|pair| pair.key == tag) {
            return Err(absent(format!(
                "No tag with name: {} in run with id {}",
                shown(&tag),
                shown(&id)
            )));
        }
        let aggregate = run.uuid;
        let annotate = |annotation| Change::Annotate {
            aggregate,
            annotation,
        };
        app.change(&[match tag.as_str() {
            // A run is called something.
            NAME => Change::NameAggregate {
                aggregate,
                name: name(&run).to_owned(),
            },
            NOTE => annotate(Annotation::SetNotes(String::new())),
            _ => annotate(Annotation::RemoveTag { tag }),
        }])?;
        Ok(json!({}))
    })
    .await
}

/// A sign of life, for a run that is logged to.
pub(super) fn sign_of_life(run: &AggregateRecord, attempt: Uuid) -> Change {
    Change::UpdateAttempt {
        aggregate: run.uuid,
        attempt,
        seen: Timestamp::now(),
        outcome: tracker_core::Outcome::Running,
    }
}
