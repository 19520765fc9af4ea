//! Histories of metrics.

use std::collections::HashSet;

use axum::extract::State;
use serde::Serialize;
use tracker_core::Uuid;
use tracker_core::ports::{Detail, Scope};

use super::fields::Fields;
use super::ids;
use super::metric::{Metric, Place, places, series};
use super::pages::bad_token;
use super::refusal::{ill_typed, invalid};
use crate::access::Caller;
use crate::app::App;
use crate::blocking::json;
use crate::problem::{Answer, Problem};

/// The most points of one answer to a client that asks for pages.
const MOST: usize = 25_000;
/// The most runs of one answer, and the most points of each.
const RUNS: usize = 100;
const SAMPLED: usize = 2_500;

#[derive(Serialize)]
struct Points<'h> {
    metrics: Vec<Metric<'h>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_page_token: Option<String>,
}

/// The points of a metric of a run, each once, by time, step and value.
fn history(app: &App, run: Uuid, key: &str) -> Result<Vec<Place>, Problem> {
    let store = app.tracker.store()?;
    let mut all = Vec::new();
    for (name, phase) in series(key) {
        all.append(&mut places(&store.history(run, &name, &phase)?));
    }
    if !all.is_sorted_by_key(|place| place.in_history()) {
        all.sort_unstable_by_key(|place| place.in_history());
    }
    all.dedup();
    Ok(all)
}

/// The uuids of the runs with these ids that the caller may know of.
fn seen_runs(app: &App, caller: &Caller, ids: &[String]) -> Result<HashSet<Uuid>, Problem> {
    let uuids = ids.iter().map(|id| ids::run(id));
    let uuids: Vec<Uuid> = uuids
        .filter_map(Result::transpose)
        .collect::<Result<_, _>>()?;
    let rows = (app.tracker.store()?).rows(&Scope::Uuids(uuids), &Detail::NONE)?;
    let seen = rows.into_iter().map(|row| row.aggregate);
    Ok(seen
        .filter(|run| caller.sees(run.experiment))
        .map(|run| run.uuid)
        .collect())
}

/// `GET metrics/get-history`.
pub(super) async fn get(State(app): State<App>, caller: Caller, mut fields: Fields) -> Answer {
    app.off(move |app| {
        let id = fields.run_id()?;
        let key = fields.required("metric_key")?;
        let most = match fields.integer("max_results")? {
            None => None,
            Some(most) => match usize::try_from(most) {
                Ok(most) if most > 0 => Some(most),
                _ => return Err(ill_typed(&most.into(), "max_results")),
            },
        };
        let after = fields.text("page_token")?.filter(|token| !token.is_empty());
        let after = after.map(|token| place(&token)).transpose()?;
        let seen = seen_runs(app, &caller, std::slice::from_ref(&id))?;
        let mut points = match seen.into_iter().next() {
            Some(run) => history(app, run, &key)?,
            None => Vec::new(),
        };
        if let Some(after) = after {
            let first = points.partition_point(|place| place.in_history() <= after);
            points.drain(..first);
        }
        let mut next = None;
        if let Some(most) = most
            && points.len() > most
        {
            points.truncate(most);
            next = points.last().map(|place| token(*place));
        }
        let points = points.into_iter();
        json(
            axum::http::StatusCode::OK,
            &Points {
                metrics: points.map(|place| Metric::new(&key, place, None)).collect(),
                next_page_token: next,
            },
        )
    })
    .await
}

/// The token of the page behind a point.
fn token(place: Place) -> String {
    let (time, step, value) = place.in_history();
    let hex = |part: i64| format!("{:016x}", part.cast_unsigned());
    [time, step, value].map(hex).concat()
}

fn place(token: &str) -> Result<(i64, i64, i64), Problem> {
    let part = |range: std::ops::Range<usize>| {
        let digits = token.get(range).filter(|_| token.len() == 48);
        let part = digits.and_then(|digits| u64::from_str_radix(digits, 16).ok());
        part.map(u64::cast_signed).ok_or_else(bad_token)
    };
    Ok((part(0..16)?, part(16..32)?, part(32..48)?))
}

/// The ids of the runs that an answer is to be about.
fn run_ids(fields: &mut Fields) -> Result<Vec<String>, Problem> {
    let mut ids = fields.texts("run_ids")?;
    if ids.is_empty() {
        ids = fields.texts("run_id")?;
    }
    Ok(ids)
}

/// `GET metrics/get-history-bulk`.
pub(super) async fn bulk(State(app): State<App>, caller: Caller, mut fields: Fields) -> Answer {
    app.off(move |app| {
        let ids = run_ids(&mut fields)?;
        if ids.is_empty() {
            return Err(invalid(
                "GetMetricHistoryBulk request must specify at least one run_id.",
            ));
        }
        if ids.len() > RUNS {
            return Err(invalid(format!(
                "GetMetricHistoryBulk request cannot specify more than {RUNS} run_ids. Received {} \
                 run_ids.",
                ids.len()
            )));
        }
        let key = fields.text_or_empty("metric_key")?;
        if key.is_empty() {
            return Err(invalid(
                "GetMetricHistoryBulk request must specify a metric_key.",
            ));
        }
        let most = fields.max_results(MOST, i32::MAX as usize)?.min(MOST);
        let seen = seen_runs(app, &caller, &ids)?;
        let mut metrics = Vec::new();
        for id in &ids {
            let Some(run) = ids::run(id)?.filter(|run| seen.contains(run)) else {
                continue;
            };
            let points = history(app, run, &key)?.into_iter();
            metrics.extend(points.map(|place| Metric::new(&key, place, Some(id))));
        }
        metrics.truncate(most);
        let points = Points {
            metrics,
            next_page_token: None,
        };
        json(axum::http::StatusCode::OK, &points)
    })
    .await
}

/// What of several histories a chart shows.
pub(super) struct Interval {
    pub(super) ids: Vec<String>,
    pub(super) key: String,
    steps: Option<(i64, i64)>,
    most: usize,
}

impl Interval {
    pub(super) fn of(fields: &mut Fields) -> Result<Self, Problem> {
        let ids = run_ids(fields)?;
        if ids.is_empty() {
            return Err(fields.missing("run_ids"));
        }
        if ids.len() > RUNS {
            return Err(invalid(format!(
                "GetMetricHistoryBulkInterval request must specify at most {RUNS} run_ids. Received \
                 {} run_ids.",
                ids.len()
            )));
        }
        let key = fields.required("metric_key")?;
        let most = fields.max_results(SAMPLED, SAMPLED)?;
        let steps = match (fields.integer("start_step")?, fields.integer("end_step")?) {
            (None, None) => None,
            (Some(start), Some(end)) if start <= end => Some((start, end)),
            (Some(_), Some(_)) => {
                return Err(invalid("end_step must be greater than start_step."));
            }
            _ => {
                return Err(invalid(
                    "If either start step or end step are specified, both must be specified.",
                ));
            }
        };
        Ok(Self {
            ids,
            key,
            steps,
            most,
        })
    }

    /// The points, by the index of their run.
    pub(super) fn points(
        &self,
        app: &App,
        caller: &Caller,
    ) -> Result<Vec<(usize, Place)>, Problem> {
        let seen = seen_runs(app, caller, &self.ids)?;
        let mut found = Vec::new();
        for (index, id) in self.ids.iter().enumerate() {
            let Some(run) = ids::run(id)?.filter(|run| seen.contains(run)) else {
                continue;
            };
            let mut points = history(app, run, &self.key)?;
            if let Some((start, end)) = self.steps {
                points.retain(|place| (start..=end).contains(&place.step));
            }
            points.sort_unstable();
            found.extend(self.sampled(&points).map(|place| (index, place)));
        }
        Ok(found)
    }

    /// Points at even distances, the first and the last of all among them; the last where only one is
    /// wanted.
    fn sampled<'p>(&self, points: &'p [Place]) -> impl Iterator<Item = Place> + use<'p> {
        let count = points.len().min(self.most);
        let last = points.len().saturating_sub(1);
        (0..count).map(move |index| {
            let is_last = index + 1 == count;
            let index = if is_last {
                last
            } else {
                index * last / (count - 1)
            };
            points[index]
        })
    }
}

/// `GET metrics/get-history-bulk-interval`.
pub(super) async fn interval(State(app): State<App>, caller: Caller, mut fields: Fields) -> Answer {
    app.off(move |app| {
        let wanted = Interval::of(&mut fields)?;
        let points = wanted.points(app, &caller)?.into_iter();
        let points = Points {
            metrics: points
                .map(|(run, place)| Metric::new(&wanted.key, place, Some(&wanted.ids[run])))
                .collect(),
            next_page_token: None,
        };
        json(axum::http::StatusCode::OK, &points)
    })
    .await
}
