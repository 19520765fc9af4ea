//! Files that belong to a run: kept once by their hash, checked when they are read.

mod contents;
mod import;

use std::fs;
use std::path::{Path, PathBuf};

use tracker_core::conformance::Sample;
use tracker_core::{Aggregate, Error, ErrorKind, FolderContents, MemoryStore, Tracker};

/// A tracker with a file, and so with a folder of artifacts beside it.
fn beside(folder: &Path) -> Tracker {
    Tracker::journaled(MemoryStore::default(), folder.join("runs.db")).unwrap()
}

fn track(tracker: &Tracker) -> Aggregate {
    let experiment = tracker.experiment("digits").unwrap();
    experiment.track(&Sample::new("MLP", "{}")).unwrap()
}

fn run() -> Aggregate {
    track(&Tracker::open("memory:").unwrap())
}

/// The file of a content in the folder beside `runs.db`.
fn file(folder: &Path, hash: &str) -> PathBuf {
    folder
        .join("runs.db.artifacts")
        .join(&hash[..2])
        .join(&hash[2..4])
        .join(hash)
}

fn names(run: &Aggregate) -> Vec<(String, Option<u64>)> {
    let artifacts = run.artifacts().list().unwrap();
    let artifacts = artifacts.iter();
    artifacts
        .map(|one| (one.name().to_owned(), one.epoch()))
        .collect()
}

/// Every file below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push(path);
        }
    }
    found
}

#[test]
fn an_artifact_comes_back() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("weights.bin");
    fs::write(&path, [0, 1, 2, 255]).unwrap();
    for tracker in [beside(folder.path()), Tracker::open("memory:").unwrap()] {
        let run = track(&tracker);
        let put = run
            .artifacts()
            .put("models/weights.safetensors", &path)
            .unwrap();
        let got = run.artifacts().get("models/weights.safetensors").unwrap();
        assert_eq!(put.record(), got.record());
        assert_eq!((got.record().size, got.epoch()), (4, None));
        assert_eq!(got.record().media_type, "application/x-safetensors");
        assert_eq!(got.read().unwrap(), [0, 1, 2, 255]);
        assert!(path.exists(), "the file stays where it is");

        let copy = folder.path().join("copy.bin");
        fs::write(&copy, "something else").unwrap();
        got.save_to(&copy).unwrap();
        assert_eq!(fs::read(&copy).unwrap(), [0, 1, 2, 255]);
        assert!(tracker.check().unwrap().is_empty());
    }
}

#[test]
fn epochs_and_the_whole_run_are_told_apart() {
    let run = run();
    let artifacts = run.artifacts();
    artifacts.epoch(2).put_bytes("log.txt", "two").unwrap();
    artifacts.epoch(1).put_bytes("log.txt", "one").unwrap();
    let text =
        |artifact: tracker_core::Artifact| String::from_utf8(artifact.read().unwrap()).unwrap();
    assert_eq!(text(artifacts.get("log.txt").unwrap()), "two");
    artifacts.put_bytes("log.txt", "all").unwrap();
    assert_eq!(text(artifacts.get("log.txt").unwrap()), "all");
    assert_eq!(text(artifacts.get_at("log.txt", 1).unwrap()), "one");
    artifacts.epoch(1).put_bytes("log.txt", "new").unwrap();
    assert_eq!(text(artifacts.get_at("log.txt", 1).unwrap()), "new");
    artifacts.remove("log.txt", Some(2)).unwrap();
    let log = || "log.txt".to_owned();
    assert_eq!(names(&run), [(log(), Some(1)), (log(), None)]);
}

#[test]
fn what_is_not_there_is_named_with_what_is() {
    let run = run();
    let artifacts = run.artifacts();
    let text = |error: Error| error.to_string();
    let id = run.id();
    assert_eq!(
        text(artifacts.get("weights").unwrap_err()),
        format!("the aggregate `{id}` has no artifact `weights`\nhint: it has no artifacts")
    );
    artifacts.epoch(3).put_bytes("weights.pt", "").unwrap();
    assert_eq!(
        text(artifacts.get_at("weights.pt", 4).unwrap_err()),
        format!(
            "the aggregate `{id}` has no artifact `weights.pt at epoch 4`\n\
             hint: did you mean `weights.pt at epoch 3`?"
        )
    );
    assert_eq!(
        text(artifacts.get("a plot").unwrap_err()),
        format!(
            "the aggregate `{id}` has no artifact `a plot`\n\
             hint: its artifacts are `weights.pt at epoch 3`"
        )
    );
}

#[test]
fn bad_names_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let run = track(&beside(folder.path()));
    let long = "x".repeat(10_000);
    for name in [
        "",
        "/etc/passwd",
        "a/../../b",
        "..",
        "a//b",
        "a/",
        "a\\b",
        "a\0b",
        "a\nb",
        &long,
    ] {
        let error = run.artifacts().put_bytes(name, "content").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Invalid, "{error}");
        assert!(matches!(error, Error::Name { .. }), "{error}");
        assert_eq!(error.to_string().lines().count(), 2, "{error}");
    }
    let error = run.artifacts().put_bytes("a/../b", "content").unwrap_err();
    assert_eq!(
        error.to_string(),
        "an artifact cannot be named `a/../b`: one of its parts is empty, `.` or `..`\n\
         hint: name each part between two `/`, as in `plots/loss.svg`"
    );
    let put = run.artifacts().media_type("text").put_bytes("a", "content");
    assert_eq!(put.unwrap_err().kind(), ErrorKind::Invalid);
    let put = run.artifacts().epoch(u64::MAX).put_bytes("a", "content");
    assert!(matches!(put, Err(Error::TooLarge { .. })));
    assert!(run.artifacts().list().unwrap().is_empty());
    assert!(
        !folder.path().join("runs.db.artifacts").exists(),
        "nothing may be written"
    );
}

#[test]
fn a_file_that_cannot_be_read_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let run = track(&beside(folder.path()));
    let absent = folder.path().join("absent.pt");
    let error = run.artifacts().put("weights.pt", &absent).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert!(
        error.to_string().contains(&absent.display().to_string()),
        "{error}"
    );
    let error = run
        .artifacts()
        .put("weights.pt", folder.path())
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Invalid);
    assert!(
        error.to_string().contains("it is a folder\nhint: "),
        "{error}"
    );
    assert!(run.artifacts().list().unwrap().is_empty());
}

#[test]
fn rewind_drops_later_artifacts() {
    let run = run();
    for epoch in 0..4 {
        run.artifacts()
            .epoch(epoch)
            .put_bytes("weights", [1])
            .unwrap();
    }
    run.artifacts().put_bytes("log", "all").unwrap();
    run.rewind(1).unwrap();
    let weights = || "weights".to_owned();
    let expected = [
        (weights(), Some(0)),
        (weights(), Some(1)),
        ("log".to_owned(), None),
    ];
    assert_eq!(names(&run), expected);
}

#[test]
fn a_removed_run_takes_no_artifact() {
    let folder = tempfile::tempdir().unwrap();
    let tracker = beside(folder.path());
    let run = track(&tracker);
    run.clone().remove().unwrap();
    let put = run.artifacts().put_bytes("weights", "content");
    assert!(matches!(put, Err(Error::Missing { .. })));
    assert!(tracker.unreferenced_artifacts().unwrap().is_empty());
    assert!(matches!(run.artifacts().list(), Err(Error::Missing { .. })));
}

#[test]
fn a_store_without_a_file_asks_for_a_place() {
    let run = track(&Tracker::new(MemoryStore::default()));
    let error = run.artifacts().put_bytes("weights", "content").unwrap_err();
    assert!(matches!(error, Error::NoPlace), "{error}");
    assert!(run.artifacts().list().unwrap().is_empty());
    let folder = tempfile::tempdir().unwrap();
    let contents = FolderContents::new(folder.path().join("deep/artifacts"));
    let run = track(&Tracker::new(MemoryStore::default()).with_artifacts(contents));
    let artifact = run.artifacts().put_bytes("weights", "content").unwrap();
    assert_eq!(artifact.read().unwrap(), b"content");
}
