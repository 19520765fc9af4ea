//! The file of a JSON store: what is refused, what is kept, what is removed.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::json;
use tempfile::TempDir;
use tracker_core::conformance::Sample;
use tracker_core::ports::Store as _;
use tracker_core::{Aggregate, Error, Metric, StoreProblem, Tracker};
use tracker_json::JsonStore;

/// A file of one experiment with one aggregate.
fn store() -> (TempDir, PathBuf, Aggregate) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("runs.json");
    let run = run(&path, "digits");
    run.metrics().add(Metric::new("loss", 0.5)).unwrap();
    (folder, path, run)
}

fn open(path: &Path) -> Tracker {
    Tracker::new(JsonStore::open(path).unwrap())
}

fn run(path: &Path, experiment: &str) -> Aggregate {
    let experiment = open(path).experiment(experiment).unwrap();
    experiment.track(&Sample::new("MLP", "{}")).unwrap()
}

fn files(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.collect();
    names.sort();
    names
}

/// The error of opening the file, whose message must stand on two lines and name `mention`.
fn refused(path: &Path, mention: &str) -> Error {
    let error = JsonStore::open(path).unwrap_err();
    let text = error.to_string();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 2, "{text}");
    assert!(lines[0].contains(mention), "{text}");
    assert!(lines[1].starts_with("hint: "), "{text}");
    error
}

fn problem(error: Error) -> StoreProblem {
    match error {
        Error::Unusable { problem, .. } => problem,
        error => panic!("{error}"),
    }
}

fn replace(path: &Path, from: &str, to: &str) {
    let text = fs::read_to_string(path).unwrap();
    assert!(text.contains(from), "{text}");
    fs::write(path, text.replace(from, to)).unwrap();
}

#[test]
fn nothing_is_made_before_the_first_change() {
    let folder = tempfile::tempdir().unwrap();
    let tracker = open(&folder.path().join("runs.json"));
    assert!(tracker.experiments().list().unwrap().is_empty());
    assert!(files(folder.path()).is_empty());
    tracker.experiment("digits").unwrap();
    assert_eq!(files(folder.path()), ["runs.json", "runs.json.lock"]);
}

#[test]
fn what_is_no_file_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let error = refused(folder.path(), &folder.path().display().to_string());
    assert_eq!(problem(error), StoreProblem::IsFolder);
    let error = refused(&folder.path().join("data/runs.json"), "data");
    let data = folder.path().join("data");
    assert_eq!(problem(error), StoreProblem::NoFolder { folder: data });
    assert!(files(folder.path()).is_empty());
}

#[test]
fn a_file_of_another_program_is_left_alone() {
    for content in [
        "step,loss\n1,0.5\n",
        "[1, 2]",
        " ",
        "\u{0}\u{1}",
        r#"{"name": "x", "version": "1.0"}"#,
        r#"{"metrics": {"loss": {"value": 1}}}"#,
        r#"{"metrics": [], "models": {}}"#,
    ] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("other.json");
        fs::write(&path, content).unwrap();
        let error = refused(&path, "other.json");
        assert!(matches!(problem(error), StoreProblem::Foreign { .. }));
        assert_eq!(fs::read_to_string(&path).unwrap(), content);
        assert_eq!(files(folder.path()), ["other.json"]);
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("latin.json");
    fs::write(&path, [b'{', 0xff, b'}']).unwrap();
    let error = refused(&path, "UTF-8");
    assert!(matches!(problem(error), StoreProblem::Foreign { .. }));
}

#[test]
fn a_document_that_does_not_fit_is_named() {
    for (from, to, mention) in [
        (r#""value": 0.5, "#, "", "`value`"),
        (r#""phase": """#, r#""phase": 7"#, "`phase`"),
        (r#""epoch": 0, "time""#, r#""epoch": -1, "time""#, "-1"),
        (r#""model": ""#, r#""owner": ""#, "`model`"),
        (r#""arguments": {}"#, r#""arguments": 1"#, "`arguments`"),
        (r#""name": "digits""#, r#""name": null"#, "`name`"),
        (
            r#""metrics": {"1""#,
            r#""metrics": {"1": {}, "2""#,
            "`model`",
        ),
        (
            r#""iterations": {"#,
            r#""iterations": {"3": {}"#,
            "document 3 of `iterations`",
        ),
    ] {
        let (_folder, path, run) = store();
        replace(&path, from, to);
        let before = fs::read(&path).unwrap();
        let error = refused(&path, mention);
        assert!(matches!(error, Error::Damaged { .. }), "{error}");
        assert!(error.to_string().contains("the document "), "{error}");
        let error = run.metrics().add(Metric::new("loss", 1.0)).unwrap_err();
        assert!(matches!(error, Error::Damaged { .. }), "{error}");
        assert!(fs::read(&path).unwrap() == before, "the file changed");
    }
}

#[test]
fn two_of_one_name_are_damage() {
    let (_folder, path, _run) = store();
    run(&path, "letters");
    replace(&path, "letters", "digits");
    let error = refused(&path, "document 2 of `experiments`");
    assert!(matches!(error, Error::Damaged { .. }), "{error}");
}

#[test]
fn a_file_that_may_not_be_written_can_be_read() {
    let (_folder, path, run) = store();
    let mut permissions = path.metadata().unwrap().permissions();
    permissions.set_readonly(true);
    fs::set_permissions(&path, permissions).unwrap();
    let error = run.metrics().add(Metric::new("loss", 1.0)).unwrap_err();
    assert_eq!(problem(error), StoreProblem::ReadOnly);
    assert_eq!(self::open(&path).experiments().list().unwrap().len(), 1);
    assert_eq!(run.metrics().list("loss", "").unwrap().len(), 1);
}

#[cfg(unix)]
#[test]
fn permissions_and_links_stay() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    let (folder, path, _run) = store();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    let link = folder.path().join("link.json");
    symlink(&path, &link).unwrap();
    run(&link, "letters");
    assert!(link.is_symlink());
    let mode = path.metadata().unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o640);
    assert_eq!(open(&path).experiments().list().unwrap().len(), 2);
}

/// Another program may write in place, and faster than the clock of the file system ticks.
#[test]
fn a_change_in_place_is_seen_though_size_and_time_are_the_same() {
    let (_folder, path, run) = store();
    let value = || run.metrics().list("loss", "").unwrap()[0].value.number();
    assert_eq!(value(), Some(0.5));
    let time = path.metadata().unwrap().modified().unwrap();
    replace(&path, r#""value": 0.5"#, r#""value": 0.7"#);
    let file = fs::File::options().write(true).open(&path).unwrap();
    file.set_modified(time).unwrap();
    assert_eq!(value(), Some(0.7));
}

#[test]
fn what_is_removed_is_gone_from_every_table() {
    let (_folder, path, first) = store();
    let empty = |path: &Path| {
        let text = fs::read_to_string(path).unwrap();
        let file: serde_json::Value = serde_json::from_str(&text).unwrap();
        let mut tables = file.as_object().unwrap().iter();
        // Which store it is stays.
        tables.all(|(name, table)| name == "identity" || table == &json!({}))
    };
    // The same model in two experiments has the same hash in both.
    let second = run(&path, "letters");
    assert_eq!(first.id(), second.id());
    second.metrics().add(Metric::new("loss", 2.0)).unwrap();
    let iteration = tracker_core::Iteration::new("train", 0);
    second.iterations().put(iteration.clone()).unwrap();
    first.iterations().put(iteration).unwrap();
    first.remove().unwrap();
    assert_eq!(second.modules().unwrap().len(), 1);
    assert_eq!(second.metrics().list("loss", "").unwrap().len(), 1);
    assert_eq!(second.iterations().list().unwrap().len(), 1);
    // A tracker that is in use has a position in `journals`.
    drop(second);
    let tracker = open(&path);
    for experiment in tracker.experiments().list().unwrap() {
        assert!(!empty(&path));
        experiment.remove().unwrap();
    }
    assert!(empty(&path));
}

#[test]
fn references_that_lead_nowhere_are_named_and_stay() {
    let (_folder, path, run) = store();
    let store = JsonStore::open(&path).unwrap();
    assert!(store.check().unwrap().is_empty());
    let orphan = r#""metrics": {"9": {"model": "gone"}, "#;
    replace(&path, r#""metrics": {"#, orphan);
    let problems = store.check().unwrap();
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert!(problems[0].contains("`metrics`") && problems[0].contains("`gone`"));

    run.metrics().add(Metric::new("loss", 0.7)).unwrap();
    let text = fs::read_to_string(&path).unwrap();
    assert!(
        text.contains(orphan) && text.contains(r#""10": {"#),
        "{text}"
    );
    replace(&path, r#""value": 0.7, "#, "");
    let problems = store.check().unwrap();
    assert!(
        problems[0].contains("document 10 of `metrics`"),
        "{problems:?}"
    );
}

#[test]
fn json_that_would_nest_too_deep_in_the_file_is_refused() {
    let (_folder, path, run) = store();
    let before = fs::read(&path).unwrap();
    let deep = |levels: usize| (1..levels).fold(json!([]), |inner, _| json!([inner]));
    let error = run
        .metrics()
        .add(Metric::new("matrix", deep(126)))
        .unwrap_err();
    assert!(matches!(error, Error::Json { .. }), "{error}");
    assert!(error.to_string().contains("`matrix`"), "{error}");
    assert!(fs::read(&path).unwrap() == before, "the file changed");
    run.metrics().add(Metric::new("matrix", deep(125))).unwrap();
    assert_eq!(
        self::run(&path, "digits")
            .metrics()
            .list("matrix", "")
            .unwrap()
            .len(),
        1
    );
}
