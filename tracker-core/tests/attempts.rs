//! Which program works on a run, and how that ends.

use std::io::{BufRead, BufReader};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use tracker_core::conformance::Sample;
use tracker_core::ports::{Change, Store};
use tracker_core::{
    Aggregate, AttemptRecord, AttemptState, Error, ErrorKind, MemoryStore, Metric, Outcome,
    Provenance, Query, Status, Timestamp, Tracker,
};

fn run(tracker: &Tracker) -> Aggregate {
    let experiment = tracker.experiment("digits").unwrap();
    experiment.track(&Sample::new("MLP", "{}")).unwrap()
}

/// A run in a store of its own, without a journal and with one.
fn each_run(test: impl Fn(Aggregate)) {
    test(run(&Tracker::open("memory:").unwrap()));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("runs");
    test(run(
        &Tracker::journaled(MemoryStore::default(), path).unwrap()
    ));
}

fn outcomes(run: &Aggregate) -> Vec<Outcome> {
    let attempts = run.attempts().unwrap().into_iter();
    attempts.map(|attempt| attempt.state.outcome).collect()
}

fn failed(reason: &str) -> Outcome {
    Outcome::Failed {
        reason: reason.to_owned(),
    }
}

#[test]
fn an_attempt_runs_until_it_is_finished() {
    each_run(|run| {
        assert_eq!(run.status(), Status::Unknown);
        assert!(run.attempts().unwrap().is_empty());
        let before = Timestamp::now() - Duration::from_micros(1);
        let attempt = run.attempt().unwrap();
        assert_eq!(run.status(), Status::Running);
        assert_eq!(run.clone().status(), Status::Running);
        let id = attempt.id();
        let state = run.attempts().unwrap().remove(0).state;
        assert!(state.started >= before && state.ended.is_none());
        assert_eq!(state.process, std::process::id());

        attempt.finish().unwrap();
        assert_eq!(run.status(), Status::Finished);
        let attempts = run.attempts().unwrap();
        assert_eq!(attempts.len(), 1);
        assert_eq!(attempts[0].id, id);
        assert_eq!(attempts[0].state.outcome, Outcome::Finished);
        assert_eq!(attempts[0].state.ended, Some(attempts[0].state.seen));
        assert_eq!(run.record().attempt.as_ref(), Some(&attempts[0].state));
    });
}

#[test]
fn points_are_in_the_store_when_the_run_shows_as_finished() {
    let (folder, store) = (tempfile::tempdir().unwrap(), Arc::<MemoryStore>::default());
    let tracker = Tracker::journaled(Arc::clone(&store), folder.path().join("runs"));
    let run = run(&tracker.unwrap());
    let attempt = run.attempt().unwrap();
    run.metrics().add(Metric::new("loss", 0.5)).unwrap();
    attempt.finish().unwrap();
    assert_eq!(store.history(run.uuid(), "loss", "").unwrap().len(), 1);
}

#[test]
fn a_dropped_attempt_is_finished() {
    each_run(|run| {
        drop(run.attempt().unwrap());
        assert_eq!(run.status(), Status::Finished);
        assert_eq!(outcomes(&run), [Outcome::Finished]);
    });
}

#[test]
fn an_attempt_fails_with_its_reason() {
    each_run(|run| {
        run.attempt()
            .unwrap()
            .fail("the loss is not a number")
            .unwrap();
        assert_eq!(run.status(), Status::Failed);
        assert_eq!(outcomes(&run), [failed("the loss is not a number")]);
    });
}

#[test]
fn a_panic_is_the_reason() {
    each_run(|run| {
        let training = catch_unwind(AssertUnwindSafe(|| {
            let _attempt = run.attempt().unwrap();
            let layer = [1, 2].len() + 5;
            panic!("there is no layer {layer}");
        }));
        assert!(training.is_err());
        assert_eq!(run.status(), Status::Failed);
        let outcomes = outcomes(&run);
        let [Outcome::Failed { reason }] = &outcomes[..] else {
            panic!("{outcomes:?}");
        };
        assert!(reason.starts_with("panicked at "), "{reason}");
        assert!(reason.contains("attempts.rs:"), "{reason}");
        assert!(reason.ends_with(": there is no layer 7"), "{reason}");
    });
}

/// A panic that was caught is not the reason of what comes after it.
#[test]
fn a_panic_that_is_over_fails_nothing() {
    each_run(|run| {
        let attempt = run.attempt().unwrap();
        assert!(catch_unwind(|| panic!("caught")).is_err());
        drop(attempt);
        assert_eq!(outcomes(&run), [Outcome::Finished]);
    });
}

#[test]
fn the_newest_attempt_decides() {
    each_run(|run| {
        let first = run.attempt().unwrap();
        let second = run.attempt().unwrap();
        first.fail("it was replaced").unwrap();
        assert_eq!(run.status(), Status::Running);
        second.finish().unwrap();
        assert_eq!(run.status(), Status::Finished);
        assert_eq!(
            outcomes(&run),
            [failed("it was replaced"), Outcome::Finished]
        );
    });
}

#[test]
fn status_and_duration_are_searched_for() {
    let tracker = Tracker::open("memory:").unwrap();
    let run = run(&tracker);
    let found = |query: &str| {
        let aggregates = tracker.experiment("digits").unwrap().aggregates();
        aggregates
            .find(query.parse::<Query>().unwrap())
            .unwrap()
            .len()
    };
    assert_eq!(found(r#"status = "unknown""#), 1);
    let attempt = run.attempt().unwrap();
    assert_eq!(found(r#"status = "running" and duration >= 0"#), 1);
    attempt.finish().unwrap();
    assert_eq!(found(r#"status = "finished" and duration < 3600"#), 1);
    assert_eq!(found(r#"status = "running""#), 0);
}

#[test]
fn another_handle_sees_the_attempt_when_it_is_read() {
    let tracker = Tracker::open("memory:").unwrap();
    let attempt = run(&tracker).attempt().unwrap();
    let other = run(&tracker);
    assert_eq!(other.status(), Status::Running);
    attempt.finish().unwrap();
    assert_eq!(run(&tracker).status(), Status::Finished);
}

#[test]
fn a_run_that_is_gone_is_told() {
    each_run(|run| {
        let attempt = run.attempt().unwrap();
        run.clone().remove().unwrap();
        assert_eq!(attempt.finish().unwrap_err().kind(), ErrorKind::NotFound);
        assert_eq!(run.attempt().unwrap_err().kind(), ErrorKind::NotFound);
        assert_eq!(run.attempts().unwrap_err().kind(), ErrorKind::NotFound);
    });
}

#[test]
fn notes_that_cannot_be_stored_are_refused() {
    each_run(|run| {
        let refused = run
            .attempt_with(Provenance::default().note("", 17))
            .unwrap_err();
        assert!(matches!(refused, Error::EmptyName { .. }), "{refused}");
        let mut deep = serde_json::json!(0);
        for _ in 0..1_000 {
            deep = serde_json::json!([deep]);
        }
        let refused = run
            .attempt_with(Provenance::default().note("deep", deep))
            .unwrap_err();
        assert!(matches!(refused, Error::Json { .. }), "{refused}");
        assert!(run.attempts().unwrap().is_empty());
        assert_eq!(run.status(), Status::Unknown);
    });
}

/// Tells a process that this test has started that it is one.
const ATTEMPT: &str = "TRACKER_TEST_ATTEMPT";

/// What the process does: it begins an attempt, tells how it stands, and waits to be killed.
#[test]
fn worker() {
    if std::env::var_os(ATTEMPT).is_none() {
        return;
    }
    let run = run(&Tracker::open("memory:").unwrap());
    let attempt = run.attempt().unwrap();
    eprintln!(
        "{}",
        serde_json::to_string(&attempt.record().state).unwrap()
    );
    // The pipe ends with the one who holds the other side.
    let _ = std::io::stdin().lines().next();
    std::mem::forget(attempt);
}

fn start_worker() -> (Child, AttemptState) {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "worker", "--nocapture"])
        .env(ATTEMPT, "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stderr.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    (child, serde_json::from_str(&line).unwrap())
}

#[test]
fn an_attempt_is_lost_at_once_when_its_process_is_killed() {
    let (mut child, state) = start_worker();
    assert_eq!(state.process, child.id());
    assert_eq!(state.status(), Status::Running);
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(state.status(), Status::Lost);
    assert_eq!(
        state.duration(),
        Duration::ZERO,
        "until it was last heard of"
    );
}

/// The state of an attempt that was heard of so long ago, somewhere else.
fn elsewhere(silent: Duration) -> AttemptState {
    let seen = Timestamp::now() - silent;
    AttemptState {
        started: seen - Duration::from_secs(100),
        seen,
        ended: None,
        outcome: Outcome::Running,
        place: "another machine".to_owned(),
        process: u32::MAX,
        process_started: 0,
    }
}

#[test]
fn an_attempt_elsewhere_is_lost_after_a_minute_of_silence() {
    for (silent, status) in [(0, Status::Running), (61, Status::Lost)] {
        let state = elsewhere(Duration::from_secs(silent));
        assert_eq!(state.status(), status, "after {silent} seconds");
    }
    assert_eq!(
        elsewhere(Duration::from_secs(61)).duration(),
        Duration::from_secs(100)
    );
    let ended = AttemptState {
        outcome: Outcome::Finished,
        ..elsewhere(Duration::from_secs(61))
    };
    assert_eq!(ended.status(), Status::Finished);
}

#[test]
fn a_lost_attempt_is_found() {
    let store = Arc::<MemoryStore>::default();
    let tracker = Tracker::new(Arc::clone(&store));
    let run = run(&tracker);
    let attempt = AttemptRecord {
        id: tracker_core::Uuid::max(),
        state: elsewhere(Duration::from_secs(3_600)),
        provenance: Provenance::default(),
    };
    let change = Change::PutAttempt {
        aggregate: run.uuid(),
        attempt,
    };
    store.apply(&[change], None).unwrap().complete().unwrap();
    let lost: Query = r#"status = "lost""#.parse().unwrap();
    let found = tracker
        .experiment("digits")
        .unwrap()
        .aggregates()
        .find(lost)
        .unwrap();
    assert_eq!(found[0].status(), Status::Lost);
    let again = found[0].attempt().unwrap();
    assert_eq!(
        found[0].status(),
        Status::Running,
        "another attempt takes up the work"
    );
    again.finish().unwrap();
}

tracker_core::register_driver!(tracker_core::Driver {
    scheme: "attempts",
    form: "attempts:",
    open: |_address, _access| Ok(tracker_core::Opened::new(store_with_a_run())),
});

fn store_with_a_run() -> Arc<MemoryStore> {
    let store = Arc::<MemoryStore>::default();
    run(&Tracker::new(Arc::clone(&store)));
    store
}

#[test]
fn a_store_that_is_read_refuses_attempts() {
    let tracker = Tracker::read("attempts:").unwrap();
    let experiment = tracker.experiments().get("digits").unwrap().unwrap();
    let run = experiment.aggregates().list().unwrap().remove(0);
    let refused = run.attempt().unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Denied);
    assert_eq!(run.status(), Status::Unknown);
    assert!(run.attempts().unwrap().is_empty());
}
