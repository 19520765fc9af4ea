//! What `--json` prints beside the records of the tracker: the same records, with what a command
//! adds.

use std::collections::BTreeMap;

use serde::Serialize;
use tracker_core::ports::{ArtifactRecord, AttemptRecord, ExperimentRecord, Row};
use tracker_core::{Definition, Iteration, Status};

/// An experiment with the number of its runs.
#[derive(Serialize)]
pub(crate) struct ExperimentDocument {
    #[serde(flatten)]
    pub(crate) experiment: ExperimentRecord,
    pub(crate) runs: usize,
}

/// A run in a table.
#[derive(Serialize)]
pub(crate) struct RunDocument<'a> {
    experiment_name: &'a str,
    status: Status,
    /// In seconds.
    duration: Option<f64>,
    #[serde(flatten)]
    row: &'a Row,
}

/// A run with all it holds but its points and the contents of its artifacts.
#[derive(Serialize)]
pub(crate) struct WholeRun<'a> {
    #[serde(flatten)]
    pub(crate) run: RunDocument<'a>,
    pub(crate) iterations: &'a [Iteration],
    pub(crate) attempts: &'a [AttemptRecord],
    pub(crate) artifacts: &'a [ArtifactRecord],
    /// What the run, its experiment or its name says of each metric; `definitions` is what the run
    /// says.
    pub(crate) metric_definitions: &'a BTreeMap<String, Definition>,
}

impl<'a> RunDocument<'a> {
    pub(crate) fn new(experiment: &'a str, row: &'a Row) -> Self {
        let attempt = row.aggregate.attempt.as_ref();
        Self {
            experiment_name: experiment,
            status: row.aggregate.status(),
            duration: attempt.map(|attempt| attempt.duration().as_secs_f64()),
            row,
        }
    }

    /// A document for each of these runs, which come with the names of their experiments.
    pub(crate) fn all(runs: &'a [(String, Row)]) -> Vec<Self> {
        let runs = runs.iter();
        runs.map(|(experiment, row)| Self::new(experiment, row))
            .collect()
    }
}
