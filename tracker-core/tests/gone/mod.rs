//! A file that is removed, renamed or replaced while it is open is noticed by the next change. The file
//! that holds this says how the store of a path is named (`address`).

use std::fs;
use std::path::Path;

use tracker_core::conformance::Sample;
use tracker_core::{Aggregate, Error, Metric, StoreProblem, Tracker};

pub(crate) fn open(path: &Path) -> Tracker {
    Tracker::open(&crate::address(path)).unwrap()
}

fn run(tracker: &Tracker) -> Aggregate {
    let experiment = tracker.experiment("digits").unwrap();
    experiment.track(&Sample::new("MLP", "{}")).unwrap()
}

fn is_gone(error: &Error) -> bool {
    let text = error.to_string();
    text.contains("was removed or renamed") && text.contains("\nhint: ")
}

/// Nobody flushes; the error comes with a later point, which is kept.
fn add_until_told(run: &Aggregate) -> i64 {
    for step in 0.. {
        if let Err(error) = run.metrics().add(Metric::new("loss", 0.5).step(step)) {
            assert!(is_gone(&error), "{error}");
            return step + 1;
        }
    }
    unreachable!("it is told")
}

#[test]
fn a_removed_file_is_noticed_and_its_journal_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("runs");
    let tracker = open(&path);
    let run = run(&tracker);
    tracker.flush().unwrap();
    for entry in fs::read_dir(folder.path()).unwrap() {
        let entry = entry.unwrap().path();
        if !entry.to_string_lossy().contains(".journal") {
            fs::remove_file(entry).unwrap();
        }
    }
    let added = add_until_told(&run);
    let error = tracker.flush().unwrap_err();
    let is_known = matches!(
        &error,
        Error::Unusable {
            problem: StoreProblem::Gone,
            ..
        }
    );
    assert!(is_known, "{error}");
    drop((run, tracker));

    let other = open(&path);
    assert_eq!(
        other.experiments().create("letters").unwrap().name(),
        "letters"
    );
    other.flush().unwrap();
    let left = other
        .journals()
        .unwrap()
        .into_iter()
        .find(|journal| !journal.live)
        .unwrap();
    assert_eq!(left.points, Some(added.unsigned_abs()));
    let reason = left.kept.unwrap();
    assert!(reason.contains("another store"), "{reason}");
}

#[test]
fn a_file_that_comes_back_gets_everything() {
    come_back(|_| {});
}

/// Renames the file, and gives it back its name after `meanwhile`.
pub(crate) fn come_back(meanwhile: impl FnOnce(&Path)) {
    let folder = tempfile::tempdir().unwrap();
    let (path, away) = (folder.path().join("runs"), folder.path().join("away"));
    let tracker = open(&path);
    let run = run(&tracker);
    fs::rename(&path, &away).unwrap();
    let added = add_until_told(&run);
    meanwhile(&path);
    assert!(is_gone(&tracker.flush().unwrap_err()));
    fs::rename(&away, &path).unwrap();
    tracker.flush().unwrap();
    let history = run.metrics().history("loss", "").unwrap();
    assert!(history.steps().iter().copied().eq(0..added));
}
