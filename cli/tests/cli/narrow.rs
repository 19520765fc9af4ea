//! Tables in terminals of any width.

use tracker_core::{Definition, Metric, Tracker};

use crate::support::{FIRST, Fixture, SECOND, THIRD, model};

/// As a terminal of so many columns shows it.
fn in_columns(fixture: &Fixture, columns: usize, arguments: &[&str]) -> String {
    let mut command = fixture.command(arguments);
    let done = command
        .env("COLUMNS", columns.to_string())
        .output()
        .unwrap();
    let text = String::from_utf8(done.stdout).unwrap();
    assert!(done.status.success(), "{text}");
    // How long ago it was is another time with each day.
    let lines = text.lines().filter(|line| !line.starts_with("no room for"));
    for line in lines {
        let width = line.chars().count();
        assert!(
            width <= columns,
            "{width} of {columns} in {arguments:?}:\n{text}"
        );
    }
    text
}

fn fixture() -> Fixture {
    let fixture = Fixture::with_lives();
    let tracker = Tracker::open(&fixture.absolute()).unwrap();
    let digits = tracker.experiment("digits").unwrap();
    let bytes = Definition::default().unit("B");
    digits.define_metric("memory", bytes).unwrap();
    for (id, memory) in [(FIRST, 3.5e9), (SECOND, 512.0)] {
        let run = digits.aggregates().get(id).unwrap().unwrap();
        let broken = Metric::new("loss", f64::NAN).phase("test").epoch(4);
        run.metrics()
            .add_all([Metric::new("memory", memory), broken])
            .unwrap();
    }
    tracker.flush().unwrap();
    fixture
}

/// Runs whose ids begin alike, as those of MLflow do, with a name and more than a line has room for.
fn alike(count: u32) -> Fixture {
    let fixture = Fixture::empty();
    let tracker = Tracker::open(&fixture.absolute()).unwrap();
    let digits = tracker.experiment("digits").unwrap();
    for number in 0..count {
        let id = format!("01a22bd6{number:04x}7000a0b1c2d3e4f50617");
        let run = digits.track_as(&id, &model(256)).unwrap();
        run.set_name(&format!("sweep {number}")).unwrap();
        run.set_tag("stage", "candidate").unwrap();
        run.attempt().unwrap().finish().unwrap();
        let metrics = ["loss", "accuracy", "recall", "precision"];
        run.metrics()
            .add_all(metrics.map(|name| Metric::new(name, 0.5).phase("test").epoch(1)))
            .unwrap();
    }
    tracker.flush().unwrap();
    fixture
}

#[test]
fn what_is_left_of_an_id_can_be_typed() {
    let fixture = alike(30);
    for columns in [40, 60, 80, 120] {
        let text = in_columns(&fixture, columns, &["runs"]);
        let rows = text.lines().filter(|line| line.starts_with("01a2"));
        let ids: Vec<&str> = rows.map(|row| row.split(' ').next().unwrap()).collect();
        assert_eq!(ids.len(), 30, "{text}");
        for (number, id) in ids.iter().enumerate() {
            let name = fixture.json(&["show", id])["name"].take();
            assert_eq!(name, format!("sweep {number}"), "{text}");
        }
        assert!(
            text.contains("STATUS") && text.contains("finished"),
            "{text}"
        );
        assert!(text.contains("sweep 17"), "{text}");
    }
}

#[test]
fn an_id_is_told_from_those_that_are_not_shown() {
    let fixture = alike(30);
    fixture.text(&["archive", "sweep 28"]);
    for arguments in [
        &["runs", "--limit", "1"][..],
        &["runs", "--limit", "1", "--columns", "name"],
    ] {
        let text = fixture.text(arguments);
        let id = text.lines().nth(1).unwrap().split(' ').next().unwrap();
        assert!(id.len() < 13, "{text}");
        assert_eq!(fixture.json(&["show", id])["name"], "sweep 29", "{text}");
    }
}

#[test]
fn an_id_that_people_chose_is_cut_where_it_can_still_be_typed() {
    let fixture = Fixture::empty();
    let ids = ["first", "second"].map(|way| format!("a-run-with-the-{way}-{}", "word-".repeat(20)));
    for id in &ids {
        fixture.add_run("digits", id);
    }
    let text = in_columns(&fixture, 40, &["runs"]);
    for (row, id) in text.lines().skip(1).zip(&ids) {
        let (shown, _) = row.split_once('\u{2026}').unwrap();
        assert_eq!(fixture.json(&["show", shown])["id"], **id, "{text}");
    }
}

#[test]
fn names_and_metrics_stay_the_longest() {
    let fixture = fixture();
    let query = ["runs", "digits", "order by epoch desc"];
    // When they were created is told by the day.
    let columns: Vec<String> = [40, 60, 80]
        .map(|columns| format!("{columns}:\n{}", in_columns(&fixture, columns, &query)))
        .into();
    insta::assert_snapshot!(columns.join("\n"));
}

#[test]
fn every_table_fits() {
    let fixture = fixture();
    for columns in (40..=120).step_by(10) {
        for arguments in [
            &["runs"][..],
            &[
                "runs",
                "digits",
                "--columns",
                "metric.loss[train].last,metric.memory.max,epoch",
            ],
            &["experiments"],
            &["compare", FIRST, SECOND, THIRD],
            &["params", FIRST],
            &["artifacts", FIRST],
        ] {
            let text = in_columns(&fixture, columns, arguments);
            assert!(text.lines().count() > 1, "{text}");
        }
    }
}

#[test]
fn what_is_left_of_a_comparison() {
    let fixture = fixture();
    let compare = ["compare", FIRST, SECOND, THIRD];
    insta::assert_snapshot!(in_columns(&fixture, 40, &compare));
}
