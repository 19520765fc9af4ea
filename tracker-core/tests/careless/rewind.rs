//! Mistakes of who goes back to an epoch.

use tracker_core::ports::{Change, Store as _};
use tracker_core::{Result, Uuid};

use super::{Careless, M};

impl Careless {
    pub(super) fn rewound(&self, aggregate: Uuid, epoch: u64) -> Result<Vec<Change>> {
        let rewind = |aggregate, epoch| Change::Rewind { aggregate, epoch };
        let set = |epoch| Change::SetEpoch { aggregate, epoch };
        let mut made = vec![rewind(aggregate, epoch)];
        let Some(row) = self.row(aggregate)? else {
            return Ok(made);
        };
        match self.mistake {
            Some(M::RewindLeavesPoints) => made = vec![set(epoch)],
            Some(M::RewindRemovesItsEpoch) if epoch > 0 => {
                made = vec![rewind(aggregate, epoch - 1), set(epoch)];
            }
            Some(M::RewindLeavesTheEpoch) => made.push(set(row.aggregate.epoch)),
            Some(M::RewindGoesBackOnly) if epoch > row.aggregate.epoch => {
                made.push(set(row.aggregate.epoch));
            }
            Some(M::RewindLeavesSummaries) => {
                self.aside().summaries.insert(aggregate, row.summaries);
            }
            Some(M::RewindLeavesIterations) => {
                let iterations = self.inner.iterations(aggregate)?.into_iter();
                made.extend(iterations.map(|iteration| Change::PutIteration {
                    aggregate,
                    iteration,
                }));
            }
            Some(M::RewindLeavesArtifacts) => {
                let artifacts = self.inner.artifacts(aggregate)?.into_iter();
                made.extend(artifacts.map(|artifact| Change::PutArtifact {
                    aggregate,
                    artifact,
                }));
            }
            Some(M::RewindRemovesArtifactsOfNoEpoch) => {
                let artifacts = self.inner.artifacts(aggregate)?.into_iter();
                let of_none = artifacts.filter(|artifact| artifact.epoch.is_none());
                made.extend(of_none.map(|artifact| Change::RemoveArtifact {
                    aggregate,
                    name: artifact.name,
                    epoch: None,
                }));
            }
            Some(M::RewindsByIdAlone) => {
                let twins = self.twins(aggregate)?.into_iter();
                made = twins.map(|twin| rewind(twin, epoch)).collect();
            }
            Some(M::RewindSortsPoints) => made.extend(self.sorted(aggregate, epoch, &row)?),
            _ => {}
        }
        Ok(made)
    }

    /// The points up to an epoch written anew, as if they had arrived from the greatest to the
    /// least.
    fn sorted(
        &self,
        aggregate: Uuid,
        epoch: u64,
        row: &tracker_core::ports::Row,
    ) -> Result<Vec<Change>> {
        let mut all = Vec::new();
        for summary in &row.summaries {
            let (name, phase) = (summary.name(), summary.phase());
            let history = self.inner.history(aggregate, name, phase)?;
            let mut points: Vec<_> = history.iter().filter(|of| of.epoch <= epoch).collect();
            points.sort_by(|a, b| {
                let (a, b) = (a.value.number(), b.value.number());
                b.partial_cmp(&a).unwrap_or(std::cmp::Ordering::Equal)
            });
            let mut series = tracker_core::Series::new(name, phase);
            for point in &points {
                series.push(point);
            }
            all.push(series);
        }
        let series = all;
        Ok(vec![
            Change::ClearMetrics { aggregate },
            Change::AddPoints { aggregate, series },
        ])
    }
}
