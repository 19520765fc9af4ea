//! `entia doctor`.

use std::fs;

use serde_json::json;
use tracker_core::{Metric, Tracker};

use crate::support::{ADDRESS, FIRST, Fixture};

#[test]
fn a_sound_store() {
    let fixture = Fixture::new();
    insta::assert_snapshot!(fixture.text(&["doctor"]));
    let unreferenced = json!({"contents": 0, "bytes": 0});
    let expected =
        json!({"store": ADDRESS, "problems": [], "journals": [], "unreferenced": unreferenced});
    assert_eq!(fixture.json(&["doctor"]), expected);
}

#[test]
fn contents_that_nothing_refers_to_are_told() {
    let fixture = Fixture::new();
    let tracker = Tracker::open(&fixture.absolute()).unwrap();
    let digits = tracker.experiment("digits").unwrap();
    let run = digits.aggregates().get(FIRST).unwrap().unwrap();
    run.artifacts().put_bytes("a.txt", b"three").unwrap();
    run.artifacts().remove("a.txt", None).unwrap();
    drop((run, digits, tracker));
    let text = fixture.text(&["doctor"]);
    let told = "1 content of artifacts, 5 B, that nothing refers to\n";
    assert!(text.contains(told), "{text}");
}

#[test]
fn a_journal_in_use_is_left_alone() {
    let fixture = Fixture::new();
    let tracker = Tracker::open(&fixture.absolute()).unwrap();
    let digits = tracker.experiment("digits").unwrap();
    let run = digits.aggregates().get(FIRST).unwrap().unwrap();
    run.metrics()
        .add(Metric::new("loss", 0.1).phase("train").epoch(4))
        .unwrap();
    let text = fixture.text(&["doctor"]);
    assert!(text.contains("in use by a process that runs"), "{text}");
    let journal = &fixture.json(&["doctor"])["journals"][0];
    assert_eq!(
        (&journal["live"], &journal["recovered"]),
        (&json!(true), &json!(false))
    );
    assert_eq!(tracker.journals().unwrap().len(), 1);
}

/// The journal of a living process, beside a copy of the store that it does not know of.
pub(crate) fn orphaned() -> Fixture {
    let (original, copy) = (Fixture::new(), Fixture::empty());
    fs::copy(original.path("runs.db"), copy.path("runs.db")).unwrap();
    let tracker = Tracker::open(&original.absolute()).unwrap();
    let digits = tracker.experiment("digits").unwrap();
    let run = digits.aggregates().get(FIRST).unwrap().unwrap();
    let point = |epoch: u64| Metric::new("loss", 0.1).phase("train").epoch(epoch);
    run.metrics().add_all([point(4), point(5)]).unwrap();
    for journal in tracker.journals().unwrap() {
        fs::copy(
            &journal.path,
            copy.path(journal.path.file_name().unwrap().to_str().unwrap()),
        )
        .unwrap();
    }
    copy
}

#[test]
fn what_a_dead_process_left_is_recovered() {
    let fixture = orphaned();
    let document = fixture.json(&["doctor"]);
    let journal = &document["journals"][0];
    assert_eq!(
        (&journal["live"], &journal["points"]),
        (&json!(false), &json!(2))
    );
    assert_eq!(journal["recovered"], true);
    assert_eq!(fixture.json(&["show", FIRST])["metrics"][3]["count"], 5);
    assert_eq!(fixture.json(&["doctor"])["journals"], json!([]));

    let text = orphaned().text(&["doctor"]);
    assert!(
        text.contains("left by a process that died; 2 points are in the store now"),
        "{text}"
    );
}

#[test]
fn a_damaged_store() {
    let fixture = Fixture::new();
    let connection = rusqlite::Connection::open(fixture.path("runs.db")).unwrap();
    connection
        .pragma_update(None, "foreign_keys", false)
        .unwrap();
    let delete = "DELETE FROM experiments WHERE name = 'letters'";
    assert_eq!(connection.execute(delete, []), Ok(1));
    drop(connection);

    let done = fixture.run(&["doctor"]);
    assert_eq!(done.code, Some(1), "{done:?}");
    insta::assert_snapshot!(String::from_utf8(done.out).unwrap());
    insta::assert_snapshot!(done.err);
    let done = fixture.run(&["doctor", "--json"]);
    let document: serde_json::Value = serde_json::from_slice(&done.out).unwrap();
    assert_eq!(
        (done.code, document["problems"].as_array().unwrap().len()),
        (Some(1), 1)
    );
}
