//! The one door: every change of a store as a value.

use registry_core::Value;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::error::Error;
use crate::records::{
    AggregateRecord, Annotation, ArtifactRecord, AttemptRecord, Definition, ExperimentRecord,
    Iteration, ModuleRecord, Outcome, Series,
};

/// A change of a store.
///
/// What a change is about must exist, else [`Store::apply`](super::Store::apply) refuses it with
/// [`ErrorKind::NotFound`](crate::ErrorKind::NotFound), with two exceptions: removing or forgetting
/// something that does not exist changes nothing, and [`AddPoints`](Self::AddPoints) to a missing
/// aggregate is skipped and reported in [`Applied::missing`].
///
/// # Examples
///
/// ```
/// use tracker_core::Uuid;
/// use tracker_core::ports::Change;
///
/// let change = Change::SetEpoch { aggregate: Uuid::nil(), epoch: 3 };
/// let json = serde_json::to_string(&change).unwrap();
/// assert_eq!(json, r#"{"set_epoch":{"aggregate":"00000000-0000-0000-0000-000000000000","epoch":3}}"#);
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// Creates an experiment; refused with [`ErrorKind::Exists`](crate::ErrorKind::Exists) where
    /// another has its name or its id.
    CreateExperiment(ExperimentRecord),
    /// Gives an experiment another name; refused where another has it.
    RenameExperiment {
        /// The id of the experiment.
        experiment: Uuid,
        /// Its new name.
        name: String,
    },
    /// Changes the tags or notes of an experiment.
    AnnotateExperiment {
        /// The id of the experiment.
        experiment: Uuid,
        /// The change to make.
        annotation: Annotation,
    },
    /// Says what a metric means in all aggregates of an experiment, in the place of what was said
    /// before.
    DefineExperimentMetric {
        /// The id of the experiment.
        experiment: Uuid,
        /// The name of the metric.
        metric: String,
        /// What it means.
        definition: Definition,
    },
    /// Removes an experiment with all it holds.
    RemoveExperiment {
        /// The id of the experiment.
        experiment: Uuid,
    },
    /// Creates an aggregate with its first modules; refused where another has its uuid, or its id in
    /// the same experiment. The `attempt` in the record is not kept: attempts come by
    /// [`PutAttempt`](Self::PutAttempt).
    CreateAggregate {
        /// The aggregate.
        record: AggregateRecord,
        /// Its modules, in order.
        modules: Vec<ModuleRecord>,
    },
    /// Gives an aggregate a name for people; empty for none.
    NameAggregate {
        /// The uuid of the aggregate.
        aggregate: Uuid,
        /// The name.
        name: String,
    },
    /// Archives an aggregate, or restores it.
    Archive {
        /// The uuid of the aggregate.
        aggregate: Uuid,
        /// Whether it is archived.
        archived: bool,
    },
    /// Sets the epoch of an aggregate.
    SetEpoch {
        /// The uuid of the aggregate.
        aggregate: Uuid,
        /// How many epochs it has run.
        epoch: u64,
    },
    /// Changes the tags or notes of an aggregate.
    Annotate {
        /// The uuid of the aggregate.
        aggregate: Uuid,
        /// The change to make.
        annotation: Annotation,
    },
    /// Writes a parameter. The same value again is no change; another is refused with
    /// [`Error::ParamSet`].
    SetParam {
        /// The uuid of the aggregate.
        aggregate: Uuid,
        /// The name of the parameter.
        name: String,
        /// Its value.
        value: Value,
    },
    /// Says what a metric means in one aggregate, in the place of what was said before.
    DefineMetric {
        /// The uuid of the aggregate.
        aggregate: Uuid,
        /// The name of the metric.
        metric: String,
        /// What it means.
        definition: Definition,
    },
    /// Removes an aggregate with all it holds.
    RemoveAggregate {
        /// The uuid of the aggregate.
        aggregate: Uuid,
    },
    /// Replaces the newest module of the same kind where it has the same hash, else appends.
    PutModule {
        /// The uuid of the aggregate.
        aggregate: Uuid,
        /// The module.
        module: ModuleRecord,
    },
    /// Adds points in the order given, and brings the summaries up to date.
    AddPoints {
        /// The uuid of the aggregate.
        aggregate: Uuid,
        /// The points, in the order they arrived.
        series: Vec<Series>,
    },
    /// Removes all points and summaries of an aggregate.
    ClearMetrics {
        /// The uuid of the aggregate.
        aggregate: Uuid,
    },
    /// Replaces the iteration of the same [hash](Iteration::hash) and phase, which keeps its place,
    /// or appends.
    PutIteration {
        /// The uuid of the aggregate.
        aggregate: Uuid,
        /// The iteration.
        iteration: Iteration,
    },
    /// Removes all iterations of an aggregate.
    ClearIterations {
        /// The uuid of the aggregate.
        aggregate: Uuid,
    },
    /// Replaces the attempt of the same id, or appends.
    PutAttempt {
        /// The uuid of the aggregate.
        aggregate: Uuid,
        /// The attempt.
        attempt: AttemptRecord,
    },
    /// A sign of life of an attempt, or its end. One that has ended stays as it ended.
    UpdateAttempt {
        /// The uuid of the aggregate.
        aggregate: Uuid,
        /// The id of the attempt.
        attempt: Uuid,
        /// When it was heard of.
        seen: jiff::Timestamp,
        /// How it stands.
        outcome: Outcome,
    },
    /// Replaces the artifact of the same name and epoch, which keeps its place, or appends.
    PutArtifact {
        /// The uuid of the aggregate.
        aggregate: Uuid,
        /// The artifact, whose content is in its place already.
        artifact: ArtifactRecord,
    },
    /// Removes an artifact; its content stays, until [`remove_unreferenced_artifacts`] finds that
    /// nothing refers to it.
    ///
    /// [`remove_unreferenced_artifacts`]: crate::Tracker::remove_unreferenced_artifacts
    RemoveArtifact {
        /// The uuid of the aggregate.
        aggregate: Uuid,
        /// The name of the artifact.
        name: String,
        /// Its epoch.
        epoch: Option<u64>,
    },
    /// Takes an aggregate back to an epoch: its epoch is set, and points, iterations and artifacts
    /// of later epochs are removed.
    Rewind {
        /// The uuid of the aggregate.
        aggregate: Uuid,
        /// The epoch that is the last to stay.
        epoch: u64,
    },
    /// Forgets the position of a journal that was removed.
    ForgetJournal {
        /// The id of the journal.
        journal: Uuid,
    },
    /// Keeps a value under a key beside the experiments, for what the programs around a store share,
    /// as the tokens of its servers; without a value, removes it. A store may refuse it with
    /// [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported).
    PutSetting {
        /// The key; several of one sort begin alike, as `token/`.
        key: String,
        /// The value.
        value: Option<Value>,
    },
}

impl Change {
    /// What is done by a change that only takes away, as `to remove a run`; none for any other.
    ///
    /// # Examples
    ///
    /// ```
    /// use tracker_core::Uuid;
    /// use tracker_core::ports::Change;
    ///
    /// let aggregate = Uuid::nil();
    /// let change = Change::RemoveAggregate { aggregate };
    /// assert_eq!(change.removal(), Some("to remove a run"));
    /// assert_eq!(Change::SetEpoch { aggregate, epoch: 3 }.removal(), None);
    /// ```
    pub fn removal(&self) -> Option<&'static str> {
        Some(match self {
            Self::RemoveExperiment { .. } => "to remove an experiment",
            Self::RemoveAggregate { .. } => "to remove a run",
            Self::RemoveArtifact { .. } => "to remove an artifact",
            Self::ClearMetrics { .. } => "to remove metrics",
            Self::ClearIterations { .. } => "to remove iterations",
            _ => return None,
        })
    }
}

/// How far a journal, or any other source of changes, has been moved into a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// The id of the journal.
    pub journal: Uuid,
    /// The position behind the last change that was moved.
    pub position: u64,
}

/// What became of a list of changes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[must_use]
pub struct Applied {
    /// The aggregates that are not there, whose points were left out, each once.
    pub missing: Vec<Uuid>,
}

impl Applied {
    /// An error for points that were left out.
    ///
    /// # Errors
    ///
    /// [`Error::Missing`] names the first aggregate that is not there.
    pub fn complete(&self) -> Result<(), Error> {
        match self.missing.first() {
            Some(missing) => Err(Error::no_aggregate(*missing)),
            None => Ok(()),
        }
    }
}

/// The errors that every store gives.
impl Error {
    /// For an aggregate that is not there.
    pub fn no_aggregate(uuid: Uuid) -> Self {
        Self::Missing {
            what: "aggregate",
            name: uuid.to_string(),
            place: "the store".to_owned(),
            hint: "it was removed, or its experiment was; track the model again".to_owned(),
        }
    }

    /// For an experiment that is not there.
    pub fn no_experiment(id: Uuid) -> Self {
        Self::Missing {
            what: "experiment",
            name: id.to_string(),
            place: "the store".to_owned(),
            hint: "it was removed; ask the tracker for it by name again".to_owned(),
        }
    }

    /// For an attempt that is not there.
    pub fn no_attempt(id: Uuid) -> Self {
        Self::Missing {
            what: "attempt",
            name: id.to_string(),
            place: "the aggregate".to_owned(),
            hint: "begin another with `attempt`".to_owned(),
        }
    }

    /// For the name of an experiment that another has already.
    pub fn experiment_taken(name: impl Into<String>) -> Self {
        Self::Taken {
            what: "experiment",
            name: name.into(),
            hint: "choose another name".to_owned(),
        }
    }

    /// For the id of an aggregate that another has already.
    pub fn aggregate_taken(id: impl Into<String>) -> Self {
        Self::Taken {
            what: "aggregate",
            name: id.into(),
            hint: "read it with `get` or `track`, or choose another id".to_owned(),
        }
    }

    /// For a store that refuses to create what it says is not there.
    pub(crate) fn contradiction(what: &'static str, name: &str) -> Self {
        let problem =
            format!("it has no {what} `{name}`, and refuses to create it since it has one");
        Self::Damaged {
            place: "the store".to_owned(),
            problem,
        }
    }
}
