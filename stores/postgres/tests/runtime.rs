//! The calls block, and may be made wherever a program is: within a runtime, too, of whatever kind.

mod common;

use common::Place;
use tokio::runtime::Builder;
use tracker_core::conformance::Sample;
use tracker_core::{Metric, Tracker};
use tracker_postgres as _;

fn log(address: &str) {
    let tracker = Tracker::open(address).unwrap();
    let experiment = tracker.experiment("digits").unwrap();
    let run = experiment.track(&Sample::new("MLP", "{}")).unwrap();
    run.metrics().add(Metric::new("loss", 0.5)).unwrap();
    tracker.flush().unwrap();
    let artifacts = run.artifacts();
    artifacts.put_bytes("weights", b"weights").unwrap();
    assert_eq!(
        artifacts.get("weights").unwrap().read().unwrap(),
        b"weights"
    );
    assert_eq!(run.metrics().history("loss", "").unwrap().len(), 1);
}

#[test]
fn calls_are_made_within_a_runtime() {
    let place = Place::new();
    let runtime = Builder::new_current_thread().build().unwrap();
    runtime.block_on(async { log(&place.address) });
    // What a runtime keeps for calls that block.
    let address = place.address.clone();
    let blocking = runtime.spawn_blocking(move || drop(Tracker::open(&address).unwrap()));
    runtime.block_on(blocking).unwrap();
}
