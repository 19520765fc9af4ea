//! The contents of artifacts on the disk.

use std::fs;
use std::io::Read;
use std::time::Duration;

use tracker_core::conformance::run_contents;
use tracker_core::ports::{Content, ContentStore};
use tracker_core::{Error, ErrorKind, FolderContents, MemoryContents};

use super::{beside, file, files, track};

#[test]
fn both_places_behave() {
    run_contents(MemoryContents::default);
    let folder = tempfile::tempdir().unwrap();
    let count = std::cell::Cell::new(0);
    run_contents(|| {
        count.set(count.get() + 1);
        FolderContents::new(folder.path().join(format!("{}/artifacts", count.get())))
    });
}

#[test]
fn the_same_content_is_kept_once() {
    let folder = tempfile::tempdir().unwrap();
    let tracker = beside(folder.path());
    let run = track(&tracker);
    let one = run.artifacts().put_bytes("one", "content").unwrap();
    let two = run
        .artifacts()
        .epoch(1)
        .put_bytes("two", "content")
        .unwrap();
    assert_eq!(one.record().hash, two.record().hash);
    let place = file(folder.path(), &one.record().hash);
    let lock = folder.path().join("runs.db.artifacts/lock");
    let mut found = files(&folder.path().join("runs.db.artifacts"));
    found.sort();
    let mut expected = [place.clone(), lock];
    expected.sort();
    assert_eq!(found, expected);

    run.artifacts().remove("one", None).unwrap();
    assert!(
        tracker
            .remove_unreferenced_artifacts(Duration::ZERO)
            .unwrap()
            .is_empty()
    );
    assert_eq!(two.read().unwrap(), b"content");
    run.artifacts().remove("two", Some(1)).unwrap();
    assert!(place.exists(), "the content stays until somebody cleans up");
    assert_eq!(tracker.unreferenced_artifacts().unwrap().len(), 1);
    assert_eq!(
        tracker
            .remove_unreferenced_artifacts(Duration::ZERO)
            .unwrap()
            .len(),
        1
    );
    assert!(!place.exists());
}

#[test]
fn what_is_missing_or_damaged_on_disk_is_said_so() {
    let folder = tempfile::tempdir().unwrap();
    let tracker = beside(folder.path());
    let run = track(&tracker);
    let copy = folder.path().join("copy");
    let put = |bytes: &str| run.artifacts().put_bytes(bytes, bytes).unwrap();
    let [missing, changed, short, long] = ["missing", "changed", "short", "long"].map(put);
    let place = |artifact: &tracker_core::Artifact| file(folder.path(), &artifact.record().hash);
    fs::remove_file(place(&missing)).unwrap();
    fs::write(place(&changed), "changeD").unwrap();
    fs::write(place(&short), "shor").unwrap();
    fs::write(place(&long), "longer").unwrap();

    let error = missing.read().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    let path = place(&missing).display().to_string();
    assert!(error.to_string().contains(&path), "{error}");
    for artifact in [&changed, &short, &long] {
        let error = artifact.read().unwrap_err();
        assert!(matches!(error, Error::Damaged { .. }), "{error}");
        let path = place(artifact).display().to_string();
        assert!(error.to_string().contains(&path), "{error}");
        assert!(error.to_string().contains("\nhint: "), "{error}");
        let error = artifact.save_to(&copy).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Damaged);
        let mut reader = artifact.reader().unwrap();
        let error = reader.read_to_end(&mut Vec::new()).unwrap_err();
        assert!(error.downcast::<Error>().is_ok());
    }
    assert!(!copy.exists(), "nothing half written");
    assert_eq!(
        files(folder.path())
            .iter()
            .filter(|path| path.ends_with("copy"))
            .count(),
        0
    );

    let problems = tracker.check().unwrap();
    assert_eq!(problems.len(), 4, "{problems:?}");
    assert!(
        problems[0].contains("`missing` of the aggregate"),
        "{problems:?}"
    );
    assert!(problems[0].ends_with("is missing"), "{problems:?}");
    assert!(
        problems[1].contains("is damaged: its SHA-256 is "),
        "{problems:?}"
    );
    assert!(
        problems[2].ends_with("it has 4 bytes, and had 5 when it was put"),
        "{problems:?}"
    );
    assert!(
        problems[3].ends_with("it has 6 bytes, and had 4 when it was put"),
        "{problems:?}"
    );

    // Whoever still has the content mends it.
    let _ = ["missing", "changed", "short", "long"].map(put);
    assert!(tracker.check().unwrap().is_empty());
    assert_eq!(long.read().unwrap(), b"long");
}

#[test]
fn a_hash_from_elsewhere_leads_to_no_other_file() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("secret"), "secret").unwrap();
    let contents = FolderContents::new(folder.path().join("artifacts"));
    for hash in ["../secret", "/etc/passwd", "éé/../../secret"] {
        let opened = contents.open(hash).map(drop);
        assert_eq!(opened.unwrap_err().kind(), ErrorKind::NotFound);
        assert_eq!(contents.size(hash).unwrap(), None);
        assert!(!contents.remove(hash, tracker_core::Timestamp::MAX).unwrap());
    }
    assert!(folder.path().join("secret").exists());
}

#[cfg(unix)]
#[test]
fn a_folder_that_cannot_be_written_is_named() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let run = track(&beside(folder.path()));
    let artifacts = folder.path().join("runs.db.artifacts");
    fs::create_dir(&artifacts).unwrap();
    fs::set_permissions(&artifacts, fs::Permissions::from_mode(0o555)).unwrap();
    // The superuser may write everywhere.
    if fs::File::create(artifacts.join("probe")).is_ok() {
        return;
    }
    let error = run.artifacts().put_bytes("weights", "content").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Denied, "{error}");
    assert!(error.to_string().contains("runs.db.artifacts"), "{error}");
    assert!(run.artifacts().list().unwrap().is_empty());
}

#[test]
fn a_file_in_the_place_of_the_folder_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let tracker = beside(folder.path());
    let run = track(&tracker);
    let artifacts = folder.path().join("runs.db.artifacts");
    fs::write(&artifacts, "mine").unwrap();
    let error = run.artifacts().put_bytes("weights", "content").unwrap_err();
    assert!(error.to_string().contains("runs.db.artifacts"), "{error}");
    assert!(run.artifacts().list().unwrap().is_empty());
    assert!(tracker.unreferenced_artifacts().unwrap().is_empty());
    assert_eq!(fs::read(&artifacts).unwrap(), b"mine");
}

#[test]
fn threads_put_the_same_content() {
    let folder = tempfile::tempdir().unwrap();
    let tracker = beside(folder.path());
    let run = track(&tracker);
    let bytes = vec![7; 1_000_000];
    std::thread::scope(|scope| {
        for number in 0..8 {
            let (run, bytes) = (&run, &bytes);
            scope.spawn(move || {
                run.artifacts()
                    .put_bytes(&format!("{number}"), bytes)
                    .unwrap()
            });
        }
    });
    assert_eq!(run.artifacts().list().unwrap().len(), 8);
    assert_eq!(
        files(&folder.path().join("runs.db.artifacts")).len(),
        2,
        "the content and a lock"
    );
    assert!(tracker.check().unwrap().is_empty());
}

/// One makes the content old and puts it again, the other removes what is old: what was just put is
/// there.
#[test]
fn cleaning_up_takes_nothing_that_was_just_put() {
    let folder = tempfile::tempdir().unwrap();
    let contents = FolderContents::new(folder.path());
    let Content { hash, .. } = contents.put(&mut &b"content"[..]).unwrap();
    let path = folder.path().join(&hash[..2]).join(&hash[2..4]).join(&hash);
    let before = tracker_core::Timestamp::from_second(2).unwrap();
    std::thread::scope(|scope| {
        let writer = scope.spawn(|| {
            for _ in 0..200 {
                // It may have been removed.
                if let Ok(file) = fs::File::options().append(true).open(&path) {
                    file.set_modified(std::time::UNIX_EPOCH).unwrap();
                }
                contents.put(&mut &b"content"[..]).unwrap();
                assert_eq!(contents.size(&hash).unwrap(), Some(7));
            }
        });
        while !writer.is_finished() {
            contents.remove(&hash, before).unwrap();
        }
        writer.join().unwrap();
    });
}

/// An old content is not removed when it was put again after the look around.
#[test]
fn a_content_that_is_put_again_is_young() {
    let folder = tempfile::tempdir().unwrap();
    let contents = FolderContents::new(folder.path());
    let Content { hash, .. } = contents.put(&mut &b"content"[..]).unwrap();
    let path = folder.path().join(&hash[..2]).join(&hash[2..4]).join(&hash);
    let make_old = || {
        let file = fs::File::options().append(true).open(&path).unwrap();
        file.set_modified(std::time::UNIX_EPOCH + Duration::from_secs(1))
            .unwrap();
    };
    let before = tracker_core::Timestamp::from_second(2).unwrap();
    make_old();
    contents.put(&mut &b"content"[..]).unwrap();
    assert!(!contents.remove(&hash, before).unwrap());
    make_old();
    assert_eq!(contents.renew(&hash).unwrap(), Some(7));
    assert!(!contents.remove(&hash, before).unwrap());
    make_old();
    assert!(contents.remove(&hash, before).unwrap());
}

#[test]
fn what_a_dead_process_left_is_removed_when_it_is_old() {
    let folder = tempfile::tempdir().unwrap();
    let tracker = beside(folder.path());
    let artifact = track(&tracker)
        .artifacts()
        .put_bytes("weights", "content")
        .unwrap();
    let left = folder.path().join("runs.db.artifacts/.new-0123");
    fs::write(&left, "half").unwrap();
    tracker
        .remove_unreferenced_artifacts(Duration::from_secs(3_600))
        .unwrap();
    assert!(left.exists());
    assert!(tracker.unreferenced_artifacts().unwrap().is_empty());
    tracker
        .remove_unreferenced_artifacts(Duration::ZERO)
        .unwrap();
    assert!(!left.exists());
    assert_eq!(artifact.read().unwrap(), b"content");
}

/// More than the reader is asked for at once is never there.
#[test]
fn a_large_content_is_read_in_pieces() {
    const LENGTH: u64 = 10_000_000;
    struct Pieces {
        left: u64,
        largest: usize,
    }
    impl Read for Pieces {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            self.largest = self.largest.max(buffer.len());
            let length = buffer.len().min(usize::try_from(self.left).unwrap());
            buffer[..length].fill(3);
            self.left -= length as u64;
            Ok(length)
        }
    }
    let folder = tempfile::tempdir().unwrap();
    let run = track(&beside(folder.path()));
    let mut pieces = Pieces {
        left: LENGTH,
        largest: 0,
    };
    let artifact = run.artifacts().put_reader("large", &mut pieces).unwrap();
    assert_eq!(artifact.record().size, LENGTH);
    assert!(pieces.largest <= 1 << 20, "{}", pieces.largest);
    let copy = folder.path().join("copy");
    artifact.save_to(&copy).unwrap();
    assert_eq!(fs::metadata(&copy).unwrap().len(), LENGTH);
}
