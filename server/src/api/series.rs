//! Histories of many runs at once.

use axum::extract::State;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tracker_core::ports::{Axis, Histories, History};

use crate::access::Caller;
use crate::app::App;
use crate::extract::Body;
use crate::problem::{Answer, Problem};

/// So many runs, and histories, in one request.
const RUNS: usize = 500;
const SERIES: usize = 10_000;
/// As many points are in an answer where nobody says how many, and at most.
const USUAL: usize = 50_000;
const BUDGET: usize = 5_000_000;
/// Each history has as many at least: four in each of fifty pieces.
const LEAST: usize = 200;

/// Which histories, and how much of each.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "SeriesRequest")]
pub(crate) struct Wanted {
    /// The runs, by id, uuid, name, or the beginning of an id.
    runs: Vec<String>,
    /// The name or id of their experiment.
    experiment: Option<String>,
    /// The name and the phase of each series; no phase is an empty text.
    series: Vec<(String, String)>,
    /// What `from` and `to` are counted in, and the points are spread over.
    #[serde(default)]
    axis: Axis,
    /// The first place; times are microseconds since 1970.
    from: Option<i64>,
    /// The last place.
    to: Option<i64>,
    /// At most so many points in all; 50,000 where nothing is said.
    budget: Option<usize>,
}

/// Histories.
#[derive(Serialize, JsonSchema)]
pub(crate) struct SeriesAnswer {
    /// In the order of the runs, and then of the series; those that are not there have no points.
    histories: Vec<History>,
    /// The number of the newest change that they may show; none where the store has no numbers.
    seq: Option<u64>,
}

/// `POST /api/v1/series`.
pub(crate) async fn read(
    State(app): State<App>,
    caller: Caller,
    Body(wanted): Body<Wanted>,
) -> Answer {
    app.answer(move |app| {
        if wanted.runs.len() > RUNS {
            return Err(Problem::too_many("runs", wanted.runs.len(), RUNS));
        }
        let count = wanted.runs.len().saturating_mul(wanted.series.len());
        if count > SERIES {
            return Err(Problem::too_many("series", count, SERIES));
        }
        let experiment = wanted.experiment.as_deref();
        let runs = wanted.runs.iter();
        let runs = runs.map(|name| Ok(app.run(&caller, name, experiment)?.uuid));
        let store = app.tracker.store()?;
        let seq = store.newest_change().ok();
        let budget = wanted.budget.unwrap_or(USUAL).min(BUDGET);
        let histories = store.histories(&Histories {
            aggregates: runs.collect::<Result<_, Problem>>()?,
            series: wanted.series,
            axis: wanted.axis,
            from: wanted.from,
            to: wanted.to,
            most: Some((budget / count.max(1)).max(LEAST)),
        })?;
        Ok(SeriesAnswer { histories, seq })
    })
    .await
}
