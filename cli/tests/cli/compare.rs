//! `entia compare`.

use serde_json::json;
use tracker_core::Tracker;

use crate::support::{FIRST, Fixture, SECOND, THIRD};

#[test]
fn what_differs() {
    let fixture = Fixture::new();
    insta::assert_snapshot!(fixture.text(&["compare", "a1b2c", "a1b2f"]));
    let same = fixture.text(&["compare", FIRST, FIRST]);
    assert_eq!(same, format!("`{FIRST}` and `{FIRST}` do not differ.\n"));
}

#[test]
fn as_json() {
    let document = Fixture::new().json(&["compare", "a1b2c", "a1b2f"]);
    assert_eq!(
        (&document["left"], &document["right"]),
        (&json!(FIRST), &json!(SECOND))
    );
    assert_eq!(document["epochs"], json!([3, 1]));
    let size = json!({"path": "hidden_size", "left": 256, "right": 512});
    assert_eq!(
        document["modules"][0],
        json!({"kind": "model", "differences": [size]})
    );
    assert_eq!(
        document["metrics"][1],
        json!({
            "name": "confusion",
            "phase": "",
            "left": {"json": [[5, 1], [0, 7]]},
            "right": null,
        })
    );
}

#[test]
fn both_must_be_there() {
    let fixture = Fixture::new();
    insta::assert_snapshot!(fixture.refused(&["compare", FIRST, "basement"]));
    assert_eq!(fixture.run(&["compare", FIRST]).code, Some(2));
}

#[test]
fn one_id_in_two_experiments() {
    let fixture = Fixture::new();
    fixture.add_run("digits", THIRD);
    let tracker = Tracker::open(&fixture.absolute()).unwrap();
    let digits = tracker.experiment("digits").unwrap();
    let run = digits.aggregates().get(THIRD).unwrap().unwrap();
    run.set_epoch(7).unwrap();
    drop((run, digits, tracker));
    let both = ["compare", THIRD, THIRD, "--experiment", "letters"];
    let text = fixture.text(&[&both[..], &["--experiment", "digits"]].concat());
    assert_eq!(text, "       letters  digits\nepoch  0        7\n");
    assert!(fixture.text(&both).contains("do not differ"));
    let refused = fixture.refused(&both[..3]);
    assert!(refused.contains("`--experiment NAME`"), "{refused}");
}
