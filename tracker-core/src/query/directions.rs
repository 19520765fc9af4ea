//! Whether smaller or larger values of a metric are better.

use std::collections::{BTreeMap, HashMap};

use uuid::Uuid;

use crate::records::{AggregateRecord, Definition, Direction, ExperimentRecord};

/// What the experiments of a store say of their metrics: whether smaller or larger is better.
///
/// # Examples
///
/// ```
/// use tracker_core::Direction;
/// use tracker_core::ports::{AggregateRecord, ExperimentRecord};
/// use tracker_core::query::Directions;
///
/// let digits = ExperimentRecord::new("digits");
/// let run = AggregateRecord::new(digits.id, "seed-1");
/// let directions = Directions::of(&[digits]);
/// assert_eq!(directions.direction(&run, "loss"), Some(Direction::Minimize));
/// ```
#[derive(Clone, Debug, Default)]
pub struct Directions(HashMap<Uuid, BTreeMap<String, Definition>>);

impl Directions {
    /// Those of these experiments.
    pub fn of(experiments: &[ExperimentRecord]) -> Self {
        let said = experiments.iter();
        let said = said.filter(|experiment| !experiment.definitions.is_empty());
        Self(said.map(|of| (of.id, of.definitions.clone())).collect())
    }

    /// Which value of a metric of an aggregate is the better one: as it says itself, else as its
    /// experiment says, else as the name of the metric suggests.
    pub fn direction(&self, aggregate: &AggregateRecord, metric: &str) -> Option<Direction> {
        let own = aggregate.definitions.get(metric);
        let shared = self.shared(aggregate.experiment, metric);
        Definition::of(metric, own.into_iter().chain(shared)).direction
    }

    /// The same for an aggregate of an experiment that says nothing itself.
    #[cfg(feature = "chunk")]
    pub(crate) fn of_experiment(&self, experiment: Uuid, metric: &str) -> Option<Direction> {
        Definition::of(metric, self.shared(experiment, metric)).direction
    }

    fn shared(&self, experiment: Uuid, metric: &str) -> Option<&Definition> {
        self.0.get(&experiment)?.get(metric)
    }
}
