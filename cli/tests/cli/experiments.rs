//! `entia experiments`.

use serde_json::json;
use tracker_core::Tracker;

use crate::support::Fixture;

#[test]
fn a_table_of_experiments() {
    insta::assert_snapshot!(Fixture::new().text(&["experiments"]));
}

#[test]
fn as_json() {
    let document = Fixture::new().json(&["experiments"]);
    let expected = json!([
        {
            "id": "00000000-0000-0000-0000-000000000001",
            "name": "digits",
            "created": "2026-01-05T09:30:00Z",
            "runs": 2,
            "tags": {"dataset": "mnist"},
            "notes": "",
            "definitions": {},
        },
        {
            "id": "00000000-0000-0000-0000-000000000002",
            "name": "letters",
            "created": "2026-02-01T12:00:00Z",
            "runs": 1,
            "tags": {},
            "notes": "",
            "definitions": {},
        },
    ]);
    assert_eq!(document, expected);
}

#[test]
fn an_empty_store_has_none() {
    let fixture = Fixture::empty();
    Tracker::open(&fixture.absolute()).unwrap();
    insta::assert_snapshot!(fixture.text(&["experiments"]));
    assert_eq!(fixture.json(&["experiments"]), json!([]));
    assert_eq!(fixture.run(&["experiments", "digits"]).code, Some(2));
}
