//! `entia show`, and how a run is named.

use serde_json::json;

use crate::support::{FIRST, Fixture, THIRD};

#[test]
fn all_about_a_run() {
    let fixture = Fixture::new();
    insta::assert_snapshot!(fixture.text(&["show", FIRST]));
    insta::assert_snapshot!(fixture.text(&["show", THIRD]));
}

#[test]
fn as_json() {
    let run = Fixture::new().json(&["show", FIRST]);
    assert_eq!(run["id"], FIRST);
    assert_eq!(run["notes"], "The first that learns.\nKeep it.");
    let pass = &run["iterations"][0];
    assert_eq!(
        (&pass["phase"], &pass["epoch"]),
        (&json!("train"), &json!(3))
    );
    assert_eq!(pass["dataset"]["name"], "Digits");
    assert_eq!(pass["dataset"]["scheme"], "md5-v1");
    assert_eq!(pass["arguments"], json!({"batch_size": 64}));
}

#[test]
fn arguments_keep_their_order() {
    let text = Fixture::new().text(&["show", FIRST, "--json"]);
    assert!(
        text.contains(r#"{"lr": 0.001, "bound": "Infinity"}"#),
        "{text}"
    );
}

#[test]
fn the_beginning_of_an_id_is_enough() {
    let fixture = Fixture::new();
    assert_eq!(fixture.json(&["show", "a1b2c"])["id"], FIRST);
    assert_eq!(fixture.json(&["show", "base"])["id"], THIRD);
    insta::assert_snapshot!(fixture.refused(&["show", "a1b2"]));
    insta::assert_snapshot!(fixture.refused(&["show", "a1b"]));
    insta::assert_snapshot!(fixture.refused(&["show", "a1b2d3"]));
    insta::assert_snapshot!(fixture.refused(&["show", "base", "--experiment", "digits"]));
}

#[test]
fn one_id_in_two_experiments_needs_the_experiment() {
    let fixture = Fixture::new();
    fixture.add_run("digits", THIRD);
    insta::assert_snapshot!(fixture.refused(&["show", THIRD]));
    let run = fixture.json(&["show", THIRD, "--experiment", "letters"]);
    assert_eq!(run["experiment"], "letters");
}

#[test]
fn a_whole_id_is_never_the_beginning_of_another() {
    let fixture = Fixture::new();
    fixture.add_run("digits", "ab");
    fixture.add_run("digits", "abcdef");
    assert_eq!(fixture.json(&["show", "ab"])["id"], "ab");
}
