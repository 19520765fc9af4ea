//! What is handed to a store and back.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::annotations::Annotations;
use crate::module::Module;
use crate::series::Series;
use crate::summary::Summary;

/// An experiment as a store keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExperimentRecord {
    /// Unique everywhere.
    pub id: Uuid,
    /// Unique in the store.
    pub name: String,
    /// When it was created, in whole microseconds.
    pub created: Timestamp,
    /// Its tags and notes.
    pub annotations: Annotations,
}

/// An aggregate as a store keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AggregateRecord {
    /// Unique in the experiment.
    pub id: String,
    /// How many epochs it has run.
    pub epoch: u64,
    /// When it was created, in whole microseconds.
    pub created: Timestamp,
    /// Its tags and notes.
    pub annotations: Annotations,
}

/// Which aggregate is meant.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct AggregateKey {
    /// The id of its experiment.
    pub experiment: Uuid,
    /// Its own id.
    pub id: String,
}

/// Points of one aggregate on their way into a store.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Batch {
    /// The aggregate.
    pub aggregate: AggregateKey,
    /// Its points in the order they arrived; each name and phase is there once.
    pub series: Vec<Series>,
}

/// How far a journal has been moved into a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// The journal.
    pub journal: Uuid,
    /// The position behind the last point that was moved.
    pub position: u64,
}

/// Which aggregates are wanted, and which of their modules and summaries; a table of runs reads no
/// others.
///
/// # Examples
///
/// ```
/// use tracker_core::ports::Columns;
///
/// let columns = Columns {
///     kinds: Some(vec!["optimizer".to_owned()]),
///     ..Columns::default()
/// };
/// assert!(columns.has_id("run-1") && columns.has_kind("optimizer"));
/// assert!(!columns.has_kind("model"));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Columns {
    /// The ids of the aggregates; all with `None`.
    pub ids: Option<BTreeSet<String>>,
    /// The kinds of the modules; all with `None`.
    pub kinds: Option<Vec<String>>,
    /// The name and phase of each series; all with `None`.
    pub series: Option<Vec<(String, String)>>,
}

/// An aggregate in a table of runs.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// The aggregate.
    pub aggregate: AggregateRecord,
    /// Its modules of the wanted kinds, in the order they were appended.
    pub modules: Vec<Module>,
    /// The summaries of the wanted series, ordered by name and phase.
    pub summaries: Vec<Summary>,
}

impl ExperimentRecord {
    /// A new experiment, created now, with an id of its own.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            id: Uuid::new_v4(),
            name: name.into(),
            created: now(),
            annotations: Annotations::default(),
        }
    }
}

impl AggregateRecord {
    /// A new aggregate at epoch 0, created now.
    pub fn new(id: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            epoch: 0,
            created: now(),
            annotations: Annotations::default(),
        }
    }
}

impl Columns {
    /// Whether the aggregate of this id is wanted.
    pub fn has_id(&self, id: &str) -> bool {
        self.ids.as_ref().is_none_or(|ids| ids.contains(id))
    }

    /// Whether modules of this kind are wanted.
    pub fn has_kind(&self, kind: &str) -> bool {
        let wanted = |kinds: &Vec<String>| kinds.iter().any(|wanted| wanted == kind);
        self.kinds.as_ref().is_none_or(wanted)
    }

    /// Whether the summary of this series is wanted.
    pub fn has_series(&self, name: &str, phase: &str) -> bool {
        let wanted = |series: &Vec<(String, String)>| {
            let mut series = series.iter();
            series.any(|wanted| wanted.0 == name && wanted.1 == phase)
        };
        self.series.as_ref().is_none_or(wanted)
    }
}

/// The present in whole microseconds.
pub(crate) fn now() -> Timestamp {
    let now = Timestamp::now();
    Timestamp::from_microsecond(now.as_microsecond()).unwrap_or(now)
}
