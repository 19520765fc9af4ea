//! Stores to look at, and the program that looks.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;
use tracker_core::conformance::Sample;
use tracker_core::ports::{
    AggregateRecord, ArtifactRecord, AttemptRecord, AttemptState, Change, ExperimentRecord,
};
use tracker_core::{
    Definition, Git, Iteration, Metric, ModuleRecord, Outcome, Provenance, System, Timestamp,
    Tracker, Uuid,
};
use tracker_json as _;
use tracker_sqlite as _;

/// The address of the store in its folder.
pub(crate) const ADDRESS: &str = "sqlite:runs.db";
/// The id of the first run.
pub(crate) const FIRST: &str = "a1b2c3d4e5f60718293a4b5c6d7e8f90";
/// The id of the second run, in the same experiment.
pub(crate) const SECOND: &str = "a1b2ffffe5f60718293a4b5c6d7e8f90";
/// The id of a run in another experiment, which a person chose.
pub(crate) const THIRD: &str = "baseline-seed-1";

/// A store in a folder of its own.
pub(crate) struct Fixture {
    pub(crate) folder: TempDir,
}

/// What the program did.
#[derive(Debug)]
pub(crate) struct Done {
    pub(crate) code: Option<i32>,
    pub(crate) out: Vec<u8>,
    pub(crate) err: String,
}

impl Fixture {
    /// A folder without a store.
    pub(crate) fn empty() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { folder }
    }

    /// Two experiments with three runs.
    pub(crate) fn new() -> Self {
        let fixture = Self::empty();
        fill(&Tracker::open(&fixture.absolute()).unwrap());
        fixture
    }

    /// As [`new`](Self::new), with the lives of the runs: attempts, parameters, artifacts, a name.
    pub(crate) fn with_lives() -> Self {
        let fixture = Self::new();
        let tracker = Tracker::open(&fixture.absolute()).unwrap();
        let store = tracker.store().unwrap();
        store.apply(&lives(), None).unwrap().complete().unwrap();
        let run = tracker.aggregate(uuid(1)).unwrap().unwrap();
        run.set_name("first light").unwrap();
        run.set_param("seed", 17).unwrap();
        run.set_param("schedule", json!({"warmup": 100})).unwrap();
        let definition = Definition::default().unit("%").maximize();
        let digits = tracker.experiment("digits").unwrap();
        digits.define_metric("accuracy", definition).unwrap();
        fixture
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The address of the store for this process, which is in another folder.
    pub(crate) fn absolute(&self) -> String {
        format!("sqlite:{}", self.path("runs.db").display())
    }

    /// Adds a run without metrics.
    pub(crate) fn add_run(&self, experiment: &str, id: &str) {
        let tracker = Tracker::open(&self.absolute()).unwrap();
        let experiment = tracker.experiment(experiment).unwrap();
        experiment.track_as(id, &model(256)).unwrap();
    }

    /// Writes something else into the contents of all artifacts.
    pub(crate) fn damage_contents(&self) {
        let mut folders = vec![self.path("runs.db.artifacts")];
        while let Some(folder) = folders.pop() {
            for entry in folder.read_dir().unwrap().map(Result::unwrap) {
                if entry.file_type().unwrap().is_dir() {
                    folders.push(entry.path());
                } else {
                    let mut permissions = entry.metadata().unwrap().permissions();
                    #[expect(
                        clippy::permissions_set_readonly_false,
                        reason = "a file of this test"
                    )]
                    permissions.set_readonly(false);
                    fs::set_permissions(entry.path(), permissions).unwrap();
                    fs::write(entry.path(), "other weights now.").unwrap();
                }
            }
        }
    }

    /// The program on this store, in this folder.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_entia"));
        command
            .args(arguments)
            .env("ENTIA_STORE", ADDRESS)
            .env_remove("NO_COLOR")
            .current_dir(self.folder.path())
            .stdin(Stdio::null());
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Done {
        self.command(arguments).output().unwrap().into()
    }

    /// What the program prints, which must be all right with it.
    pub(crate) fn text(&self, arguments: &[&str]) -> String {
        let done = self.run(arguments);
        assert_eq!((done.code, &*done.err), (Some(0), ""), "{done:?}");
        String::from_utf8(done.out).unwrap()
    }

    pub(crate) fn json(&self, arguments: &[&str]) -> Value {
        serde_json::from_str(&self.text(&[arguments, &["--json"]].concat())).unwrap()
    }

    /// The runs of `entia runs`.
    pub(crate) fn runs(&self, arguments: &[&str]) -> Value {
        self.json(arguments)["runs"].take()
    }

    /// What the program complains about, which must end it.
    pub(crate) fn refused(&self, arguments: &[&str]) -> String {
        let done = self.run(arguments);
        assert_eq!(done.code, Some(1), "{done:?}");
        done.err
    }
}

impl From<Output> for Done {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code(),
            out: output.stdout,
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

pub(crate) fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// The uuid of the first, second or third run.
pub(crate) fn uuid(run: u128) -> Uuid {
    Uuid::from_u128(0x10 + run)
}

fn fill(tracker: &Tracker) {
    let digits = Uuid::from_u128(1);
    let letters = Uuid::from_u128(2);
    let mut changes = Vec::new();
    for (id, name, created) in [
        (digits, "digits", "2026-01-05T09:30:00Z"),
        (letters, "letters", "2026-02-01T12:00:00Z"),
    ] {
        changes.push(Change::CreateExperiment(ExperimentRecord {
            id,
            created: time(created),
            ..ExperimentRecord::new(name)
        }));
    }
    for (number, experiment, id, created, model) in [
        (1, digits, FIRST, "2026-01-05T10:00:00Z", model(256)),
        (2, digits, SECOND, "2026-01-06T10:00:00.5Z", model(512)),
        (3, letters, THIRD, "2026-02-01T12:30:00Z", model(256)),
    ] {
        changes.push(Change::CreateAggregate {
            record: AggregateRecord {
                uuid: uuid(number),
                created: time(created),
                ..AggregateRecord::new(experiment, id)
            },
            modules: vec![ModuleRecord::new("model", &model).unwrap()],
        });
    }
    let store = tracker.store().unwrap();
    store.apply(&changes, None).unwrap().complete().unwrap();
    history(tracker);
}

/// The first run failed and then finished, the second was lost.
fn lives() -> Vec<Change> {
    let attempt = |number, run, started, ended: Option<&str>, outcome| Change::PutAttempt {
        aggregate: uuid(run),
        attempt: AttemptRecord {
            id: Uuid::from_u128(number),
            state: AttemptState {
                started: time(started),
                seen: time(ended.unwrap_or(started)),
                ended: ended.map(time),
                outcome,
                place: "another machine".to_owned(),
                process: 4_711,
                process_started: 0,
            },
            provenance: provenance(),
        },
    };
    let reason = "CUDA out of memory".to_owned();
    let (began, ended) = ("2026-01-05T10:00:00Z", "2026-01-05T10:00:07.5Z");
    let (again, done) = ("2026-01-05T10:01:00Z", "2026-01-05T12:06:00Z");
    let artifact = |name: &str, epoch, digit: &str, size| Change::PutArtifact {
        aggregate: uuid(1),
        artifact: ArtifactRecord {
            name: name.to_owned(),
            epoch,
            hash: digit.repeat(64),
            size,
            media_type: "application/octet-stream".to_owned(),
            created: time(done),
        },
    };
    vec![
        attempt(21, 1, began, Some(ended), Outcome::Failed { reason }),
        attempt(22, 1, again, Some(done), Outcome::Finished),
        attempt(23, 2, "2026-01-06T10:00:00Z", None, Outcome::Running),
        artifact("weights.safetensors", Some(3), "a", 6_815_744),
        artifact("plots/loss.svg", None, "b", 812),
    ]
}

fn provenance() -> Provenance {
    let versions = [("digits", "0.1.0"), ("entia", "0.1.0"), ("rustc", "1.95.0")];
    let versions = versions.map(|(name, version)| (name.to_owned(), version.to_owned()));
    Provenance {
        host: "gpu-3".to_owned(),
        user: "ada".to_owned(),
        command: ["digits", "--epochs", "3"].map(str::to_owned).to_vec(),
        folder: "/home/ada/digits".to_owned(),
        git: Some(Git {
            commit: "1a2b3c4d5e6f70819203a4b5c6d7e8f901234567".to_owned(),
            branch: "main".to_owned(),
            dirty: true,
        }),
        versions: versions.into(),
        features: vec!["tch".to_owned()],
        system: System {
            os: "Linux 6.8".to_owned(),
            cpu: "AMD EPYC 9654".to_owned(),
            cpus: 16,
            memory: 128 << 30,
            gpus: vec!["NVIDIA H200".to_owned(); 2],
        },
        more: [("queue".to_owned(), json!("night").into())].into(),
    }
}

pub(crate) fn model(hidden: u64) -> Sample {
    let activation = json!({"name": "LeakyReLU", "arguments": {"slope": 0.01}});
    let arguments = format!(
        r#"{{"input_size": 784, "hidden_size": {hidden}, "output_size": 10, "activation": {activation}}}"#
    );
    Sample::new("MLP", &arguments)
}

fn history(tracker: &Tracker) {
    let digits = tracker.experiments().get("digits").unwrap().unwrap();
    digits.set_tag("dataset", "mnist").unwrap();
    let run = digits.aggregates().get(FIRST).unwrap().unwrap();
    run.set_epoch(3).unwrap();
    let adam = Sample::new("Adam", r#"{"lr": 0.001, "bound": Infinity}"#);
    let run = run.with("optimizer", &adam).unwrap();
    run.set_tag("stage", "candidate").unwrap();
    run.set_tag("best", "").unwrap();
    run.set_notes("The first that learns.\nKeep it.").unwrap();
    let data = Sample::new("Digits", r#"{"train": true}"#);
    let pass = Iteration::new("train", 3).dataset(&data);
    let pass = pass.arguments(json!({"batch_size": 64}));
    run.iterations().put(pass).unwrap();

    let at = |epoch: u64| time(&format!("2026-01-05T10:0{epoch}:00.000123Z"));
    for epoch in 1..=3_u32 {
        let loss = 0.9 / f64::from(epoch);
        let train = Metric::new("loss", loss).phase("train");
        let test = Metric::new("accuracy", 0.9 + f64::from(epoch) / 50.0).phase("test");
        for metric in [train, test] {
            let metric = metric
                .epoch(epoch.into())
                .step(10 * i64::from(epoch))
                .time(at(epoch.into()));
            run.metrics().add(metric).unwrap();
        }
    }
    let confusion = Metric::new("confusion", json!([[5, 1], [0, 7]]))
        .epoch(3)
        .time(at(3));
    let bad = Metric::new("grad, \"norm\"", f64::NAN).epoch(1).time(at(1));
    let worse = Metric::new("grad, \"norm\"", f64::INFINITY)
        .epoch(2)
        .time(at(2));
    run.metrics().add_all([confusion, bad, worse]).unwrap();

    let second = digits.aggregates().get(SECOND).unwrap().unwrap();
    second.set_epoch(1).unwrap();
    let loss = Metric::new("loss", 0.75)
        .phase("train")
        .epoch(1)
        .step(10)
        .time(at(4));
    second.metrics().add(loss).unwrap();
    tracker.flush().unwrap();
}
