//! `entia verify`.

use serde_json::json;
use tracker_core::conformance::Sample;
use tracker_core::{Hash, Tracker};

use crate::support::{FIRST, Fixture};

/// A store in which a record of the first run is not what was tracked.
fn changed() -> Fixture {
    let fixture = Fixture::new();
    let tracker = Tracker::open(&fixture.absolute()).unwrap();
    let digits = tracker.experiment("digits").unwrap();
    let run = digits.aggregates().get(FIRST).unwrap().unwrap();
    let hash = Hash::custom("md5-v1", "0".repeat(32));
    let other = Sample::new("SGD", r#"{"lr": 0.1}"#).with_hash(hash);
    run.with("optimizer", &other).unwrap();
    fixture
}

#[test]
fn records_that_agree() {
    let fixture = Fixture::new();
    insta::assert_snapshot!(fixture.text(&["verify"]));
    insta::assert_snapshot!(fixture.text(&["verify", "a1b2c"]));
    let verdict = json!({"experiment": "digits", "id": FIRST, "agrees": true, "disagreements": []});
    assert_eq!(fixture.json(&["verify", FIRST]), json!([verdict]));
}

#[test]
fn records_that_do_not() {
    let fixture = changed();
    let done = fixture.run(&["verify"]);
    assert_eq!(done.code, Some(1));
    insta::assert_snapshot!(String::from_utf8(done.out).unwrap());
    insta::assert_snapshot!(done.err);

    let done = fixture.run(&["verify", "--json"]);
    let document: serde_json::Value = serde_json::from_slice(&done.out).unwrap();
    assert_eq!(
        (done.code, document.as_array().unwrap().len()),
        (Some(1), 3)
    );
    let found = &document[0]["disagreements"][0];
    assert_eq!(
        (&found["kind"], &found["name"]),
        (&json!("optimizer"), &json!("SGD"))
    );
    assert_eq!(found["differences"][0]["path"], "hash");
    assert_eq!(found["differences"][0]["left"], "0".repeat(32));
}

#[test]
fn a_run_that_is_not_there() {
    insta::assert_snapshot!(Fixture::new().refused(&["verify", FIRST, "a1b2d"]));
}
