//! Bad input gets a message that names the thing, the place and the remedy, and does no harm.

use std::path::Path;

use rusqlite::Connection;
use serde_json::json;
use tracker_core::conformance::Sample;
use tracker_core::{Error, Iteration, Metric, Tracker};

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

fn files(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect()
}

#[test]
fn unknown_addresses_name_those_that_exist() {
    for (address, mention, hint) in [
        ("runs.db", "no scheme", "write `sqlite:runs.db`"),
        ("", "no scheme", "`sqlite:runs.db`"),
        (
            "postgres://host/runs",
            "`postgres`",
            "`sqlite:FILE`, `json:FILE` and `memory:`",
        ),
        ("runs.json", "no scheme", "write `json:runs.json`"),
        ("jsn:runs.json", "`jsn`", "did you mean `json`?"),
        ("json:", "path", "`json:runs.json`"),
        ("json::memory:", "`:memory:`", "`memory:`"),
        ("json://runs.json", "`//`", "write `json:runs.json`"),
        ("sqlight:runs.db", "`sqlight`", "did you mean `sqlite`?"),
        ("SQLite:runs.db", "`SQLite`", "`sqlite:FILE`"),
        ("sqlite:", "path", "`sqlite:runs.db`"),
        ("sqlite::memory:", "`:memory:`", "`memory:`"),
        ("sqlite://runs.db", "`//`", "write `sqlite:runs.db`"),
        ("sqlite: runs.db", "space", "write `sqlite:runs.db`"),
        ("memory:runs", "no name", "`memory:`"),
    ] {
        let error = refused(address, mention);
        assert!(matches!(error, Error::Address { .. }), "{error}");
        assert!(error.to_string().contains(hint), "{error}");
    }
}

#[test]
fn who_only_reads_creates_nothing() {
    let folder = tempfile::tempdir().unwrap();
    for scheme in ["sqlite", "json"] {
        let path = folder.path().join("runs");
        let address = format!("{scheme}:{}", path.display());
        let error = Tracker::open_existing(&address).unwrap_err();
        assert!(matches!(error, Error::NoStore { .. }), "{error}");
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
    assert!(matches!(error, Error::Folder { .. }));
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
    assert!(matches!(error, Error::NoFolder { .. }));
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
        assert!(matches!(error, Error::NotAStore { .. }), "{error}");
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
        assert!(matches!(error, Error::NotAStore { .. }), "{error}");
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
    assert!(
        matches!(error, Error::TooNew { found: 1000, .. }),
        "{error}"
    );
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
        assert!(matches!(error, Error::ReadOnly { .. }), "{error}");
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
        assert!(matches!(error, Error::ReadOnly { .. }), "{error}");
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
        assert!(matches!(error, Error::ReadOnly { .. }), "{error}");
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

#[test]
fn json_that_nests_too_deep_is_refused() {
    let run = Tracker::open("memory:").unwrap();
    let run = run
        .experiment("digits")
        .unwrap()
        .track(&Sample::new("MLP", "{}"))
        .unwrap();
    let deep = || {
        (0..1_000).fold(json!(null), |inner, _| {
            serde_json::Value::Array(vec![inner])
        })
    };
    let error = run
        .metrics()
        .add(Metric::new("matrix", deep()))
        .unwrap_err();
    assert!(matches!(error, Error::Json { .. }), "{error}");
    assert!(error.to_string().contains("`matrix`"), "{error}");
    let iteration = Iteration::new("train", 0).arguments(deep());
    let error = run.iterations().put(iteration).unwrap_err();
    assert!(matches!(error, Error::Json { .. }), "{error}");
    assert!(error.to_string().contains("`train`"), "{error}");
}

#[test]
fn an_argument_that_cannot_be_written_is_named() {
    let experiment = Tracker::open("memory:")
        .unwrap()
        .experiment("digits")
        .unwrap();
    let error = experiment
        .track(&Sample::new("MLP", "no object"))
        .unwrap_err();
    assert!(
        error
            .to_string()
            .contains("the model `MLP` cannot be stored"),
        "{error}"
    );
    assert!(error.to_string().contains("\nhint: "), "{error}");
}
