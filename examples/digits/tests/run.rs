//! The program as a person runs it: what it writes, and what it says.

use std::error::Error;
use std::fs;
use std::process::{Command, Output};

use entia::tracker::{Aggregate, Tracker};
use serde_json::{Value, json};
use tempfile::{TempDir, tempdir};

type TestResult = Result<(), Box<dyn Error>>;

fn config() -> Result<Value, Box<dyn Error>> {
    Ok(serde_json::from_str(include_str!("../digits.json"))?)
}

/// Runs the program in `dir` with a configuration that is kept outside of it.
fn digits(dir: &TempDir, config: &str, arguments: &[&str]) -> Result<Output, Box<dyn Error>> {
    let elsewhere = tempdir()?;
    let file = elsewhere.path().join("config.json");
    fs::write(&file, config)?;
    let mut program = Command::new(env!("CARGO_BIN_EXE_digits"));
    program.current_dir(dir);
    if !arguments.contains(&"--config") {
        program.arg("--config").arg(file);
    }
    program.args(arguments);
    Ok(program.output()?)
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

fn aggregates(dir: &TempDir) -> Result<Vec<Aggregate>, Box<dyn Error>> {
    let store = format!("sqlite:{}", dir.path().join("digits.db").display());
    Ok(Tracker::open(&store)?
        .experiment("digits")?
        .aggregates()
        .list()?)
}

/// The only aggregate of a store.
fn aggregate(dir: &TempDir) -> Result<Aggregate, Box<dyn Error>> {
    let mut aggregates = aggregates(dir)?;
    assert_eq!(aggregates.len(), 1);
    Ok(aggregates.remove(0))
}

fn weights(dir: &TempDir) -> Result<Vec<u8>, Box<dyn Error>> {
    let name = format!("{}.safetensors", aggregate(dir)?.id());
    Ok(fs::read(dir.path().join(name))?)
}

fn recorded_epochs(run: &Aggregate, name: &str, phase: &str) -> Result<Vec<u64>, Box<dyn Error>> {
    Ok(run
        .metrics()
        .list(name, phase)?
        .iter()
        .map(|metric| metric.epoch)
        .collect())
}

#[test]
fn learns_and_shows_it() -> TestResult {
    let dir = tempdir()?;
    let printed = train(&dir, &config()?, 15)?;
    let run = aggregate(&dir)?;
    let best = run
        .metrics()
        .summary("accuracy", "test")?
        .and_then(|summary| summary.max);
    assert!(best >= Some(0.96), "{best:?}");
    assert!(printed.contains(run.id()), "{printed}");
    assert!(
        printed.contains("MLP(input_size=64, ") && printed.contains("epoch 14"),
        "{printed}"
    );
    assert!(
        printed.contains(&format!("{}.safetensors", run.id())),
        "{printed}"
    );
    assert!(!printed.contains('\u{1b}'), "colours are for terminals");
    let picture = fs::read_to_string(dir.path().join(run.id()).with_extension("svg"))?;
    assert!(picture.starts_with("<svg") && picture.contains("accuracy"));
    Ok(())
}

#[test]
fn goes_on_where_it_stopped() -> TestResult {
    let (halves, whole) = (tempdir()?, tempdir()?);
    let printed = train(&halves, &config()?, 1)?;
    assert!(!printed.contains("test accuracy\n"), "{printed}");
    train(&halves, &config()?, 2)?;
    train(&whole, &config()?, 3)?;

    let run = aggregate(&halves)?;
    assert_eq!(run.epoch(), 3);
    for name in ["loss", "accuracy"] {
        for phase in ["train", "test"] {
            assert_eq!(recorded_epochs(&run, name, phase)?, [0, 1, 2]);
        }
    }
    assert_eq!(run.id(), aggregate(&whole)?.id());
    assert!(
        weights(&halves)? == weights(&whole)?,
        "a stop changed what was learned"
    );
    Ok(())
}

#[test]
fn recovers_from_a_kill_between_the_weights_and_the_count() -> TestResult {
    let dir = tempdir()?;
    train(&dir, &config()?, 2)?;
    aggregate(&dir)?.set_epoch(1)?;
    train(&dir, &config()?, 1)?;
    let run = aggregate(&dir)?;
    assert_eq!(run.epoch(), 3);
    assert_eq!(recorded_epochs(&run, "loss", "train")?, [0, 1, 2]);
    Ok(())
}

#[test]
fn recovers_from_a_kill_between_the_scores_and_the_weights() -> TestResult {
    let dir = tempdir()?;
    train(&dir, &config()?, 1)?;
    let before = weights(&dir)?;
    train(&dir, &config()?, 1)?;
    let after = weights(&dir)?;
    let run = aggregate(&dir)?;
    fs::write(
        dir.path().join(run.id()).with_extension("safetensors"),
        before,
    )?;
    run.set_epoch(1)?;

    train(&dir, &config()?, 1)?;
    assert_eq!(recorded_epochs(&run, "loss", "train")?, [0, 1]);
    assert!(weights(&dir)? == after);
    Ok(())
}

#[test]
fn another_argument_is_another_aggregate() -> TestResult {
    let dir = tempdir()?;
    let mut config = config()?;
    train(&dir, &config, 1)?;
    config["model"]["arguments"]["hidden_size"] = json!(32);
    let printed = train(&dir, &config, 1)?;
    let aggregates = aggregates(&dir)?;
    assert_eq!(aggregates.len(), 2);
    for run in aggregates {
        assert_eq!(run.epoch(), 1);
        assert!(printed.contains(&run.id()[..12]), "{printed}");
    }
    Ok(())
}

#[test]
fn every_component_that_can_be_named_trains() -> TestResult {
    let dir = tempdir()?;
    let mut config = config()?;
    config["model"]["arguments"]["activation"] =
        json!({"name": "LeakyReLU", "arguments": {"slope": 0.01}});
    config["criterion"] = json!("MSELoss");
    config["optimizer"] = json!({"name": "SGD", "arguments": {"lr": 0.1, "momentum": 0.9}});
    train(&dir, &config, 1)?;
    config["model"]["arguments"]["activation"] = json!("Tanh");
    train(&dir, &config, 1)?;
    assert_eq!(aggregates(&dir)?.len(), 2);
    Ok(())
}

/// Runs what cannot succeed, sees that nothing was written, and returns the message.
fn refusal(config: &str, arguments: &[&str]) -> Result<String, Box<dyn Error>> {
    let dir = tempdir()?;
    let output = digits(&dir, config, arguments)?;
    let message = String::from_utf8(output.stderr)?;
    assert_eq!(output.status.code(), Some(1), "{message}");
    assert!(output.stdout.is_empty());
    assert_eq!(fs::read_dir(&dir)?.count(), 0, "{message}");
    assert!(
        message.starts_with("error: ") && message.contains("hint: "),
        "{message}"
    );
    Ok(message)
}

/// The configuration with another value at `pointer`.
fn changed(pointer: &str, value: Value) -> Result<String, Box<dyn Error>> {
    let mut config = config()?;
    *config
        .pointer_mut(pointer)
        .ok_or(format!("nothing at {pointer}"))? = value;
    Ok(config.to_string())
}

#[test]
fn a_misspelt_name_or_argument_is_told_with_the_near_one() -> TestResult {
    let message = refusal(&changed("/model/name", json!("MPL"))?, &[])?;
    assert!(message.contains("`MLP`"), "{message}");
    let text = config()?.to_string();
    let message = refusal(&text.replace("hidden_size", "hiden_size"), &[])?;
    assert!(message.contains("did you mean `hidden_size`?"), "{message}");
    let message = refusal(&text.replace("\"epochs\"", "\"epoch\""), &[])?;
    assert!(
        message.contains("unknown field `epoch`") && message.contains("`epochs`"),
        "{message}"
    );
    Ok(())
}

#[test]
fn all_problems_are_told_at_once() -> TestResult {
    let text = config()?
        .to_string()
        .replace("\"lr\"", "\"rl\"")
        .replace("CrossEntropyLoss", "CrossEntropy");
    let message = refusal(&text.replace("\"ReLU\"", "\"RELU\""), &[])?;
    for part in ["`ReLU`", "`CrossEntropyLoss`", "lr: missing"] {
        assert!(message.contains(part), "{part}: {message}");
    }
    Ok(())
}

#[test]
fn a_value_out_of_range_is_refused() -> TestResult {
    for (pointer, value, part) in [
        ("/epochs", json!(0), "`epochs`"),
        ("/batch_size", json!(0), "`batch_size`"),
        ("/seed", json!(-1), "-1"),
        ("/model/arguments/dropout", json!(1.0), "`dropout`"),
        ("/model/arguments/hidden_size", json!(0), "`hidden_size`"),
        (
            "/model/arguments/hidden_size",
            json!(1_000_000_000_000_u64),
            "`hidden_size`",
        ),
        ("/model/arguments/input_size", json!(63), "64 inputs"),
        ("/model/arguments/output_size", json!(9), "10 outputs"),
        ("/optimizer/arguments/lr", json!(0.0), "`lr`"),
    ] {
        let message = refusal(&changed(pointer, value)?, &[])?;
        assert!(message.contains(part), "{pointer}: {message}");
    }
    let message = refusal(&config()?.to_string().replace("0.003", "NaN"), &[])?;
    assert!(message.contains("line 1"), "{message}");
    Ok(())
}

#[test]
fn what_cannot_be_read_or_written_is_told() -> TestResult {
    let text = config()?.to_string();
    let message = refusal(&text[..40], &[])?;
    assert!(message.contains("config.json"), "{message}");
    let message = refusal(&text, &["--config", "nowhere.json"])?;
    assert!(message.contains("`nowhere.json`"), "{message}");
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
    let message = refusal(&text, &["--dir", file])?;
    assert!(message.contains(file), "{message}");
    Ok(())
}

#[test]
fn no_weights_without_a_store() -> TestResult {
    let dir = tempdir()?;
    for store in ["sqlite:nowhere/digits.db", "sqlight:digits.db"] {
        let output = digits(&dir, &config()?.to_string(), &["--store", store])?;
        let message = String::from_utf8(output.stderr)?;
        assert_eq!(output.status.code(), Some(1), "{message}");
        assert!(
            message.contains("nowhere") || message.contains("`sqlite`"),
            "{message}"
        );
    }
    for entry in fs::read_dir(&dir)? {
        assert_eq!(
            entry?.path().extension().and_then(|it| it.to_str()),
            Some("lock")
        );
    }
    Ok(())
}

#[test]
fn lost_weights_and_diverged_training_are_told() -> TestResult {
    let dir = tempdir()?;
    let mut config = config()?;
    train(&dir, &config, 1)?;
    config["optimizer"]["arguments"]["lr"] = json!(1e30);
    let output = digits(&dir, &config.to_string(), &[])?;
    let message = String::from_utf8(output.stderr)?;
    assert_eq!(output.status.code(), Some(1), "{message}");
    assert!(
        message.contains("epoch 1") && message.contains("smaller `lr`"),
        "{message}"
    );
    assert_eq!(aggregate(&dir)?.epoch(), 1);

    let lost = dir
        .path()
        .join(aggregate(&dir)?.id())
        .with_extension("safetensors");
    fs::remove_file(lost)?;
    let output = digits(&dir, &config.to_string(), &[])?;
    let message = String::from_utf8(output.stderr)?;
    assert_eq!(output.status.code(), Some(1), "{message}");
    assert!(
        message.contains("at epoch 1") && message.contains("hint: "),
        "{message}"
    );
    Ok(())
}
