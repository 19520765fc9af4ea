//! Colours, exit codes.

use std::fs;

use serde_json::json;
use tracker_core::conformance::Sample;
use tracker_core::ports::{AggregateRecord, Change, ExperimentRecord};
use tracker_core::{Iteration, ModuleRecord, Moment, Series, Tracker};

use crate::support::{FIRST, Fixture, SECOND};

const COMMANDS: [&[&str]; 9] = [
    &[],
    &["experiments"],
    &["runs"],
    &["show", FIRST],
    &["compare", FIRST, SECOND],
    &["metrics", FIRST],
    &["verify"],
    &["doctor"],
    &["--help"],
];

#[test]
fn a_pipe_gets_no_colours() {
    let fixture = Fixture::new();
    for command in COMMANDS {
        let text = fixture.text(command);
        assert!(!text.contains('\u{1b}'), "{text:?}");
    }
    assert!(!fixture.refused(&["runs", "digitz"]).contains('\u{1b}'));
}

#[test]
fn what_was_recorded_gives_a_terminal_no_commands() {
    const EVIL: &str = "e\u{1b}[2J\u{7}\u{9b}\r\u{202e}1";
    let fixture = Fixture::empty();
    let tracker = Tracker::open(&fixture.absolute()).unwrap();
    // As another program may have recorded them: no handle takes such a name.
    let experiment = ExperimentRecord::new(EVIL);
    let mut changes = vec![Change::CreateExperiment(experiment.clone())];
    for id in [EVIL, &format!("{EVIL} other")] {
        let model = Sample::new(EVIL, &json!({EVIL: EVIL, "id": id}).to_string());
        let mut record = AggregateRecord::new(experiment.id, id);
        record
            .annotations
            .tags
            .insert(EVIL.to_owned(), EVIL.to_owned());
        EVIL.clone_into(&mut record.annotations.notes);
        let aggregate = record.uuid;
        let modules = ["model", EVIL].map(|kind| ModuleRecord::new(kind, &model).unwrap());
        changes.push(Change::CreateAggregate {
            record,
            modules: modules.into(),
        });
        changes.push(Change::PutIteration {
            aggregate,
            iteration: Iteration::new(EVIL, 1).dataset(&model),
        });
        let mut series = Series::new(EVIL, EVIL);
        for value in [1.0, 2.0] {
            series.push_number(Moment::default(), value);
        }
        changes.push(Change::AddPoints {
            aggregate,
            series: vec![series],
        });
    }
    let store = tracker.store().unwrap();
    store.apply(&changes, None).unwrap().complete().unwrap();
    drop(tracker);
    let run = |arguments: &[&str]| {
        let done = fixture.run(arguments);
        let text = String::from_utf8(done.out).unwrap() + &done.err;
        let commands = |char: char| (char.is_control() && char != '\n') || char == '\u{202e}';
        assert!(text.contains('e') && !text.contains(commands), "{text:?}");
    };
    let other = &*format!("{EVIL} other");
    run(&["experiments"]);
    run(&["runs"]);
    run(&["show", EVIL]);
    run(&["show", "e\u{1b}[2"]);
    run(&["compare", EVIL, other]);
    run(&["metrics", EVIL]);
    run(&["metrics", EVIL, "none"]);
    run(&["metrics", EVIL, "--svg", "e.svg"]);
    run(&["tag", EVIL, "a=b"]);
    run(&["runs", EVIL, &format!("tag.'{EVIL}' > 'x")]);
    run(&["remove", EVIL]);
    run(&["remove", other, "--yes"]);
    let change = "UPDATE modules SET hash = 'e' || char(27)";
    let connection = rusqlite::Connection::open(fixture.path("runs.db")).unwrap();
    connection.execute_batch(change).unwrap();
    run(&["verify"]);
    run(&["show", EVIL]);
    connection
        .execute_batch("UPDATE modules SET arguments = '{'")
        .unwrap();
    run(&["doctor"]);
    let picture = fs::read_to_string(fixture.path("e.svg")).unwrap();
    assert!(!picture.contains('\u{1b}'), "{picture}");
}

/// Linux has a file that is always full.
#[cfg(target_os = "linux")]
#[test]
fn an_output_that_cannot_be_written_is_said() {
    let fixture = Fixture::new();
    let commands: [&[&str]; 5] = [
        &["runs"],
        &["runs", "--json"],
        &["export"],
        &["export", "--json"],
        &["export", "--format", "parquet"],
    ];
    for arguments in commands {
        let full = fs::File::create("/dev/full").unwrap();
        let output = fixture.command(arguments).stdout(full).output().unwrap();
        let text = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{text}");
        assert!(
            text.starts_with("error: the output cannot be written: "),
            "{text}"
        );
        assert!(text.contains("\nhint: "), "{text}");
    }
}

#[test]
fn colours_can_be_asked_for() {
    let fixture = Fixture::new();
    for command in &COMMANDS[..6] {
        let colored = fixture.text(&[&["--color", "always"], *command].concat());
        assert!(colored.contains("\u{1b}["), "{colored:?}");
    }
    let done = fixture.run(&["--color", "always", "runs", "digitz"]);
    assert!(
        done.err.starts_with("\u{1b}[31m\u{1b}[1merror:\u{1b}[0m "),
        "{done:?}"
    );
    let never = fixture.text(&["--color", "never", "runs"]);
    assert_eq!(never, fixture.text(&["runs"]));
}

#[test]
fn a_slip_on_the_command_line_has_a_code_of_its_own() {
    let fixture = Fixture::new();
    let done = fixture.run(&["rums"]);
    assert_eq!((done.code, done.out.len()), (Some(2), 0));
    assert!(done.err.contains("'runs'"), "{done:?}");
    for limit in ["many", "-1", "-1.5", "99999999999999999999999"] {
        let done = fixture.run(&["runs", "--limit", limit]);
        let said = format!("error: invalid value '{limit}' for '--limit <NUMBER>': ");
        assert_eq!(done.code, Some(2));
        assert!(done.err.starts_with(&said), "{}", done.err);
        assert!(!done.err.contains("tip"), "{}", done.err);
    }
    let epoch = ["artifacts", FIRST, "model.bin", "-o", "x", "--epoch", "-1"];
    let done = fixture.run(&epoch);
    assert!(done.err.contains("0 or more"), "{}", done.err);
    let done = fixture.run(&["metrics", FIRST, "--smooth", "-0.5"]);
    assert!(done.err.contains("a weight is a number"), "{}", done.err);
}

#[test]
fn help_has_help() {
    let fixture = Fixture::new();
    let help = fixture.text(&["--help"]);
    for asked in ["--help", "-h"] {
        assert_eq!(fixture.text(&["help", asked]), help);
    }
    let of_runs = fixture.text(&["runs", "--help"]);
    assert_eq!(fixture.text(&["help", "runs", "--help"]), of_runs);
}

#[test]
fn help_tells_what_json_holds() {
    let fixture = Fixture::new();
    let help = fixture.text(&["--help"]);
    assert!(
        help.contains("\"NaN\", \"Infinity\" and \"-Infinity\""),
        "{help}"
    );
    let command = fixture
        .command(&["--help"])
        .env_remove("ENTIA_STORE")
        .output()
        .unwrap();
    insta::assert_snapshot!(String::from_utf8(command.stdout).unwrap());
}
