//! A store that is away, or refuses, stops nobody: what is added waits in the journal, in order.

mod common;
mod journaled;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use common::{Hooked, reads::pass_reads_on};
use journaled::{busy, full, journals, obey, open, open_plain, point, run, steps};
use tracker_core::conformance::Sample;
use tracker_core::ports::{
    Applied, ArtifactRecord, AttemptRecord, Change, Detail, ExperimentRecord, Mark, Row, Scope,
    Store,
};
use tracker_core::{
    Error, ErrorKind, Iteration, MemoryStore, Metric, Result, Series, Tracker, Uuid,
};

/// A store that can fail for a while.
#[derive(Default)]
struct Away {
    inner: Arc<MemoryStore>,
    failure: Mutex<Option<Error>>,
}

impl Away {
    fn leave(&self, failure: Error) {
        *self.failure.lock().unwrap() = Some(failure);
    }

    fn come_back(&self) {
        *self.failure.lock().unwrap() = None;
    }
}

impl Store for Away {
    fn apply(&self, changes: &[Change], mark: Option<Mark>) -> Result<Applied> {
        match &*self.failure.lock().unwrap() {
            Some(failure) => Err(failure.clone()),
            None => self.inner.apply(changes, mark),
        }
    }
    pass_reads_on!();
    fn identity(&self) -> Result<Option<Uuid>> {
        self.inner.identity()
    }
}

fn open_away(folder: &std::path::Path) -> (Tracker, Arc<Away>) {
    let store = Arc::<Away>::default();
    let tracker = Tracker::journaled(Arc::clone(&store), folder.join("runs")).unwrap();
    (tracker, store)
}

#[test]
fn while_the_store_is_away_changes_wait_and_reads_fail() {
    let folder = tempfile::tempdir().unwrap();
    let (tracker, store) = open_away(folder.path());
    let run = run(&tracker);
    store.leave(busy());
    run.set_epoch(3).unwrap();
    run.metrics().add(point(0)).unwrap();
    run.set_param("seed", 17).unwrap();
    run.set_tag("stage", "draft").unwrap();
    let other = tracker.experiments().create("letters").unwrap();
    assert_eq!(run.epoch(), 3, "the handle knows");
    assert_eq!(store.inner.experiments().unwrap().len(), 1);
    let error = tracker.experiments().list().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unavailable, "{error}");

    store.come_back();
    let names = tracker.experiments().list().unwrap();
    assert_eq!(names[1].id(), other.id());
    let again = tracker.aggregate(run.uuid()).unwrap().unwrap();
    assert_eq!(again.epoch(), 3);
    assert_eq!(again.annotations().tags["stage"], "draft");
    assert_eq!(steps(&run.metrics()), [0]);
}

/// Another process at work is no news, and a full disk is.
#[test]
fn a_store_that_fails_is_reported_by_the_change_which_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let (tracker, store) = open_away(folder.path());
    let run = run(&tracker);
    store.leave(full());
    let error = run.set_epoch(3).unwrap_err().to_string();
    assert!(error.contains("the disk is full"), "{error}");
    assert!(error.ends_with("do not add it again"), "{error}");
    run.set_epoch(4).unwrap();
    store.come_back();
    let again = tracker.aggregate(run.uuid()).unwrap().unwrap();
    assert_eq!(again.epoch(), 4);
}

/// What dead processes have left goes first.
#[test]
fn opening_waits_for_no_store_and_the_order_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let (first, store) = open_away(folder.path());
    let open = || Tracker::journaled(Arc::clone(&store), folder.path().join("runs")).unwrap();
    let run = run(&first);
    store.leave(busy());
    for step in 0..3 {
        run.metrics().add(point(step)).unwrap();
    }
    let uuid = run.uuid();
    drop((run, first));
    let second = open();
    let created = second.experiments().create("letters").unwrap();
    second.flush().unwrap_err();
    assert_eq!(journals(folder.path()).len(), 2);
    assert_eq!(store.inner.experiments().unwrap().len(), 1);
    store.come_back();
    second.flush().unwrap();
    let history = store.inner.history(uuid, "loss", "train").unwrap();
    assert_eq!(history.steps(), [0, 1, 2]);
    let experiments = store.inner.experiments().unwrap();
    assert_eq!(experiments[1].id, created.id());
    assert_eq!(journals(folder.path()).len(), 1);
}

/// The refusal is about one run; the points are those of another.
#[test]
fn a_refused_change_takes_nothing_else_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let (tracker, store) = open_away(folder.path());
    let (first, digits) = (run(&tracker), tracker.experiment("digits").unwrap());
    let second = digits.track(&Sample::new("GLU", "{}")).unwrap();
    store.leave(busy());
    second.metrics().add(point(0)).unwrap();
    first.set_param("seed", 1).unwrap();
    // Another process was faster.
    let param = Change::SetParam {
        aggregate: first.uuid(),
        name: "seed".to_owned(),
        value: "2".parse().unwrap(),
    };
    store
        .inner
        .apply(&[param], None)
        .unwrap()
        .complete()
        .unwrap();
    second.metrics().add(point(1)).unwrap();
    second.set_epoch(7).unwrap();
    store.come_back();
    let error = tracker.flush().unwrap_err();
    assert!(matches!(error, Error::ParamSet { .. }), "{error}");
    tracker.flush().unwrap();
    assert_eq!(steps(&second.metrics()), [0, 1]);
    let second = tracker.aggregate(second.uuid()).unwrap().unwrap();
    assert_eq!(second.epoch(), 7);
}

#[test]
fn a_refusal_is_told_to_who_asked_for_it() {
    let folder = tempfile::tempdir().unwrap();
    let (tracker, _store) = open_away(folder.path());
    let run = run(&tracker);
    run.metrics().add(point(0)).unwrap();
    run.set_param("seed", 1).unwrap();
    let error = run.set_param("seed", 2).unwrap_err();
    assert!(matches!(error, Error::ParamSet { .. }), "{error}");
    let taken = tracker.experiments().create("digits").unwrap_err();
    assert!(matches!(taken, Error::Taken { .. }), "{taken}");
    tracker.flush().unwrap();
    assert_eq!(steps(&run.metrics()), [0]);
}

/// Each call may fail after it has done everything.
#[test]
fn a_batch_of_any_size_is_there_once() {
    const POINTS: i64 = 120_000;
    let (folder, store) = (tempfile::tempdir().unwrap(), Arc::default());
    let calls = AtomicU64::new(0);
    let tracker = open(
        folder.path(),
        &store,
        move |inner: &MemoryStore, changes: &[Change], mark: Option<Mark>| {
            let applied = inner.apply(changes, mark)?;
            if calls.fetch_add(1, Ordering::Relaxed).is_multiple_of(2) {
                return Err(busy());
            }
            Ok(applied)
        },
    );
    let metrics = run(&tracker).metrics();
    metrics.add(point(0)).unwrap();
    metrics.add_all((1..POINTS).map(point)).unwrap();
    while tracker.flush().is_err() {}
    assert!(steps(&metrics).into_iter().eq(0..POINTS));
}

/// A journal that this caller may not send waits for one who may.
#[test]
fn what_one_caller_may_not_send_another_does() {
    let folder = tempfile::tempdir().unwrap();
    let (tracker, store) = open_away(folder.path());
    let run = run(&tracker);
    store.leave(busy());
    run.metrics().add(point(0)).unwrap();
    run.set_epoch(1).unwrap();
    drop((run, tracker));

    store.leave(Error::NotAllowed {
        what: "to change this experiment".to_owned(),
        hint: "use another token".to_owned(),
    });
    let other = || Tracker::journaled(Arc::clone(&store), folder.path().join("runs")).unwrap();
    let tracker = other();
    let error = tracker.flush().unwrap_err();
    assert!(matches!(error, Error::NotAllowed { .. }), "{error}");
    let left = tracker.journals().unwrap();
    assert_eq!((left.len(), left[0].points), (1, Some(1)));
    assert_eq!(left[0].kept, None);
    drop(tracker);

    store.come_back();
    let again = other();
    assert_eq!(steps(&journaled::run(&again).metrics()), [0]);
    assert_eq!(journaled::run(&again).epoch(), 1);
}

/// The journal of one store must not be emptied into another that stands in its place.
#[test]
fn a_journal_of_another_store_is_kept_and_named() {
    let folder = tempfile::tempdir().unwrap();
    let (tracker, store) = open_away(folder.path());
    let run = run(&tracker);
    store.leave(busy());
    run.metrics().add(point(0)).unwrap();
    drop((run, tracker));
    store.come_back();

    let (other, _) = open_away(folder.path());
    other.flush().unwrap();
    let left = other.journals().unwrap();
    assert_eq!(
        (left.len(), left[0].live, left[0].points),
        (1, false, Some(1))
    );
    let reason = left[0].kept.as_deref().unwrap();
    assert!(
        reason.starts_with("it belongs to another store"),
        "{reason}"
    );
    drop(other);

    let again = Tracker::journaled(Arc::clone(&store), folder.path().join("runs")).unwrap();
    assert_eq!(steps(&journaled::run(&again).metrics()), [0]);
    assert!(again.journals().unwrap().iter().all(|journal| journal.live));
}

/// It says that there is none of the name, and refuses to create one since there is one.
struct Contradictory;

impl Store for Contradictory {
    fn apply(&self, changes: &[Change], _: Option<Mark>) -> Result<Applied> {
        match changes {
            [Change::CreateExperiment(record)] => Err(Error::experiment_taken(&record.name)),
            _ => Ok(Applied::default()),
        }
    }
    fn experiments(&self) -> Result<Vec<ExperimentRecord>> {
        Ok(Vec::new())
    }
    fn rows(&self, _: &Scope, _: &Detail) -> Result<Vec<Row>> {
        Ok(Vec::new())
    }
    fn history(&self, _: Uuid, name: &str, phase: &str) -> Result<Series> {
        Ok(Series::new(name, phase))
    }
    fn iterations(&self, _: Uuid) -> Result<Vec<Iteration>> {
        Ok(Vec::new())
    }
    fn attempts(&self, _: Uuid) -> Result<Vec<AttemptRecord>> {
        Ok(Vec::new())
    }
    fn artifacts(&self, _: Uuid) -> Result<Vec<ArtifactRecord>> {
        Ok(Vec::new())
    }
    fn position(&self, _: Uuid) -> Result<u64> {
        Ok(0)
    }
}

#[test]
fn a_store_that_contradicts_itself_is_an_error() {
    let error = Tracker::new(Contradictory)
        .experiment("digits")
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Damaged);
    assert!(
        error.to_string().contains("no experiment `digits`"),
        "{error}"
    );
}

/// A value that nests as deep as a value may stands in a change that nests deeper.
#[test]
fn the_deepest_value_is_stored() {
    let (folder, store) = (tempfile::tempdir().unwrap(), Arc::default());
    let hooked = Hooked::new(&store, obey);
    let tracker = Tracker::journaled(hooked, folder.path().join("runs")).unwrap();
    let run = run(&tracker);
    let depth = (1..200)
        .rev()
        .find(|depth| nested(*depth).parse::<registry_core::Value>().is_ok())
        .unwrap();
    let value: registry_core::Value = nested(depth).parse().unwrap();
    run.metrics().add(Metric::new("before", 1)).unwrap();
    run.set_param("deep", &value).unwrap();
    drop(open_plain(folder.path(), &store));
    let again = tracker.aggregate(run.uuid()).unwrap().unwrap();
    assert_eq!(again.params()["deep"], value);
}

fn nested(depth: usize) -> String {
    format!("{}{}", "[".repeat(depth), "]".repeat(depth))
}
