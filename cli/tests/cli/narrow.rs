//! Tables in terminals of any width.

use tracker_core::{Definition, Metric, Tracker};

use crate::support::{FIRST, Fixture, SECOND, THIRD};

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

#[test]
fn metrics_stay_the_longest() {
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
