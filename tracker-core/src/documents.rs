//! What is told of a run as JSON, by the command line and by the server: its record, with what is made
//! of it.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::records::{
    ArtifactRecord, AttemptRecord, Definition, ExperimentRecord, Iteration, Row, Status, Summary,
};

/// A run in a table.
///
/// # Examples
///
/// ```
/// use tracker_core::documents::RunDocument;
/// use tracker_core::ports::{Detail, Scope};
/// # use tracker_core::conformance::Sample;
///
/// let tracker = tracker_core::Tracker::open("memory:")?;
/// let run = tracker.experiment("digits")?.track(&Sample::new("MLP", "{}"))?;
/// let row = tracker.store()?.rows(&Scope::Uuids(vec![run.uuid()]), &Detail::ALL)?.remove(0);
/// let json = serde_json::to_value(RunDocument::new("digits", row)).unwrap();
/// assert_eq!(json["experiment_name"], "digits");
/// assert_eq!(json["id"], run.id());
/// assert_eq!(json["status"], "unknown");
/// # Ok::<(), tracker_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RunDocument {
    /// The name of its experiment.
    pub experiment_name: String,
    /// How its newest attempt stands.
    pub status: Status,
    /// How long its newest attempt has run, in seconds.
    pub duration: Option<f64>,
    /// Its record, the members of which stand beside these.
    #[serde(flatten)]
    pub row: Row,
}

/// A run with all it holds but its points and the contents of its artifacts.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct WholeRun {
    /// The run as it stands in a table, the members of which stand beside these.
    #[serde(flatten)]
    pub run: RunDocument,
    /// Its iterations.
    pub iterations: Vec<Iteration>,
    /// What programs have done to it.
    pub attempts: Vec<AttemptRecord>,
    /// Its files.
    pub artifacts: Vec<ArtifactRecord>,
    /// What the run, its experiment or its name says of each metric; `definitions` is what the run
    /// says.
    pub metric_definitions: BTreeMap<String, Definition>,
}

impl RunDocument {
    /// Of a run in the experiment of this name.
    pub fn new(experiment: impl Into<String>, row: Row) -> Self {
        let attempt = row.aggregate.attempt.as_ref();
        Self {
            experiment_name: experiment.into(),
            status: row.aggregate.status(),
            duration: attempt.map(|attempt| attempt.duration().as_secs_f64()),
            row,
        }
    }
}

/// What the run, its experiment or its name says of each metric of the run.
pub fn metric_definitions(
    experiment: &ExperimentRecord,
    row: &Row,
) -> BTreeMap<String, Definition> {
    let of = |name: &str| {
        let own = row.aggregate.definitions.get(name);
        let shared = experiment.definitions.get(name);
        Definition::of(name, own.into_iter().chain(shared))
    };
    let names = row.summaries.iter().map(Summary::name);
    names.map(|name| (name.to_owned(), of(name))).collect()
}
