//! An experiment as a store keeps it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::annotations::Annotations;
use super::definition::Definition;
use super::id::new_id;
use super::moment::now;

/// An experiment as a store keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ExperimentRecord {
    /// Unique everywhere.
    pub id: Uuid,
    /// Unique in the store.
    pub name: String,
    /// When it was created, in whole microseconds.
    pub created: Timestamp,
    /// Its tags and notes.
    #[serde(flatten)]
    pub annotations: Annotations,
    /// What is said of the metrics of all its aggregates, by their names.
    #[serde(default)]
    pub definitions: BTreeMap<String, Definition>,
}

impl ExperimentRecord {
    /// A new experiment, created now, with an id of its own.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            id: new_id(),
            name: name.into(),
            created: now(),
            annotations: Annotations::default(),
            definitions: BTreeMap::new(),
        }
    }

    /// What stores order experiments by: the time of creation, then the id.
    pub fn order(&self) -> (Timestamp, Uuid) {
        (self.created, self.id)
    }
}
