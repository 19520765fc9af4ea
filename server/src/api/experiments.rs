//! Experiments.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tracker_core::ports::{Change, Detail, ExperimentRecord, Row, Scope, Search};
use tracker_core::query::{archived, created, status};
use tracker_core::{Annotation, Definition, Error, Query as RunQuery, Status, Timestamp, Uuid};

use crate::access::Caller;
use crate::api::changes::{annotations, check_name};
use crate::api::server::check_delete;
use crate::app::App;
use crate::extract::{Body, InPath, Query};
use crate::problem::{Answer, Problem};
use crate::repeats::Repeats;

/// As many are listed at most.
const MOST: usize = 1_000;

/// An experiment with the number of its runs.
#[derive(Serialize, JsonSchema)]
pub(crate) struct ExperimentDocument {
    #[serde(flatten)]
    experiment: ExperimentRecord,
    /// How many runs it has, the archived ones too.
    runs: u64,
    /// How many of them programs work on.
    running: usize,
    /// When its newest run was created, or one of those at work was last heard of.
    updated: Option<Timestamp>,
    /// The parameters in which runs differ that are repeats of one another.
    repeats: Vec<String>,
}

/// A page of experiments.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Experiments {
    experiments: Vec<ExperimentDocument>,
    /// The `after` of the next page; none where this is the last.
    next: Option<Uuid>,
}

/// Which page.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PageOf {
    /// The id of the experiment behind which the page begins.
    after: Option<Uuid>,
    /// At most so many.
    limit: Option<usize>,
}

/// An experiment to be created.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewExperiment {
    /// Its name, which no other has.
    #[schemars(length(min = 1))]
    name: String,
    #[serde(default)]
    tags: BTreeMap<String, String>,
    #[serde(default)]
    notes: String,
    /// What is said of its metrics, by their names.
    #[serde(default)]
    definitions: BTreeMap<String, Definition>,
}

/// What to change of an experiment.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ExperimentPatch {
    /// Its new name.
    name: Option<String>,
    /// Tags to set, or to remove with `null`.
    #[serde(default)]
    tags: BTreeMap<String, Option<String>>,
    notes: Option<String>,
    /// What to say of its metrics, by their names.
    #[serde(default)]
    definitions: BTreeMap<String, Definition>,
    /// The parameters in which runs differ that are repeats of one another.
    repeats: Option<Vec<String>>,
}

/// `GET /api/v1/experiments`.
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(page): Query<PageOf>,
) -> Answer {
    app.answer(move |app| {
        let store = app.tracker.store()?;
        let limit = page.limit.unwrap_or(MOST).clamp(1, MOST);
        let last = match page.after {
            Some(id) => {
                let last = store.experiment_by_id(id)?;
                let last = last.ok_or_else(|| Problem::absent("experiment", &id.to_string()))?;
                Some(last.order())
            }
            None => None,
        };
        let mut records = store.experiments_after(last, limit + 1)?;
        let is_last = records.len() <= limit;
        records.truncate(limit);
        let next = records.last().map(|record| record.id);
        records.retain(|record| caller.sees(record.id));
        let facts = Facts::of(app, &records)?;
        let documents = records.into_iter().map(|record| facts.document(record));
        Ok(Experiments {
            experiments: documents.collect(),
            next: next.filter(|_| !is_last),
        })
    })
    .await
}

/// `GET /api/v1/experiments/{experiment}`.
pub(crate) async fn read(
    State(app): State<App>,
    caller: Caller,
    InPath(name): InPath<String>,
) -> Answer {
    app.answer(move |app| read_document(app, app.experiment(&caller, &name)?))
        .await
}

/// `POST /api/v1/experiments`.
pub(crate) async fn create(
    State(app): State<App>,
    caller: Caller,
    Body(new): Body<NewExperiment>,
) -> Answer {
    app.answer_as(StatusCode::CREATED, move |app| {
        caller.check_unlimited()?;
        check_name("name", &new.name, "an experiment")?;
        let mut record = ExperimentRecord::new(new.name);
        for tag in new.tags.keys() {
            check_name("name", tag, "a tag")?;
        }
        record.annotations.tags = new.tags;
        record.annotations.notes = new.notes;
        record.definitions = new.definitions;
        let change = Change::CreateExperiment(record.clone());
        app.tracker.store()?.apply(&[change], None)?.complete()?;
        read_document(app, record)
    })
    .await
}

/// `PATCH /api/v1/experiments/{experiment}`.
pub(crate) async fn change(
    State(app): State<App>,
    caller: Caller,
    InPath(name): InPath<String>,
    Body(patch): Body<ExperimentPatch>,
) -> Answer {
    app.answer(move |app| {
        let record = app.experiment(&caller, &name)?;
        let changes = changes(record.id, patch)?;
        app.tracker.store()?.apply(&changes, None)?.complete()?;
        let changed = app.tracker.store()?.experiment_by_id(record.id)?;
        read_document(app, changed.ok_or_else(|| Error::no_experiment(record.id))?)
    })
    .await
}

fn changes(experiment: Uuid, patch: ExperimentPatch) -> Result<Vec<Change>, Problem> {
    let mut changes = Vec::new();
    if let Some(name) = patch.name {
        check_name("name", &name, "an experiment")?;
        changes.push(Change::RenameExperiment { experiment, name });
    }
    let annotate = |annotation: Annotation| Change::AnnotateExperiment {
        experiment,
        annotation,
    };
    changes.extend(
        annotations(patch.tags, patch.notes)?
            .into_iter()
            .map(annotate),
    );
    if let Some(repeats) = patch.repeats {
        for name in &repeats {
            check_name("name", name, "a parameter")?;
        }
        changes.push(Repeats::change(experiment, &repeats)?);
    }
    for (metric, definition) in patch.definitions {
        check_name("name", &metric, "a metric")?;
        changes.push(Change::DefineExperimentMetric {
            experiment,
            metric,
            definition,
        });
    }
    Ok(changes)
}

/// `DELETE /api/v1/experiments/{experiment}`.
pub(crate) async fn remove(
    State(app): State<App>,
    caller: Caller,
    InPath(name): InPath<String>,
) -> Answer {
    app.off(move |app| {
        check_delete(app)?;
        let experiment = app.experiment(&caller, &name)?.id;
        let change = Change::RemoveExperiment { experiment };
        app.tracker.store()?.apply(&[change], None)?.complete()?;
        app.recent.forget();
        app.logged.forget();
        Ok(())
    })
    .await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// What is told of experiments beside their records.
struct Facts {
    counts: BTreeMap<Uuid, u64>,
    /// The runs that programs work on, and the newest of each experiment.
    running: Vec<Row>,
    newest: Vec<Row>,
    repeats: Repeats,
}

impl Facts {
    fn of(app: &App, experiments: &[ExperimentRecord]) -> Result<Self, Problem> {
        let store = app.tracker.store()?;
        let search = |scope, query: RunQuery| {
            let (query, detail) = (&query.filter(archived().exists()), Detail::NONE);
            store.search(&Search {
                scope,
                query,
                detail,
            })
        };
        let scope = match experiments {
            [only] => Scope::Experiment(only.id),
            _ => Scope::All,
        };
        let at_work = RunQuery::new().filter(status().eq(Status::Running));
        let mut newest = Vec::new();
        for experiment in experiments {
            let query = RunQuery::new().order_by(created().desc()).limit(1);
            newest.extend(search(Scope::Experiment(experiment.id), query)?.items);
        }
        Ok(Self {
            counts: store.counts()?,
            running: search(scope, at_work)?.items,
            newest,
            repeats: Repeats::of(app)?,
        })
    }

    fn document(&self, experiment: ExperimentRecord) -> ExperimentDocument {
        let is_of = |row: &&Row| row.aggregate.experiment == experiment.id;
        let running = self.running.iter().filter(is_of);
        let seen = |row: &Row| row.aggregate.attempt.as_ref().map(|attempt| attempt.seen);
        let heard = self.newest.iter().filter(is_of).chain(running.clone());
        let heard = heard
            .flat_map(|row| [Some(row.aggregate.created), seen(row)])
            .flatten();
        ExperimentDocument {
            runs: self.counts.get(&experiment.id).copied().unwrap_or(0),
            running: running.count(),
            updated: heard.max(),
            repeats: self.repeats.params(experiment.id),
            experiment,
        }
    }
}

fn read_document(app: &App, experiment: ExperimentRecord) -> Result<ExperimentDocument, Problem> {
    let facts = Facts::of(app, std::slice::from_ref(&experiment))?;
    Ok(facts.document(experiment))
}
