//! The store of the example `own_store` is a store: it passes the suite, and keeps what it holds.

#[path = "../examples/own_store/log_store.rs"]
mod log_store;

use std::cell::Cell;
use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::sync::Barrier;

use entia::prelude::*;
use entia::tracker::{Error, MetricValue, conformance};
use log_store::LogStore;

#[derive(Entity)]
struct Model {
    width: u32,
}

fn open(path: &Path) -> Tracker {
    Tracker::new(LogStore::open(path).unwrap())
}

/// Runs the suite, with a new path for each behaviour.
fn run_suite(open: impl Fn(&Path) -> Tracker) {
    let folder = tempfile::tempdir().unwrap();
    let number = Cell::new(0);
    conformance::run(|| {
        number.set(number.get() + 1);
        open(&folder.path().join(format!("{}.log", number.get())))
    });
}

#[test]
fn it_passes_the_suite() {
    run_suite(open);
}

#[test]
fn it_passes_the_suite_with_journals() {
    run_suite(|path| Tracker::journaled(LogStore::open(path).unwrap(), path).unwrap());
}

#[test]
fn it_keeps_what_it_holds() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("runs.log");
    let numbers = [0.1 + 0.2, f64::NAN, f64::NEG_INFINITY, -0.0, 5e-324];
    {
        let tracker = Tracker::journaled(LogStore::open(&path).unwrap(), &path).unwrap();
        let run = tracker.experiment("digits").unwrap();
        let run = run.track(&Model { width: 3 }).unwrap();
        let points = numbers.map(|number| Metric::new("loss", number));
        run.metrics().add_all(points).unwrap();
        run.set_tag("stage", "final").unwrap();
    }
    let tracker = open(&path);
    let run = tracker.experiment("digits").unwrap();
    let run = run.track(&Model { width: 3 }).unwrap();
    let points = run.metrics().list("loss", "").unwrap();
    let values: Vec<MetricValue> = points.into_iter().map(|point| point.value).collect();
    assert_eq!(values, numbers.map(MetricValue::Number));
    assert_eq!(run.annotations().tags["stage"], "final");
}

#[test]
fn stores_of_one_file_see_each_other() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("runs.log");
    let trackers = [(); 4].map(|()| open(&path));
    let together = Barrier::new(trackers.len());
    std::thread::scope(|scope| {
        for tracker in &trackers {
            scope.spawn(|| {
                together.wait();
                let experiment = tracker.experiment("digits").unwrap();
                let run = experiment.track(&Model { width: 3 }).unwrap();
                for number in 0..50 {
                    run.metrics().add(Metric::new("loss", number)).unwrap();
                }
            });
        }
    });
    for tracker in &trackers {
        assert_eq!(tracker.experiments().list().unwrap().len(), 1);
        let runs = tracker.experiment("digits").unwrap().aggregates();
        let runs = runs.list().unwrap();
        assert_eq!(runs.len(), 1);
        assert_eq!(runs[0].metrics().list("loss", "").unwrap().len(), 200);
        assert!(tracker.check().unwrap().is_empty());
    }
}

#[test]
fn a_line_that_was_not_finished_does_not_count() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("runs.log");
    open(&path).experiment("digits").unwrap();
    let whole = fs::read(&path).unwrap();
    let mut file = File::options().append(true).open(&path).unwrap();
    file.write_all(&whole[..whole.len() - 1]).unwrap();
    let tracker = open(&path);
    assert_eq!(tracker.experiments().list().unwrap().len(), 1);
    tracker.experiment("mnist").unwrap();
    assert_eq!(open(&path).experiments().list().unwrap().len(), 2);
}

#[test]
fn a_damaged_line_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("runs.log");
    let tracker = open(&path);
    tracker.experiment("digits").unwrap();
    let whole = fs::read_to_string(&path).unwrap();
    fs::write(&path, whole.replacen("create_experiment", "nothing", 1)).unwrap();
    let wrong = tracker.check().unwrap();
    assert_eq!(wrong.len(), 1);
    assert!(
        wrong[0].starts_with("no change stands at byte 0: "),
        "{}",
        wrong[0]
    );
    let refused = open(&path).experiment("digits");
    assert!(matches!(refused, Err(Error::Damaged { .. })));
}
