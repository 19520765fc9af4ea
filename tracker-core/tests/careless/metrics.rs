//! Mistakes with points.

use tracker_core::ports::{
    AggregateKey, AggregateStore as _, Batch, Mark, MetricStore, Upkeep as _,
};
use tracker_core::{Metric, Result, Series, Summary, Uuid};

use super::{Careless, M};

impl Careless {
    fn batches(&self, batches: &[Batch]) -> Vec<Batch> {
        let mut batches = batches.to_vec();
        if self.makes(M::AddsTheFirstBatch) {
            batches.truncate(1);
        }
        for series in batches.iter_mut().flat_map(|batch| &mut batch.series) {
            match self.mistake {
                Some(M::LosesPointsOfLargeBatches) => keep(series, |points| points.truncate(4096)),
                Some(M::AddsBackwards) => keep(series, |points| points.reverse()),
                _ => {}
            }
        }
        batches
    }
}

/// Changes the points of a series.
fn keep(series: &mut Series, change: fn(&mut Vec<Metric>)) {
    let mut points: Vec<Metric> = series.iter().collect();
    change(&mut points);
    *series = Series::new(series.name(), series.phase());
    for point in &points {
        series.push(point);
    }
}

impl MetricStore for Careless {
    fn add_metrics(&self, batches: &[Batch], mark: Option<Mark>) -> Result<Vec<AggregateKey>> {
        let mut batches = self.batches(batches);
        let mut mark = mark;
        if let Some(Mark { journal, position }) = &mut mark {
            let reached = self.inner.position(*journal)?;
            match self.mistake {
                Some(M::IgnoresMarks) => mark = None,
                Some(M::AddsAtTheSamePosition) if *position == reached => mark = None,
                Some(M::GoesBackToAnEarlierMark) if *position < reached => {
                    self.inner.forget(*journal)?;
                }
                Some(M::IgnoresAMarkWithoutPoints) if batches.is_empty() => mark = None,
                Some(M::HasOnePosition) => *journal = Uuid::nil(),
                _ => {}
            }
        }
        self.journals
            .lock()
            .unwrap()
            .extend(mark.map(|mark| mark.journal));
        let mut unknown = Vec::new();
        for batch in &batches {
            if self.inner.aggregate(&batch.aggregate)?.is_none() {
                unknown.push(batch.aggregate.clone());
            }
        }
        if self.makes(M::StopsAtAMissingAggregate) && !unknown.is_empty() {
            batches.clear();
        }
        let missing = self.inner.add_metrics(&batches, mark)?;
        Ok(match self.mistake {
            Some(M::IgnoresMissingAggregates) => Vec::new(),
            Some(M::ReportsWhatWasAdded | M::StopsAtAMissingAggregate) => unknown,
            _ => missing,
        })
    }

    fn history(&self, key: &AggregateKey, name: &str, phase: &str) -> Result<Series> {
        let history = self.inner.history(key, name, phase)?;
        if self.makes(M::EmptyHistoryHasNoName) && history.is_empty() {
            return Ok(Series::new("", ""));
        }
        if self.makes(M::HistoryIsUnsorted) {
            let mut history = history;
            keep(&mut history, |points| points.reverse());
            return Ok(history);
        }
        Ok(history)
    }

    fn clear_metrics(&self, key: &AggregateKey) -> Result<()> {
        if self.makes(M::ClearsByIdAlone) {
            for key in self.keys(&key.id)? {
                drop(self.inner.clear_metrics(&key));
            }
        }
        self.inner.clear_metrics(key)
    }

    fn summaries(&self, key: &AggregateKey) -> Result<Vec<Summary>> {
        self.inner.summaries(key)
    }

    fn summary(&self, key: &AggregateKey, name: &str, phase: &str) -> Result<Option<Summary>> {
        self.inner.summary(key, name, phase)
    }
}
