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
