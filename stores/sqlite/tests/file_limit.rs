//! A limit for the length of files gives an error, and no signal ends the process.

// Elsewhere there is no such limit.
#![cfg(unix)]

use std::process::Command;

use tracker_core::conformance::Sample;
use tracker_core::{Metric, Tracker};
use tracker_sqlite as _;

/// Names the store to the process that is limited.
const STORE: &str = "TRACKER_TEST_STORE";

fn metrics(tracker: &Tracker) -> tracker_core::Metrics {
    let experiment = tracker.experiment("digits").unwrap();
    experiment
        .track(&Sample::new("MLP", "{}"))
        .unwrap()
        .metrics()
}

/// What the process does that is limited; nothing when it is not.
#[test]
fn limited() {
    let Ok(store) = std::env::var(STORE) else {
        return;
    };
    let tracker = Tracker::open(&store).unwrap();
    let metrics = metrics(&tracker);
    // Values that a chunk cannot make small.
    let random =
        |step: i64| f64::from_bits(step.unsigned_abs().wrapping_mul(0x9E37_79B9_7F4A_7C15));
    let mut added = 0;
    let error = loop {
        let batch = (added..added + 1_000).map(|step| Metric::new("loss", random(step)).step(step));
        match metrics.add_all(batch) {
            Ok(()) => added += 1_000,
            Err(error) if error.to_string().ends_with("do not add it again") => added += 1_000,
            Err(error) => break error,
        }
    };
    assert!(error.to_string().contains("\nhint: "), "{error}");
    println!("added {added}: {error}");
}

#[test]
fn a_limited_process_is_told_and_keeps_what_it_has_added() {
    let folder = tempfile::tempdir().unwrap();
    let store = format!("sqlite:{}", folder.path().join("runs.db").display());
    // Units of 512 bytes or of 1 KiB: more than a new journal takes.
    let limited = Command::new("sh")
        .arg("-c")
        .arg(r#"ulimit -f 5000 && exec "$0" --exact limited --nocapture"#)
        .arg(std::env::current_exe().unwrap())
        .env(STORE, &store)
        .output()
        .unwrap();
    let text = String::from_utf8(limited.stdout).unwrap();
    assert!(limited.status.success(), "{:?}: {text}", limited.status);
    let (_, rest) = text.split_once("added ").unwrap();
    let added: i64 = rest.split_once(':').unwrap().0.parse().unwrap();
    let tracker = Tracker::open(&store).unwrap();
    tracker.flush().unwrap();
    let history = metrics(&tracker).history("loss", "").unwrap();
    assert!(history.steps().iter().copied().eq(0..added));
}
