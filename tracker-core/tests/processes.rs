//! Several processes and threads share one new file.

use std::path::Path;
use std::process::{Child, Command, Stdio};

use tracker_core::conformance::Sample;
use tracker_core::{Aggregate, Metric, Tracker};

/// Names the file to a process that this test has started.
const FILE: &str = "TRACKER_TEST_FILE";

const WRITERS: u32 = 8;
const POINTS: u32 = 20;

fn run(path: &Path) -> Aggregate {
    let tracker = Tracker::open(&format!("sqlite:{}", path.display())).unwrap();
    tracker
        .experiment("digits")
        .unwrap()
        .track(&Sample::new("MLP", "{}"))
        .unwrap()
}

fn write(path: &Path) {
    let metrics = run(path).metrics();
    for step in 0..POINTS {
        metrics
            .add(Metric::new("loss", step).step(u64::from(step)))
            .unwrap();
    }
}

fn check(path: &Path) {
    let tracker = Tracker::open(&format!("sqlite:{}", path.display())).unwrap();
    assert_eq!(tracker.experiments().unwrap().len(), 1);
    assert_eq!(
        tracker.experiments().unwrap()[0]
            .aggregates()
            .list()
            .unwrap()
            .len(),
        1
    );
    let run = run(path);
    assert_eq!(run.modules().unwrap().len(), 1);
    let points = run.metrics().list("loss", "").unwrap();
    assert_eq!(points.len(), usize::try_from(WRITERS * POINTS).unwrap());
    for step in 0..POINTS {
        let stored = points
            .iter()
            .filter(|point| point.step == u64::from(step))
            .count();
        assert_eq!(stored, usize::try_from(WRITERS).unwrap(), "step {step}");
    }
    let summary = run.metrics().summary("loss", "").unwrap().unwrap();
    assert_eq!(summary.count, u64::from(WRITERS * POINTS));
}

/// What the processes do that `processes_share_a_new_file` starts; nothing without a file.
#[test]
fn writer() {
    if let Some(path) = std::env::var_os(FILE) {
        write(Path::new(&path));
    }
}

#[test]
fn processes_share_a_new_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("runs.db");
    let writers: Vec<Child> = (0..WRITERS)
        .map(|_| {
            Command::new(std::env::current_exe().unwrap())
                .args(["--exact", "writer"])
                .env(FILE, &path)
                .stdout(Stdio::null())
                .spawn()
                .unwrap()
        })
        .collect();
    for mut writer in writers {
        assert!(writer.wait().unwrap().success());
    }
    check(&path);
}

/// Each thread has a connection of its own, as a process has.
#[test]
fn threads_share_a_new_file() {
    for _ in 0..10 {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("runs.db");
        std::thread::scope(|scope| {
            for _ in 0..WRITERS {
                scope.spawn(|| write(&path));
            }
        });
        check(&path);
    }
}

/// An empty file is what another process leaves for a moment while it creates a store.
#[test]
fn an_empty_file_is_a_new_store() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("runs.db");
    std::fs::write(&path, "").unwrap();
    assert!(run(&path).metrics().summaries().unwrap().is_empty());
}
