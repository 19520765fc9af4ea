//! What has changed in a store, by rising numbers.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::Change;

/// An experiment or an aggregate that was changed, created or removed, and the number of its newest
/// change; see [`Store::changes_after`](super::Store::changes_after).
///
/// # Examples
///
/// ```
/// use tracker_core::MemoryStore;
/// use tracker_core::ports::{AggregateRecord, Change, ExperimentRecord, Store};
///
/// let store = MemoryStore::default();
/// let digits = ExperimentRecord::new("digits");
/// let run = AggregateRecord::new(digits.id, "seed-1");
/// store.apply(&[Change::CreateExperiment(digits.clone())], None)?;
/// let before = store.newest_change()?;
/// store.apply(&[Change::CreateAggregate { record: run.clone(), modules: Vec::new() }], None)?;
///
/// let touched = store.changes_after(before, 100)?;
/// assert_eq!(touched[0].aggregate, Some(run.uuid));
/// assert_eq!((touched[0].experiment, touched[0].removed), (digits.id, false));
/// assert!(touched[0].number > before);
/// # Ok::<(), tracker_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Touch {
    /// The number of its newest change.
    pub number: u64,
    /// The experiment that was changed, or the one of the aggregate.
    pub experiment: Uuid,
    /// The aggregate; none where the experiment itself was changed.
    pub aggregate: Option<Uuid>,
    /// Whether it is gone.
    pub removed: bool,
}

/// What a change touches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Touched {
    /// An experiment, by its id.
    Experiment(Uuid),
    /// An aggregate, by its uuid.
    Aggregate(Uuid),
    /// Neither.
    Nothing,
}

impl Change {
    /// The experiment or the aggregate that the change is about.
    ///
    /// # Examples
    ///
    /// ```
    /// use tracker_core::Uuid;
    /// use tracker_core::ports::{Change, Touched};
    ///
    /// let change = Change::SetEpoch { aggregate: Uuid::max(), epoch: 3 };
    /// assert_eq!(change.touches(), Touched::Aggregate(Uuid::max()));
    /// ```
    pub fn touches(&self) -> Touched {
        match self {
            Self::CreateExperiment(record) => Touched::Experiment(record.id),
            Self::RenameExperiment { experiment, .. }
            | Self::AnnotateExperiment { experiment, .. }
            | Self::DefineExperimentMetric { experiment, .. }
            | Self::RemoveExperiment { experiment } => Touched::Experiment(*experiment),
            Self::CreateAggregate { record, .. } => Touched::Aggregate(record.uuid),
            Self::NameAggregate { aggregate, .. }
            | Self::Archive { aggregate, .. }
            | Self::SetEpoch { aggregate, .. }
            | Self::Annotate { aggregate, .. }
            | Self::SetParam { aggregate, .. }
            | Self::DefineMetric { aggregate, .. }
            | Self::RemoveAggregate { aggregate }
            | Self::PutModule { aggregate, .. }
            | Self::AddPoints { aggregate, .. }
            | Self::ClearMetrics { aggregate }
            | Self::PutIteration { aggregate, .. }
            | Self::ClearIterations { aggregate }
            | Self::PutAttempt { aggregate, .. }
            | Self::UpdateAttempt { aggregate, .. }
            | Self::PutArtifact { aggregate, .. }
            | Self::RemoveArtifact { aggregate, .. }
            | Self::Rewind { aggregate, .. } => Touched::Aggregate(*aggregate),
            Self::ForgetJournal { .. } | Self::PutSetting { .. } => Touched::Nothing,
        }
    }
}
