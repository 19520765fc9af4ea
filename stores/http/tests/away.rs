//! While the server is away, training goes on, and everything is there exactly once afterwards.

mod common;

use std::path::Path;
use std::process::{Command, Stdio};

use common::Served;
use tracker_core::conformance::Sample;
use tracker_core::{ErrorKind, Metric, Tracker};
use tracker_http as _;
use tracker_sqlite as _;

fn model() -> Sample {
    Sample::new("MLP", "{}")
}

fn point(step: i64) -> Metric {
    Metric::new("loss", 0.5).step(step)
}

/// The steps that a file has, in their order.
#[track_caller]
fn assert_steps(path: &Path, count: i64) {
    let tracker = Tracker::read(&format!("sqlite:{}", path.display())).unwrap();
    let experiment = tracker.experiments().get("digits").unwrap().unwrap();
    let runs = experiment.aggregates().list().unwrap();
    assert_eq!(runs.len(), 1);
    let history = runs[0].metrics().history("loss", "").unwrap();
    assert!(
        history.steps().iter().copied().eq(0..count),
        "{} points of {count}",
        history.len()
    );
}

#[test]
fn a_program_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("runs.db");
    let server = Served::of_file(&file, "127.0.0.1:0");
    let (listen, address) = (server.address.to_string(), server.journaled(folder.path()));
    let tracker = Tracker::open(&address).unwrap();
    let run = tracker
        .experiment("digits")
        .unwrap()
        .track(&model())
        .unwrap();
    run.metrics().add(point(0)).unwrap();
    tracker.flush().unwrap();

    drop(server);
    for step in 1..5_000 {
        // Not even once is it told that the server is away.
        run.metrics().add(point(step)).unwrap();
    }
    run.set_epoch(3).unwrap();
    run.set_param("seed", 17).unwrap();
    run.metrics().add(point(5_000)).unwrap();
    let away = [
        tracker.flush().unwrap_err(),
        tracker.ping().unwrap_err(),
        tracker.experiments().list().map(drop).unwrap_err(),
        run.metrics().history("loss", "").map(drop).unwrap_err(),
        run.artifacts()
            .put_bytes("a.txt", b"a")
            .map(drop)
            .unwrap_err(),
    ];
    for error in away {
        assert_eq!(error.kind(), ErrorKind::Unavailable, "{error}");
        assert!(error.to_string().contains("\nhint: "), "{error}");
    }

    let server = Served::of_file(&file, &listen);
    tracker.flush().unwrap();
    tracker.ping().unwrap();
    assert_eq!(run.metrics().history("loss", "").unwrap().len(), 5_001);
    drop((run, tracker, server));
    assert_steps(&file, 5_001);
}

#[test]
fn a_run_that_this_machine_has_tracked_is_opened() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("runs.db");
    let server = Served::of_file(&file, "127.0.0.1:0");
    let (listen, address) = (server.address.to_string(), server.journaled(folder.path()));
    {
        let tracker = Tracker::open(&address).unwrap();
        let run = tracker
            .experiment("digits")
            .unwrap()
            .track(&model())
            .unwrap();
        run.metrics().add(point(0)).unwrap();
        run.set_epoch(1).unwrap();
    }
    drop(server);

    // As often as the program is started again.
    for epoch in 1..4 {
        let tracker = Tracker::open(&address).unwrap();
        assert_eq!(tracker.ping().unwrap_err().kind(), ErrorKind::Unavailable);
        let experiment = tracker.experiment("digits").unwrap();
        let run = experiment.track(&model()).unwrap();
        assert_eq!(run.epoch(), epoch, "the last program has left it so");
        let attempt = run.attempt().unwrap();
        run.metrics()
            .add(point(i64::try_from(epoch).unwrap()))
            .unwrap();
        run.set_epoch(epoch + 1).unwrap();
        attempt.finish().unwrap();

        let other = experiment.track(&Sample::new("CNN", "{}")).map(drop);
        let other = other.unwrap_err();
        assert_eq!(other.kind(), ErrorKind::Unavailable);
        assert!(
            other.to_string().contains("has not tracked the run"),
            "{other}"
        );
        let other = tracker.experiment("letters").map(drop).unwrap_err();
        assert!(
            other.to_string().contains("the experiment `letters`"),
            "{other}"
        );
    }

    let server = Served::of_file(&file, &listen);
    let tracker = Tracker::open(&address).unwrap();
    tracker.flush().unwrap();
    let run = tracker
        .experiment("digits")
        .unwrap()
        .track(&model())
        .unwrap();
    assert_eq!(run.epoch(), 4);
    assert_eq!(run.attempts().unwrap().len(), 3);
    assert!(
        tracker
            .journals()
            .unwrap()
            .iter()
            .all(|journal| journal.live)
    );
    drop((run, tracker, server));
    assert_steps(&file, 4);
}

#[test]
fn a_server_that_was_never_there_is_said_so() {
    let folder = tempfile::tempdir().unwrap();
    // Nobody listens on a port that was free just now.
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = free.local_addr().unwrap();
    drop(free);
    let address = format!("http://{address}?journals={}", folder.path().display());
    for error in [
        Tracker::open(&address).unwrap_err(),
        Tracker::read(&address).unwrap_err(),
    ] {
        assert_eq!(error.kind(), ErrorKind::Unavailable);
        let text = error.to_string();
        assert!(text.contains("no server listens there"), "{text}");
        assert!(text.contains("hint: start it with `entia serve`"), "{text}");
    }
}

/// Names the store to the process that is killed.
const STORE: &str = "TRACKER_TEST_STORE";

/// What it does; nothing when it is not that process.
#[test]
fn writer() {
    let Ok(store) = std::env::var(STORE) else {
        return;
    };
    let tracker = Tracker::open(&store).unwrap();
    let run = tracker
        .experiment("digits")
        .unwrap()
        .track(&model())
        .unwrap();
    let first = i64::try_from(run.epoch()).unwrap();
    for step in first..first + 100 {
        run.metrics().add(point(step)).unwrap();
        run.set_epoch(run.epoch() + 1).unwrap();
    }
    // Its destructors do not run, as after `kill -9`.
    std::process::exit(0);
}

fn killed(address: &str) {
    let mut writer = Command::new(std::env::current_exe().unwrap());
    let writer = writer.args(["writer", "--exact"]).env(STORE, address);
    assert!(writer.stdout(Stdio::null()).status().unwrap().success());
}

/// Killed with the server there, killed without it, and again: nothing is missing, nothing doubled.
#[test]
fn killed_programs_leave_their_journals() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("runs.db");
    let server = Served::of_file(&file, "127.0.0.1:0");
    let (listen, address) = (server.address.to_string(), server.journaled(folder.path()));
    killed(&address);
    drop(server);
    killed(&address);
    killed(&address);
    let server = Served::of_file(&file, &listen);
    let tracker = Tracker::open(&address).unwrap();
    tracker.flush().unwrap();
    let run = tracker
        .experiment("digits")
        .unwrap()
        .track(&model())
        .unwrap();
    assert_eq!(run.epoch(), 300);
    assert!(
        tracker
            .journals()
            .unwrap()
            .iter()
            .all(|journal| journal.live)
    );
    drop((run, tracker, server));
    assert_steps(&file, 300);
}

/// Another store at the address does not get what is for the first.
#[test]
fn another_store_at_the_address_gets_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (first, second) = (folder.path().join("1.db"), folder.path().join("2.db"));
    let server = Served::of_file(&first, "127.0.0.1:0");
    let (listen, address) = (server.address.to_string(), server.journaled(folder.path()));
    killed(&address);
    drop(server);
    // The journal says by now for which store it is.
    killed(&address);
    let server = Served::of_file(&second, &listen);
    let tracker = Tracker::open(&address).unwrap();
    tracker.flush().unwrap();
    assert!(tracker.experiments().list().unwrap().is_empty());
    drop((tracker, server));
    let server = Served::of_file(&first, &listen);
    let tracker = Tracker::open(&address).unwrap();
    tracker.flush().unwrap();
    drop((tracker, server));
    assert_steps(&first, 200);
}

/// What this machine knows of one store it does not take for what another has at its address.
#[test]
fn a_run_of_another_store_is_not_gone_on_with() {
    let folder = tempfile::tempdir().unwrap();
    let (first, second) = (folder.path().join("1.db"), folder.path().join("2.db"));
    let server = Served::of_file(&first, "127.0.0.1:0");
    let (listen, address) = (server.address.to_string(), server.journaled(folder.path()));
    killed(&address);
    drop(server);
    let before = Tracker::open(&address).unwrap();
    let run = before.experiment("digits").unwrap().track(&model());
    run.unwrap().set_epoch(100).unwrap();

    let server = Served::of_file(&second, &listen);
    let error = before.experiments().list().map(drop).unwrap_err();
    assert!(error.to_string().contains("another store"), "{error}");
    drop(Tracker::open(&address).unwrap());
    drop(server);
    // The second is the one that is away now.
    let tracker = Tracker::open(&address).unwrap();
    let error = tracker.experiment("digits").map(drop).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unavailable, "{error}");
    drop(tracker);

    let server = Served::of_file(&first, &listen);
    drop(before);
    let tracker = Tracker::open(&address).unwrap();
    tracker.flush().unwrap();
    assert!(tracker.journals().unwrap().is_empty());
    drop((tracker, server));
    assert_steps(&first, 100);
}
