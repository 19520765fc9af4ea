//! `entia show`, and how a run is named.

use serde_json::json;
use tracker_core::ports::{AttemptRecord, AttemptState, Change};
use tracker_core::{Outcome, Provenance, Tracker, Uuid};

use crate::support::{FIRST, Fixture, SECOND, THIRD, time, uuid};

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
    // A hash of another scheme than `md5-v1` has that before it.
    let hash = "11223d6a6c323e3209826c419464eab5";
    assert_eq!(pass["dataset"]["hash"], hash);
    assert_eq!(pass["arguments"], json!({"batch_size": 64}));
}

#[test]
fn arguments_keep_their_order() {
    let text = Fixture::new().text(&["show", FIRST, "--json"]);
    let line: String = text.split_whitespace().collect();
    assert!(
        line.contains(r#"{"lr":0.001,"bound":{"$float":"Infinity"}}"#),
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
    assert_eq!(run["experiment_name"], "letters");
}

#[test]
fn a_whole_id_is_never_the_beginning_of_another() {
    let fixture = Fixture::new();
    fixture.add_run("digits", "ab");
    fixture.add_run("digits", "abcdef");
    assert_eq!(fixture.json(&["show", "ab"])["id"], "ab");
}

#[test]
fn the_life_of_a_run() {
    let fixture = Fixture::with_lives();
    insta::assert_snapshot!(fixture.text(&["show", FIRST]));
    let run = fixture.json(&["show", FIRST]);
    assert_eq!(run["status"], "finished");
    let attempt = &run["attempts"][0];
    assert_eq!(
        attempt["outcome"],
        json!({"failed": {"reason": "CUDA out of memory"}})
    );
    assert_eq!(attempt["provenance"]["git"]["branch"], "main");
    assert_eq!(run["artifacts"][0]["name"], "weights.safetensors");
    let accuracy = &run["metric_definitions"]["accuracy"];
    assert_eq!(
        (
            &accuracy["direction"],
            &accuracy["unit"],
            accuracy.get("guessed")
        ),
        (&json!("maximize"), &json!("%"), None)
    );
    assert_eq!(run["metric_definitions"]["loss"]["guessed"], true);
    assert_eq!(run["metrics"][0]["max_at"], json!({"epoch": 3, "step": 30}));
}

#[test]
fn the_newest_attempts_of_many_are_told() {
    let fixture = Fixture::new();
    let tracker = Tracker::open(&fixture.absolute()).unwrap();
    let store = tracker.store().unwrap();
    for number in 0..8 {
        let started = time("2026-01-05T10:00:00Z");
        let change = Change::PutAttempt {
            aggregate: uuid(1),
            attempt: AttemptRecord {
                id: Uuid::from_u128(number),
                state: AttemptState {
                    started,
                    seen: started,
                    ended: Some(started),
                    outcome: Outcome::Finished,
                    place: String::new(),
                    process: 0,
                    process_started: 0,
                },
                provenance: Provenance::default(),
            },
        };
        store.apply(&[change], None).unwrap().complete().unwrap();
    }
    let text = fixture.text(&["show", FIRST]);
    assert!(
        text.contains("\n3 earlier attempts: `--json` has them\n"),
        "{text}"
    );
    assert!(
        text.contains("\nattempt 8 finished\n") && !text.contains("attempt 3 "),
        "{text}"
    );
    let run = fixture.json(&["show", FIRST]);
    assert_eq!(run["attempts"].as_array().unwrap().len(), 8);
}

#[test]
fn a_name_or_a_uuid_is_enough() {
    let fixture = Fixture::with_lives();
    assert_eq!(fixture.json(&["show", "first light"])["id"], FIRST);
    let uuid = uuid(1).to_string();
    assert_eq!(fixture.json(&["show", &uuid])["id"], FIRST);
    let within = ["show", &uuid, "--experiment", "letters"];
    assert!(fixture.refused(&within).contains("`letters` has no run"));
    insta::assert_snapshot!(fixture.refused(&["show", "first ligth"]));
    let tracker = Tracker::open(&fixture.absolute()).unwrap();
    let digits = tracker.experiment("digits").unwrap();
    let second = digits.aggregates().get(SECOND).unwrap().unwrap();
    second.set_name("first light").unwrap();
    insta::assert_snapshot!(fixture.refused(&["show", "first light"]));
}
