//! A store stays where it was opened, wherever the process goes.

use tracker_core::conformance::Sample;
use tracker_core::{Metric, Tracker};

/// Opens a store at this address, and goes elsewhere.
pub(crate) fn another_changes_nothing(address: &str) {
    let folder = tempfile::tempdir().unwrap();
    std::env::set_current_dir(folder.path()).unwrap();
    std::fs::create_dir_all("data").unwrap();
    let tracker = Tracker::open(address).unwrap();
    std::fs::create_dir_all("elsewhere").unwrap();
    std::env::set_current_dir("elsewhere").unwrap();
    let model = Sample::new("MLP", "{}");
    let run = tracker.experiment("digits").unwrap().track(&model).unwrap();
    run.metrics().add(Metric::new("loss", 0.5)).unwrap();
    tracker.flush().unwrap();
    run.metrics().add(Metric::new("loss", 0.4)).unwrap();
    drop((run, tracker));
    assert_eq!(std::fs::read_dir(".").unwrap().count(), 0);

    std::env::set_current_dir(folder.path()).unwrap();
    let tracker = Tracker::read(address).unwrap();
    assert!(tracker.journals().unwrap().is_empty());
    let experiment = Tracker::open(address)
        .unwrap()
        .experiment("digits")
        .unwrap();
    let metrics = experiment.track(&model).unwrap().metrics();
    assert_eq!(metrics.history("loss", "").unwrap().numbers(), [0.5, 0.4]);
    std::env::set_current_dir("/").unwrap();
}
