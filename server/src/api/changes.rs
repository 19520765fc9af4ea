//! Changes of a run.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::IntoResponse;
use registry_core::Value;
use schemars::JsonSchema;
use serde::Deserialize;
use tracker_core::documents::RunDocument;
use tracker_core::ports::{AggregateRecord, Change};
use tracker_core::{Annotation, Definition, Error, Uuid};

use crate::access::Caller;
use crate::api::runs::{NewModule, Within, tagged};
use crate::api::server::check_delete;
use crate::app::App;
use crate::etag;
use crate::extract::{Body, InPath, Query};
use crate::problem::{Answer, Problem};

/// What to change of a run.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RunPatch {
    /// What people call it; empty for no name.
    name: Option<String>,
    /// Tags to set, or to remove with `null`.
    #[serde(default)]
    tags: BTreeMap<String, Option<String>>,
    notes: Option<String>,
    archived: Option<bool>,
    /// How many epochs it has run.
    epoch: Option<u64>,
    /// What to say of its metrics, by their names.
    #[serde(default)]
    definitions: BTreeMap<String, Definition>,
}

/// Parameters by their names.
#[derive(Deserialize, JsonSchema)]
#[serde(transparent)]
pub(crate) struct Params(BTreeMap<String, Value>);

/// An epoch.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Epoch {
    epoch: u64,
}

/// Refuses an empty name.
pub(crate) fn check_name(what: &'static str, name: &str, place: &str) -> Result<(), Problem> {
    if !name.is_empty() {
        return Ok(());
    }
    let place = place.to_owned();
    Err(Error::EmptyName { what, place }.into())
}

/// Refuses an epoch that no store can hold.
fn check_epoch(epoch: u64) -> Result<(), Problem> {
    if i64::try_from(epoch).is_ok() {
        return Ok(());
    }
    Err(Error::TooLarge {
        what: "epoch",
        value: epoch,
        place: "the run".to_owned(),
    }
    .into())
}

/// Tags and notes, as changes.
pub(crate) fn annotations(
    tags: BTreeMap<String, Option<String>>,
    notes: Option<String>,
) -> Result<Vec<Annotation>, Problem> {
    let mut changes = Vec::new();
    for (tag, value) in tags {
        check_name("name", &tag, "a tag")?;
        changes.push(match value {
            Some(value) => Annotation::SetTag { tag, value },
            None => Annotation::RemoveTag { tag },
        });
    }
    changes.extend(notes.map(Annotation::SetNotes));
    Ok(changes)
}

/// `PATCH /api/v1/runs/{run}`.
pub(crate) async fn change(
    State(app): State<App>,
    caller: Caller,
    InPath(name): InPath<String>,
    Query(within): Query<Within>,
    headers: HeaderMap,
    Body(patch): Body<RunPatch>,
) -> Answer {
    app.off(move |app| {
        let run = app.run(&caller, &name, within.experiment.as_deref())?;
        if let Some(expected) = headers.get(header::IF_MATCH) {
            let present = etag::revision(&document(app, &run)?);
            let is_it = |tag: &str| tag == "*" || tag.split('-').next() == Some(&present);
            if !etag::list(expected).any(is_it) {
                let status = StatusCode::PRECONDITION_FAILED;
                let detail = "somebody has changed the run meanwhile";
                return Err(Problem::new(status, detail).hint("read it again, and then change it"));
            }
        }
        let changes = changes(run.uuid, patch)?;
        app.tracker.store()?.apply(&changes, None)?.complete()?;
        let run = document(app, &run)?;
        tagged(StatusCode::OK, &run, &run)
    })
    .await
}

fn document(app: &App, run: &AggregateRecord) -> Result<RunDocument, Problem> {
    let experiment = app.tracker.store()?.experiment_by_id(run.experiment)?;
    let name = experiment.map_or_else(String::new, |of| of.name);
    Ok(RunDocument::new(&name, app.row(run)?))
}

fn changes(aggregate: Uuid, patch: RunPatch) -> Result<Vec<Change>, Problem> {
    let mut changes = Vec::new();
    if let Some(name) = patch.name {
        changes.push(Change::NameAggregate { aggregate, name });
    }
    let annotate = |annotation| Change::Annotate {
        aggregate,
        annotation,
    };
    changes.extend(
        annotations(patch.tags, patch.notes)?
            .into_iter()
            .map(annotate),
    );
    if let Some(archived) = patch.archived {
        changes.push(Change::Archive {
            aggregate,
            archived,
        });
    }
    if let Some(epoch) = patch.epoch {
        check_epoch(epoch)?;
        changes.push(Change::SetEpoch { aggregate, epoch });
    }
    for (metric, definition) in patch.definitions {
        check_name("name", &metric, "a metric")?;
        changes.push(Change::DefineMetric {
            aggregate,
            metric,
            definition,
        });
    }
    Ok(changes)
}

/// `POST /api/v1/runs/{run}/params`.
pub(crate) async fn set_params(
    State(app): State<App>,
    caller: Caller,
    InPath(name): InPath<String>,
    Query(within): Query<Within>,
    Body(Params(params)): Body<Params>,
) -> Answer {
    app.off(move |app| {
        let most = app.options.largest_batch;
        if params.len() > most {
            return Err(Problem::too_many("parameters", params.len(), most));
        }
        let aggregate = app.run(&caller, &name, within.experiment.as_deref())?.uuid;
        let mut changes = Vec::new();
        for (name, value) in params {
            check_name("name", &name, "a parameter")?;
            changes.push(Change::SetParam {
                aggregate,
                name,
                value,
            });
        }
        Ok(app.tracker.store()?.apply(&changes, None)?.complete()?)
    })
    .await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// `POST /api/v1/runs/{run}/modules`.
pub(crate) async fn put_module(
    State(app): State<App>,
    caller: Caller,
    InPath(name): InPath<String>,
    Query(within): Query<Within>,
    Body(module): Body<NewModule>,
) -> Answer {
    app.off(move |app| {
        let run = app.run(&caller, &name, within.experiment.as_deref())?;
        let mut module = module.record()?;
        module.epoch = run.epoch;
        let aggregate = run.uuid;
        let change = Change::PutModule { aggregate, module };
        Ok(app.tracker.store()?.apply(&[change], None)?.complete()?)
    })
    .await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// `POST /api/v1/runs/{run}/rewind`.
pub(crate) async fn rewind(
    State(app): State<App>,
    caller: Caller,
    InPath(name): InPath<String>,
    Query(within): Query<Within>,
    Body(Epoch { epoch }): Body<Epoch>,
) -> Answer {
    app.off(move |app| {
        let run = app.handle(&caller, &name, within.experiment.as_deref())?;
        run.rewind(epoch)?;
        app.logged.forget();
        Ok(())
    })
    .await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// `DELETE /api/v1/runs/{run}`.
pub(crate) async fn remove(
    State(app): State<App>,
    caller: Caller,
    InPath(name): InPath<String>,
    Query(within): Query<Within>,
) -> Answer {
    app.off(move |app| {
        check_delete(app)?;
        let run = app.handle(&caller, &name, within.experiment.as_deref())?;
        run.remove()?;
        app.recent.forget();
        app.logged.forget();
        Ok(())
    })
    .await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
