//! Several processes and threads share one new store, and nothing is lost.

use std::path::Path;
use std::process::{Child, Command, Stdio};

use tracker_core::conformance::Sample;
use tracker_core::ports::{Change, ExperimentRecord, Store};
use tracker_core::{Aggregate, Metric, Result, Tracker};
use tracker_sqlite::SqliteStore;

/// Names the store to a process that this test has started.
const STORE: &str = "TRACKER_TEST_STORE";
/// Says how many points it adds.
const POINTS: &str = "TRACKER_TEST_POINTS";

const WRITERS: usize = 8;

fn address(folder: &Path) -> String {
    format!("sqlite:{}", folder.join("runs").display())
}

fn run(store: &str) -> Aggregate {
    let experiment = Tracker::open(store).unwrap().experiment("digits").unwrap();
    experiment.track(&Sample::new("MLP", "{}")).unwrap()
}

fn write(store: &str, points: i64) {
    let metrics = run(store).metrics();
    for step in 0..points {
        metrics.add(Metric::new("loss", 0.5).step(step)).unwrap();
    }
}

/// What the processes do that this test starts; nothing in another.
#[test]
fn writer() {
    if let (Ok(store), Ok(points)) = (std::env::var(STORE), std::env::var(POINTS)) {
        write(&store, points.parse().unwrap());
    }
}

/// All of them open the store, which does not exist yet, at once.
fn write_from_processes(store: &str, points: i64) {
    let writers: Vec<Child> = (0..WRITERS)
        .map(|_| {
            Command::new(std::env::current_exe().unwrap())
                .args(["--exact", "writer"])
                .env(STORE, store)
                .env(POINTS, points.to_string())
                .stdout(Stdio::null())
                .spawn()
                .unwrap()
        })
        .collect();
    for mut writer in writers {
        assert!(writer.wait().unwrap().success());
    }
}

/// Each writer has tracked the same model and added each step once.
fn check(store: &str, points: i64) {
    let experiments = Tracker::open(store).unwrap().experiments().list().unwrap();
    assert_eq!(experiments.len(), 1);
    assert_eq!(experiments[0].aggregates().list().unwrap().len(), 1);
    let run = run(store);
    assert_eq!(run.modules().unwrap().len(), 1);
    let history = run.metrics().history("loss", "").unwrap();
    let steps = (0..points).flat_map(|step| [step; WRITERS]);
    assert!(
        history.steps().iter().copied().eq(steps),
        "{}",
        history.len()
    );
    let summary = run.metrics().summary("loss", "").unwrap().unwrap();
    assert_eq!(summary.count, WRITERS as u64 * points.unsigned_abs());
}

#[test]
fn processes_share_a_new_store() {
    let folder = tempfile::tempdir().unwrap();
    let store = address(folder.path());
    write_from_processes(&store, 10_000);
    check(&store, 10_000);
}

/// Each thread has a tracker of its own, as a process has.
#[test]
fn threads_share_a_new_store() {
    let folder = tempfile::tempdir().unwrap();
    let store = address(folder.path());
    std::thread::scope(|scope| {
        for _ in 0..WRITERS {
            scope.spawn(|| write(&store, 20));
        }
    });
    check(&store, 20);
}

/// An empty file is what another process leaves for a moment while it creates a store.
#[test]
fn an_empty_file_is_a_new_store() {
    let folder = tempfile::tempdir().unwrap();
    let store = address(folder.path());
    std::fs::write(folder.path().join("runs"), "").unwrap();
    assert!(run(&store).metrics().summaries().unwrap().is_empty());
}

fn create(store: &SqliteStore, name: &str) -> Result<()> {
    let created = Change::CreateExperiment(ExperimentRecord::new(name));
    store.apply(&[created], None).map(drop)
}

/// Another process holds the write lock and a thread waits for it; nobody who reads does.
#[test]
fn reads_do_not_wait_for_writes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("runs.db");
    let store = SqliteStore::open(&path).unwrap();
    create(&store, "digits").unwrap();
    let other = rusqlite::Connection::open(&path).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    std::thread::scope(|scope| {
        let (started, starts) = std::sync::mpsc::channel();
        let store = &store;
        let writer = scope.spawn(move || {
            started.send(()).unwrap();
            create(store, "letters")
        });
        starts.recv().unwrap();
        for _ in 0..500 {
            assert_eq!(store.experiments().unwrap().len(), 1);
        }
        other.execute_batch("COMMIT").unwrap();
        writer.join().unwrap().unwrap();
    });
    assert_eq!(store.experiments().unwrap().len(), 2);
}
