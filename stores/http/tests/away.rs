//! While the server is away, training goes on, and everything is there exactly once afterwards.

mod common;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use common::Served;
use tempfile::TempDir;
use tracker_core::conformance::Sample;
use tracker_core::{Aggregate, ErrorKind, Metric, Tracker};
use tracker_http as _;
use tracker_sqlite as _;

fn model() -> Sample {
    Sample::new("MLP", "{}")
}

fn point(step: i64) -> Metric {
    Metric::new("loss", 0.5).step(step)
}

fn tracked(tracker: &Tracker) -> Aggregate {
    let experiment = tracker.experiment("digits").unwrap();
    experiment.track(&model()).unwrap()
}

/// A server that comes and goes, at one address.
struct Site {
    // It ends before its store is gone.
    server: Option<Served>,
    folder: TempDir,
    listen: String,
    address: String,
}

impl Site {
    /// With the first store.
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let server = Served::of_file(&folder.path().join("1.db"), "127.0.0.1:0");
        Self {
            listen: server.address.to_string(),
            address: server.journaled(folder.path()),
            folder,
            server: Some(server),
        }
    }

    /// The file of a store.
    fn file(&self, store: u8) -> PathBuf {
        self.folder.path().join(format!("{store}.db"))
    }

    fn goes(&mut self) {
        drop(self.server.take());
    }

    /// Comes back with a store.
    fn comes(&mut self, store: u8) {
        self.goes();
        self.server = Some(Served::of_file(&self.file(store), &self.listen));
    }

    fn open(&self) -> Tracker {
        Tracker::open(&self.address).unwrap()
    }

    /// A tracker that has sent what was left.
    fn sent(&self) -> Tracker {
        let tracker = self.open();
        tracker.flush().unwrap();
        let journals = tracker.journals().unwrap();
        assert!(journals.iter().all(|journal| journal.live), "{journals:?}");
        tracker
    }

    /// The first store has as many steps, in their order, once the server is gone.
    #[track_caller]
    fn assert_steps(mut self, count: i64) {
        self.goes();
        assert_steps(&self.file(1), count);
    }
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
    let mut site = Site::new();
    let tracker = site.open();
    let run = tracked(&tracker);
    run.metrics().add(point(0)).unwrap();
    tracker.flush().unwrap();

    site.goes();
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

    site.comes(1);
    tracker.flush().unwrap();
    tracker.ping().unwrap();
    assert_eq!(run.metrics().history("loss", "").unwrap().len(), 5_001);
    drop((run, tracker));
    site.assert_steps(5_001);
}

#[test]
fn a_run_that_this_machine_has_tracked_is_opened() {
    let mut site = Site::new();
    {
        let run = tracked(&site.open());
        run.metrics().add(point(0)).unwrap();
        run.set_epoch(1).unwrap();
    }
    site.goes();

    // As often as the program is started again.
    for epoch in 1..4 {
        let tracker = site.open();
        assert_eq!(tracker.ping().unwrap_err().kind(), ErrorKind::Unavailable);
        let run = tracked(&tracker);
        assert_eq!(run.epoch(), epoch, "the last program has left it so");
        let attempt = run.attempt().unwrap();
        run.metrics()
            .add(point(i64::try_from(epoch).unwrap()))
            .unwrap();
        run.set_epoch(epoch + 1).unwrap();
        attempt.finish().unwrap();

        let experiment = tracker.experiment("digits").unwrap();
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

    site.comes(1);
    let run = tracked(&site.sent());
    assert_eq!(run.epoch(), 4);
    assert_eq!(run.attempts().unwrap().len(), 3);
    drop(run);
    site.assert_steps(4);
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
    let run = tracked(&tracker);
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
    let mut site = Site::new();
    killed(&site.address);
    site.goes();
    killed(&site.address);
    killed(&site.address);
    site.comes(1);
    assert_eq!(tracked(&site.sent()).epoch(), 300);
    site.assert_steps(300);
}

/// Another store at the address does not get what is for the first.
#[test]
fn another_store_at_the_address_gets_nothing() {
    let mut site = Site::new();
    killed(&site.address);
    site.goes();
    // The journal says by now for which store it is.
    killed(&site.address);
    site.comes(2);
    let tracker = site.open();
    tracker.flush().unwrap();
    assert!(tracker.experiments().list().unwrap().is_empty());
    drop(tracker);
    site.comes(1);
    drop(site.sent());
    site.assert_steps(200);
}

/// What this machine knows of one store it does not take for what another has at its address.
#[test]
fn a_run_of_another_store_is_not_gone_on_with() {
    let mut site = Site::new();
    killed(&site.address);
    site.goes();
    let before = site.open();
    tracked(&before).set_epoch(100).unwrap();

    site.comes(2);
    let error = before.experiments().list().map(drop).unwrap_err();
    assert!(error.to_string().contains("another store"), "{error}");
    drop(site.open());
    site.goes();
    // The second is the one that is away now.
    let tracker = site.open();
    let error = tracker.experiment("digits").map(drop).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unavailable, "{error}");
    drop(tracker);

    site.comes(1);
    drop(before);
    let tracker = site.open();
    tracker.flush().unwrap();
    assert!(tracker.journals().unwrap().is_empty());
    drop(tracker);
    site.assert_steps(100);
}

/// Who only reads leaves nothing on this machine.
#[test]
fn reading_makes_no_folder() {
    let site = Site::new();
    let server = site.server.as_ref().unwrap();
    let journals = site.folder.path().join("state").join("journals");
    let address = server.journaled(&journals);
    let tracker = Tracker::read(&address).unwrap();
    assert!(tracker.experiments().list().unwrap().is_empty());
    assert!(tracker.journals().unwrap().is_empty());
    assert!(!journals.parent().unwrap().exists());
    drop(Tracker::open(&address).unwrap());
    assert!(journals.exists());
}
