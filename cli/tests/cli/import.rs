//! `entia import`.

use serde_json::json;

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

#[test]
fn a_source_that_is_not_there_creates_nothing() {
    let fixture = Fixture::empty();
    insta::assert_snapshot!(fixture.refused(&["import", "json:runs.json"]));
    insta::assert_snapshot!(fixture.refused(&["import", "runs.json"]));
    assert_eq!(fixture.folder.path().read_dir().unwrap().count(), 0);
}
