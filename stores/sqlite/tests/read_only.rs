//! A store that is opened to be read: nothing of it changes, and nothing beside it.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tracker_core::conformance::Sample;
use tracker_core::ports::{Detail, Scope, Store};
use tracker_core::{Aggregate, ErrorKind, Metric, Query, Tracker};
use tracker_sqlite::SqliteStore;

const STORES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/stores");

fn address(path: &Path) -> String {
    format!("sqlite:{}", path.display())
}

/// A store with a run and two points, whose program is still at work.
fn filled(path: &Path) -> (Tracker, Aggregate) {
    let tracker = Tracker::open(&address(path)).unwrap();
    let experiment = tracker.experiment("digits").unwrap();
    let run = experiment
        .track(&Sample::new("MLP", r#"{"lr": 0.1}"#))
        .unwrap();
    run.set_tag("stage", "final").unwrap();
    run.metrics().add(Metric::new("loss", 0.5).step(1)).unwrap();
    run.metrics()
        .add(Metric::new("loss", 0.25).step(2))
        .unwrap();
    tracker.flush().unwrap();
    (tracker, run)
}

/// Every file of a folder with its bytes.
fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let entries = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    entries
        .map(|path| (path.clone(), fs::read(path).unwrap()))
        .collect()
}

/// Reads what `filled` has stored, in every way there is.
fn read_all(tracker: &Tracker) {
    let experiment = tracker.experiments().get("digits").unwrap().unwrap();
    let runs = experiment.aggregates();
    let run = &runs.list().unwrap()[0];
    assert_eq!(run.annotations().tags["stage"], "final");
    assert_eq!(
        run.metrics().history("loss", "").unwrap().numbers(),
        [0.5, 0.25]
    );
    assert_eq!(run.metrics().summaries().unwrap()[0].min, Some(0.25));
    assert_eq!(run.module("model").unwrap().name(), "MLP");
    let query: Query = "model.lr < 0.2 and tag.stage = \"final\" order by metric.loss.min limit 5"
        .parse()
        .unwrap();
    assert_eq!(runs.find(query).unwrap().len(), 1);
    assert!(tracker.check().unwrap().is_empty());
}

/// Whatever would change something is refused.
fn refuses_changes(tracker: &Tracker) {
    let experiment = tracker.experiments().get("digits").unwrap().unwrap();
    let run = experiment.aggregates().list().unwrap().remove(0);
    for refused in [
        tracker.experiments().create("another").map(drop),
        experiment.track(&Sample::new("Another", "{}")).map(drop),
        run.set_tag("stage", "other"),
        run.set_epoch(9),
        run.metrics().add(Metric::new("loss", 1.0)),
        run.metrics().clear(),
        run.rewind(0),
        run.set_param("seed", 1),
        run.attempt().map(drop),
        run.artifacts().put_bytes("a.txt", b"a").map(drop),
        run.clone().remove(),
        tracker.experiments().clear(),
    ] {
        let refused = refused.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::Denied, "{refused}");
        assert!(
            refused
                .to_string()
                .contains("cannot be written: it was opened to be read\nhint: "),
            "{refused}"
        );
    }
}

#[test]
fn no_byte_of_a_closed_store_changes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("runs.db");
    drop(filled(&path));
    let before = files(folder.path());
    assert_eq!(before.len(), 1, "who closes last leaves the file alone");
    let tracker = Tracker::read(&address(&path)).unwrap();
    read_all(&tracker);
    refuses_changes(&tracker);
    assert!(tracker.journals().unwrap().is_empty());
    tracker.flush().unwrap();
    assert!(files(folder.path()) == before, "while it is open");
    drop(tracker);
    assert!(files(folder.path()) == before, "when it is closed");
}

#[test]
fn a_store_that_is_written_is_read_as_it_is_now() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("runs.db");
    let (writer, run) = filled(&path);
    let reader = Tracker::read(&address(&path)).unwrap();
    read_all(&reader);
    refuses_changes(&reader);
    run.set_epoch(7).unwrap();
    let epoch = |reader: &Tracker| {
        let experiment = reader.experiments().get("digits").unwrap().unwrap();
        experiment.aggregates().list().unwrap()[0].epoch()
    };
    assert_eq!(epoch(&reader), 7);
    drop((writer, run));
    assert_eq!(epoch(&reader), 7, "also once nobody writes");
    let (_writer, run) = filled(&path);
    run.set_epoch(8).unwrap();
    assert_eq!(epoch(&reader), 8, "and when somebody writes again");
}

/// Not a test of its own: the process that has the store of the next test open, until its input ends.
#[test]
fn holder() {
    if let Some(path) = std::env::var_os("ENTIA_TEST_HELD") {
        let _held = filled(Path::new(&path));
        println!("\nit is open");
        let _ = std::io::stdin().read_line(&mut String::new());
    }
}

#[test]
fn no_byte_changes_that_another_process_has_open() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("runs.db");
    let mut holder = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "holder", "--nocapture"])
        .env("ENTIA_TEST_HELD", &path)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(holder.stdout.take().unwrap()).lines();
    assert!(lines.any(|line| line.unwrap() == "it is open"));
    let before = files(folder.path());
    assert!(
        before.len() > 3,
        "the log, its index and a journal are there"
    );
    let reader = Tracker::read(&address(&path)).unwrap();
    read_all(&reader);
    refuses_changes(&reader);
    let journals = reader.journals().unwrap();
    assert_eq!((journals[0].live, journals[0].points), (true, Some(0)));
    drop(reader);
    assert!(files(folder.path()) == before);
    drop(holder.stdin.take());
    assert!(holder.wait().unwrap().success());
}

#[test]
fn a_closed_store_may_be_written_while_it_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("runs.db");
    drop(filled(&path));
    let reader = SqliteStore::read(&path).unwrap();
    let epoch = || {
        reader.rows(&Scope::All, &Detail::NONE).unwrap()[0]
            .aggregate
            .epoch
    };
    assert_eq!(epoch(), 0);
    for expected in 1..4 {
        let (writer, run) = filled(&path);
        run.set_epoch(expected).unwrap();
        assert_eq!(epoch(), expected);
        drop((writer, run));
        assert_eq!(epoch(), expected);
    }
}

#[test]
fn a_snapshot_is_read_with_its_log() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("runs.db");
    let (_writer, _run) = filled(&path);
    let snapshot = tempfile::tempdir().unwrap();
    for name in ["runs.db", "runs.db-wal"] {
        fs::copy(folder.path().join(name), snapshot.path().join(name)).unwrap();
    }
    let before = files(snapshot.path());
    let tracker = Tracker::read(&address(&snapshot.path().join("runs.db"))).unwrap();
    read_all(&tracker);
    drop(tracker);
    assert!(files(snapshot.path()) == before);
}

#[cfg(unix)]
#[test]
fn a_file_without_the_right_to_write_is_read() {
    use std::os::unix::fs::PermissionsExt;

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a % b?c#d é.db");
    drop(filled(&path));
    fs::set_permissions(&path, fs::Permissions::from_mode(0o444)).unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o555)).unwrap();
    let tracker = Tracker::read(&address(&path)).unwrap();
    read_all(&tracker);
    refuses_changes(&tracker);
    drop(tracker);
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
    assert_eq!(files(folder.path()).len(), 1);
}

#[test]
fn points_that_wait_in_a_journal_are_counted_and_left_there() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("runs.db");
    let (writer, run) = filled(&path);
    let copy = tempfile::tempdir().unwrap();
    let copied = |name: &Path| copy.path().join(name.file_name().unwrap());
    // The store as it was before the last points, and the journal that has them.
    for name in ["runs.db", "runs.db-wal"] {
        fs::copy(folder.path().join(name), copy.path().join(name)).unwrap();
    }
    run.metrics()
        .add_all((3..10).map(|step| Metric::new("loss", 1.0).step(step)))
        .unwrap();
    let journal = writer.journals().unwrap().remove(0);
    assert!(journal.live);
    fs::copy(&journal.path, copied(&journal.path)).unwrap();

    let before = files(copy.path());
    let tracker = Tracker::read(&address(&copy.path().join("runs.db"))).unwrap();
    let waiting = tracker.journals().unwrap();
    assert_eq!(waiting.len(), 1);
    assert_eq!((waiting[0].live, waiting[0].points), (false, Some(7)));
    read_all(&tracker);
    drop(tracker);
    assert!(files(copy.path()) == before);
}

#[test]
fn older_versions_are_read_as_they_are() {
    for name in ["version-1.db", "version-2.db"] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        fs::copy(Path::new(STORES).join(name), &path).unwrap();
        let before = files(folder.path());
        let old = SqliteStore::read(&path).unwrap();
        let rows = old.rows(&Scope::All, &Detail::ALL).unwrap();
        assert!(!rows.is_empty());
        assert!(old.check().unwrap().is_empty(), "{name}");
        assert!(files(folder.path()) == before, "{name}");

        let migrated = folder.path().join("migrated.db");
        fs::copy(&path, &migrated).unwrap();
        let new = SqliteStore::open(&migrated).unwrap();
        assert_eq!(
            new.experiments().unwrap(),
            old.experiments().unwrap(),
            "{name}"
        );
        assert_eq!(new.rows(&Scope::All, &Detail::ALL).unwrap(), rows, "{name}");
        for row in rows {
            let uuid = row.aggregate.uuid;
            assert_eq!(new.iterations(uuid).unwrap(), old.iterations(uuid).unwrap());
            assert!(old.attempts(uuid).unwrap().is_empty());
            assert!(old.artifacts(uuid).unwrap().is_empty());
            for summary in &row.summaries {
                let history = |store: &SqliteStore| {
                    store
                        .history(uuid, summary.name(), summary.phase())
                        .unwrap()
                };
                assert_eq!(history(&new), history(&old));
                assert_eq!(history(&old).len() as u64, summary.count);
            }
        }
    }
}

#[test]
fn what_is_no_store_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let read = |name: &str| {
        let error = Tracker::read(&address(&folder.path().join(name))).unwrap_err();
        (error.kind(), error.to_string())
    };
    assert_eq!(read("missing.db").0, ErrorKind::NotFound);
    assert_eq!(read("").0, ErrorKind::Invalid);
    fs::write(folder.path().join("empty.db"), "").unwrap();
    assert!(
        read("empty.db")
            .1
            .contains("no store of a tracker: it is empty\nhint: ")
    );
    fs::write(
        folder.path().join("text.db"),
        "step,loss\n1,0.5\n".repeat(100),
    )
    .unwrap();
    assert_eq!(read("text.db").0, ErrorKind::Invalid);
    let path = folder.path().join("newer.db");
    drop(filled(&path));
    let mut bytes = fs::read(&path).unwrap();
    // Where SQLite keeps the version that the user of the file gives it.
    bytes[60..64].copy_from_slice(&99_u32.to_be_bytes());
    fs::write(&path, bytes).unwrap();
    let (kind, text) = read("newer.db");
    assert_eq!(kind, ErrorKind::Unsupported);
    assert!(
        text.contains("version 99") && text.contains("\nhint: update"),
        "{text}"
    );
    let opened = Tracker::open(&address(&path)).unwrap_err();
    assert_eq!(opened.to_string(), text);
}
