//! The points that were added to runs since somebody looked.

use std::collections::HashMap;

use serde::Serialize;
use tracker_core::ports::{Axis, Histories, Row, Store};
use tracker_core::{Metric, MetricValue, Summary, Timestamp, Uuid};

use crate::problem::Problem;

/// So many points of a series are told at once; of more, the ends and the peaks of their parts.
const MOST: usize = 2_000;

/// How many points each series had, and where it ended, when somebody looked.
pub(crate) struct Ends {
    of: HashMap<Uuid, HashMap<(String, String), End>>,
    /// When somebody began to look: what is not known yet and ends later is new.
    start: Timestamp,
}

#[derive(Clone, Copy)]
struct End {
    count: u64,
    /// In microseconds since 1970.
    time: i64,
}

/// The points that were added to a run.
#[derive(Serialize)]
pub(crate) struct Added {
    run: Uuid,
    #[serde(skip)]
    pub(crate) experiment_id: Uuid,
    /// The name of its experiment.
    experiment: String,
    series: Vec<AddedTo>,
}

/// The points that were added to a series.
#[derive(Serialize)]
struct AddedTo {
    name: String,
    phase: String,
    epochs: Vec<u64>,
    steps: Vec<i64>,
    times: Vec<i64>,
    /// Numbers, or other JSON; those that JSON does not have, by their names.
    values: Vec<serde_json::Value>,
    /// How many points the series has with these: who has another number, has missed some.
    total: u64,
}

impl Added {
    /// How many points a run has, for who cannot know which of them are new.
    pub(crate) fn totals(experiment: &str, row: &Row) -> Option<Self> {
        let series = row.summaries.iter().map(|of| AddedTo::new(of, &[]));
        Self::of(experiment, row, series.collect())
    }

    fn of(experiment: &str, row: &Row, series: Vec<AddedTo>) -> Option<Self> {
        (!series.is_empty()).then(|| Self {
            run: row.aggregate.uuid,
            experiment_id: row.aggregate.experiment,
            experiment: experiment.to_owned(),
            series,
        })
    }
}

impl Ends {
    pub(crate) fn now() -> Self {
        Self {
            of: HashMap::new(),
            start: Timestamp::now(),
        }
    }

    /// What was added to a run. Of a series that is not known yet, what is new by its time.
    pub(crate) fn added(
        &mut self,
        store: &dyn Store,
        experiment: &str,
        row: &Row,
    ) -> Result<Option<Added>, Problem> {
        let run = row.aggregate.uuid;
        let start = self.start.as_microsecond();
        let known = self.of.entry(run).or_default();
        let mut series = Vec::new();
        for summary in &row.summaries {
            let name = (summary.name().to_owned(), summary.phase().to_owned());
            let end = End {
                count: summary.count,
                time: summary.last.time.as_microsecond(),
            };
            let before = known.insert(name, end);
            match before {
                Some(before) if before.count == end.count => {}
                None if end.time < start => {}
                Some(before) if before.count + 1 < end.count => {
                    let points = read(store, run, summary, before)?;
                    series.push(AddedTo::new(summary, &points));
                }
                None if end.count > 1 => {
                    let before = End {
                        count: 0,
                        time: start,
                    };
                    let points = read(store, run, summary, before)?;
                    series.push(AddedTo::new(summary, &points));
                }
                // One was added; or some were taken back.
                _ => series.push(AddedTo::new(summary, std::slice::from_ref(&summary.last))),
            }
        }
        Ok(Added::of(experiment, row, series))
    }
}

/// The points behind an end.
fn read(
    store: &dyn Store,
    run: Uuid,
    summary: &Summary,
    before: End,
) -> Result<Vec<Metric>, Problem> {
    let histories = store.histories(&Histories {
        aggregates: vec![run],
        series: vec![(summary.name().to_owned(), summary.phase().to_owned())],
        axis: Axis::Time,
        from: Some(before.time),
        to: None,
        most: Some(MOST),
    })?;
    let Some(history) = histories.into_iter().next() else {
        return Ok(Vec::new());
    };
    let points: Vec<Metric> = history.series.iter().collect();
    if history.total > points.len() as u64 {
        return Ok(points);
    }
    // The first of them may have the time of that end.
    let new = usize::try_from(summary.count - before.count).unwrap_or(usize::MAX);
    let first = points.len().saturating_sub(new);
    Ok(points[first..].to_vec())
}

impl AddedTo {
    fn new(summary: &Summary, points: &[Metric]) -> Self {
        Self {
            name: summary.name().to_owned(),
            phase: summary.phase().to_owned(),
            epochs: points.iter().map(|point| point.epoch).collect(),
            steps: points.iter().map(|point| point.step).collect(),
            times: points
                .iter()
                .map(|point| point.time.as_microsecond())
                .collect(),
            values: points.iter().map(|point| told(&point.value)).collect(),
            total: summary.count,
        }
    }
}

fn told(value: &MetricValue) -> serde_json::Value {
    match value {
        MetricValue::Number(number) if number.is_nan() => "NaN".into(),
        MetricValue::Number(f64::INFINITY) => "Infinity".into(),
        MetricValue::Number(f64::NEG_INFINITY) => "-Infinity".into(),
        MetricValue::Number(number) => (*number).into(),
        MetricValue::Json(json) => serde_json::to_value(json).unwrap_or_default(),
    }
}
