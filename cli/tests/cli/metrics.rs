//! `entia metrics`.

use std::fs;

use serde_json::json;

use crate::support::{FIRST, Fixture, THIRD, time};

#[test]
fn curves_of_all_series() {
    insta::assert_snapshot!(Fixture::new().text(&["metrics", FIRST]));
}

#[test]
fn curves_of_some_series() {
    let fixture = Fixture::new();
    let loss = fixture.text(&["metrics", FIRST, "loss"]);
    assert!(
        loss.starts_with("loss[train]\n") && !loss.contains("accuracy"),
        "{loss}"
    );
    for name in ["loss@train", "loss[train]"] {
        assert_eq!(fixture.text(&["metrics", FIRST, name]), loss);
    }
    assert_eq!(
        fixture.text(&["metrics", FIRST, "loss", "loss@train"]),
        loss
    );
}

#[test]
fn as_json() {
    let fixture = Fixture::new();
    let document = fixture.json(&[
        "metrics",
        FIRST,
        "accuracy@test",
        "grad, \"norm\"",
        "confusion",
    ]);
    assert_eq!(document[0]["epochs"], json!([1, 2, 3]));
    assert_eq!(document[0]["steps"], json!([10, 20, 30]));
    let last = time("2026-01-05T10:03:00.000123Z").as_microsecond();
    assert_eq!(document[0]["times"][2], last);
    assert_eq!(
        document[0]["numbers"],
        json!([0.9 + 0.02, 0.9 + 0.04, 0.9 + 0.06])
    );
    assert_eq!(document[1]["numbers"], json!(["NaN", "Infinity"]));
    assert_eq!(document[2]["numbers"], json!(["NaN"]));
    assert_eq!(document[2]["json"], json!([[0, [[5, 1], [0, 7]]]]));
    assert_eq!(fixture.json(&["metrics", THIRD]), json!([]));
}

#[test]
fn a_picture() {
    let fixture = Fixture::new();
    assert_eq!(
        fixture.text(&["metrics", FIRST, "--svg", "curve.svg"]),
        "curve.svg: 2 charts\n"
    );
    let picture = fs::read_to_string(fixture.path("curve.svg")).unwrap();
    assert!(
        picture.starts_with("<svg") && picture.contains("accuracy[test]"),
        "{picture}"
    );
    let document = fixture.json(&["metrics", FIRST, "loss", "--svg", "loss.svg"]);
    assert_eq!(document, json!({"file": "loss.svg", "charts": 1}));
    insta::assert_snapshot!(fixture.refused(&["metrics", FIRST, "--svg", "no/such.svg"]));
}

#[test]
fn what_cannot_be_drawn_is_said() {
    let fixture = Fixture::new();
    insta::assert_snapshot!(fixture.refused(&["metrics", FIRST, "los"]));
    insta::assert_snapshot!(fixture.refused(&["metrics", FIRST, "accuracy@tset"]));
    insta::assert_snapshot!(fixture.refused(&["metrics", FIRST, "confusion"]));
    insta::assert_snapshot!(fixture.refused(&["metrics", THIRD]));
    insta::assert_snapshot!(fixture.refused(&["metrics", THIRD, "loss"]));
}
