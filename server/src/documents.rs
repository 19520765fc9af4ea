//! What answers hold beside the records of the tracker. The command line prints the same under the
//! same names.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;
use tracker_core::ports::{ArtifactRecord, AttemptRecord, ExperimentRecord, Row};
use tracker_core::{Definition, Iteration, Status, Summary};

/// A run in a table.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub(crate) struct RunDocument {
    /// The name of its experiment.
    experiment_name: String,
    /// How its newest attempt stands.
    status: Status,
    /// How long its newest attempt has run, in seconds.
    duration: Option<f64>,
    #[serde(flatten)]
    pub(crate) row: Row,
}

/// A run with all it holds but its points and the contents of its artifacts.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub(crate) struct WholeRun {
    #[serde(flatten)]
    pub(crate) run: RunDocument,
    pub(crate) iterations: Vec<Iteration>,
    pub(crate) attempts: Vec<AttemptRecord>,
    pub(crate) artifacts: Vec<ArtifactRecord>,
    /// What the run, its experiment or its name says of each metric; `definitions` is what the run
    /// says.
    pub(crate) metric_definitions: BTreeMap<String, Definition>,
}

impl RunDocument {
    pub(crate) fn new(experiment: &str, row: Row) -> Self {
        let attempt = row.aggregate.attempt.as_ref();
        Self {
            experiment_name: experiment.to_owned(),
            status: row.aggregate.status(),
            duration: attempt.map(|attempt| attempt.duration().as_secs_f64()),
            row,
        }
    }

    /// Tells states of what people write beside a run apart.
    pub(crate) fn revision(&self) -> String {
        let run = &self.row.aggregate;
        let (name, archived) = (&run.name, run.archived);
        let written = serde_json::to_vec(&(name, archived, &run.annotations));
        crate::etag::digest(&written.unwrap_or_default())
    }
}

/// What is known of each metric of a run.
pub(crate) fn definitions(
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
