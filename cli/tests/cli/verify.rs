//! `entia verify`.

use serde_json::json;
use tracker_core::conformance::Sample;
use tracker_core::{Hash, Iteration, Tracker};

use crate::support::{FIRST, Fixture, model};

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
fn what_has_no_component_is_not_called_verified() {
    let fixture = Fixture::empty();
    let tracker = Tracker::open(&fixture.absolute()).unwrap();
    let letters = tracker.experiment("letters").unwrap();
    let verify = || fixture.text(&["verify"]);
    assert_eq!(verify(), "Nothing to verify: there is no run.\n");
    let bare = |id| letters.aggregates().create_from(id, []).unwrap();
    bare("a");
    assert_eq!(verify(), "Nothing to verify: the run has no component.\n");
    let run = bare("b");
    assert_eq!(
        verify(),
        "Nothing to verify: none of the 2 runs has a component.\n"
    );
    letters.track_as("c", &model(256)).unwrap();
    assert_eq!(
        verify(),
        "1 of 3 runs has components: every record gives its hash.\n"
    );
    // That of an iteration is one too.
    let data = Sample::new("Digits", "{}");
    let pass = Iteration::new("train", 1).dataset(&data);
    run.iterations().put(pass).unwrap();
    tracker.flush().unwrap();
    assert_eq!(
        verify(),
        "2 of 3 runs have components: every record gives its hash.\n"
    );
    let agrees = fixture.json(&["verify", "--experiment", "letters"]);
    let agrees = agrees.as_array().unwrap().iter();
    assert_eq!(
        agrees.map(|of| &of["agrees"]).collect::<Vec<_>>(),
        [&json!(null), &json!(true), &json!(true)]
    );
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
