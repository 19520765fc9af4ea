//! The program as a person runs it: what it writes, and what it says.

mod configuration;
mod engines;
mod failures;
mod training;

use std::error::Error;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

use entia::tracker::{Aggregate, Checkpoint, Tracker};
use serde_json::Value;
use tempfile::{TempDir, tempdir};

type TestResult = Result<(), Box<dyn Error>>;

fn config() -> Result<Value, Box<dyn Error>> {
    Ok(serde_json::from_str(include_str!("../../digits.json"))?)
}

/// The program in `dir`, with a configuration that is kept outside of it.
fn digits(dir: &TempDir, config: &str, arguments: &[&str]) -> Result<Output, Box<dyn Error>> {
    let elsewhere = tempdir()?;
    let file = elsewhere.path().join("config.json");
    fs::write(&file, config)?;
    let mut program = program(dir);
    if !arguments.contains(&"--config") {
        program.arg("--config").arg(file);
    }
    Ok(program.args(arguments).output()?)
}

/// The program in `dir`, without arguments.
fn program(dir: &TempDir) -> Command {
    let mut program = Command::new(env!("CARGO_BIN_EXE_digits"));
    program.current_dir(dir);
    program
}

/// Runs the program and returns what it prints.
fn train(dir: &TempDir, config: &Value, epochs: u32) -> Result<String, Box<dyn Error>> {
    let output = digits(dir, &config.to_string(), &["--epochs", &epochs.to_string()])?;
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(String::from_utf8(output.stdout)?)
}

/// Runs what cannot succeed, and returns the message.
fn failure(dir: &TempDir, config: &str, arguments: &[&str]) -> Result<String, Box<dyn Error>> {
    let output = digits(dir, config, arguments)?;
    let message = String::from_utf8(output.stderr)?;
    assert_eq!(output.status.code(), Some(1), "{message}");
    assert!(output.stdout.is_empty());
    assert!(
        message.starts_with("error: ") && message.contains("hint: "),
        "{message}"
    );
    Ok(message)
}

fn store(dir: &TempDir) -> String {
    format!("sqlite:{}", dir.path().join("digits.db").display())
}

fn aggregates(dir: &TempDir) -> Result<Vec<Aggregate>, Box<dyn Error>> {
    let tracker = Tracker::open(&store(dir))?;
    Ok(tracker.experiment("digits")?.aggregates().list()?)
}

/// The only aggregate of a store.
fn aggregate(dir: &TempDir) -> Result<Aggregate, Box<dyn Error>> {
    let mut aggregates = aggregates(dir)?;
    assert_eq!(aggregates.len(), 1);
    Ok(aggregates.remove(0))
}

/// The latest checkpoint of the only aggregate.
fn checkpoint(dir: &TempDir) -> Result<Checkpoint, Box<dyn Error>> {
    Ok(aggregate(dir)?
        .latest_checkpoint()?
        .ok_or("no checkpoint")?)
}

/// The weights of the only aggregate, and the state of its optimizer.
fn weights(dir: &TempDir) -> Result<Vec<u8>, Box<dyn Error>> {
    Ok(checkpoint(dir)?.read()?)
}

/// The file of the latest checkpoint of the only aggregate.
fn content(dir: &TempDir) -> Result<PathBuf, Box<dyn Error>> {
    let checkpoint = checkpoint(dir)?;
    let hash = &checkpoint.record().hash;
    let folder = dir.path().join("digits.db.artifacts");
    Ok(folder.join(&hash[..2]).join(&hash[2..4]).join(hash))
}

/// The names in a folder, in order.
fn names(dir: &TempDir) -> Result<Vec<String>, Box<dyn Error>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(dir)? {
        names.push(entry?.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    Ok(names)
}

fn recorded_epochs(run: &Aggregate, name: &str, phase: &str) -> Result<Vec<u64>, Box<dyn Error>> {
    Ok(run.metrics().history(name, phase)?.epochs().to_vec())
}
