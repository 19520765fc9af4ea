//! When `add` has returned, the point survives the end of the process.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use tracker_core::conformance::Sample;
use tracker_core::{Metric, Metrics, Tracker};

/// Names the file to the process that this test starts.
const FILE: &str = "TRACKER_TEST_FILE";

/// Stands before each step that the process has stored.
const STORED: &str = "stored ";

fn metrics(path: &Path) -> Metrics {
    let tracker = Tracker::open(&format!("sqlite:{}", path.display())).unwrap();
    let experiment = tracker.experiment("digits").unwrap();
    experiment
        .track(&Sample::new("MLP", "{}"))
        .unwrap()
        .metrics()
}

/// What the process does that is killed; nothing without a file.
#[test]
fn writer() {
    if let Some(path) = std::env::var_os(FILE) {
        let metrics = metrics(Path::new(&path));
        for step in 0..1_000_000_u32 {
            metrics
                .add(Metric::new("loss", step).step(u64::from(step)))
                .unwrap();
            println!("{STORED}{step}");
        }
    }
}

#[test]
fn stored_points_survive_a_kill() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("runs.db");
    let mut writer = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "writer", "--nocapture"])
        .env(FILE, &path)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let output = BufReader::new(writer.stdout.take().unwrap());
    let mut lines = output.lines().map(Result::unwrap);
    let stored = |line: &String| line.contains(STORED);
    lines.by_ref().filter(stored).nth(200).unwrap();
    writer.kill().unwrap();
    let status = writer.wait().unwrap();
    assert!(
        !status.success(),
        "the process must not have come to its end"
    );
    let stored = 201 + lines.filter(stored).count();

    let points = metrics(&path).list("loss", "").unwrap();
    // The last point may have been stored without the process coming to say so.
    assert!(
        (stored..=stored + 1).contains(&points.len()),
        "{stored} stored, {} kept",
        points.len()
    );
    assert!(
        points
            .iter()
            .map(|point| point.step)
            .eq(0..points.len() as u64)
    );
}
