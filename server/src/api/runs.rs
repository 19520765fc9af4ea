//! Runs: found, read and created.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use registry_core::{Arguments, Hash, Metadata, Value};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tracker_core::documents::{RunDocument, WholeRun};
use tracker_core::ports::{
    AggregateRecord, Change, Detail, ExperimentRecord, Row, Scope, Search as StoreSearch,
};
use tracker_core::query::{Cursor, Directions, Page, archived};
use tracker_core::{ErrorKind, ModuleRecord, Query as RunQuery, Uuid};

use crate::access::Caller;
use crate::api::changes::check_name;
use crate::app::App;
use crate::blocking::json;
use crate::etag;
use crate::extract::{Body, InPath, Query};
use crate::problem::{Answer, Problem};

/// As many are given where nobody says how many, and at most.
const USUAL: usize = 200;
const MOST: usize = 1_000;
/// No store has so many runs.
const FARTHEST: usize = 1_000_000_000;

/// Where to look for a run.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Within {
    /// The name or id of its experiment, where several have a run of this id.
    pub(crate) experiment: Option<String>,
}

/// Which runs.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Search {
    /// The name or id of an experiment; all without it.
    pub(crate) experiment: Option<String>,
    /// A condition and an order, as `metric.loss[test].last < 0.2 order by created desc`, or the short
    /// form of a filter, as `test/loss<0.2 adam`.
    pub(crate) query: Option<String>,
    /// The uuids of runs, with commas between them, where only these are sought.
    pub(crate) runs: Option<String>,
    /// The `next` of the page before.
    pub(crate) cursor: Option<String>,
    /// At most so many: up to 1,000, and 200 where nothing is said.
    pub(crate) limit: Option<usize>,
    /// Whether to count all that the query finds.
    #[serde(default)]
    pub(crate) total: bool,
}

/// A page of runs.
#[derive(Serialize, JsonSchema)]
#[expect(clippy::struct_field_names, reason = "they are those of the answer")]
pub(crate) struct Runs {
    runs: Vec<RunDocument>,
    /// The `cursor` of the next page; none where this is the last.
    next: Option<String>,
    /// How many runs the query finds, where that was asked.
    total: Option<usize>,
    /// The number of the newest change that it may show; none where the store has no numbers.
    seq: Option<u64>,
}

/// A component of a run.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewModule {
    /// What it is in the run, as `model` or `optimizer`.
    #[schemars(length(min = 1))]
    kind: String,
    /// Its name, as `Adam`.
    #[schemars(length(min = 1))]
    name: String,
    /// Its arguments, as `{"lr": 0.001}`.
    #[serde(default)]
    arguments: Arguments,
    /// Its hash; the one that name and arguments give, where nothing is said.
    hash: Option<Hash>,
}

/// A run to be created.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewRun {
    /// The name of its experiment, which is created where there is none.
    #[schemars(length(min = 1))]
    experiment: String,
    /// Unique in the experiment; the hash of the model where there is one, else a new uuid.
    id: Option<String>,
    /// What people call it.
    #[serde(default)]
    name: String,
    /// Its components.
    #[serde(default)]
    modules: Vec<NewModule>,
    /// Parameters that are arguments of no component, as a seed.
    #[serde(default)]
    params: BTreeMap<String, Value>,
    #[serde(default)]
    tags: BTreeMap<String, String>,
    #[serde(default)]
    notes: String,
    /// Whether a run of this id that is there already is the answer; else it is an error.
    #[serde(default)]
    resume: bool,
}

/// What a search has found, with all experiments.
pub(crate) struct Found {
    pub(crate) query: RunQuery,
    pub(crate) page: Page<Row>,
    pub(crate) experiments: Vec<ExperimentRecord>,
    pub(crate) total: Option<usize>,
    pub(crate) seq: Option<u64>,
}

impl Found {
    /// The name of the experiment of a run.
    pub(crate) fn name(&self, row: &Row) -> &str {
        let mut experiments = self.experiments.iter();
        let experiment = experiments.find(|of| of.id == row.aggregate.experiment);
        experiment.map_or("", |of| &of.name)
    }

    pub(crate) fn next(&self) -> Option<String> {
        self.page.next.as_ref().map(Cursor::to_string)
    }
}

/// What a request asks for, understood.
pub(crate) struct Sought {
    pub(crate) scope: Scope,
    pub(crate) query: RunQuery,
    /// How many the query or the request says.
    pub(crate) said: Option<usize>,
    /// How many are passed over.
    pub(crate) skip: usize,
    wants_total: bool,
}

impl Sought {
    pub(crate) fn of(app: &App, caller: &Caller, wanted: &Search) -> Result<Self, Problem> {
        let scope = app.scope(caller, wanted.experiment.as_deref())?;
        let asked = app.query(&scope, wanted.query.as_deref())?;
        let said = asked.most().or(wanted.limit);
        let mut query = asked.limit(said.unwrap_or(USUAL).clamp(1, MOST));
        if let Some(cursor) = &wanted.cursor {
            query = query.after(cursor.parse()?);
        }
        let scope = match &wanted.runs {
            Some(uuids) => app.narrowed(&scope, uuids)?,
            None => scope,
        };
        Ok(Self {
            scope,
            query,
            said,
            skip: 0,
            wants_total: wanted.total,
        })
    }

    /// Searches for it.
    pub(crate) fn find(self, app: &App, detail: Detail) -> Result<Found, Problem> {
        let store = app.tracker.store()?;
        // Before: what comes meanwhile is told by events.
        let seq = store.newest_change().ok();
        let page = self.page(app, detail)?;
        let total = self
            .wants_total
            .then(|| count(app, &self.scope, &self.query));
        let total = total.transpose()?;
        let found = self.found(page, store.experiments()?, seq);
        Ok(Found { total, ..found })
    }

    /// The rows of the page. Of those that are passed over nothing more is read than what they are
    /// ordered by.
    fn page(&self, app: &App, detail: Detail) -> Result<Page<Row>, Problem> {
        let store = app.tracker.store()?;
        let search = |query: &RunQuery, detail| {
            store.search(&StoreSearch {
                scope: self.scope.clone(),
                query,
                detail,
            })
        };
        if self.skip == 0 {
            return Ok(search(&self.query, detail)?);
        }
        let most = self.query.most().unwrap_or(USUAL);
        let end = self.skip.min(FARTHEST) + most;
        let up_to = search(&self.query.clone().limit(end), Detail::NONE)?;
        let wanted = up_to.items.iter().skip(self.skip);
        let uuids: Vec<Uuid> = wanted.map(|row| row.aggregate.uuid).collect();
        let mut items = store.rows(&Scope::Uuids(uuids.clone()), &detail)?;
        detail.add_means(&mut items, |run, name, phase| {
            store.history(run, name, phase)
        })?;
        items.sort_by_key(|row| uuids.iter().position(|uuid| *uuid == row.aggregate.uuid));
        let next = up_to.next;
        Ok(Page { items, next })
    }

    /// All rows that were found, in the order that is asked for.
    pub(crate) fn ordered(
        &self,
        rows: Vec<Row>,
        directions: &Directions,
    ) -> Result<Vec<Row>, Problem> {
        let orders = self.query.orders().iter().cloned();
        let query = orders.fold(RunQuery::new(), RunQuery::order_by);
        // What is archived was found because it was asked for.
        let query = query.filter(archived().exists());
        Ok(query.select(rows, directions)?.items)
    }

    /// What has been found; where all was, its number is known.
    pub(crate) fn found(
        self,
        page: Page<Row>,
        experiments: Vec<ExperimentRecord>,
        seq: Option<u64>,
    ) -> Found {
        Found {
            total: self.wants_total.then_some(page.items.len()),
            page,
            experiments,
            seq,
            query: self.query,
        }
    }
}

/// How many runs a condition finds.
pub(crate) fn count(app: &App, scope: &Scope, asked: &RunQuery) -> Result<usize, Problem> {
    let condition = asked.condition().cloned().into_iter();
    let found = app.tracker.store()?.count(&StoreSearch {
        scope: scope.clone(),
        query: &condition.fold(RunQuery::new(), RunQuery::filter),
        detail: Detail::NONE,
    })?;
    Ok(usize::try_from(found).unwrap_or(usize::MAX))
}

/// `GET /api/v1/runs`.
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(wanted): Query<Search>,
) -> Answer {
    app.answer(move |app| {
        let mut found = Sought::of(app, &caller, &wanted)?.find(app, Detail::ALL)?;
        let rows = std::mem::take(&mut found.page.items).into_iter();
        let runs = rows.map(|row| RunDocument::new(found.name(&row), row));
        Ok(Runs {
            runs: runs.collect(),
            next: found.next(),
            total: found.total,
            seq: found.seq,
        })
    })
    .await
}

/// `GET /api/v1/runs/{run}`.
pub(crate) async fn read(
    State(app): State<App>,
    caller: Caller,
    InPath(name): InPath<String>,
    Query(within): Query<Within>,
) -> Answer {
    app.off(move |app| {
        let record = app.run(&caller, &name, within.experiment.as_deref())?;
        let store = app.tracker.store()?;
        let experiment = store.experiment_by_id(record.experiment)?;
        let experiment = experiment.ok_or_else(|| Problem::absent("run", &name))?;
        let row = app.row(&record)?;
        let whole = WholeRun::new(
            &experiment,
            row,
            store.iterations(record.uuid)?,
            store.attempts(record.uuid)?,
            store.artifacts(record.uuid)?,
        );
        tagged(StatusCode::OK, &whole.run, &whole)
    })
    .await
}

/// `POST /api/v1/runs`.
pub(crate) async fn create(
    State(app): State<App>,
    caller: Caller,
    Body(new): Body<NewRun>,
) -> Answer {
    app.off(move |app| {
        let experiment = match app.experiment(&caller, &new.experiment) {
            Err(absent) if absent.status() == StatusCode::NOT_FOUND => {
                caller.check_unlimited().map_err(|_| absent)?;
                app.tracker.experiment(&new.experiment)?.record()
            }
            found => found?,
        };
        let modules = new.modules.into_iter().map(NewModule::record);
        let modules = modules.collect::<Result<Vec<_>, Problem>>()?;
        let model = modules.iter().find(|module| module.kind == "model");
        let id = new.id.unwrap_or_else(|| match model {
            Some(model) => model.hash().as_str().to_owned(),
            None => Uuid::now_v7().to_string(),
        });
        check_name("id", &id, "a run")?;
        for name in new.params.keys() {
            check_name("name", name, "a parameter")?;
        }
        for tag in new.tags.keys() {
            check_name("name", tag, "a tag")?;
        }
        let mut record = AggregateRecord::new(experiment.id, id);
        record.name = new.name;
        record.params = new.params;
        record.annotations.tags = new.tags;
        record.annotations.notes = new.notes;
        let change = Change::CreateAggregate {
            record: record.clone(),
            modules,
        };
        let created = app.tracker.store()?.apply(&[change], None);
        let (status, uuid) = match created {
            Err(error) if error.kind() == ErrorKind::Exists && new.resume => {
                let there = app.run(&caller, &record.id, Some(&experiment.name))?;
                (StatusCode::OK, there.uuid)
            }
            created => {
                created?.complete()?;
                (StatusCode::CREATED, record.uuid)
            }
        };
        let row = app.row(&AggregateRecord { uuid, ..record })?;
        let run = RunDocument::new(&experiment.name, row);
        tagged(status, &run, &run)
    })
    .await
}

impl NewModule {
    pub(crate) fn record(self) -> Result<ModuleRecord, Problem> {
        check_name("kind", &self.kind, "a component")?;
        check_name("name", &self.name, "a component")?;
        let mut record = Metadata {
            name: self.name,
            hash: Hash::custom("none", ""),
            arguments: self.arguments,
            exact: None,
            signature: String::new(),
        };
        record.hash = self.hash.unwrap_or_else(|| Hash::of(&record));
        let Metadata {
            name,
            hash,
            arguments,
            ..
        } = record;
        Ok(ModuleRecord::described(&self.kind, &name, hash, arguments)?)
    }
}

/// An answer with a tag whose first part tells what people have written, for `If-Match`.
pub(crate) fn tagged(status: StatusCode, run: &RunDocument, document: &impl Serialize) -> Answer {
    let mut response = json(status, document)?;
    let revision = etag::revision(run);
    let whole = serde_json::to_vec(document).unwrap_or_default();
    let tag = etag::quoted(&format!("{revision}-{}", etag::digest(&whole)));
    response.headers_mut().insert(header::ETAG, tag);
    Ok(response.into_response())
}
