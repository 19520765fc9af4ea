//! An aggregate in a table of runs.

use std::collections::BTreeMap;

use jiff::Timestamp;
use registry_core::Value;
use serde::{Deserialize, Deserializer, Serialize};
use uuid::Uuid;

use super::aggregate::AggregateRecord;
use super::annotations::Annotations;
use super::attempt::AttemptState;
use super::definition::Definition;
use super::mean::Mean;
use super::metric::SYSTEM;
use super::module::ModuleRecord;
use super::summary::Summary;

/// An aggregate in a table of runs, with those of its modules and summaries that are wanted.
///
/// As JSON it is one object: the members of its [`AggregateRecord`], `modules`, `metrics`,
/// and `means` where there are any.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Row {
    /// The aggregate.
    #[serde(flatten)]
    pub aggregate: AggregateRecord,
    /// Its modules of the wanted kinds, in the order they were appended.
    pub modules: Vec<ModuleRecord>,
    /// The summaries of the wanted series, ordered by name and phase.
    #[serde(rename = "metrics")]
    pub summaries: Vec<Summary>,
    /// The wanted means of last values.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub means: Vec<Mean>,
}

impl Row {
    /// The epoch that the run has reached: its own, or that of its last points, where a program tells
    /// it with these alone. Figures of the machine tell nothing.
    pub fn epoch(&self) -> u64 {
        let summaries = self.summaries.iter();
        let measured = summaries.filter(|summary| summary.phase() != SYSTEM);
        let epochs = measured.map(|summary| summary.last.epoch);
        epochs.fold(self.aggregate.epoch, u64::max)
    }
}

/// The members of a row one by one: what serde flattens it reads into a buffer, which rounds large
/// integers.
#[derive(Deserialize)]
struct Form {
    uuid: Uuid,
    experiment: Uuid,
    id: String,
    #[serde(default)]
    name: String,
    epoch: u64,
    created: Timestamp,
    #[serde(default)]
    archived: bool,
    #[serde(default)]
    tags: BTreeMap<String, String>,
    #[serde(default)]
    notes: String,
    #[serde(default)]
    params: BTreeMap<String, Value>,
    #[serde(default)]
    definitions: BTreeMap<String, Definition>,
    #[serde(default)]
    attempt: Option<AttemptState>,
    #[serde(default)]
    modules: Vec<ModuleRecord>,
    #[serde(default)]
    metrics: Vec<Summary>,
    #[serde(default)]
    means: Vec<Mean>,
}

impl<'de> Deserialize<'de> for Row {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let form = Form::deserialize(deserializer)?;
        Ok(Self {
            aggregate: AggregateRecord {
                uuid: form.uuid,
                experiment: form.experiment,
                id: form.id,
                name: form.name,
                epoch: form.epoch,
                created: form.created,
                archived: form.archived,
                annotations: Annotations {
                    tags: form.tags,
                    notes: form.notes,
                },
                params: form.params,
                definitions: form.definitions,
                attempt: form.attempt,
            },
            modules: form.modules,
            summaries: form.metrics,
            means: form.means,
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::conformance::Sample;
    use crate::ports::{Detail, Scope};
    use crate::{Metric, Result, Tracker};

    #[test]
    fn the_epoch_is_that_of_the_run_or_of_its_last_points() -> Result<()> {
        let tracker = Tracker::open("memory:")?;
        let run = tracker
            .experiment("digits")?
            .track(&Sample::new("MLP", "{}"))?;
        let epoch = || {
            let rows = tracker
                .store()?
                .rows(&Scope::Uuids(vec![run.uuid()]), &Detail::ALL)?;
            Ok::<_, crate::Error>(rows[0].epoch())
        };
        assert_eq!(epoch()?, 0);
        run.metrics().add(Metric::new("loss", 0.5).epoch(20))?;
        run.metrics()
            .add(Metric::new("memory", 7).phase("system").epoch(90))?;
        assert_eq!(epoch()?, 20);
        run.set_epoch(21)?;
        assert_eq!(epoch()?, 21);
        Ok(())
    }
}
