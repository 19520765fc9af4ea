//! After a `fork` both processes go on, each with connections and a journal of its own.
#![cfg(unix)]

mod common;
#[path = "../../../tracker-core/tests/forked/process.rs"]
mod process;

use common::Served;
use process::{End, fork};
use tracker_core::conformance::Sample;
use tracker_core::{Metric, Tracker};
use tracker_http as _;
use tracker_sqlite as _;

const POINTS: i64 = 1_000;

#[test]
fn parent_and_child_log() {
    let folder = tempfile::tempdir().unwrap();
    let server = Served::of_file(&folder.path().join("runs.db"), "127.0.0.1:0");
    let tracker = Tracker::open(&server.journaled(folder.path())).unwrap();
    let run = tracker.experiment("digits").unwrap();
    let run = run.track(&Sample::new("MLP", "{}")).unwrap();
    let add = |phase: &str| {
        for step in 0..POINTS {
            let point = Metric::new("loss", 0.5).phase(phase).step(step);
            run.metrics().add(point).unwrap();
        }
        tracker.flush().unwrap();
        let history = run.metrics().history("loss", phase).unwrap();
        assert!(history.steps().iter().copied().eq(0..POINTS), "{phase}");
    };
    add("before");
    let forked = fork(|| add("child"));
    add("parent");
    assert_eq!(forked.end(), End::Exit(0));
    for phase in ["before", "child", "parent"] {
        let history = run.metrics().history("loss", phase).unwrap();
        assert!(history.steps().iter().copied().eq(0..POINTS), "{phase}");
    }
}
