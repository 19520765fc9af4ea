//! The commands of the README files.

use std::path::Path;
use std::process::{Command, Stdio};

use tracker_core::{Metric, Tracker};

use crate::support::{ADDRESS, Fixture, uuid};

const FILES: [&str; 2] = [
    include_str!("../../README.md"),
    include_str!("../../../README.md"),
];

/// What does not end, or needs another machine.
const LEFT_OUT: [&str; 3] = ["entia serve", "entia ui", "example.org"];

/// The lines of shell blocks that begin with the program.
fn commands() -> Vec<&'static str> {
    let blocks = FILES.iter().flat_map(|file| file.split("```sh\n").skip(1));
    let lines = blocks.flat_map(|block| block.split("```").next().unwrap().lines());
    lines
        .filter(|line| line.starts_with("entia"))
        .filter(|line| !LEFT_OUT.iter().any(|part| line.contains(part)))
        .collect()
}

/// A store with all that the examples name.
fn fixture() -> Fixture {
    let fixture = Fixture::new();
    let tracker = Tracker::open(&fixture.absolute()).unwrap();
    let run = tracker.aggregate(uuid(1)).unwrap().unwrap();
    let weights = "weights.safetensors";
    run.artifacts().put_bytes(weights, "of the best").unwrap();
    run.set_param("seed", 17).unwrap();
    let loss = Metric::new("loss", 0.5).phase("test").epoch(3);
    run.metrics().add(loss).unwrap();
    let base = tracker.aggregate(uuid(3)).unwrap().unwrap();
    base.set_name("baseline").unwrap();
    tracker.flush().unwrap();
    fixture.text(&["import", "sqlite:runs.db", "json:runs.json"]);
    fixture
}

fn is_there(program: &str) -> bool {
    let mut command = Command::new(program);
    let command = command.arg("--version").stdout(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

#[test]
fn every_command_runs() {
    let folder = Path::new(env!("CARGO_BIN_EXE_entia")).parent().unwrap();
    let path = format!("{}:{}", folder.display(), std::env::var("PATH").unwrap());
    let commands = commands();
    assert!(commands.len() > 25, "{commands:?}");
    for line in commands {
        if line.contains("| jq ") && !is_there("jq") {
            continue;
        }
        // Nobody sits there who could be asked.
        let line = ["archive", "remove", "tag"]
            .iter()
            .map(|command| format!("entia {command} "))
            .find(|command| line.starts_with(command))
            .map_or_else(
                || line.to_owned(),
                |command| line.replacen(&command, &format!("{command}--yes "), 1),
            );
        let fixture = fixture();
        let mut shell = Command::new("bash");
        let shell = shell
            .args(["-c", &format!("set -o pipefail; {line}")])
            .env("PATH", &path)
            .env("ENTIA_STORE", ADDRESS)
            .current_dir(fixture.folder.path())
            .stdin(Stdio::null());
        let done = shell.output().unwrap();
        let err = String::from_utf8_lossy(&done.stderr);
        assert!(done.status.success(), "{line}\n{err}");
        let out = String::from_utf8_lossy(&done.stdout);
        assert!(!out.contains("no run has"), "{line}\n{out}");
    }
}
