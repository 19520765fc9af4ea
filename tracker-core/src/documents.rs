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
    /// The one of them that is its [log](log_of).
    pub log: Option<ArtifactRecord>,
    /// What the run, its experiment or its name says of each metric; `definitions` is what the run
    /// says.
    pub metric_definitions: BTreeMap<String, Definition>,
}

impl WholeRun {
    /// Of a run in this experiment: its log and what is said of its metrics follow from the rest.
    pub fn new(
        experiment: &ExperimentRecord,
        row: Row,
        iterations: Vec<Iteration>,
        attempts: Vec<AttemptRecord>,
        artifacts: Vec<ArtifactRecord>,
    ) -> Self {
        let metric_definitions = metric_definitions(experiment, &row);
        Self {
            run: RunDocument::new(&experiment.name, row),
            iterations,
            attempts,
            log: log_of(&artifacts).cloned(),
            artifacts,
            metric_definitions,
        }
    }
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

/// Which artifact of a run is its log, what its program has written: a text whose file is named `log`,
/// `output`, `stderr` or `stdout`, with `.log`, `.txt` or nothing behind it, or ends in `.log`. The
/// newest, where there are several.
///
/// # Examples
///
/// ```
/// use tracker_core::documents::log_of;
/// # use tracker_core::conformance::Sample;
///
/// let tracker = tracker_core::Tracker::open("memory:")?;
/// let run = tracker.experiment("digits")?.track(&Sample::new("MLP", "{}"))?;
/// run.artifacts().put_bytes("train.log", "epoch 1: loss 0.5\n")?;
/// run.artifacts().put_bytes("notes.txt", "It learns.")?;
/// let artifacts = tracker.store()?.artifacts(run.uuid())?;
/// assert_eq!(log_of(&artifacts).unwrap().name, "train.log");
/// # Ok::<(), tracker_core::Error>(())
/// ```
pub fn log_of<'a>(
    artifacts: impl IntoIterator<Item = &'a ArtifactRecord>,
) -> Option<&'a ArtifactRecord> {
    let logs = artifacts.into_iter().filter(|artifact| is_log(artifact));
    logs.max_by_key(|artifact| artifact.created)
}

fn is_log(artifact: &ArtifactRecord) -> bool {
    const NAMES: [&str; 4] = ["log", "output", "stderr", "stdout"];
    // A file without an ending is octets for whoever guesses from its name.
    let may_be_read = ["text/", "application/octet-stream"]
        .iter()
        .any(|start| artifact.media_type.starts_with(start));
    let file = artifact.name.rsplit('/').next().unwrap_or_default();
    let file = file.to_ascii_lowercase();
    let is_named = match file.rsplit_once('.') {
        Some((_, "log")) => true,
        Some((stem, "txt")) => NAMES.contains(&stem),
        _ => NAMES.contains(&&*file),
    };
    is_named && may_be_read
}

#[cfg(test)]
mod tests {
    use super::{ArtifactRecord, log_of};

    fn named(name: &str, media_type: &str, second: i64) -> ArtifactRecord {
        ArtifactRecord {
            name: name.to_owned(),
            epoch: None,
            hash: String::new(),
            size: 0,
            media_type: media_type.to_owned(),
            created: jiff::Timestamp::from_second(second).unwrap(),
        }
    }

    #[test]
    fn a_log_is_told_by_its_name_and_kind() {
        for (name, media_type, is_log) in [
            ("log", "application/octet-stream", true),
            ("STDOUT.TXT", "text/plain", true),
            ("logs/worker-3.log", "text/plain; charset=utf-8", true),
            ("worker/output", "text/plain", true),
            ("output.png", "image/png", false),
            ("plots.log", "image/png", false),
            ("output/model.txt", "text/plain", false),
            ("catalog.txt", "text/plain", false),
            ("log.txt.gz", "application/gzip", false),
        ] {
            let artifacts = [named(name, media_type, 0)];
            assert_eq!(log_of(&artifacts).is_some(), is_log, "{name}");
        }
        let several = [
            named("first.log", "text/plain", 0),
            named("second.log", "text/plain", 1),
            named("third.txt", "text/plain", 2),
        ];
        assert_eq!(log_of(&several).unwrap().name, "second.log");
        assert_eq!(log_of(&[]), None);
    }
}
