//! A session that makes every kind of change.

use serde_json::json;
use tracker_core::conformance::Sample;
use tracker_core::ports::{
    AggregateRecord, ArtifactRecord, AttemptRecord, AttemptState, Change, ExperimentRecord, Mark,
    Store,
};
use tracker_core::{
    Annotation, Definition, Error, Iteration, Metric, ModuleRecord, Outcome, Provenance, Series,
    Timestamp, Uuid,
};

pub(super) const JOURNAL: Uuid = Uuid::from_u128(7);
pub(super) const OLD_JOURNAL: Uuid = Uuid::from_u128(8);

/// Changes that are made in one call.
#[derive(Clone)]
pub(super) struct Step {
    pub(super) changes: Vec<Change>,
    pub(super) mark: Option<Mark>,
}

impl Step {
    pub(super) fn make(&self, store: &dyn Store) -> Result<(), Error> {
        store.apply(&self.changes, self.mark).map(drop)
    }
}

impl From<Change> for Step {
    fn from(change: Change) -> Self {
        Self {
            changes: vec![change],
            mark: None,
        }
    }
}

/// A session that makes every kind of change.
pub(super) fn script() -> Vec<Step> {
    let experiment = ExperimentRecord::new("digits");
    let id = experiment.id;
    let (record, other) = (
        AggregateRecord::new(id, "run"),
        AggregateRecord::new(id, "other"),
    );
    let run = record.uuid;
    let gone = ExperimentRecord::new("gone");
    let mut steps: Vec<Step> = vec![
        Change::CreateExperiment(experiment).into(),
        create(record, vec![module("model", "MLP", 0)]),
        add(run, 1),
        create(other.clone(), Vec::new()),
        put(run, module("optimizer", "Adam", 0)),
        iterate(run, 1),
        add(run, 2),
        Change::SetEpoch {
            aggregate: run,
            epoch: 4,
        }
        .into(),
        put(run, module("optimizer", "Adam", 3)),
    ];
    steps.extend(describe(id, run).into_iter().map(Step::from));
    steps.extend(attend(run).into_iter().map(Step::from));
    steps.extend([
        iterate(run, 2),
        Change::RemoveAggregate {
            aggregate: other.uuid,
        }
        .into(),
        add(run, 5),
        Change::Rewind {
            aggregate: run,
            epoch: 1,
        }
        .into(),
        iterate(run, 3),
        Change::ClearIterations { aggregate: run }.into(),
        iterate(run, 3),
        Change::RenameExperiment {
            experiment: id,
            name: "numbers".to_owned(),
        }
        .into(),
        // A list whose later changes take back what the earlier ones do.
        Step {
            changes: vec![
                Change::CreateExperiment(gone.clone()),
                Change::AnnotateExperiment {
                    experiment: gone.id,
                    annotation: Annotation::SetNotes("soon".to_owned()),
                },
                Change::SetEpoch {
                    aggregate: run,
                    epoch: 9,
                },
                Change::RemoveExperiment {
                    experiment: gone.id,
                },
                Change::ClearMetrics { aggregate: run },
            ],
            mark: Some(Mark {
                journal: OLD_JOURNAL,
                position: 1,
            }),
        },
        Change::ForgetJournal {
            journal: OLD_JOURNAL,
        }
        .into(),
        add(run, 7),
    ]);
    steps
}

fn create(record: AggregateRecord, modules: Vec<ModuleRecord>) -> Step {
    Change::CreateAggregate { record, modules }.into()
}

fn module(kind: &str, name: &str, epoch: u64) -> ModuleRecord {
    let sample = Sample::new(name, r#"{"rate": 1e-05}"#);
    ModuleRecord {
        epoch,
        ..ModuleRecord::new(kind, &sample).unwrap()
    }
}

fn put(aggregate: Uuid, module: ModuleRecord) -> Step {
    Change::PutModule { aggregate, module }.into()
}

/// Points up to the epoch `position`, and the mark of that position.
pub(super) fn add(aggregate: Uuid, position: u32) -> Step {
    let mut series = Series::new("loss", "train");
    for step in position..position + 3 {
        let metric = Metric::new("", step)
            .epoch(position.into())
            .step(-i64::from(step));
        series.push(&metric);
    }
    series.push(&Metric::new("", json!({"step": position})).step(i64::from(position) + 9));
    let mark = Mark {
        journal: JOURNAL,
        position: position.into(),
    };
    Step {
        changes: vec![Change::AddPoints {
            aggregate,
            series: vec![series],
        }],
        mark: Some(mark),
    }
}

fn iterate(aggregate: Uuid, epoch: u64) -> Step {
    let iteration = Iteration::new("train", epoch)
        .dataset(&Sample::new("Digits", "{}"))
        .arguments(json!([1, 2]))
        .with("model", &Sample::new("MLP", "{}"));
    Change::PutIteration {
        aggregate,
        iteration: hashed(iteration),
    }
    .into()
}

/// As the domain hands it to a store.
pub(super) fn hashed(iteration: Iteration) -> Iteration {
    let hash = iteration.hash();
    iteration.set_hash(hash)
}

/// What people say of an experiment and a run.
fn describe(experiment: Uuid, aggregate: Uuid) -> Vec<Change> {
    let definition = Definition::default().unit("nats").minimize();
    vec![
        Change::Annotate {
            aggregate,
            annotation: Annotation::SetTag {
                tag: "stage".to_owned(),
                value: "draft".to_owned(),
            },
        },
        Change::AnnotateExperiment {
            experiment,
            annotation: Annotation::SetNotes("zwölf".to_owned()),
        },
        Change::DefineExperimentMetric {
            experiment,
            metric: "loss".to_owned(),
            definition: definition.clone(),
        },
        Change::DefineMetric {
            aggregate,
            metric: "größe".to_owned(),
            definition,
        },
        Change::NameAggregate {
            aggregate,
            name: "the first".to_owned(),
        },
        Change::Archive {
            aggregate,
            archived: true,
        },
        Change::SetParam {
            aggregate,
            name: "seed".to_owned(),
            value: "[null, NaN, 340282366920938463463374607431768211455]"
                .parse()
                .unwrap(),
        },
    ]
}

/// Attempts and artifacts.
fn attend(aggregate: Uuid) -> Vec<Change> {
    let attempt = attempt();
    let artifact = |epoch: u64| Change::PutArtifact {
        aggregate,
        artifact: ArtifactRecord {
            name: "weights".to_owned(),
            epoch: Some(epoch),
            hash: "0".repeat(64),
            size: 1 << 40,
            media_type: "application/octet-stream".to_owned(),
            created: time(2),
        },
    };
    vec![
        Change::PutAttempt {
            aggregate,
            attempt: attempt.clone(),
        },
        Change::UpdateAttempt {
            aggregate,
            attempt: attempt.id,
            seen: time(5),
            outcome: Outcome::Failed {
                reason: "no memory".to_owned(),
            },
        },
        artifact(1),
        artifact(2),
        artifact(3),
        Change::RemoveArtifact {
            aggregate,
            name: "weights".to_owned(),
            epoch: Some(2),
        },
    ]
}

fn attempt() -> AttemptRecord {
    let large = "340282366920938463463374607431768211455";
    AttemptRecord {
        id: Uuid::from_u128(9),
        state: AttemptState {
            started: time(1),
            seen: time(1),
            ended: None,
            outcome: Outcome::Running,
            place: "here".to_owned(),
            process: 17,
            process_started: 1_700_000_000,
        },
        provenance: Provenance {
            command: vec!["train".to_owned(), "--größe".to_owned()],
            more: [("large".to_owned(), large.parse().unwrap())].into(),
            ..Provenance::default()
        },
    }
}

fn time(microseconds: i64) -> Timestamp {
    Timestamp::from_microsecond(1_700_000_000_000_000 + microseconds).unwrap()
}
