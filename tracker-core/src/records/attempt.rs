//! One program's work on a run: when, where, with what, and how it ended.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use jiff::Timestamp;
use registry_core::Value;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::process;

/// One program's work on an aggregate.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AttemptRecord {
    /// Unique everywhere.
    pub id: Uuid,
    /// How it stands.
    #[serde(flatten)]
    pub state: AttemptState,
    /// Where it runs, and with what.
    pub provenance: Provenance,
}

/// How an attempt stands: as much of it as a table of runs shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AttemptState {
    /// When it began, in whole microseconds.
    pub started: Timestamp,
    /// When it was last heard of.
    pub seen: Timestamp,
    /// When it ended.
    #[serde(default)]
    pub ended: Option<Timestamp>,
    /// How it ended, or that it has not.
    #[serde(default)]
    pub outcome: Outcome,
    /// Where the number of its process means something: one start of one machine, or a container
    /// on it.
    #[serde(default)]
    pub place: String,
    /// The number of its process.
    #[serde(default)]
    pub process: u32,
    /// When the process began, in seconds since 1970, which tells it from a later one of its number.
    #[serde(default)]
    pub process_started: u64,
}

/// How an attempt ended.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It has not ended, as far as is known.
    #[default]
    Running,
    /// It came to its end.
    Finished,
    /// It gave up.
    Failed {
        /// Why.
        reason: String,
    },
}

/// How the newest attempt on a run stands.
///
/// # Examples
///
/// ```
/// use tracker_core::Status;
///
/// assert_eq!(Status::Running.to_string(), "running");
/// assert_eq!("lost".parse(), Ok(Status::Lost));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// No attempt was ever recorded.
    Unknown,
    /// A program works on it.
    Running,
    /// It came to its end.
    Finished,
    /// It gave up, or panicked.
    Failed,
    /// It has not said that it ended, and its process is dead, or it was not heard of for a minute.
    Lost,
}

impl Status {
    const ALL: [Self; 5] = [
        Self::Unknown,
        Self::Running,
        Self::Finished,
        Self::Failed,
        Self::Lost,
    ];

    /// What a status may be.
    pub(crate) const HINT: &str =
        "it is one of `unknown`, `running`, `finished`, `failed` and `lost`";

    /// The word for it, in lower case.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Running => "running",
            Self::Finished => "finished",
            Self::Failed => "failed",
            Self::Lost => "lost",
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl std::str::FromStr for Status {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let known = Self::ALL.into_iter();
        let mut found = known.filter(|status| status.as_str() == text);
        found.next().ok_or_else(|| {
            let names = Self::ALL.map(Self::as_str);
            let near = registry_core::nearest(text, names);
            let near = near.map_or_else(String::new, |near| format!("did you mean `{near}`? "));
            format!(
                "there is no status `{text}`\nhint: {near}it is one of `{}`",
                names.join("`, `")
            )
        })
    }
}

impl AttemptState {
    /// After so long without a sign of life an attempt counts as lost.
    pub const PATIENCE: Duration = Duration::from_secs(60);

    /// How it stands now. Where it runs here, its process is looked for.
    pub fn status(&self) -> Status {
        match self.outcome {
            Outcome::Finished => Status::Finished,
            Outcome::Failed { .. } => Status::Failed,
            Outcome::Running
                if process::is_dead(&self.place, self.process, self.process_started) =>
            {
                Status::Lost
            }
            Outcome::Running => {
                let silent = Timestamp::now().duration_since(self.seen);
                if silent.unsigned_abs() > Self::PATIENCE && silent.is_positive() {
                    Status::Lost
                } else {
                    Status::Running
                }
            }
        }
    }

    /// Takes in a sign of life, or the end. One that has ended stays as it ended.
    pub fn update(&mut self, seen: Timestamp, outcome: &Outcome) {
        if self.ended.is_some() {
            return;
        }
        self.seen = seen;
        self.outcome = outcome.clone();
        if *outcome != Outcome::Running {
            self.ended = Some(seen);
        }
    }

    /// How long it has run: until its end, or its last sign of life where it is lost, or now.
    pub fn duration(&self) -> Duration {
        let end = match (self.ended, self.status()) {
            (Some(ended), _) => ended,
            (None, Status::Lost) => self.seen,
            _ => Timestamp::now(),
        };
        end.duration_since(self.started)
            .try_into()
            .unwrap_or_default()
    }
}

/// Where a program runs, and what it was made of. What is not known is empty.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default)]
pub struct Provenance {
    /// The name of the machine.
    pub host: String,
    /// Who started it.
    pub user: String,
    /// The program and its arguments.
    pub command: Vec<String>,
    /// The working folder.
    pub folder: String,
    /// The state of the source in that folder; none where it is in no git repository, or there is no
    /// `git`.
    pub git: Option<Git>,
    /// Versions by name: of the program under its own, of `entia` and of `rustc`.
    pub versions: BTreeMap<String, String>,
    /// The Cargo features that the program was built with.
    pub features: Vec<String>,
    /// The machine.
    pub system: System,
    /// What the user has added.
    pub more: BTreeMap<String, Value>,
}

/// The state of the source that a program runs in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default)]
pub struct Git {
    /// The commit, 40 hexadecimal digits or more.
    pub commit: String,
    /// The branch; empty where none is checked out.
    pub branch: String,
    /// Whether files differ from the commit.
    pub dirty: bool,
}

/// The machine that a program runs on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default)]
pub struct System {
    /// The operating system and its version.
    pub os: String,
    /// The model of the processor.
    pub cpu: String,
    /// How many threads the processors run at once.
    pub cpus: u32,
    /// The memory in bytes.
    pub memory: u64,
    /// The names of the graphics processors.
    pub gpus: Vec<String>,
}
