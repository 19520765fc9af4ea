//! What the handles see to before they hand a change to a store, for a change that comes from elsewhere.

use std::sync::Arc;

use jiff::Timestamp;

use super::{AggregateRecord, ArtifactRecord, AttemptState, Change, Content, ExperimentRecord};
use crate::error::{Error, ErrorKind, Result};
use crate::names::{LONGEST, check, check_artifact, check_form};
use crate::records::{Annotation, Micros, ModuleRecord, Series, check_count, check_identity};

impl Change {
    /// Refuses what the handles refuse: names that are empty, too long or have control characters,
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
    /// assert!(rename("\u{1b}[2J").check().is_err());
    /// ```
    pub fn check(&self) -> Result<()> {
        Names::OfHandles.change(self)
    }

    /// As [`check`](Self::check), for records that were made before, or by other programs, and are
    /// copied as they are: with control characters, and with tags and parameters without a name. Only
    /// what no store can keep and give back is refused.
    ///
    /// # Errors
    ///
    /// As [`check`](Self::check).
    pub fn check_copy(&self) -> Result<()> {
        Names::OfRecords.change(self)
    }
}

/// Whose names are let pass.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Names {
    OfHandles,
    OfRecords,
}

impl Names {
    fn change(self, change: &Change) -> Result<()> {
        match change {
            Change::CreateExperiment(record) => self.experiment(record),
            Change::RenameExperiment { name, .. } => self.filled("name", name, "an experiment"),
            Change::AnnotateExperiment { annotation, .. } | Change::Annotate { annotation, .. } => {
                match annotation {
                    Annotation::SetTag { tag, .. } => self.key(tag, "a tag"),
                    Annotation::RemoveTag { .. } | Annotation::SetNotes(_) => Ok(()),
                }
            }
            Change::DefineExperimentMetric { metric, .. } | Change::DefineMetric { metric, .. } => {
                self.key(metric, "a metric")
            }
            Change::CreateAggregate { record, modules } => {
                self.aggregate(record)?;
                modules.iter().try_for_each(module)
            }
            Change::NameAggregate { name, .. } => self.any(name, "a run"),
            Change::SetEpoch { epoch, .. } | Change::Rewind { epoch, .. } => count(*epoch, "a run"),
            Change::SetParam { name, .. } => self.key(name, "a parameter"),
            Change::PutModule { module: record, .. } => module(record),
            // Series cannot even be read with an epoch or a time that is out of range.
            Change::AddPoints { series, .. } => series.iter().try_for_each(|of| self.points(of)),
            Change::PutIteration { iteration, .. } => {
                self.filled("phase", &iteration.phase, "an iteration")?;
                count(iteration.epoch, "an iteration")
            }
            Change::PutAttempt { attempt, .. } => {
                if self == Self::OfHandles {
                    attempt.provenance.check()?;
                }
                state(&attempt.state)
            }
            Change::UpdateAttempt { seen, .. } => time(*seen),
            Change::PutArtifact { artifact, .. } => self.artifact(artifact),
            Change::Archive { .. }
            | Change::RemoveExperiment { .. }
            | Change::RemoveAggregate { .. }
            | Change::ClearMetrics { .. }
            | Change::ClearIterations { .. }
            | Change::RemoveArtifact { .. }
            | Change::ForgetJournal { .. }
            | Change::PutSetting { .. } => Ok(()),
        }
    }

    /// A name that nothing is without.
    fn filled(self, what: &'static str, name: &str, place: &str) -> Result<()> {
        if name.is_empty() {
            return check(what, name, place);
        }
        self.any(name, place)
    }

    /// A name that only a record may be without.
    fn key(self, name: &str, place: &str) -> Result<()> {
        match self {
            Self::OfHandles => check("name", name, place),
            Self::OfRecords => self.any(name, place),
        }
    }

    /// A name that may be empty.
    fn any(self, name: &str, place: &str) -> Result<()> {
        if self == Self::OfRecords && name.len() <= LONGEST {
            return Ok(());
        }
        check_form(name, place)
    }

    fn experiment(self, record: &ExperimentRecord) -> Result<()> {
        self.filled("name", &record.name, "an experiment")?;
        time(record.created)?;
        self.keys(record.annotations.tags.keys(), "a tag")?;
        self.keys(record.definitions.keys(), "a metric")
    }

    fn aggregate(self, record: &AggregateRecord) -> Result<()> {
        self.filled("id", &record.id, "an aggregate")?;
        self.any(&record.name, "a run")?;
        count(record.epoch, "a run")?;
        time(record.created)?;
        self.keys(record.annotations.tags.keys(), "a tag")?;
        self.keys(record.params.keys(), "a parameter")?;
        self.keys(record.definitions.keys(), "a metric")
    }

    fn keys<'n>(self, mut names: impl Iterator<Item = &'n String>, place: &str) -> Result<()> {
        names.try_for_each(|name| self.key(name, place))
    }

    fn points(self, series: &Series) -> Result<()> {
        self.filled("name", series.name(), "a metric")?;
        self.any(series.phase(), "a phase")
    }

    fn artifact(self, record: &ArtifactRecord) -> Result<()> {
        match self {
            Self::OfHandles => check_artifact(&record.name)?,
            // Only what leads elsewhere does harm.
            Self::OfRecords => {
                let visible = record.name.chars().filter(|char| !char.is_control());
                let visible: String = visible.collect();
                if !visible.is_empty() {
                    check_artifact(&visible)?;
                }
            }
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
}

fn module(module: &ModuleRecord) -> Result<()> {
    check_identity(&module.kind, &module.record)?;
    count(module.epoch, "a module")
}

fn state(state: &AttemptState) -> Result<()> {
    let times = [state.started, state.seen].into_iter().chain(state.ended);
    times.into_iter().try_for_each(time)
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
            for error in [change.check(), change.check_copy()].map(Result::unwrap_err) {
                assert_eq!(error.kind(), ErrorKind::Invalid, "{error}");
                assert!(error.to_string().contains("\nhint: "), "{error}");
            }
        }
    }

    /// What no handle takes, but a store that was written before may have.
    #[test]
    fn names_of_other_programs_are_only_copied() {
        let aggregate = Uuid::nil();
        let text = "a\u{1b}[2J".to_owned();
        let set_tag = |tag: &str| Change::Annotate {
            aggregate,
            annotation: Annotation::SetTag {
                tag: tag.to_owned(),
                value: String::new(),
            },
        };
        let set_param = |name: &str| Change::SetParam {
            aggregate,
            name: name.to_owned(),
            value: serde_json::json!(17).into(),
        };
        let mut noted = AggregateRecord::new(Uuid::nil(), "run");
        noted.annotations.tags.insert(text.clone(), String::new());
        for change in [
            created(&text, Timestamp::UNIX_EPOCH),
            Change::CreateAggregate {
                record: AggregateRecord::new(Uuid::nil(), text.clone()),
                modules: Vec::new(),
            },
            Change::CreateAggregate {
                record: noted,
                modules: Vec::new(),
            },
            Change::NameAggregate {
                aggregate,
                name: text.clone(),
            },
            Change::AddPoints {
                aggregate,
                series: vec![Series::new(text.clone(), "")],
            },
            Change::AddPoints {
                aggregate,
                series: vec![Series::new("loss", text.clone())],
            },
            Change::PutIteration {
                aggregate,
                iteration: Iteration::new(text.clone(), 1),
            },
            set_tag(&text),
            set_tag(""),
            set_param(&text),
            set_param(""),
            artifact("plots/a\u{1b}.svg", &"0".repeat(64), 1),
        ] {
            let error = change.check().unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Invalid, "{error}");
            assert!(error.to_string().contains("\nhint: "), "{error}");
            assert!(change.check_copy().is_ok(), "{change:?}");
        }
    }
}
