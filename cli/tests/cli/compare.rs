//! `entia compare`.

use serde_json::json;
use tracker_core::Tracker;
use tracker_core::conformance::Sample;

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
    assert_eq!(document["aggregates"], json!([FIRST, SECOND]));
    let differences = &document["differences"];
    assert_eq!(differences[0], json!({"name": "epoch", "values": [3, 1]}));
    assert_eq!(
        differences[1],
        json!({"name": "model.hidden_size", "values": [256, 512]})
    );
    assert_eq!(
        differences[4],
        json!({"name": "confusion", "values": [[[5, 1], [0, 7]], null]})
    );
    assert_eq!(
        document["equal"][0],
        json!({"name": "model", "values": ["MLP", "MLP"]})
    );
}

#[test]
fn any_number_of_runs() {
    let fixture = Fixture::new();
    let three = ["compare", "a1b2c", "a1b2f", THIRD];
    insta::assert_snapshot!(fixture.text(&three));
    insta::assert_snapshot!(fixture.text(&[&three[..], &["--all"]].concat()));
    let same = fixture.text(&["compare", THIRD, THIRD, THIRD]);
    assert!(same.ends_with("do not differ.\n"), "{same}");
}

#[test]
fn numbers_that_differ_never_look_the_same() {
    let fixture = Fixture::empty();
    let tracker = Tracker::open(&fixture.absolute()).unwrap();
    let digits = tracker.experiment("digits").unwrap();
    for (id, rate) in [("seed-1", 0.123_456), ("seed-2", 0.123_457)] {
        let run = digits.track_as(id, &Sample::new("MLP", "{}")).unwrap();
        run.set_param("rate", rate).unwrap();
    }
    drop((digits, tracker));
    let text = fixture.text(&["compare", "seed-1", "seed-2"]);
    assert!(
        text.contains("\nparam.rate  0.123456  0.123457\n"),
        "{text}"
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
    assert_eq!(
        text,
        "       letters  digits\nepoch  0        7\n5 values are equal: see all with `--all`\n"
    );
    assert!(fixture.text(&both).contains("do not differ"));
    let refused = fixture.refused(&both[..3]);
    assert!(refused.contains("`--experiment NAME`"), "{refused}");
}
