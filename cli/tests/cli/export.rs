//! `entia export`.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::Stdio;

use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::RowAccessor;
use serde_json::{Value, json};
use tracker_core::{Metric, Tracker};

use crate::support::{FIRST, Fixture, SECOND, time};

/// A row: experiment, aggregate, name, phase, epoch, step, time, value, json.
type Row = (
    String,
    String,
    String,
    String,
    i64,
    i64,
    String,
    Option<f64>,
    Option<String>,
);

fn expected() -> Vec<Row> {
    let row =
        |id: &str, name: &str, phase: &str, epoch: i64, step, minute, value, json: Option<&str>| {
            (
                "digits".to_owned(),
                id.to_owned(),
                name.to_owned(),
                phase.to_owned(),
                epoch,
                step,
                format!("2026-01-05T10:0{minute}:00.000123Z"),
                value,
                json.map(str::to_owned),
            )
        };
    let norm = "grad, \"norm\"";
    vec![
        row(FIRST, "accuracy", "test", 1, 10, 1, Some(0.9 + 0.02), None),
        row(FIRST, "accuracy", "test", 2, 20, 2, Some(0.9 + 0.04), None),
        row(FIRST, "accuracy", "test", 3, 30, 3, Some(0.9 + 0.06), None),
        row(FIRST, "confusion", "", 3, 0, 3, None, Some("[[5,1],[0,7]]")),
        row(FIRST, norm, "", 1, 0, 1, Some(f64::NAN), None),
        row(FIRST, norm, "", 2, 0, 2, Some(f64::INFINITY), None),
        row(FIRST, "loss", "train", 1, 10, 1, Some(0.9), None),
        row(FIRST, "loss", "train", 2, 20, 2, Some(0.45), None),
        row(FIRST, "loss", "train", 3, 30, 3, Some(0.9 / 3.0), None),
        row(SECOND, "loss", "train", 1, 10, 4, Some(0.75), None),
    ]
}

/// Rows with NaN are like nothing, themselves included, but for their text.
fn same(left: &[Row], right: &[Row]) {
    assert_eq!(format!("{left:#?}"), format!("{right:#?}"));
}

fn number(text: &str) -> f64 {
    match text {
        "NaN" => f64::NAN,
        "Infinity" => f64::INFINITY,
        "-Infinity" => f64::NEG_INFINITY,
        text => text.parse().unwrap(),
    }
}

#[test]
fn csv() {
    let text = Fixture::new().text(&["export"]);
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let row = |record: csv::StringRecord| {
        let text = |index: usize| record[index].to_owned();
        let some = |index: usize| Some(text(index)).filter(|text| !text.is_empty());
        let count = |index: usize| record[index].parse::<i64>().unwrap();
        let value = some(7).map(|text| number(&text));
        (
            text(0),
            text(1),
            text(2),
            text(3),
            count(4),
            count(5),
            text(6),
            value,
            some(8),
        )
    };
    let rows: Vec<Row> = reader
        .records()
        .map(|record| row(record.unwrap()))
        .collect();
    same(&rows, &expected());
}

#[test]
fn json_lines() {
    let fixture = Fixture::new();
    let text = fixture.text(&["export", "--format", "jsonl"]);
    let row = |line: &str| {
        let row: Value = serde_json::from_str(line).unwrap();
        let text = |name: &str| row[name].as_str().unwrap().to_owned();
        let value = match &row["value"] {
            Value::Null => None,
            Value::String(text) => Some(number(text)),
            value => value.as_f64(),
        };
        let json = (!row["json"].is_null()).then(|| row["json"].to_string());
        (
            text("experiment"),
            text("aggregate"),
            text("name"),
            text("phase"),
            row["epoch"].as_i64().unwrap(),
            row["step"].as_i64().unwrap(),
            text("time"),
            value,
            json,
        )
    };
    same(&text.lines().map(row).collect::<Vec<_>>(), &expected());
    assert_eq!(fixture.text(&["export", "--json"]), text);
}

fn parquet_rows(path: &Path) -> Vec<Row> {
    let reader = SerializedFileReader::new(File::open(path).unwrap()).unwrap();
    let rows = reader.get_row_iter(None).unwrap().map(|row| {
        let row = row.unwrap();
        let text = |index| row.get_string(index).unwrap().clone();
        let moment =
            tracker_core::Timestamp::from_microsecond(row.get_timestamp_micros(6).unwrap());
        (
            text(0),
            text(1),
            text(2),
            text(3),
            row.get_long(4).unwrap(),
            row.get_long(5).unwrap(),
            moment.unwrap().to_string(),
            row.get_double(7).ok(),
            row.get_string(8).ok().cloned(),
        )
    });
    rows.collect()
}

#[test]
fn parquet() {
    let fixture = Fixture::new();
    assert_eq!(
        fixture.text(&["export", "--output", "points.parquet"]),
        "points.parquet: 10 points\n"
    );
    same(&parquet_rows(&fixture.path("points.parquet")), &expected());
}

#[test]
fn parquet_in_several_row_groups() {
    let fixture = Fixture::new();
    let tracker = Tracker::open(&fixture.absolute()).unwrap();
    let letters = tracker.experiments().get("letters").unwrap().unwrap();
    let run = letters.aggregates().list().unwrap().remove(0);
    let point = |step: i64| {
        let metric = Metric::new("loss", 1.0).step(step);
        metric.time(time("2026-01-05T10:00:00Z"))
    };
    run.metrics().add_all((0..140_000).map(point)).unwrap();
    drop((letters, run, tracker));

    fixture.text(&["export", "letters", "-o", "points.parquet"]);
    let path = fixture.path("points.parquet");
    let reader = SerializedFileReader::new(File::open(&path).unwrap()).unwrap();
    assert_eq!(reader.metadata().num_row_groups(), 2);
    let steps = parquet_rows(&path).into_iter().map(|row| row.5);
    assert!(steps.eq(0..140_000));
}

#[test]
fn the_ending_of_the_file_is_the_format() {
    let fixture = Fixture::new();
    fixture.text(&["export", "-o", "points.csv"]);
    fixture.text(&["export", "-o", "points.jsonl"]);
    fixture.text(&["export", "-o", "POINTS.NDJSON"]);
    fixture.text(&["export", "-o", "points"]);
    fixture.text(&["export", "-o", "points.xls", "--format", "csv"]);
    let read = |name| std::fs::read_to_string(fixture.path(name)).unwrap();
    assert_eq!(read("points.csv"), fixture.text(&["export"]));
    let wide = ["export", "--wide", "--run", SECOND, "-o", "wide.csv"];
    let exported = fixture.json(&wide);
    assert_eq!(exported, json!({"file": "wide.csv", "points": 1}));
    std::fs::remove_file(fixture.path("wide.csv")).unwrap();
    assert_eq!(read("points.jsonl"), fixture.text(&["export", "--json"]));
    assert_eq!(read("POINTS.NDJSON"), read("points.jsonl"));
    assert_eq!(read("points"), read("points.csv"));
    assert_eq!(read("points.xls"), read("points.csv"));
    let names = fixture.folder.path().read_dir().unwrap();
    let mut names: Vec<_> = names.map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(
        names,
        [
            "POINTS.NDJSON",
            "points",
            "points.csv",
            "points.jsonl",
            "points.xls",
            "runs.db"
        ]
    );
}

#[test]
fn one_experiment() {
    let fixture = Fixture::new();
    assert_eq!(fixture.text(&["export", "letters"]).lines().count(), 1);
    assert_eq!(fixture.text(&["export", "letters", "--json"]), "");
    fixture.text(&["export", "letters", "-o", "none.parquet"]);
    assert!(parquet_rows(&fixture.path("none.parquet")).is_empty());
}

#[test]
fn a_reader_that_has_seen_enough_is_no_error() {
    let fixture = Fixture::new();
    let tracker = Tracker::open(&fixture.absolute()).unwrap();
    let letters = tracker.experiments().get("letters").unwrap().unwrap();
    let run = letters.aggregates().list().unwrap().remove(0);
    // More than a pipe holds.
    run.metrics()
        .add_all((0..5_000).map(|step| Metric::new("loss", 1.0).step(step)))
        .unwrap();
    drop((letters, run, tracker));
    for format in ["csv", "jsonl", "parquet"] {
        let mut command = fixture.command(&["export", "--format", format]);
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut reader = BufReader::new(child.stdout.take().unwrap());
        reader.read_until(b'\n', &mut Vec::new()).unwrap();
        drop(reader);
        let output = child.wait_with_output().unwrap();
        assert_eq!(
            (output.status.code(), output.stderr.len()),
            (Some(0), 0),
            "{format}"
        );
    }
}

#[test]
fn what_cannot_be_written_is_said() {
    let fixture = Fixture::new();
    insta::assert_snapshot!(fixture.refused(&["export", "-o", "no/such.csv"]));
    insta::assert_snapshot!(fixture.refused(&["export", "digitz", "-o", "points.csv"]));
    assert!(!fixture.path("points.csv").exists());
    insta::assert_snapshot!(fixture.refused(&["export", "-o", "points.xls"]));
    assert!(!fixture.path("points.xls").exists());
    assert_eq!(fixture.run(&["export", "--format", "xlsx"]).code, Some(2));
    assert_eq!(json!(fixture.run(&["export", "--format"]).code), json!(2));
}

/// The rows of CSV, without the header.
fn lines(text: &str) -> Vec<&str> {
    text.lines().skip(1).collect()
}

#[test]
fn runs_and_metrics_are_chosen() {
    let fixture = Fixture::new();
    let of = |arguments: &[&str]| fixture.text(&[&["export"], arguments].concat());
    assert_eq!(lines(&of(&["--run", SECOND])).len(), 1);
    assert_eq!(lines(&of(&["--run", SECOND, "--run", FIRST])).len(), 10);
    assert_eq!(lines(&of(&["--where", "optimizer.lr exists"])).len(), 9);
    assert_eq!(lines(&of(&["--where", "epoch > 9"])).len(), 0);
    assert_eq!(lines(&of(&["letters"])).len(), 0);
    assert_eq!(lines(&of(&["--metric", "loss"])).len(), 4);
    assert_eq!(
        lines(&of(&["--metric", "loss[train]", "--run", FIRST])).len(),
        3
    );
    let both = of(&["digits", "--metric", "loss@train", "--metric", "confusion"]);
    assert_eq!(lines(&both).len(), 5);
}

#[test]
fn a_wide_table_has_a_column_for_each_metric() {
    let fixture = Fixture::new();
    insta::assert_snapshot!(fixture.text(&["export", "--wide"]));
    let text = fixture.text(&["export", "--wide", "--format", "jsonl", "--run", FIRST]);
    let rows: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(rows.len(), 6);
    assert_eq!(rows[0]["metrics"], json!({"grad, \"norm\"": "NaN"}));
    assert_eq!(
        rows[1],
        json!({
            "experiment": "digits",
            "aggregate": FIRST,
            "epoch": 1,
            "step": 10,
            "time": "2026-01-05T10:01:00.000123Z",
            "metrics": {"accuracy[test]": 0.92, "loss[train]": 0.9},
        })
    );
    assert_eq!(rows[4]["metrics"], json!({"confusion": [[5, 1], [0, 7]]}));
}

#[test]
fn several_points_at_a_step_are_several_rows() {
    let fixture = Fixture::empty();
    let tracker = Tracker::open(&fixture.absolute()).unwrap();
    let run = tracker.experiment("digits").unwrap();
    let run = run.aggregates().create_from("a", []).unwrap();
    for value in [1.0, 2.0] {
        let at = time("2026-01-05T10:00:00Z");
        run.metrics()
            .add(Metric::new("loss", value).time(at))
            .unwrap();
    }
    tracker.flush().unwrap();
    let text = fixture.text(&["export", "--wide"]);
    let at = "digits,a,0,0,2026-01-05T10:00:00Z";
    assert_eq!(lines(&text), [format!("{at},1.0"), format!("{at},2.0")]);
}

#[test]
fn what_cannot_be_chosen_is_said() {
    let fixture = Fixture::new();
    insta::assert_snapshot!(fixture.refused(&["export", "--metric", "los"]));
    insta::assert_snapshot!(fixture.refused(&["export", "letters", "--metric", "loss"]));
    insta::assert_snapshot!(fixture.refused(&["export", "--wide", "--format", "parquet"]));
    let both = fixture.run(&["export", "--run", FIRST, "--where", "epoch > 1"]);
    assert_eq!(both.code, Some(2));
}
