//! How much each argument and parameter explains of a metric.

use std::collections::HashMap;

use axum::extract::State;
use registry_core::Value;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tracker_core::Query as RunQuery;
use tracker_core::query::{Directions, Field, Target, metric};

use crate::access::Caller;
use crate::api::columns::{Column, series_of};
use crate::api::runs::{Search, Sought};
use crate::api::table::definitions;
use crate::app::App;
use crate::extract::{InPath, Query};
use crate::overview::Overview;
use crate::problem::{Answer, Problem};

/// Of fewer runs nothing can be said.
const LEAST: usize = 8;
/// Numbers of more values are put into so many groups of equal size.
const GROUPS: usize = 5;

/// Of what, and in which runs.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "ImportanceRequest")]
pub(crate) struct Wanted {
    /// A metric, as `metric.loss[test].best`, or `metric.loss[test]` for its best value, or its last where
    /// it is not known which is best. Without it, the metric that tells most.
    metric: Option<String>,
    /// A condition, or the short form of a filter; all runs of the experiment without it.
    query: Option<String>,
}

/// How much an argument or a parameter explains.
#[derive(Serialize, JsonSchema)]
#[expect(clippy::struct_field_names, reason = "it is the word of the interface")]
pub(crate) struct Share {
    /// As a query names it.
    field: String,
    /// The share of the variance that groups of its values explain: eta squared, from 0 to 1.
    share: f64,
    /// How many groups there are; numbers of many values stand in five groups of equal size.
    groups: usize,
    /// How many runs have both.
    runs: usize,
}

/// `GET /api/v1/experiments/{experiment}/importance`.
pub(crate) async fn read(
    State(app): State<App>,
    caller: Caller,
    InPath(name): InPath<String>,
    Query(wanted): Query<Wanted>,
) -> Answer {
    app.answer(move |app| shares(app, &caller, name, wanted))
        .await
}

fn shares(app: &App, caller: &Caller, name: String, wanted: Wanted) -> Result<Vec<Share>, Problem> {
    let sought = Sought::of(
        app,
        caller,
        &Search {
            experiment: Some(name),
            query: wanted.query,
            ..Search::default()
        },
    )?;
    let mut all = Overview::of(app, &sought)?;
    let experiments = app.tracker.store()?.experiments()?;
    let definitions = definitions(&experiments, &all.rows);
    let measure = match wanted.metric.as_deref() {
        None => Column::best(&all.known, &definitions).map(|order| order.field),
        Some(text) => Some(match text.parse::<Field>() {
            Ok(field) if matches!(field.target(), Target::Metric { .. }) => field,
            _ => {
                let (name, phase) = series_of(text)?;
                let series = metric(&name).phase(&phase);
                if Column::has_direction(&name, &definitions) {
                    series.best()
                } else {
                    series.last()
                }
            }
        }),
    };
    let Some(measure) = measure else {
        return Err(too_few(0));
    };
    all.fill(app, &RunQuery::new().order_by(measure.clone()).detail())?;
    let directions = Directions::of(&experiments);
    let measured: Vec<_> = all
        .rows
        .iter()
        .filter_map(|row| {
            let number = measure.of(row, &directions)?.to::<f64>().ok()?;
            number.is_finite().then_some((row, number))
        })
        .collect();
    if measured.len() < LEAST {
        return Err(too_few(measured.len()));
    }
    let mut shares = Vec::new();
    for known in all.known.fields().iter().filter(|of| !of.is_constant()) {
        if matches!(known.field.target(), Target::Tag(_)) {
            continue;
        }
        let values = measured
            .iter()
            .filter_map(|(row, number)| Some((known.field.of(row, &directions)?, *number)));
        let values: Vec<(Value, f64)> = values.collect();
        let runs = values.len();
        let groups = grouped(values);
        // A value for nearly each run explains all and nothing.
        if runs < LEAST || groups.len() < 2 || groups.len() * 2 > runs {
            continue;
        }
        if let Some(share) = eta_squared(&groups) {
            shares.push(Share {
                field: known.field.to_string(),
                share,
                groups: groups.len(),
                runs,
            });
        }
    }
    shares.sort_by(|a, b| b.share.total_cmp(&a.share));
    Ok(shares)
}

fn too_few(runs: usize) -> Problem {
    let detail = format!(
        "{runs} runs with the metric are too few to tell what explains it; it takes {LEAST}"
    );
    Problem::bad(detail)
        .code("too_few")
        .hint("ask for more runs, or for another metric")
}

/// The numbers of the runs that have the same value, or of numbers with many values, near ones.
fn grouped(values: Vec<(Value, f64)>) -> Vec<Vec<f64>> {
    let mut groups: HashMap<String, Vec<f64>> = HashMap::new();
    for (value, number) in &values {
        groups.entry(value.to_string()).or_default().push(*number);
    }
    let places = values.iter().map(|(value, _)| value.to::<f64>().ok());
    let Some(places) = places.collect::<Option<Vec<f64>>>() else {
        return groups.into_values().collect();
    };
    if groups.len() * 4 <= values.len() || groups.len() <= GROUPS {
        return groups.into_values().collect();
    }
    let mut pairs: Vec<(f64, f64)> = places
        .into_iter()
        .zip(values)
        .map(|(place, (_, number))| (place, number))
        .collect();
    pairs.sort_by(|a, b| a.0.total_cmp(&b.0));
    let size = pairs.len().div_ceil(GROUPS).max(1);
    pairs
        .chunks(size)
        .map(|chunk| chunk.iter().map(|(_, number)| *number).collect())
        .collect()
}

/// The share of the variance that lies between groups; nothing where there is no variance.
fn eta_squared(groups: &[Vec<f64>]) -> Option<f64> {
    #[expect(
        clippy::cast_precision_loss,
        reason = "there are some thousands at most"
    )]
    let mean = |numbers: &[f64]| numbers.iter().sum::<f64>() / numbers.len() as f64;
    let all: Vec<f64> = groups.iter().flatten().copied().collect();
    let centre = mean(&all);
    let total: f64 = all.iter().map(|number| (number - centre).powi(2)).sum();
    let between: f64 = groups
        .iter()
        .map(|group| {
            let of_group = mean(group);
            group
                .iter()
                .map(|_| (of_group - centre).powi(2))
                .sum::<f64>()
        })
        .sum();
    (total > 0.0).then(|| (between / total).clamp(0.0, 1.0))
}
