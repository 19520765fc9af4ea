//! What the runs of an experiment have, for tables and filters.

use std::collections::{BTreeMap, BTreeSet};

use axum::extract::State;
use registry_core::Value;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tracker_core::Definition;
use tracker_core::ports::Scope;
use tracker_core::query::{KnownField, Vocabulary};

use crate::access::Caller;
use crate::app::App;
use crate::extract::{InPath, Query};
use crate::problem::Answer;

/// So many of the commonest values are told.
const COMMONEST: usize = 20;

/// Of which runs.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wanted {
    /// A condition, as `created > "2026-01-31"`, or the short form of a filter; all runs that are not archived without it.
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
    /// How many of the newest 200 runs have it, in the phase that most of them have.
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
        let scope = Scope::Experiment(experiment.id);
        let asked = app.query(&scope, wanted.query.as_deref())?;
        let known = app.vocabulary(&scope, asked.condition())?;
        let mut fields: Vec<_> = known.fields().iter().map(field).collect();
        fields.sort_by(|a, b| a.field.cmp(&b.field));
        Ok(SchemaDocument {
            runs: known.runs(),
            fields,
            metrics: metrics(&known, &experiment.definitions),
        })
    })
    .await
}

fn field(of: &KnownField) -> FieldDocument {
    let numbers = of.values.iter().map(|(value, _)| value.to::<f64>().ok());
    let numbers: Option<Vec<f64>> = numbers.collect();
    let finite = numbers.filter(|all| all.iter().all(|number| number.is_finite()));
    let fold = |pick: fn(f64, f64) -> f64| finite.as_ref()?.iter().copied().reduce(pick);
    let mut values = of.values.clone();
    // Among as common ones, in their order.
    values.sort_by(|(a, _), (b, _)| a.as_str().cmp(b.as_str()));
    values.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    values.truncate(COMMONEST);
    FieldDocument {
        field: of.field.to_string(),
        runs: of.runs,
        distinct: of.values.len(),
        constant: of.is_constant(),
        min: fold(f64::min),
        max: fold(f64::max),
        values,
    }
}

fn metrics(known: &Vocabulary, shared: &BTreeMap<String, Definition>) -> Vec<MetricDocument> {
    let mut found: BTreeMap<&str, MetricDocument> = BTreeMap::new();
    for series in known.series() {
        let document = found.entry(&series.name).or_insert_with(|| MetricDocument {
            name: series.name.clone(),
            phases: BTreeSet::new(),
            runs: 0,
            definition: Definition::of(&series.name, shared.get(&series.name)),
        });
        document.phases.insert(series.phase.clone());
        document.runs = document.runs.max(series.runs);
    }
    found.into_values().collect()
}
