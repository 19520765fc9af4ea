//! A store stays where it was opened, wherever the process goes.
//!
//! The working folder is that of the whole process, so this test is alone in its own.

use tracker_core::conformance::Sample;
use tracker_core::{Metric, Tracker};
use tracker_sqlite as _;

#[test]
fn another_working_folder_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let address = "sqlite:data/runs.db";
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
    let journals = Tracker::read(address).unwrap().journals().unwrap();
    assert!(journals.is_empty());
    let experiment = Tracker::open(address)
        .unwrap()
        .experiment("digits")
        .unwrap();
    let metrics = experiment.track(&model).unwrap().metrics();
    assert_eq!(metrics.history("loss", "").unwrap().numbers(), [0.5, 0.4]);
    std::env::set_current_dir("/").unwrap();
}
