//! A session that makes every kind of change, and points that are larger than the first slots.

use jiff::Timestamp;
use uuid::Uuid;

use super::super::layout::UNIT;
use crate::conformance::Sample;
use crate::ports::{AggregateRecord, ArtifactRecord, AttemptRecord, AttemptState, Change, Detail};
use crate::ports::{ExperimentRecord, Scope, Store};
use crate::records::{
    Annotation, Definition, Iteration, Metric, ModuleRecord, Outcome, Provenance,
};

/// What is done in one call.
pub(super) enum Step {
    Change(Vec<Change>),
    Points(Uuid, Vec<Metric>),
    Flush,
}

pub(super) const RUN: Uuid = Uuid::from_u128(3);
const LATER: Uuid = Uuid::from_u128(4);
const GONE: Uuid = Uuid::from_u128(5);
const EXPERIMENT: Uuid = Uuid::from_u128(2);

impl From<Change> for Step {
    fn from(change: Change) -> Self {
        Self::Change(vec![change])
    }
}

/// What the first process does while it has its store.
pub(super) fn begin() -> Vec<Step> {
    let mut steps: Vec<Step> = vec![
        Change::CreateExperiment(experiment(EXPERIMENT, "digits")).into(),
        create(RUN, "run"),
        create(LATER, "later"),
        create(GONE, "gone"),
        points(RUN, 0..3),
        points(GONE, 0..3),
        Step::Flush,
        Change::ClearMetrics { aggregate: RUN }.into(),
        points(RUN, 3..20),
        put(RUN, "optimizer"),
        iterate(RUN, 1),
        Change::Rewind {
            aggregate: RUN,
            epoch: 0,
        }
        .into(),
        Change::RemoveAggregate { aggregate: GONE }.into(),
    ];
    let other = Uuid::from_u128(6);
    // A list whose later changes take back what the earlier ones do.
    steps.push(Step::Change(vec![
        Change::CreateExperiment(experiment(other, "other")),
        Change::AnnotateExperiment {
            experiment: other,
            annotation: Annotation::SetNotes("soon".to_owned()),
        },
        Change::RemoveExperiment { experiment: other },
    ]));
    steps.push(Step::Flush);
    steps
}

/// What it does while its store is away; then it dies.
pub(super) fn go_on() -> Vec<Step> {
    let mut steps = vec![
        large(RUN),
        points(RUN, 20..40),
        iterate(RUN, 2),
        Change::ClearIterations { aggregate: RUN }.into(),
        iterate(RUN, 3),
        points(RUN, 40..50),
    ];
    steps.extend(describe().into_iter().map(Step::from));
    steps.push(points(RUN, 50..60));
    steps
}

/// What the process after it does, to another run.
pub(super) fn end() -> Vec<Step> {
    vec![
        points(LATER, 0..10),
        Change::SetEpoch {
            aggregate: LATER,
            epoch: 4,
        }
        .into(),
        Step::Flush,
        put(LATER, "optimizer"),
        points(LATER, 10..20),
        large(LATER),
        Step::Flush,
        points(LATER, 20..21),
    ]
}

fn describe() -> Vec<Change> {
    let (aggregate, experiment) = (RUN, EXPERIMENT);
    let definition = Definition::default().unit("nats").minimize();
    let attempt = AttemptRecord {
        id: Uuid::from_u128(7),
        provenance: Provenance::default(),
        state: AttemptState {
            started: Timestamp::UNIX_EPOCH,
            seen: Timestamp::UNIX_EPOCH,
            ended: None,
            outcome: Outcome::Running,
            place: "here".to_owned(),
            process: 1,
            process_started: 1,
        },
    };
    let artifact = |name: &str| ArtifactRecord {
        name: name.to_owned(),
        epoch: None,
        hash: "00".repeat(32),
        size: 3,
        media_type: "text/plain".to_owned(),
        created: Timestamp::UNIX_EPOCH,
    };
    let tag = Annotation::SetTag {
        tag: "stage".to_owned(),
        value: "draft".to_owned(),
    };
    vec![
        Change::RenameExperiment {
            experiment,
            name: "numerals".to_owned(),
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
        Change::NameAggregate {
            aggregate,
            name: "the first".to_owned(),
        },
        Change::Archive {
            aggregate,
            archived: true,
        },
        Change::SetEpoch {
            aggregate,
            epoch: 7,
        },
        Change::Annotate {
            aggregate,
            annotation: tag,
        },
        Change::SetParam {
            aggregate,
            name: "seed".to_owned(),
            value: "[17]".parse().unwrap(),
        },
        Change::DefineMetric {
            aggregate,
            metric: "größe".to_owned(),
            definition,
        },
        Change::PutAttempt { aggregate, attempt },
        Change::UpdateAttempt {
            aggregate,
            attempt: Uuid::from_u128(7),
            seen: Timestamp::UNIX_EPOCH,
            outcome: Outcome::Finished,
        },
        Change::PutArtifact {
            aggregate,
            artifact: artifact("weights"),
        },
        Change::PutArtifact {
            aggregate,
            artifact: artifact("draft"),
        },
        Change::RemoveArtifact {
            aggregate,
            name: "draft".to_owned(),
            epoch: None,
        },
        Change::ForgetJournal {
            journal: Uuid::from_u128(9),
        },
    ]
}

fn experiment(id: Uuid, name: &str) -> ExperimentRecord {
    ExperimentRecord {
        id,
        created: Timestamp::UNIX_EPOCH,
        ..ExperimentRecord::new(name)
    }
}

fn create(uuid: Uuid, id: &str) -> Step {
    let record = AggregateRecord {
        uuid,
        created: Timestamp::UNIX_EPOCH,
        ..AggregateRecord::new(EXPERIMENT, id)
    };
    let modules = vec![module("model")];
    Change::CreateAggregate { record, modules }.into()
}

fn module(kind: &str) -> ModuleRecord {
    ModuleRecord::new(kind, &Sample::new("MLP", r#"{"rate": 1e-05}"#)).unwrap()
}

fn put(aggregate: Uuid, kind: &str) -> Step {
    let module = module(kind);
    Change::PutModule { aggregate, module }.into()
}

fn iterate(aggregate: Uuid, epoch: u64) -> Step {
    let iteration = Iteration::new("train", epoch).dataset(&Sample::new("Digits", "{}"));
    let hash = iteration.hash();
    let iteration = iteration.set_hash(hash);
    Change::PutIteration {
        aggregate,
        iteration,
    }
    .into()
}

/// Points, of which the first is JSON, and one has no finite number.
fn points(aggregate: Uuid, steps: std::ops::Range<u32>) -> Step {
    let json = serde_json::json!([[steps.start, 1], [0, null]]);
    let json = Metric::new("confusion", json).step(i64::from(steps.start));
    let number = |step: u32| {
        let number = if step == 5 { f64::NAN } else { f64::from(step) };
        let metric = Metric::new("loss", number).phase("train");
        metric.epoch(u64::from(step / 10)).step(i64::from(step))
    };
    let all = std::iter::once(json).chain(steps.map(number));
    let all = all.map(|metric| metric.time(Timestamp::UNIX_EPOCH));
    Step::Points(aggregate, all.collect())
}

/// A point that is larger than a slot.
fn large(aggregate: Uuid) -> Step {
    let text = "x".repeat(usize::try_from(UNIT).unwrap());
    let point = Metric::new("text", serde_json::json!(text));
    Step::Points(aggregate, vec![point.time(Timestamp::UNIX_EPOCH)])
}

/// All that a store holds, as text.
pub(super) fn snapshot(store: &dyn Store) -> String {
    let mut lines = vec![format!("{:?}", store.experiments().unwrap())];
    for row in store.rows(&Scope::All, &Detail::ALL).unwrap() {
        let uuid = row.aggregate.uuid;
        lines.push(format!("{:?} {:?}", row.aggregate, row.modules));
        lines.push(format!("{:?}", store.iterations(uuid).unwrap()));
        for summary in &row.summaries {
            let history = store.history(uuid, summary.name(), summary.phase());
            let history = history.unwrap();
            lines.push(format!("{:?} {:?}", history.steps(), history.numbers()));
        }
        lines.push(format!("{:?}", store.attempts(uuid).unwrap()));
        lines.push(format!("{:?}", store.artifacts(uuid).unwrap()));
    }
    lines.join("\n")
}
