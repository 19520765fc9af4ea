//! `entia metrics`.

use std::fs;

use serde_json::json;

use tracker_core::conformance::Sample;
use tracker_core::{Metric, Tracker};

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

/// A run whose losses go wrong, and one beside it.
fn two_runs() -> Fixture {
    let fixture = Fixture::empty();
    let tracker = Tracker::open(&fixture.absolute()).unwrap();
    let experiment = tracker.experiment("digits").unwrap();
    for (number, id) in (1..).zip(["seed-1", "seed-2"]) {
        let run = experiment.track_as(id, &Sample::new("MLP", "{}")).unwrap();
        for step in 1..=8_u32 {
            let loss = match (number, step) {
                (1, 4) => f64::NAN,
                _ => f64::from(number) * 0.5_f64.powi(step.cast_signed()),
            };
            let minute = time(&format!("2026-01-05T1{number}:0{step}:00Z"));
            let at = |metric: Metric| metric.epoch(1).step(step.into()).time(minute);
            run.metrics()
                .add(at(Metric::new("loss", loss).phase("train")))
                .unwrap();
            if step == 8 {
                run.metrics()
                    .add(at(Metric::new("loss", 0.25).phase("test")))
                    .unwrap();
            }
        }
    }
    fixture
}

#[test]
fn phases_and_runs_share_a_chart() {
    let fixture = two_runs();
    insta::assert_snapshot!(fixture.text(&["metrics", "seed-1"]));
    let both = ["metrics", "seed-1", "seed-2", "loss@train"];
    let log = [&both[..], &["--log", "--x", "step"]].concat();
    insta::assert_snapshot!(fixture.text(&log));
    let time = [&both[..], &["--x", "time", "--smooth", "0.5"]].concat();
    insta::assert_snapshot!(fixture.text(&time));
    // The picture has the same curves.
    let svg = fixture.text(&["metrics", "seed-1", "seed-2", "--svg", "-"]);
    for text in [
        "seed-1[train]: 1 of 8 is NaN",
        "seed-2[train]",
        "seed-1[test]",
        ">step<",
    ] {
        assert!(svg.contains(text), "{text}: {svg}");
    }
}

#[test]
fn a_word_is_a_series_or_a_run() {
    let fixture = two_runs();
    insta::assert_snapshot!(fixture.refused(&["metrics", "seed-1", "seed-2", "los"]));
    let document = fixture.json(&["metrics", "seed-2", "seed-1", "loss@test"]);
    assert_eq!(document[0]["aggregate"], "seed-2");
    assert_eq!(document[1]["numbers"], json!([0.25]));
    let both = fixture.run(&["metrics", "seed-1", "--smooth", "1"]);
    assert_eq!(both.code, Some(2));
    assert!(both.err.contains("up to, but not, 1"), "{both:?}");
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
