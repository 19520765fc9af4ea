//! An experiment as MLflow has it.

use serde::Serialize;
use tracker_core::Timestamp;
use tracker_core::ports::ExperimentRecord;

use super::ids;

/// Tags of an experiment that hold what Entia has no field for. A client neither sees nor sets them.
pub(super) mod own {
    /// When it was deleted, in milliseconds since 1970; it is not where this is not there.
    pub(in crate::mlflow) const DELETED: &str = "entia.deleted";
    /// When it was last changed, in milliseconds since 1970.
    pub(in crate::mlflow) const UPDATED: &str = "entia.updated";
    /// Where its artifacts are, where that is elsewhere.
    pub(in crate::mlflow) const LOCATION: &str = "entia.artifact_location";

    /// Whether a tag is one of them.
    pub(in crate::mlflow) fn is_one(tag: &str) -> bool {
        [DELETED, UPDATED, LOCATION].contains(&tag)
    }
}

/// The tag that holds the notes.
pub(super) const NOTE: &str = "mlflow.note.content";

/// A tag or a parameter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Pair {
    pub(super) key: String,
    pub(super) value: String,
}

impl Pair {
    pub(super) fn new(key: impl Into<String>, value: impl Into<String>) -> Self {
        Self {
            key: key.into(),
            value: value.into(),
        }
    }
}

/// An experiment.
#[derive(Clone, Debug, Serialize)]
#[expect(clippy::struct_field_names, reason = "they are those of the answer")]
pub(super) struct Experiment {
    pub(super) experiment_id: String,
    pub(super) name: String,
    pub(super) artifact_location: String,
    pub(super) lifecycle_stage: &'static str,
    pub(super) creation_time: i64,
    pub(super) last_update_time: i64,
    pub(super) tags: Vec<Pair>,
}

impl Experiment {
    pub(super) fn of(record: &ExperimentRecord) -> Self {
        let tags = &record.annotations.tags;
        let creation_time = record.created.as_millisecond();
        let updated = tags.get(own::UPDATED).and_then(|time| time.parse().ok());
        let shown = tags.iter().filter(|(key, _)| !own::is_one(key));
        let mut pairs: Vec<Pair> = shown.map(|(key, value)| Pair::new(key, value)).collect();
        let notes = &record.annotations.notes;
        if !notes.is_empty() {
            pairs.push(Pair::new(NOTE, notes));
        }
        Self {
            experiment_id: ids::number(record.id),
            name: record.name.clone(),
            artifact_location: location(record),
            lifecycle_stage: stage(is_deleted(record)),
            creation_time,
            last_update_time: updated.unwrap_or(creation_time),
            tags: pairs,
        }
    }

    /// The value of a tag.
    pub(super) fn tag(&self, key: &str) -> Option<&str> {
        let found = self.tags.iter().find(|pair| pair.key == key);
        found.map(|pair| pair.value.as_str())
    }
}

/// Whether a client of MLflow has deleted it.
pub(super) fn is_deleted(record: &ExperimentRecord) -> bool {
    record.annotations.tags.contains_key(own::DELETED)
}

/// Where the artifacts of its runs are.
pub(super) fn location(record: &ExperimentRecord) -> String {
    let own = record.annotations.tags.get(own::LOCATION);
    own.cloned()
        .unwrap_or_else(|| format!("mlflow-artifacts:/{}", ids::number(record.id)))
}

/// The word for whether something is deleted.
pub(super) fn stage(is_deleted: bool) -> &'static str {
    if is_deleted { "deleted" } else { "active" }
}

/// A time as MLflow counts it; the first or last one there is where it is beyond.
pub(super) fn time(milliseconds: i64) -> Timestamp {
    Timestamp::from_millisecond(milliseconds).unwrap_or(if milliseconds < 0 {
        Timestamp::MIN
    } else {
        Timestamp::MAX
    })
}
