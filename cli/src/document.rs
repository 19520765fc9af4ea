//! What `--json` prints beside the records of the tracker: the same records, with what a command
//! adds.

use std::collections::BTreeMap;

use registry_core::Value;
use serde::{Serialize, Serializer};
use tracker_core::ports::{ArtifactRecord, AttemptRecord, ExperimentRecord, Row};
use tracker_core::query::{Directions, Field};
use tracker_core::{Definition, Iteration, Status, Uuid};

/// An experiment with the number of its runs.
#[derive(Serialize)]
pub(crate) struct ExperimentDocument {
    #[serde(flatten)]
    pub(crate) experiment: ExperimentRecord,
    pub(crate) runs: u64,
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

/// What is found of runs.
#[derive(Serialize)]
pub(crate) struct RunsDocument<R> {
    pub(crate) runs: Vec<R>,
    /// Where the next page begins, where runs were left out.
    pub(crate) next: Option<String>,
    /// What a person is told below the table.
    pub(crate) notes: Vec<String>,
}

/// A run in a table whose columns were chosen.
#[derive(Serialize)]
pub(crate) struct ColumnsDocument<'a> {
    id: &'a str,
    uuid: Uuid,
    experiment_name: &'a str,
    columns: Columns<'a>,
}

/// What a run has in each of these fields, null where it has nothing.
struct Columns<'a>(&'a [Field], Vec<Option<Value>>);

impl Serialize for Columns<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(fields, values) = self;
        serializer.collect_map(fields.iter().map(Field::to_string).zip(values))
    }
}

impl<'a> ColumnsDocument<'a> {
    pub(crate) fn new(
        experiment: &'a str,
        row: &'a Row,
        fields: &'a [Field],
        directions: &Directions,
    ) -> Self {
        let values = fields.iter().map(|field| field.of(row, directions));
        Self {
            id: &row.aggregate.id,
            uuid: row.aggregate.uuid,
            experiment_name: experiment,
            columns: Columns(fields, values.collect()),
        }
    }
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
