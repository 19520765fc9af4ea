//! `entia artifacts`.

use std::fs;

use serde_json::json;
use tracker_core::Tracker;

use crate::support::{FIRST, Fixture, SECOND, uuid};

#[test]
fn a_table_of_artifacts() {
    let fixture = Fixture::with_lives();
    insta::assert_snapshot!(fixture.text(&["artifacts", FIRST]));
    let document = fixture.json(&["artifacts", FIRST]);
    let expected = json!({
        "name": "plots/loss.svg",
        "epoch": null,
        "hash": "b".repeat(64),
        "size": 812,
        "media_type": "application/octet-stream",
        "created": "2026-01-05T12:06:00Z",
    });
    assert_eq!(document[1], expected);
}

#[test]
fn a_run_without_artifacts_says_how_to_put_them() {
    let fixture = Fixture::with_lives();
    insta::assert_snapshot!(fixture.text(&["artifacts", SECOND]));
    assert_eq!(fixture.json(&["artifacts", SECOND]), json!([]));
    insta::assert_snapshot!(fixture.refused(&["artifacts", "a1b2"]));
}

/// The first run with weights of two epochs.
pub(crate) fn with_weights() -> Fixture {
    let fixture = Fixture::new();
    let tracker = Tracker::open(&fixture.absolute()).unwrap();
    let artifacts = tracker.aggregate(uuid(1)).unwrap().unwrap().artifacts();
    for epoch in [2, 3] {
        let weights = format!("weights of epoch {epoch}");
        artifacts
            .epoch(epoch)
            .put_bytes("model.bin", weights)
            .unwrap();
    }
    fixture
}

#[test]
fn an_artifact_is_saved() {
    let fixture = with_weights();
    let text = fixture.text(&["artifacts", FIRST, "model.bin", "-o", "out.bin"]);
    assert_eq!(text, "out.bin: 18 B\n");
    assert_eq!(
        fs::read(fixture.path("out.bin")).unwrap(),
        b"weights of epoch 3"
    );
    let earlier = [
        "artifacts",
        FIRST,
        "model.bin",
        "--epoch",
        "2",
        "--output",
        "out.bin",
    ];
    let saved = fixture.json(&earlier);
    assert_eq!(
        (&saved["file"], &saved["epoch"]),
        (&json!("out.bin"), &json!(2))
    );
    assert_eq!(
        fs::read(fixture.path("out.bin")).unwrap(),
        b"weights of epoch 2"
    );
}

#[test]
fn what_cannot_be_saved_is_said() {
    let fixture = with_weights();
    let refused = |name: &str, more: &[&str]| {
        let arguments = ["artifacts", FIRST, name, "--output"];
        fixture.refused(&[&arguments[..], more].concat())
    };
    insta::assert_snapshot!(refused("model.bim", &["out.bin"]));
    insta::assert_snapshot!(refused("model.bin", &["out.bin", "--epoch", "9"]));
    insta::assert_snapshot!(refused("model.bin", &["no/such/out.bin"]));
    let folder = refused("model.bin", &["/"]);
    assert!(
        folder.starts_with("error: `/` cannot be written: ")
            && folder.ends_with("\nhint: it is a folder; name a file in it\n"),
        "{folder}"
    );
    assert_eq!(fixture.refused(&["export", "-o", "/"]), folder);
    assert!(!fixture.path("out.bin").exists());
    assert_eq!(
        fixture.run(&["artifacts", FIRST, "model.bin"]).code,
        Some(2)
    );
    assert_eq!(
        fixture
            .run(&["artifacts", FIRST, "--output", "out.bin"])
            .code,
        Some(2)
    );
}

#[test]
fn a_damaged_artifact_is_not_saved() {
    let fixture = with_weights();
    fixture.damage_contents();
    let refused = fixture.refused(&["artifacts", FIRST, "model.bin", "-o", "out.bin"]);
    assert!(
        refused.contains("damaged") && refused.contains("\nhint: "),
        "{refused}"
    );
    assert!(!fixture.path("out.bin").exists());
}
