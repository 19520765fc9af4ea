//! Mistakes with points and the marks that they come with.

use tracker_core::ports::{Applied, Change, Mark, Store as _};
use tracker_core::{Metric, Result, Series, Uuid};

use super::{Careless, M};

impl Careless {
    /// The changes, of which the first alone adds points.
    pub(super) fn only_the_first_points(&self, changes: &[Change]) -> Vec<Change> {
        let mut seen = false;
        let is_kept = |change: &&Change| {
            let again = adds_points(change) && seen;
            seen |= adds_points(change);
            !again || !self.makes(M::AddsTheFirstBatch)
        };
        changes.iter().filter(is_kept).cloned().collect()
    }

    /// The mark that the store behind is given.
    pub(super) fn mark(&self, changes: &[Change], mark: Option<Mark>) -> Result<Option<Mark>> {
        let Some(Mark {
            mut journal,
            position,
        }) = mark
        else {
            return Ok(None);
        };
        let reached = self.inner.position(journal)?;
        let is_lost = match self.mistake {
            Some(M::IgnoresMarks) => true,
            Some(M::AddsAtTheSamePosition) => position == reached,
            Some(M::IgnoresAMarkWithoutPoints) => changes.is_empty(),
            Some(M::MarksPointsAlone) => !changes.is_empty() && !changes.iter().any(adds_points),
            _ => false,
        };
        if is_lost {
            return Ok(None);
        }
        match self.mistake {
            Some(M::GoesBackToAnEarlierMark) if position < reached => {
                let _forgotten = self
                    .inner
                    .apply(&[Change::ForgetJournal { journal }], None)?;
            }
            Some(M::HasOnePosition) => journal = Uuid::nil(),
            _ => {}
        }
        self.aside().journals.insert(journal);
        Ok(Some(Mark { journal, position }))
    }

    /// What becomes of points that are added.
    pub(super) fn points(&self, aggregate: Uuid, series: &[Series]) -> Change {
        let mut series = series.to_vec();
        for series in &mut series {
            match self.mistake {
                Some(M::LosesPointsOfLargeBatches) => keep(series, |points| points.truncate(4096)),
                Some(M::AddsBackwards) => keep(series, |points| points.reverse()),
                _ => {}
            }
        }
        Change::AddPoints { aggregate, series }
    }

    /// The aggregates that are not there, to which these changes add points.
    pub(super) fn unknown(&self, changes: &[Change]) -> Result<Vec<Uuid>> {
        let mut unknown = Vec::new();
        for change in changes {
            if let Change::AddPoints { aggregate, .. } = change
                && self.row(*aggregate)?.is_none()
                && !unknown.contains(aggregate)
            {
                unknown.push(*aggregate);
            }
        }
        Ok(unknown)
    }

    /// What is told of aggregates that are not there.
    pub(super) fn told(&self, applied: Applied, unknown: Vec<Uuid>) -> Applied {
        match self.mistake {
            Some(M::IgnoresMissingAggregates) => Applied::default(),
            Some(M::ReportsWhatWasAdded | M::StopsAtAMissingAggregate) => {
                Applied { missing: unknown }
            }
            _ => applied,
        }
    }

    pub(super) fn one_history(&self, aggregate: Uuid, name: &str, phase: &str) -> Result<Series> {
        let mut history = self.inner.history(aggregate, name, phase)?;
        if self.makes(M::EmptyHistoryHasNoName) && history.is_empty() {
            return Ok(Series::new("", ""));
        }
        if self.makes(M::HistoryIsUnsorted) {
            keep(&mut history, |points| points.reverse());
        }
        Ok(history)
    }
}

fn adds_points(change: &Change) -> bool {
    matches!(change, Change::AddPoints { .. })
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
