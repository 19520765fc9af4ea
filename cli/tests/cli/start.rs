//! Without a command, and without a store.

use serde_json::json;

use crate::support::{ADDRESS, Fixture};

#[test]
fn a_store_is_introduced() {
    insta::assert_snapshot!(Fixture::new().text(&[]));
    let document = Fixture::new().json(&[]);
    let version = env!("CARGO_PKG_VERSION");
    let expected = json!({"version": version, "store": ADDRESS, "experiments": 2, "runs": 3});
    assert_eq!(document, expected);
}

#[test]
fn without_an_address_it_says_what_to_do() {
    let fixture = Fixture::new();
    let output = fixture
        .command(&[])
        .env_remove("ENTIA_STORE")
        .output()
        .unwrap();
    assert!(output.status.success());
    insta::assert_snapshot!(String::from_utf8(output.stdout).unwrap());

    let output = fixture
        .command(&["runs"])
        .env("ENTIA_STORE", "")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    insta::assert_snapshot!(String::from_utf8(output.stderr).unwrap());
}

#[test]
fn a_store_that_is_not_there_is_not_created() {
    let fixture = Fixture::empty();
    insta::assert_snapshot!(fixture.text(&[]));
    let first = fixture.refused(&["runs"]);
    insta::assert_snapshot!(first);
    for command in [
        &["experiments"][..],
        &["show", "a1b2"],
        &["compare", "a1b2", "a1b3"],
        &["metrics", "a1b2"],
        &["export"],
        &["verify"],
        &["doctor"],
        &["tag", "a1b2", "best"],
        &["note", "a1b2", "good"],
        &["rename", "digits", "letters"],
        &["remove", "a1b2", "--yes"],
        &["--json"],
    ] {
        assert_eq!(fixture.refused(command), first, "{command:?}");
    }
    assert_eq!(fixture.folder.path().read_dir().unwrap().count(), 0);
}

#[test]
fn a_path_is_no_address() {
    let fixture = Fixture::new();
    insta::assert_snapshot!(fixture.refused(&["--store", "runs.db", "runs"]));
}
