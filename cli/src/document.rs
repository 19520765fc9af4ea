//! What `--json` prints beside the records of the tracker and the documents of a run: what a command
//! adds to them.

use registry_core::Value;
use serde::{Serialize, Serializer};
use tracker_core::Uuid;
use tracker_core::documents::RunDocument;
use tracker_core::ports::{ExperimentRecord, Row};
use tracker_core::query::{Directions, Field};

/// An experiment with the number of its runs.
#[derive(Serialize)]
pub(crate) struct ExperimentDocument {
    #[serde(flatten)]
    pub(crate) experiment: ExperimentRecord,
    pub(crate) runs: u64,
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

/// A document for each of these runs, which come with the names of their experiments.
pub(crate) fn all(runs: &[(String, Row)]) -> Vec<RunDocument> {
    let runs = runs.iter();
    runs.map(|(experiment, row)| RunDocument::new(experiment, row.clone()))
        .collect()
}
