//! What the runs of an experiment have, for tables and filters.

use std::collections::{BTreeMap, BTreeSet};

use axum::extract::State;
use registry_core::Value;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tracker_core::ports::{Detail, Row, Scope, Search};
use tracker_core::query::{Field, argument, param};
use tracker_core::{Definition, Query as RunQuery};

use crate::access::Caller;
use crate::app::App;
use crate::extract::{InPath, Query};
use crate::problem::{Answer, Problem};

/// So many runs are looked at: the newest.
const MOST: usize = 10_000;
/// So many of the commonest values are told.
const COMMONEST: usize = 20;

/// Of which runs.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wanted {
    /// A condition, as `created > "2026-01-31"`; all runs that are not archived without it.
    query: Option<String>,
}

/// What the runs of an experiment have.
#[derive(Serialize, JsonSchema)]
pub(crate) struct SchemaDocument {
    /// How many runs were looked at.
    runs: usize,
    fields: Vec<FieldDocument>,
    metrics: Vec<MetricDocument>,
}

/// An argument, a parameter or a tag.
#[derive(Serialize, JsonSchema)]
struct FieldDocument {
    /// As a query names it, as `optimizer.lr`.
    field: String,
    /// How many runs have it.
    runs: usize,
    /// How many values it has.
    distinct: usize,
    /// Whether all runs have it, with one value.
    constant: bool,
    /// The least number, where all values are numbers.
    min: Option<f64>,
    /// The greatest number, where all values are numbers.
    max: Option<f64>,
    /// The commonest values, and how often each is there.
    values: Vec<(Value, usize)>,
}

/// A metric.
#[derive(Serialize, JsonSchema)]
struct MetricDocument {
    name: String,
    /// The phases that it was measured in.
    phases: BTreeSet<String>,
    /// How many runs have it.
    runs: usize,
    /// What is known of it.
    #[serde(flatten)]
    definition: Definition,
}

/// `GET /api/v1/experiments/{experiment}/schema`.
pub(crate) async fn read(
    State(app): State<App>,
    caller: Caller,
    InPath(name): InPath<String>,
    Query(wanted): Query<Wanted>,
) -> Answer {
    app.answer(move |app| {
        let experiment = app.experiment(&caller, &name)?;
        let asked: RunQuery = wanted.query.as_deref().unwrap_or_default().parse()?;
        let condition = asked.condition().cloned().into_iter();
        let query = condition.fold(RunQuery::new(), RunQuery::filter);
        let query = query
            .order_by(tracker_core::query::created().desc())
            .limit(MOST);
        let found = app.tracker.store()?.search(&Search {
            scope: Scope::Experiment(experiment.id),
            query: &query,
            detail: Detail::ALL,
        })?;
        let rows = found.items;
        Ok(SchemaDocument {
            runs: rows.len(),
            fields: fields(&rows)?,
            metrics: metrics(&rows, &experiment.definitions),
        })
    })
    .await
}

type Values = BTreeMap<String, (Value, usize)>;

fn fields(rows: &[Row]) -> Result<Vec<FieldDocument>, Problem> {
    let mut found: BTreeMap<String, Values> = BTreeMap::new();
    for row in rows {
        let mut add = |field: Field, value: Value| {
            let values = found.entry(field.to_string()).or_default();
            values.entry(value.to_string()).or_insert((value, 0)).1 += 1;
        };
        // Of several components of a kind, the newest counts.
        let newest: BTreeMap<&str, _> = row.modules.iter().map(|of| (&*of.kind, of)).collect();
        for (kind, module) in newest {
            if let Ok(name) = Value::of(module.name()) {
                add(tracker_core::query::name(kind), name);
            }
            for (name, value) in module.record.exact_arguments().iter() {
                leaves(name, value, &mut |path, value| {
                    add(argument(kind, path), value);
                });
            }
        }
        for (name, value) in &row.aggregate.params {
            leaves(name, value, &mut |path, value| add(param(path), value));
        }
        for (name, value) in &row.aggregate.annotations.tags {
            let value = Value::of(value).map_err(|_| Problem::internal())?;
            add(tracker_core::query::tag(name), value);
        }
    }
    Ok(found
        .into_iter()
        .map(|(field, values)| document(field, values, rows.len()))
        .collect())
}

/// Each value inside an object, by its path; a list is a value.
fn leaves(path: &str, value: &Value, add: &mut dyn FnMut(&str, Value)) {
    match value.members() {
        Some(members) if !members.is_empty() => {
            for (name, inner) in members {
                leaves(&format!("{path}.{name}"), &inner, add);
            }
        }
        _ => add(path, value.clone()),
    }
}

fn document(field: String, values: Values, all: usize) -> FieldDocument {
    let runs = values.values().map(|(_, count)| count).sum();
    let numbers = values.values().map(|(value, _)| value.to::<f64>().ok());
    let numbers: Option<Vec<f64>> = numbers.collect();
    let finite = numbers.filter(|all| all.iter().all(|number| number.is_finite()));
    let distinct = values.len();
    let mut values: Vec<_> = values.into_values().collect();
    values.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    values.truncate(COMMONEST);
    let fold = |pick: fn(f64, f64) -> f64| finite.as_ref()?.iter().copied().reduce(pick);
    FieldDocument {
        field,
        runs,
        distinct,
        constant: distinct == 1 && runs == all,
        min: fold(f64::min),
        max: fold(f64::max),
        values,
    }
}

fn metrics(rows: &[Row], shared: &BTreeMap<String, Definition>) -> Vec<MetricDocument> {
    let mut found: BTreeMap<&str, (BTreeSet<String>, usize)> = BTreeMap::new();
    for row in rows {
        let mut names: Vec<&str> = Vec::new();
        for summary in &row.summaries {
            let (phases, _) = found.entry(summary.name()).or_default();
            phases.insert(summary.phase().to_owned());
            names.push(summary.name());
        }
        names.dedup();
        for name in names {
            found.entry(name).or_default().1 += 1;
        }
    }
    let documents = found
        .into_iter()
        .map(|(name, (phases, runs))| MetricDocument {
            name: name.to_owned(),
            phases,
            runs,
            definition: Definition::of(name, shared.get(name)),
        });
    documents.collect()
}
