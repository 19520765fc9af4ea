//! A disk that fails, fills up or loses power costs no more than the call that was told so.

#[path = "support/disk.rs"]
mod disk;

use std::ops::RangeInclusive;
use std::path::Path;

use disk::{Image, Plan, Taken};
use serde_json::json;
use tracker_core::conformance::Sample;
use tracker_core::ports::{
    AggregateRecord, ArtifactRecord, AttemptRecord, AttemptState, Change, Detail, ExperimentRecord,
    Mark, Scope, Store,
};
use tracker_core::{
    Annotation, Definition, Error, Iteration, Metric, Micros, ModuleRecord, Moment, Outcome,
    Provenance, Result, Series, Timestamp, Uuid,
};
use tracker_sqlite::SqliteStore;

/// One call of the session.
enum Step {
    Call(fn(&SqliteStore) -> Result<()>),
    Sync,
}
use Step::{Call, Sync};

/// What a program does with a store: everything that writes, small and large.
const SESSION: &[Step] = &[
    Call(|store| make(store, Change::CreateExperiment(experiment()))),
    Call(|store| {
        let (record, modules) = (aggregate(), vec![module("model")]);
        make(store, Change::CreateAggregate { record, modules })
    }),
    Call(|store| {
        let module = module("optimizer");
        make(
            store,
            Change::PutModule {
                aggregate: RUN,
                module,
            },
        )
    }),
    Call(|store| add(store, 1, &[numbers(0, 3)])),
    Sync,
    Call(|store| {
        let iteration = Iteration::new("train", 1);
        make(
            store,
            Change::PutIteration {
                aggregate: RUN,
                iteration,
            },
        )
    }),
    Call(|store| add(store, 2, &[numbers(3, 1_100)])),
    Call(|store| add(store, 3, &[values(), numbers(1_103, 2)])),
    Sync,
    Call(|store| {
        // In one step, all of it or nothing.
        let annotation = Annotation::SetNotes("late".to_owned());
        let value = json!([17, "seed"]).into();
        let name = "seed".to_owned();
        let changes = [
            Change::SetEpoch {
                aggregate: RUN,
                epoch: 2,
            },
            Change::SetParam {
                aggregate: RUN,
                name,
                value,
            },
            Change::Annotate {
                aggregate: RUN,
                annotation,
            },
        ];
        store.apply(&changes, None)?.complete()
    }),
    Call(|store| {
        make(
            store,
            Change::Archive {
                aggregate: RUN,
                archived: true,
            },
        )
    }),
    Call(|store| add(store, 4, &[numbers(1_105, 1_030)])),
    Call(|store| {
        make(
            store,
            Change::Rewind {
                aggregate: RUN,
                epoch: 1,
            },
        )
    }),
    Call(|store| make(store, Change::ClearMetrics { aggregate: RUN })),
    Call(|store| add(store, 5, &[numbers(0, 1_200)])),
    Call(|store| {
        let (experiment, name) = (experiment().id, "numerals".to_owned());
        make(store, Change::RenameExperiment { experiment, name })
    }),
    Call(|store| store.apply(&life(), None)?.complete()),
    Call(|store| store.apply(&end(), None)?.complete()),
    Call(|store| make(store, Change::ForgetJournal { journal: JOURNAL })),
    Sync,
];

const RUN: Uuid = Uuid::from_u128(3);
const JOURNAL: Uuid = Uuid::from_u128(1);

impl Step {
    fn run(&self, store: &SqliteStore) -> Result<()> {
        match self {
            Call(call) => call(store),
            Sync => store.sync(),
        }
    }
}

fn make(store: &SqliteStore, change: Change) -> Result<()> {
    store.apply(&[change], None)?.complete()
}

fn experiment() -> ExperimentRecord {
    ExperimentRecord {
        id: Uuid::from_u128(2),
        created: Timestamp::UNIX_EPOCH,
        ..ExperimentRecord::new("digits")
    }
}

fn aggregate() -> AggregateRecord {
    AggregateRecord {
        uuid: RUN,
        created: Timestamp::UNIX_EPOCH,
        ..AggregateRecord::new(experiment().id, "run")
    }
}

fn module(kind: &str) -> ModuleRecord {
    ModuleRecord::new(kind, &Sample::new("MLP", r#"{"layers": 2}"#)).unwrap()
}

/// What is said of an experiment and a run, who works on it, and what belongs to it.
fn life() -> Vec<Change> {
    let (aggregate, experiment) = (RUN, experiment().id);
    let definition = Definition::default().unit("nats").minimize();
    let state = AttemptState {
        started: Timestamp::UNIX_EPOCH,
        seen: Timestamp::UNIX_EPOCH,
        ended: None,
        outcome: Outcome::Running,
        place: "here".to_owned(),
        process: 1,
        process_started: 1,
    };
    let attempt = AttemptRecord {
        id: Uuid::from_u128(4),
        provenance: Provenance::default(),
        state,
    };
    let artifact = |name: &str| Change::PutArtifact {
        aggregate,
        artifact: ArtifactRecord {
            name: name.to_owned(),
            epoch: None,
            hash: "00".repeat(32),
            size: 3,
            media_type: "text/plain".to_owned(),
            created: Timestamp::UNIX_EPOCH,
        },
    };
    let annotation = Annotation::SetNotes("early".to_owned());
    let metric = || "loss".to_owned();
    vec![
        Change::AnnotateExperiment {
            experiment,
            annotation,
        },
        Change::DefineExperimentMetric {
            experiment,
            metric: metric(),
            definition: definition.clone(),
        },
        Change::DefineMetric {
            aggregate,
            metric: metric(),
            definition,
        },
        Change::NameAggregate {
            aggregate,
            name: "the first".to_owned(),
        },
        Change::PutAttempt { aggregate, attempt },
        Change::UpdateAttempt {
            aggregate,
            attempt: Uuid::from_u128(4),
            seen: Timestamp::UNIX_EPOCH,
            outcome: Outcome::Finished,
        },
        artifact("weights"),
        artifact("draft"),
    ]
}

/// What removes something, and an experiment that comes and goes.
fn end() -> Vec<Change> {
    let (aggregate, other) = (RUN, Uuid::from_u128(5));
    let gone = AggregateRecord {
        uuid: Uuid::from_u128(6),
        ..AggregateRecord::new(other, "gone")
    };
    vec![
        Change::RemoveArtifact {
            aggregate,
            name: "draft".to_owned(),
            epoch: None,
        },
        Change::ClearIterations { aggregate },
        Change::CreateExperiment(ExperimentRecord {
            id: other,
            ..ExperimentRecord::new("other")
        }),
        Change::CreateAggregate {
            record: gone.clone(),
            modules: Vec::new(),
        },
        Change::RemoveAggregate {
            aggregate: gone.uuid,
        },
        Change::RemoveExperiment { experiment: other },
    ]
}

/// Points of which the epoch changes at every five hundredth.
fn numbers(from: u32, count: u32) -> Series {
    let mut series = Series::new("loss", "train");
    for step in from..from + count {
        let at = Moment {
            epoch: u64::from(step / 500),
            step: step.into(),
            time: Micros::new(step.into()).unwrap(),
        };
        series.push_number(at, 1.0 / f64::from(step + 1));
    }
    series
}

fn values() -> Series {
    let mut series = Series::new("confusion", "test");
    for step in 0..3 {
        let metric = Metric::new("confusion", json!([[step, 1], [0, 7]]));
        series.push(&metric.step(step).time(Timestamp::UNIX_EPOCH));
    }
    series
}

fn add(store: &SqliteStore, position: u64, series: &[Series]) -> Result<()> {
    let added = Change::AddPoints {
        aggregate: RUN,
        series: series.to_vec(),
    };
    let mark = Mark {
        journal: JOURNAL,
        position,
    };
    let applied = store.apply(&[added], Some(mark))?;
    assert!(applied.missing.is_empty());
    Ok(())
}

/// Everything the store holds, as text.
fn content(store: &SqliteStore) -> String {
    let experiments = store.experiments().unwrap();
    let mut content = vec![format!(
        "{experiments:?} {}",
        store.position(JOURNAL).unwrap()
    )];
    for row in store.rows(&Scope::All, &Detail::ALL).unwrap() {
        let iterations = store.iterations(RUN).unwrap();
        content.push(format!("{row:?} {iterations:?}"));
        let (attempts, artifacts) = (store.attempts(RUN), store.artifacts(RUN));
        content.push(format!("{:?} {:?}", attempts.unwrap(), artifacts.unwrap()));
        for summary in &row.summaries {
            let history = store.history(RUN, summary.name(), summary.phase());
            content.push(format!("{:?}", history.unwrap()));
        }
    }
    content.join("\n")
}

/// What a sound disk holds before each call of the session, and at its end.
fn contents(path: &Path) -> Vec<String> {
    let store = SqliteStore::open(path).unwrap();
    let mut contents = vec![content(&store)];
    for step in SESSION {
        step.run(&store).unwrap();
        contents.push(content(&store));
    }
    contents
}

fn assert_sound(store: &SqliteStore, context: &str) {
    assert_eq!(store.check().unwrap(), [""; 0], "{context}");
}

fn assert_blames_the_disk(error: &Error) {
    assert!(matches!(error, Error::Store { .. }), "{error}");
    assert!(error.to_string().contains("\nhint: the disk "), "{error}");
}

/// Runs the session on a disk that follows `plan` until a call fails, and retries that call: where
/// it is `reopened`, with another store. `false` where none fails any more.
fn strikes(disk: &Taken, plan: Plan, reopened: bool, contents: &[String]) -> bool {
    let context = format!("{plan:?}, reopened: {reopened}");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("runs.db");
    disk.reset(plan);
    let mut store = match SqliteStore::open(&path) {
        Ok(store) => store,
        Err(error) => {
            assert_blames_the_disk(&error);
            disk.repair();
            let store = SqliteStore::open(&path).unwrap();
            assert_sound(&store, &context);
            assert!(content(&store) == contents[0], "{context}: {error}");
            return true;
        }
    };
    for (at, step) in SESSION.iter().enumerate() {
        let Err(error) = step.run(&store) else {
            continue;
        };
        assert_blames_the_disk(&error);
        disk.repair();
        if reopened {
            drop(store);
            store = SqliteStore::open(&path).unwrap();
        }
        assert_sound(&store, &context);
        assert!(content(&store) == contents[at], "{context}: {error}");
        step.run(&store).unwrap();
        assert_sound(&store, &context);
        assert!(content(&store) == contents[at + 1], "{context}: {error}");
        return true;
    }
    assert!(!disk.has_struck(), "{context}: no call has said so");
    false
}

fn every_write(plan: fn(usize) -> Plan, reopened: bool) {
    let disk = disk::take();
    let folder = tempfile::tempdir().unwrap();
    let contents = contents(&folder.path().join("runs.db"));
    let writes = (1..).take_while(|at| strikes(&disk, plan(*at), reopened, &contents));
    assert!(writes.count() > 100, "the session must write");
}

#[test]
fn any_write_may_fail() {
    every_write(Plan::Fail, true);
}

#[test]
fn the_disk_may_be_full_for_a_while() {
    every_write(Plan::Full, false);
}

/// What a power loss leaves, and after which calls of the session it may be all there is.
struct Loss {
    image: Image,
    calls: RangeInclusive<usize>,
}

/// The power may fail after any sync of a file, and after any call.
fn losses(disk: &Taken, path: &Path) -> Vec<Loss> {
    disk.reset(Plan::Sound);
    let store = SqliteStore::open(path).unwrap();
    let (mut losses, mut seen, mut safe) = (Vec::new(), 0, 0);
    for (at, step) in (1..).zip(SESSION) {
        step.run(&store).unwrap();
        let syncs = disk.syncs();
        losses.extend(syncs[seen..].iter().map(|image| Loss {
            image: Image::clone(image),
            calls: safe..=at,
        }));
        seen = syncs.len();
        if matches!(step, Sync) {
            safe = at;
        }
        losses.push(Loss {
            image: Image::clone(&syncs[seen - 1]),
            calls: safe..=at,
        });
    }
    losses
}

#[test]
fn what_was_synced_survives_a_power_loss() {
    let disk = disk::take();
    let folder = tempfile::tempdir().unwrap();
    let contents = contents(&folder.path().join("sound.db"));
    let losses = losses(&disk, &folder.path().join("runs.db"));
    assert!(losses.len() > SESSION.len(), "files must be synced");
    for (at, loss) in losses.into_iter().enumerate() {
        let folder = tempfile::tempdir().unwrap();
        disk::restore(&loss.image, folder.path());
        let store = SqliteStore::open(folder.path().join("runs.db")).unwrap();
        assert_sound(&store, &format!("power loss {at}"));
        let held = contents[loss.calls.clone()].contains(&content(&store));
        assert!(
            held,
            "power loss {at}: not what one of the calls {:?} left",
            loss.calls
        );
    }
}
