//! What the handles see to before they hand a change to a store, for a change that comes from elsewhere.

use std::sync::Arc;

use jiff::Timestamp;

use super::{AggregateRecord, ArtifactRecord, AttemptState, Change, Content, ExperimentRecord};
use crate::error::{Error, ErrorKind, Result};
use crate::names::{LONGEST, check, check_artifact, check_form};
use crate::records::{
    Annotation, Annotations, Micros, ModuleRecord, Series, check_count, check_identity,
};

impl Change {
    /// Refuses what no store can keep and give back: names that are empty or too long,
    /// epochs above `i64::MAX`, times that are out of range, contents whose hash is none. A store is
    /// given only what has passed here, or what the handles have seen to; so whoever takes changes from
    /// elsewhere, as a server does, asks first.
    ///
    /// # Errors
    ///
    /// Of kind [`ErrorKind::Invalid`], as those of the handles.
    ///
    /// # Examples
    ///
    /// ```
    /// use tracker_core::Uuid;
    /// use tracker_core::ports::Change;
    ///
    /// let rename = |name: &str| Change::RenameExperiment { experiment: Uuid::nil(), name: name.into() };
    /// assert!(rename("digits").check().is_ok());
    /// assert!(rename("").check().is_err());
    /// ```
    pub fn check(&self) -> Result<()> {
        match self {
            Self::CreateExperiment(record) => experiment(record),
            Self::RenameExperiment { name, .. } => filled("name", name, "an experiment"),
            Self::AnnotateExperiment { annotation, .. } | Self::Annotate { annotation, .. } => {
                annotation_of(annotation)
            }
            Self::DefineExperimentMetric { metric, .. } | Self::DefineMetric { metric, .. } => {
                short(metric, "a metric")
            }
            Self::CreateAggregate { record, modules } => {
                aggregate(record)?;
                modules.iter().try_for_each(module)
            }
            Self::NameAggregate { name, .. } => short(name, "a run"),
            Self::SetEpoch { epoch, .. } | Self::Rewind { epoch, .. } => count(*epoch, "a run"),
            Self::SetParam { name, .. } => short(name, "a parameter"),
            Self::PutModule { module: record, .. } => module(record),
            // Series cannot even be read with an epoch or a time that is out of range.
            Self::AddPoints { series, .. } => series.iter().try_for_each(points),
            Self::PutIteration { iteration, .. } => {
                short(&iteration.phase, "a phase")?;
                count(iteration.epoch, "an iteration")
            }
            Self::PutAttempt { attempt, .. } => state(&attempt.state),
            Self::UpdateAttempt { seen, .. } => time(*seen),
            Self::PutArtifact {
                artifact: record, ..
            } => artifact(record),
            Self::Archive { .. }
            | Self::RemoveExperiment { .. }
            | Self::RemoveAggregate { .. }
            | Self::ClearMetrics { .. }
            | Self::ClearIterations { .. }
            | Self::RemoveArtifact { .. }
            | Self::ForgetJournal { .. }
            | Self::PutSetting { .. } => Ok(()),
        }
    }
}

/// Refuses a name that is empty or too long. Records that were made before, or by other programs, are
/// copied as they are: with control characters, and with tags and parameters without a name.
fn filled(what: &'static str, name: &str, place: &str) -> Result<()> {
    if name.is_empty() {
        return check(what, name, place);
    }
    short(name, place)
}

fn short(name: &str, place: &str) -> Result<()> {
    if name.len() <= LONGEST {
        return Ok(());
    }
    check_form(name, place)
}

fn annotation_of(annotation: &Annotation) -> Result<()> {
    match annotation {
        Annotation::SetTag { tag, .. } => short(tag, "a tag"),
        Annotation::RemoveTag { .. } | Annotation::SetNotes(_) => Ok(()),
    }
}

fn experiment(record: &ExperimentRecord) -> Result<()> {
    filled("name", &record.name, "an experiment")?;
    time(record.created)?;
    annotations(&record.annotations)?;
    metrics(record.definitions.keys())
}

fn aggregate(record: &AggregateRecord) -> Result<()> {
    filled("id", &record.id, "an aggregate")?;
    short(&record.name, "a run")?;
    count(record.epoch, "a run")?;
    time(record.created)?;
    annotations(&record.annotations)?;
    let mut params = record.params.keys();
    params.try_for_each(|name| short(name, "a parameter"))?;
    metrics(record.definitions.keys())
}

fn annotations(annotations: &Annotations) -> Result<()> {
    annotations
        .tags
        .keys()
        .try_for_each(|tag| short(tag, "a tag"))
}

fn metrics<'n>(mut names: impl Iterator<Item = &'n String>) -> Result<()> {
    names.try_for_each(|name| short(name, "a metric"))
}

fn module(module: &ModuleRecord) -> Result<()> {
    check_identity(&module.kind, &module.record)?;
    count(module.epoch, "a module")
}

fn points(series: &Series) -> Result<()> {
    filled("name", series.name(), "a metric")?;
    short(series.phase(), "a phase")
}

fn state(state: &AttemptState) -> Result<()> {
    let times = [state.started, state.seen].into_iter().chain(state.ended);
    times.into_iter().try_for_each(time)
}

fn artifact(record: &ArtifactRecord) -> Result<()> {
    let visible = record.name.chars().filter(|char| !char.is_control());
    let visible: String = visible.collect();
    // Only what leads elsewhere does harm.
    if !visible.is_empty() {
        check_artifact(&visible)?;
    }
    if !Content::is_hash(&record.hash) {
        return Err(Error::Name {
            name: record.hash.clone(),
            place: "the content of an artifact".to_owned(),
            problem: "it is not the hash of one",
            hint: "give its SHA-256 in 64 hexadecimal digits, in lower case",
        });
    }
    let place = || format!("the artifact `{}`", record.name);
    check_count("size", record.size, place)?;
    count(record.epoch.unwrap_or(0), "an artifact")?;
    time(record.created)
}

fn count(epoch: u64, place: &str) -> Result<()> {
    check_count("epoch", epoch, || place.to_owned())
}

fn time(time: Timestamp) -> Result<()> {
    if Micros::new(time.as_microsecond()).is_some() {
        return Ok(());
    }
    Err(Error::Store {
        kind: ErrorKind::Invalid,
        action: "keep a time".to_owned(),
        place: "the store".to_owned(),
        cause: Arc::from(Box::from(format!("{time} is out of range"))),
        hint: format!(
            "the last time that it can keep is {}",
            Micros::MAX.timestamp()
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::records::Iteration;
    use uuid::Uuid;

    fn artifact(name: &str, hash: &str, size: u64) -> Change {
        Change::PutArtifact {
            aggregate: Uuid::nil(),
            artifact: ArtifactRecord {
                name: name.to_owned(),
                epoch: None,
                hash: hash.to_owned(),
                size,
                media_type: "text/plain".to_owned(),
                created: Timestamp::UNIX_EPOCH,
            },
        }
    }

    fn created(name: &str, created: Timestamp) -> Change {
        Change::CreateExperiment(ExperimentRecord {
            created,
            ..ExperimentRecord::new(name)
        })
    }

    #[test]
    fn what_the_handles_give_passes() {
        let last = Micros::MAX.timestamp();
        let aggregate = Uuid::nil();
        let mut record = AggregateRecord::new(Uuid::nil(), "run");
        record
            .params
            .insert("seed".to_owned(), serde_json::json!(17).into());
        for change in [
            created("digits", last),
            Change::CreateAggregate {
                record,
                modules: Vec::new(),
            },
            Change::AddPoints {
                aggregate,
                series: vec![Series::new("loss", "")],
            },
            Change::UpdateAttempt {
                aggregate,
                attempt: Uuid::nil(),
                seen: last,
                outcome: crate::Outcome::Running,
            },
            artifact("plots/loss.svg", &"0".repeat(64), 1 << 40),
        ] {
            assert!(change.check().is_ok(), "{change:?}");
        }
    }

    #[test]
    fn what_no_store_can_give_back_is_refused() {
        let hash = "0".repeat(64);
        let aggregate = Uuid::nil();
        let mut record = AggregateRecord::new(Uuid::nil(), "run");
        record
            .params
            .insert("x".repeat(1_001), serde_json::json!(17).into());
        for change in [
            created("digits", Timestamp::MAX),
            created("", Timestamp::UNIX_EPOCH),
            created(&"x".repeat(5 << 20), Timestamp::UNIX_EPOCH),
            Change::CreateAggregate {
                record,
                modules: Vec::new(),
            },
            Change::CreateAggregate {
                record: AggregateRecord::new(Uuid::nil(), ""),
                modules: Vec::new(),
            },
            Change::SetEpoch {
                aggregate,
                epoch: 1 << 63,
            },
            Change::AddPoints {
                aggregate,
                series: vec![Series::new("", "train")],
            },
            Change::PutIteration {
                aggregate,
                iteration: Iteration::new("x".repeat(1_001), 1),
            },
            Change::UpdateAttempt {
                aggregate,
                attempt: Uuid::nil(),
                seen: Timestamp::MAX,
                outcome: crate::Outcome::Running,
            },
            artifact("../../evil.txt", &hash, 1),
            artifact("a.txt", "../../etc/passwd", 1),
            artifact("a.txt", &hash, u64::MAX),
        ] {
            let error = change.check().unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Invalid, "{error}");
            assert!(error.to_string().contains("\nhint: "), "{error}");
        }
    }
}
