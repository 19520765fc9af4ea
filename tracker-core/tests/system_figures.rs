//! What the machine does while an attempt lives becomes series of the run.

mod reads;

use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use reads::pass_reads_on;
use tracker_core::conformance::Sample;
use tracker_core::ports::{Applied, Change, Mark, Store};
use tracker_core::{Aggregate, Definition, MemoryStore, Result, Tracker};

/// Tells of each change.
struct Watched {
    inner: MemoryStore,
    changes: Sender<Change>,
}

impl Store for Watched {
    fn apply(&self, changes: &[Change], mark: Option<Mark>) -> Result<Applied> {
        let applied = self.inner.apply(changes, mark);
        for change in changes {
            // The test may have heard enough.
            let _ = self.changes.send(change.clone());
        }
        applied
    }
    pass_reads_on!();
}

fn watched() -> (Tracker, Aggregate, Receiver<Change>) {
    let (sender, changes) = channel();
    let tracker = Tracker::new(Watched {
        inner: MemoryStore::default(),
        changes: sender,
    });
    let experiment = tracker.experiment("digits").unwrap();
    let run = experiment.track(&Sample::new("MLP", "{}")).unwrap();
    (tracker, run, changes)
}

/// Waits until a sample has come.
fn sampled(changes: &Receiver<Change>) {
    let mut samples = changes.iter();
    assert!(samples.any(|change| matches!(change, Change::AddPoints { .. })));
}

/// Waits until the units are defined, which is after the first sample.
fn defined(changes: &Receiver<Change>) {
    let mut definitions = changes.iter();
    assert!(definitions.any(|change| matches!(change, Change::DefineExperimentMetric { .. })));
}

#[test]
fn figures_are_series_of_a_phase_of_their_own() {
    let (_, run, changes) = watched();
    run.set_epoch(4).unwrap();
    let attempt = run.attempt().unwrap().system_figures(Duration::ZERO);
    sampled(&changes);
    sampled(&changes);
    attempt.finish().unwrap();
    let expected = [
        "cpu.percent",
        "disk.read",
        "disk.write",
        "memory.used",
        "network.received",
        "network.sent",
        "process.memory",
    ];
    let names = run.metrics().names().unwrap();
    for name in expected {
        assert!(names.iter().any(|other| other == name), "{name}: {names:?}");
    }
    for series in run.metrics().all().unwrap() {
        assert_eq!(series.phase(), "system");
        assert!(series.len() >= 2);
        assert!(series.epochs().iter().all(|epoch| *epoch == 4));
        assert!(series.steps().iter().all(|step| (0..3_600).contains(step)));
        assert!(
            series
                .numbers()
                .iter()
                .all(|number| number.is_finite() && *number >= 0.0)
        );
    }
    let percent = run
        .metrics()
        .summary("cpu.percent", "system")
        .unwrap()
        .unwrap();
    assert!(percent.max <= Some(100.0), "{percent:?}");
    let memory = run
        .metrics()
        .summary("process.memory", "system")
        .unwrap()
        .unwrap();
    assert!(memory.min > Some(0.0), "{memory:?}");
}

#[test]
fn the_experiment_knows_the_units() {
    let (tracker, run, changes) = watched();
    let own = Definition::default()
        .unit("cores")
        .description("as we count");
    tracker
        .experiment("digits")
        .unwrap()
        .define_metric("cpu.percent", own.clone())
        .unwrap();
    changes.try_iter().for_each(drop);
    let attempt = run.attempt().unwrap().system_figures(Duration::ZERO);
    defined(&changes);
    attempt.finish().unwrap();
    let definitions = tracker.experiment("digits").unwrap().definitions();
    assert_eq!(
        definitions["cpu.percent"], own,
        "what people have said stays"
    );
    assert_eq!(definitions["memory.used"].unit, "B");
    assert_eq!(definitions["disk.read"].unit, "B/s");
}

#[test]
fn figures_end_with_the_attempt() {
    let (_, run, changes) = watched();
    let attempt = run
        .attempt()
        .unwrap()
        .system_figures(Duration::from_millis(1));
    sampled(&changes);
    drop(attempt);
    changes.try_iter().for_each(drop);
    run.set_epoch(1).unwrap();
    drop(run);
    let rest: Vec<Change> = changes.iter().collect();
    let is_sample = |change: &Change| matches!(change, Change::AddPoints { .. });
    assert!(
        !rest.iter().any(is_sample),
        "the store is gone with the last handle: {rest:?}"
    );
}

#[test]
fn there_are_none_unless_they_are_asked_for() {
    let (_, run, changes) = watched();
    run.attempt().unwrap().finish().unwrap();
    assert!(run.metrics().summaries().unwrap().is_empty());
    assert!(
        !changes
            .try_iter()
            .any(|change| matches!(change, Change::AddPoints { .. }))
    );
}

/// Any interval is one: no time is too short, and none too long to add to the present.
#[test]
fn an_interval_may_be_anything() {
    let (_, run, _changes) = watched();
    for every in [Duration::ZERO, Duration::MAX] {
        run.attempt()
            .unwrap()
            .system_figures(every)
            .finish()
            .unwrap();
    }
}

#[test]
fn figures_go_through_a_journal() {
    let folder = tempfile::tempdir().unwrap();
    let (sender, changes) = channel();
    let store = Watched {
        inner: MemoryStore::default(),
        changes: sender,
    };
    let tracker = Tracker::journaled(store, folder.path().join("runs")).unwrap();
    let experiment = tracker.experiment("digits").unwrap();
    let run = experiment.track(&Sample::new("MLP", "{}")).unwrap();
    let attempt = run.attempt().unwrap().system_figures(Duration::ZERO);
    sampled(&changes);
    attempt.finish().unwrap();
    assert!(
        run.metrics()
            .summary("memory.used", "system")
            .unwrap()
            .is_some()
    );
}
