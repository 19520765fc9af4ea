//! `entia import`.

use std::fs;

use serde_json::{Value, json};

use crate::support::{FIRST, Fixture};

#[test]
fn a_copy_has_the_same() {
    let fixture = Fixture::new();
    for (address, file) in [
        ("sqlite:copy.db", "copy.db"),
        ("json:copy.json", "copy.json"),
    ] {
        let into = ["--store", address, "import", "sqlite:runs.db"];
        assert_eq!(
            fixture.text(&into),
            format!("added to `{address}`: 2 experiments, 3 runs, 10 points\n")
        );
        assert!(fixture.path(file).is_file());
        assert_eq!(
            fixture.text(&into),
            format!("`{address}` has all of `sqlite:runs.db` already.\n")
        );
        for command in [&["show", FIRST][..], &["export"], &["experiments"]] {
            let of_copy = [&["--store", address], command].concat();
            assert_eq!(fixture.text(&of_copy), fixture.text(command), "{address}");
        }
    }
}

#[test]
fn as_json() {
    let document = Fixture::new().json(&["--store", "sqlite:copy.db", "import", "sqlite:runs.db"]);
    let expected = json!({"experiments": 2, "runs": 3, "modules": 0, "iterations": 1, "points": 10, "artifacts": 0});
    assert_eq!(document, expected);
}

/// The Python package `mltracker` keeps no times.
#[test]
fn what_has_no_time_is_not_of_1970() {
    let fixture = Fixture::empty();
    let python = include_str!("../../../stores/json/tests/stores/mltracker-0.1.5.json");
    fs::write(fixture.path("python.json"), python).unwrap();
    fixture.text(&["import", "json:python.json"]);
    for store in ["json:python.json", "sqlite:runs.db"] {
        let run = "b6c902d4";
        let read = |command: &[&str]| fixture.text(&[&["--store", store], command].concat());
        for format in ["csv", "jsonl"] {
            let points = read(&["export", "--format", format]);
            assert!(
                !points.contains("1970") && points.lines().count() > 8,
                "{points}"
            );
        }
        for command in [
            &["experiments"][..],
            &["runs"],
            &["show", run],
            &["metrics", run],
        ] {
            for command in [command, &[command, &["--json"]].concat()] {
                let text = read(command);
                assert!(!text.contains("1970"), "{store}, {command:?}: {text}");
            }
        }
        assert!(read(&["show", run]).contains("\ncreated     unknown\n"));
        let document: Value = serde_json::from_str(&read(&["runs", "--json"])).unwrap();
        assert_eq!(document[0]["created"], Value::Null);
        let refused = fixture.refused(&["--store", store, "metrics", run, "--x", "time"]);
        assert!(
            refused.contains("have no time\nhint: draw them by `--x epoch`"),
            "{refused}"
        );
    }
}

#[test]
fn a_source_that_is_not_there_creates_nothing() {
    let fixture = Fixture::empty();
    insta::assert_snapshot!(fixture.refused(&["import", "json:runs.json"]));
    insta::assert_snapshot!(fixture.refused(&["import", "runs.json"]));
    assert_eq!(fixture.folder.path().read_dir().unwrap().count(), 0);
}

#[test]
fn a_store_is_not_imported_into_itself() {
    let fixture = Fixture::new();
    let absolute = fixture.absolute();
    for arguments in [
        &["import", "sqlite:runs.db"][..],
        &["import", "sqlite:runs.db", "sqlite:runs.db"],
        &["import", "sqlite:./runs.db", &absolute],
    ] {
        let refused = fixture.refused(arguments);
        assert!(
            refused.contains("` cannot be imported into itself\nhint: name the store"),
            "{refused}"
        );
    }
    // Nor when it is not there.
    let refused = fixture.refused(&["import", "sqlite:no.db", "sqlite:no.db"]);
    assert!(refused.contains("into itself"), "{refused}");
    assert!(!fixture.path("no.db").exists());
}
