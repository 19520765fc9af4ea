//! An import takes the artifacts along.

use std::fs;

use tracker_core::{ErrorKind, Imported, Tracker, import};

use super::{beside, file, files, track};

#[test]
fn an_import_copies_artifacts_once() {
    let folder = tempfile::tempdir().unwrap();
    let from = Tracker::open("memory:").unwrap();
    let source = track(&from);
    source
        .artifacts()
        .epoch(1)
        .put_bytes("weights", "content")
        .unwrap();
    source.artifacts().put_bytes("same", "content").unwrap();
    source.artifacts().put_bytes("log", "source").unwrap();
    let to = beside(folder.path());
    let imported = import(&from, &to, |_| {}).unwrap();
    assert_eq!(imported.artifacts, 3);
    assert_eq!(
        files(&folder.path().join("runs.db.artifacts")).len(),
        3,
        "two contents and a lock"
    );
    assert!(to.check().unwrap().is_empty());
    assert_eq!(import(&from, &to, |_| {}).unwrap(), Imported::default());

    // The target keeps its own, and what it has lost comes back.
    let target = track(&to);
    target.artifacts().put_bytes("log", "target").unwrap();
    let weights = target.artifacts().get_at("weights", 1).unwrap();
    assert_eq!(
        weights.record(),
        source.artifacts().get_at("weights", 1).unwrap().record()
    );
    fs::remove_file(file(folder.path(), &weights.record().hash)).unwrap();
    assert_eq!(import(&from, &to, |_| {}).unwrap(), Imported::default());
    assert_eq!(weights.read().unwrap(), b"content");
    assert_eq!(
        target.artifacts().get("log").unwrap().read().unwrap(),
        b"target"
    );
}

#[test]
fn an_import_says_what_the_source_has_lost() {
    let folder = tempfile::tempdir().unwrap();
    let from = beside(folder.path());
    let artifact = track(&from)
        .artifacts()
        .put_bytes("weights", "content")
        .unwrap();
    let path = file(folder.path(), &artifact.record().hash);
    let to = Tracker::open("memory:").unwrap();
    fs::write(&path, "Content").unwrap();
    assert_eq!(
        import(&from, &to, |_| {}).unwrap_err().kind(),
        ErrorKind::Damaged
    );
    fs::remove_file(&path).unwrap();
    assert_eq!(
        import(&from, &to, |_| {}).unwrap_err().kind(),
        ErrorKind::NotFound
    );
    assert!(
        track(&to).artifacts().list().unwrap().is_empty(),
        "no record without its content"
    );
    fs::write(&path, "content").unwrap();
    assert_eq!(import(&from, &to, |_| {}).unwrap().artifacts, 1);
}
