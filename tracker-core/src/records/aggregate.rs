//! An aggregate as a store keeps it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use registry_core::Value;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::annotations::Annotations;
use super::attempt::{AttemptState, Status};
use super::definition::Definition;
use super::id::new_id;
use super::moment::now;

/// An aggregate as a store keeps it: one run, with all of it that is small.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AggregateRecord {
    /// Unique everywhere.
    pub uuid: Uuid,
    /// The id of its experiment.
    pub experiment: Uuid,
    /// Unique in the experiment; by default the hash of the model.
    pub id: String,
    /// What people call it; empty for none.
    #[serde(default)]
    pub name: String,
    /// How many epochs it has run.
    pub epoch: u64,
    /// When it was created, in whole microseconds.
    pub created: Timestamp,
    /// Whether it is archived: search leaves it out unless it is asked for.
    #[serde(default)]
    pub archived: bool,
    /// Its tags and notes.
    #[serde(flatten)]
    pub annotations: Annotations,
    /// Parameters that are arguments of no component, as a seed; each is written once.
    #[serde(default)]
    pub params: BTreeMap<String, Value>,
    /// What is said of its metrics, by their names.
    #[serde(default)]
    pub definitions: BTreeMap<String, Definition>,
    /// The newest attempt, as far as search needs it; the store fills it in.
    #[serde(default)]
    pub attempt: Option<AttemptState>,
}

impl AggregateRecord {
    /// A new aggregate at epoch 0, created now, with a uuid of its own.
    pub fn new(experiment: Uuid, id: impl Into<String>) -> Self {
        Self {
            uuid: new_id(),
            experiment,
            id: id.into(),
            name: String::new(),
            epoch: 0,
            created: now(),
            archived: false,
            annotations: Annotations::default(),
            params: BTreeMap::new(),
            definitions: BTreeMap::new(),
            attempt: None,
        }
    }

    /// What stores order aggregates by: the time of creation, then the uuid.
    pub fn order(&self) -> (Timestamp, Uuid) {
        (self.created, self.uuid)
    }

    /// How the newest attempt stands.
    pub fn status(&self) -> Status {
        self.attempt
            .as_ref()
            .map_or(Status::Unknown, AttemptState::status)
    }
}
