//! Runs that a filter finds.

use std::collections::HashMap;

use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;
use tracker_core::ports::{Detail, ExperimentRecord, Row, Scope, Search};
use tracker_core::query::{Cursor, Directions, Page, archived, id};
use tracker_core::{Query, Uuid};

use super::fields::Fields;
use super::inputs::Linked;
use super::matcher::like;
use super::models::OWN_RUN;
use super::pages::bad_token;
use super::run::{Run, Shown};
use super::translate::Translator;
use super::{filter, ids, order};
use crate::access::Caller;
use crate::app::App;
use crate::blocking::json;
use crate::problem::{Answer, Problem};

/// As many are given where nobody says how many, and at most.
const USUAL: usize = 1_000;
const MOST: usize = 50_000;

/// Which of those that are deleted or not.
pub(super) const VIEWS: [(&str, i64); 3] = [("ACTIVE_ONLY", 1), ("DELETED_ONLY", 2), ("ALL", 3)];

#[derive(Serialize)]
struct Runs<'r> {
    runs: Vec<Run<'r>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_page_token: Option<String>,
}

/// What a search has found.
pub(super) struct Found {
    pub(super) runs: Vec<Shown>,
    pub(super) next: Option<String>,
}

/// `POST runs/search`.
pub(super) async fn runs(State(app): State<App>, caller: Caller, mut fields: Fields) -> Answer {
    app.off(move |app| {
        let found = found(app, &caller, &mut fields)?;
        json(
            StatusCode::OK,
            &Runs {
                runs: found.runs.iter().map(Shown::run).collect(),
                next_page_token: found.next,
            },
        )
    })
    .await
}

/// The runs that a request asks for.
pub(super) fn found(app: &App, caller: &Caller, fields: &mut Fields) -> Result<Found, Problem> {
    let most = fields.max_results(USUAL, MOST)?;
    let parts = parts(app, fields)?;
    let token = fields.text_or_empty("page_token")?;
    let experiments = experiments(app, caller, fields)?;
    let (page, next) = pages(app, &experiments, &parts, &token, most)?;
    let experiments: HashMap<Uuid, &ExperimentRecord> = experiments
        .iter()
        .map(|record| (record.id, record))
        .collect();
    let mut runs = Vec::with_capacity(page.len());
    for row in page {
        if let Some(experiment) = experiments.get(&row.aggregate.experiment) {
            let linked = Linked::read(app, &row.aggregate)?;
            runs.push(Shown::new(row, experiment, linked));
        }
    }
    Ok(Found { runs, next })
}

/// A page of several searches, one behind the other, and the token of the next: the number of the
/// search, and the cursor in it.
fn pages(
    app: &App,
    experiments: &[ExperimentRecord],
    parts: &[Query],
    token: &str,
    most: usize,
) -> Result<(Vec<Row>, Option<String>), Problem> {
    let (mut index, mut cursor) = (0, None);
    if !token.is_empty() {
        let (part, rest) = token.split_once('.').ok_or_else(bad_token)?;
        index = part.parse().map_err(|_| bad_token())?;
        cursor = Some(rest.parse::<Cursor>().map_err(|_| bad_token())?);
        if index >= parts.len() {
            return Err(bad_token());
        }
    }
    let mut rows: Vec<Row> = Vec::new();
    while let Some(part) = parts.get(index) {
        let mut query = part.clone().limit(most - rows.len());
        if let Some(cursor) = cursor.take() {
            query = query.after(cursor);
        }
        let page = page(app, experiments, &query)?;
        rows.extend(page.items);
        if let Some(next) = page.next {
            return Ok((rows, Some(format!("{index}.{next}"))));
        }
        index += 1;
    }
    Ok((rows, None))
}

/// What is searched for.
fn parts(app: &App, fields: &mut Fields) -> Result<Vec<Query>, Problem> {
    let translator = Translator(app);
    let mut query = Query::new();
    for clause in filter::filter(&fields.text_or_empty("filter")?)? {
        query = query.filter(translator.condition(&clause)?);
    }
    query = match fields.word("run_view_type", &VIEWS)? {
        Some("DELETED_ONLY") => query.filter(archived().eq(true)).filter(no_model()?),
        Some("ALL") => query.filter(archived().exists()).filter(no_model()?),
        _ => query,
    };
    let orders = fields.texts("order_by")?.into_iter();
    let orders = orders.map(|text| filter::order(&text));
    order::parts(query, &orders.collect::<Result<Vec<_>, _>>()?)
}

/// What holds the files of a model without a run is no run.
fn no_model() -> Result<tracker_core::query::Condition, Problem> {
    Ok(!id().matches(like(&format!("{OWN_RUN}%"), false)?))
}

/// The experiments that a request names, as far as there are such.
fn experiments(
    app: &App,
    caller: &Caller,
    fields: &mut Fields,
) -> Result<Vec<ExperimentRecord>, Problem> {
    let store = app.tracker.store()?;
    let mut found: Vec<ExperimentRecord> = Vec::new();
    for id in fields.texts("experiment_ids")? {
        // A number that is none is that of no experiment.
        let Ok(uuid) = ids::experiment(&id) else {
            continue;
        };
        if !caller.sees(uuid) || found.iter().any(|record| record.id == uuid) {
            continue;
        }
        found.extend(store.experiment_by_id(uuid)?);
    }
    Ok(found)
}

/// Searches each experiment, and takes the first of what they have.
fn page(app: &App, experiments: &[ExperimentRecord], query: &Query) -> Result<Page<Row>, Problem> {
    let store = app.tracker.store()?;
    let search = |experiment: &ExperimentRecord| {
        let page = store.search(&Search {
            scope: Scope::Experiment(experiment.id),
            query,
            detail: Detail::ALL,
        });
        page.map_err(|error| match error {
            tracker_core::Error::Query { .. } => bad_token(),
            error => error.into(),
        })
    };
    if let [only] = experiments {
        return search(only);
    }
    let (mut rows, mut is_more) = (Vec::new(), false);
    for experiment in experiments {
        let page = search(experiment)?;
        is_more |= page.next.is_some();
        rows.extend(page.items);
    }
    let directions = Directions::of(experiments);
    let mut page = query.select(rows, &directions)?;
    if is_more && page.next.is_none() {
        page.next = Some(match page.items.last() {
            Some(last) => query.cursor_behind(last, &directions),
            None => query.cursor_again(),
        });
    }
    Ok(page)
}
