//! What a store may do by the way in which it was opened.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;
use tracker_core::conformance::Sample;
use tracker_core::ports::{Change, ExperimentRecord, Store as _};
use tracker_core::{Aggregate, Error, ErrorKind, Metric, StoreProblem, Tracker};
use tracker_json::JsonStore;

fn address(path: &Path) -> String {
    format!("json:{}", path.display())
}

fn run(tracker: &Tracker) -> Aggregate {
    let experiment = tracker.experiment("digits").unwrap();
    experiment.track(&Sample::new("MLP", "{}")).unwrap()
}

/// A folder with a file of one point.
fn store() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("runs.json");
    let tracker = Tracker::open(&address(&path)).unwrap();
    run(&tracker)
        .metrics()
        .add(Metric::new("loss", 0.5))
        .unwrap();
    tracker.flush().unwrap();
    drop(tracker);
    fs::remove_file(folder.path().join("runs.json.lock")).unwrap();
    (folder, path)
}

/// Every file of a folder with its bytes and the time of its last change.
fn files(folder: &Path) -> Vec<(PathBuf, Vec<u8>, std::time::SystemTime)> {
    let entries = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let files = entries.map(|path| {
        let changed = path.metadata().unwrap().modified().unwrap();
        (path.clone(), fs::read(&path).unwrap(), changed)
    });
    let mut files: Vec<_> = files.collect();
    files.sort();
    files
}

fn assert_read_only(error: &Error) {
    let problem = StoreProblem::OpenedToRead;
    assert!(matches!(error, Error::Unusable { problem: found, .. } if *found == problem));
    assert_eq!(error.kind(), ErrorKind::Denied);
}

#[test]
fn a_reader_changes_no_byte_and_makes_no_file() {
    let (folder, path) = store();
    let before = files(folder.path());
    let tracker = Tracker::read(&address(&path)).unwrap();
    let experiment = tracker.experiments().list().unwrap().remove(0);
    let run = experiment.aggregates().list().unwrap().remove(0);
    assert_eq!(run.metrics().list("loss", "").unwrap().len(), 1);
    assert_read_only(&run.metrics().add(Metric::new("loss", 0.4)).unwrap_err());
    assert_read_only(&run.set_epoch(3).unwrap_err());
    assert!(tracker.check().unwrap().is_empty());
    tracker.flush().unwrap();
    drop((run, experiment, tracker));
    assert_eq!(files(folder.path()), before);
}

#[test]
fn a_store_that_was_opened_to_be_read_refuses_changes() {
    let (folder, path) = store();
    let before = files(folder.path());
    let store = JsonStore::read(&path).unwrap();
    let change = Change::CreateExperiment(ExperimentRecord::new("letters"));
    assert_read_only(&store.apply(&[change], None).unwrap_err());
    store.sync().unwrap();
    assert_eq!(store.experiments().unwrap().len(), 1);
    assert_eq!(files(folder.path()), before);
}

#[test]
fn a_reader_sees_what_a_writer_adds() {
    let (_folder, path) = store();
    let store = JsonStore::read(&path).unwrap();
    Tracker::open(&address(&path))
        .unwrap()
        .experiment("letters")
        .unwrap();
    assert_eq!(store.experiments().unwrap().len(), 2);
}

#[test]
fn waiting_points_are_told_and_left_alone() {
    let (folder, path) = store();
    let writer = Tracker::open(&address(&path)).unwrap();
    let run = run(&writer);
    run.metrics().add(Metric::new("loss", 0.4)).unwrap();
    let reader = Tracker::read(&address(&path)).unwrap();
    assert_eq!(reader.journals().unwrap().len(), 1);
    drop(reader);
    writer.flush().unwrap();
    assert_eq!(run.metrics().list("loss", "").unwrap().len(), 2);
    drop((run, writer));
    assert!(files(folder.path()).iter().all(|(path, ..)| {
        path.extension()
            .is_none_or(|extension| extension != "journal")
    }));
}

#[test]
fn what_is_not_there_is_made_where_that_is_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("runs.json");
    for open in [Tracker::read, Tracker::open_existing] {
        let error = open(&address(&path)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotFound, "{error}");
        assert!(error.to_string().contains("runs.json"), "{error}");
    }
    let error = JsonStore::read(&path).unwrap_err();
    let problem = StoreProblem::Absent;
    assert!(matches!(error, Error::Unusable { problem: found, .. } if found == problem));
    assert!(files(folder.path()).is_empty());

    Tracker::open(&address(&path))
        .unwrap()
        .experiment("digits")
        .unwrap();
    let tracker = Tracker::open_existing(&address(&path)).unwrap();
    tracker.experiment("letters").unwrap();
}

#[cfg(unix)]
#[test]
fn a_folder_that_may_not_be_written_can_be_read() {
    use std::os::unix::fs::PermissionsExt as _;
    let (folder, path) = store();
    let set = |mode| fs::set_permissions(folder.path(), fs::Permissions::from_mode(mode));
    fs::set_permissions(&path, fs::Permissions::from_mode(0o444)).unwrap();
    set(0o555).unwrap();
    let tracker = Tracker::read(&address(&path)).unwrap();
    assert_eq!(tracker.experiments().list().unwrap().len(), 1);
    set(0o755).unwrap();
}
