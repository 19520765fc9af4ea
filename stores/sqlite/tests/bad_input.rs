//! Bad input gets a message that names the thing, the place and the remedy, and does no harm.

use std::path::Path;

use rusqlite::Connection;
use tracker_core::{Error, ErrorKind, StoreProblem, Tracker};
use tracker_sqlite as _;

fn address(path: &Path) -> String {
    format!("sqlite:{}", path.display())
}

/// The error of opening `address`, whose message must stand on two lines and name `mention`.
fn refused(address: &str, mention: &str) -> Error {
    let Err(error) = Tracker::open(address) else {
        panic!("`{address}` must be refused");
    };
    let text = error.to_string();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 2, "{text}");
    assert!(lines[0].contains(mention), "{text}");
    assert!(lines[1].starts_with("hint: "), "{text}");
    error
}

/// Whether the store cannot be used for this reason.
fn is(error: &Error, expected: &StoreProblem) -> bool {
    matches!(error, Error::Unusable { problem, .. } if problem == expected)
}

fn is_foreign(error: &Error) -> bool {
    let Error::Unusable { problem, .. } = error else {
        return false;
    };
    matches!(problem, StoreProblem::Foreign { .. })
}

fn files(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect()
}

#[test]
fn addresses_that_name_no_file_are_refused() {
    for (address, mention, hint) in [
        ("sqlight:runs.db", "`sqlight`", "did you mean `sqlite`?"),
        ("SQLite:runs.db", "`SQLite`", "`sqlite:FILE`"),
        ("sqlite:", "path", "`sqlite:runs.db`"),
        ("sqlite::memory:", "`:memory:`", "`memory:`"),
        ("sqlite://runs.db", "`//`", "write `sqlite:runs.db`"),
        ("sqlite: runs.db", "space", "write `sqlite:runs.db`"),
    ] {
        let error = refused(address, mention);
        assert!(matches!(error, Error::Address { .. }), "{error}");
        assert!(error.to_string().contains(hint), "{error}");
    }
}

#[test]
fn who_only_reads_creates_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let address = address(&folder.path().join("runs"));
    for open in [Tracker::open_existing, Tracker::read] {
        let error = open(&address).unwrap_err();
        assert!(is(&error, &StoreProblem::Absent), "{error}");
        assert_eq!(error.kind(), ErrorKind::NotFound);
        assert!(files(folder.path()).is_empty());
    }
}

#[test]
fn a_folder_is_no_store() {
    let folder = tempfile::tempdir().unwrap();
    let error = refused(
        &address(folder.path()),
        &folder.path().display().to_string(),
    );
    assert!(is(&error, &StoreProblem::IsFolder), "{error}");
    assert!(files(folder.path()).is_empty());
}

#[test]
fn a_missing_folder_is_named_and_not_created() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("data");
    let error = refused(
        &address(&missing.join("runs.db")),
        &missing.display().to_string(),
    );
    let folder_missing = StoreProblem::NoFolder { folder: missing };
    assert!(is(&error, &folder_missing), "{error}");
    assert!(files(folder.path()).is_empty());
}

#[test]
fn a_file_that_is_no_database_is_left_alone() {
    let text = "step,loss\n1,0.5\n".repeat(1000);
    for content in ["x", "step,loss\n1,0.5\n", "SQLite format 3", text.as_str()] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("runs.csv");
        std::fs::write(&path, content).unwrap();
        let error = refused(&address(&path), "runs.csv");
        assert!(is_foreign(&error), "{error}");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), content);
        assert_eq!(files(folder.path()), ["runs.csv"]);
    }
}

#[test]
fn a_database_of_another_program_is_left_alone() {
    for sql in [
        "CREATE TABLE runs (id INTEGER)",
        "PRAGMA user_version = 3",
        "PRAGMA application_id = 7",
    ] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("other.db");
        Connection::open(&path).unwrap().execute_batch(sql).unwrap();
        let before = std::fs::read(&path).unwrap();
        let error = refused(&address(&path), "another program");
        assert!(is_foreign(&error), "{error}");
        assert!(std::fs::read(&path).unwrap() == before, "the file changed");
        assert_eq!(files(folder.path()), ["other.db"]);
    }
}

#[test]
fn a_newer_file_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("runs.db");
    Tracker::open(&address(&path))
        .unwrap()
        .experiment("digits")
        .unwrap();
    Connection::open(&path)
        .unwrap()
        .pragma_update(None, "user_version", 1000)
        .unwrap();
    let before = std::fs::read(&path).unwrap();
    let error = refused(&address(&path), "version 1000");
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert!(Tracker::read(&address(&path)).is_err());
    assert!(std::fs::read(&path).unwrap() == before, "the file changed");
}

fn set_readonly(path: &Path, readonly: bool) {
    let mut permissions = path.metadata().unwrap().permissions();
    permissions.set_readonly(readonly);
    std::fs::set_permissions(path, permissions).unwrap();
}

#[test]
fn a_read_only_file_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("runs.db");
    Tracker::open(&address(&path))
        .unwrap()
        .experiment("digits")
        .unwrap();
    set_readonly(&path, true);
    // A superuser may write whatever the file says; then there is nothing to refuse.
    if std::fs::OpenOptions::new().write(true).open(&path).is_err() {
        let error = refused(&address(&path), "runs.db");
        assert!(is(&error, &StoreProblem::ReadOnly), "{error}");
    }
    set_readonly(&path, false);
}

#[test]
fn a_read_only_folder_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("runs.db");
    set_readonly(folder.path(), true);
    // As above; Windows does not heed the mark on a folder either.
    if std::fs::write(folder.path().join("probe"), "").is_err() {
        let error = refused(&address(&path), "runs.db");
        assert!(is(&error, &StoreProblem::ReadOnly), "{error}");
        assert!(files(folder.path()).is_empty());
    }
    set_readonly(folder.path(), false);
}

/// A store that can be read but has no room for its log.
#[test]
fn a_store_in_a_read_only_folder_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("runs.db");
    Tracker::open(&address(&path))
        .unwrap()
        .experiment("digits")
        .unwrap();
    set_readonly(folder.path(), true);
    if std::fs::write(folder.path().join("probe"), "").is_err() {
        let error = refused(&address(&path), "runs.db");
        assert!(is(&error, &StoreProblem::ReadOnly), "{error}");
        assert_eq!(files(folder.path()), ["runs.db"]);
    }
    set_readonly(folder.path(), false);
}

/// Windows leaves nobody remove a file that is open.
#[cfg(unix)]
#[test]
fn a_file_that_is_gone_is_not_flushed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("runs.db");
    let (tracker, other) = (Tracker::open(&address(&path)).unwrap(), "old.db");
    tracker.flush().unwrap();
    std::fs::rename(&path, folder.path().join(other)).unwrap();
    let gone = tracker.flush().unwrap_err().to_string();
    assert!(gone.contains("removed or renamed"), "{gone}");
    assert!(gone.contains("\nhint: put the file back"), "{gone}");
    // Another file of the name is not the store that was opened.
    std::fs::write(&path, "").unwrap();
    assert!(tracker.flush().is_err());
    std::fs::rename(folder.path().join(other), &path).unwrap();
    tracker.flush().unwrap();
}
