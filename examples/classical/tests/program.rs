//! The program as a person runs it: what it writes, and what it says.

use std::error::Error;
use std::fs;
use std::process::{Command, Output};

use entia::tracker::{Aggregate, Experiment, Status, Tracker};
use serde_json::{Value, json};
use tempfile::{TempDir, tempdir};

type TestResult = Result<(), Box<dyn Error>>;

/// A small configuration.
fn config() -> Value {
    json!({
        "data": {"name": "Moons", "arguments": {"samples": 60, "noise": 0.1}},
        "folds": 3,
        "seeds": [1, 2],
        "classifiers": ["LogisticRegression", {"name": "KNNClassifier", "arguments": {"k": 5}}],
    })
}

fn classical(dir: &TempDir, config: &Value) -> Result<Output, Box<dyn Error>> {
    let elsewhere = tempdir()?;
    let file = elsewhere.path().join("config.json");
    fs::write(&file, config.to_string())?;
    let mut program = Command::new(env!("CARGO_BIN_EXE_classical"));
    program.current_dir(dir).arg("--config").arg(file);
    Ok(program.output()?)
}

/// Runs what succeeds, and gives what it prints.
fn validate(dir: &TempDir, config: &Value) -> Result<String, Box<dyn Error>> {
    let output = classical(dir, config)?;
    let message = String::from_utf8(output.stderr)?;
    assert!(output.status.success() && message.is_empty(), "{message}");
    Ok(String::from_utf8(output.stdout)?)
}

/// Runs what cannot succeed, and gives the message.
fn failure(dir: &TempDir, config: &Value) -> Result<String, Box<dyn Error>> {
    let output = classical(dir, config)?;
    let message = String::from_utf8(output.stderr)?;
    assert_eq!(output.status.code(), Some(1), "{message}");
    assert!(
        output.stdout.is_empty() && message.starts_with("error: "),
        "{message}"
    );
    Ok(message)
}

/// What is wrong with a configuration with another value at `pointer`; nothing is written then.
fn refusal(pointer: &str, value: Value) -> Result<String, Box<dyn Error>> {
    let dir = tempdir()?;
    let mut config = config();
    *config.pointer_mut(pointer).ok_or("nothing there")? = value;
    let message = failure(&dir, &config)?;
    assert!(message.contains("config.json`: "), "{message}");
    assert_eq!(fs::read_dir(&dir)?.count(), 0, "{message}");
    Ok(message)
}

fn experiment(dir: &TempDir) -> Result<Experiment, Box<dyn Error>> {
    let store = format!("sqlite:{}", dir.path().join("classical.db").display());
    Ok(Tracker::open(&store)?.experiment("moons")?)
}

fn runs(dir: &TempDir) -> Result<Vec<Aggregate>, Box<dyn Error>> {
    Ok(experiment(dir)?.aggregates().list()?)
}

fn accuracy(run: &Aggregate) -> Result<f64, Box<dyn Error>> {
    let summary = run.metrics().summary("accuracy", "test")?;
    let value = summary.and_then(|summary| summary.last.value.number());
    Ok(value.ok_or("no accuracy")?)
}

#[test]
fn the_bundled_configuration_is_validated_and_shown() -> TestResult {
    let dir = tempdir()?;
    let output = Command::new(env!("CARGO_BIN_EXE_classical"))
        .current_dir(&dir)
        .output()?;
    let printed = String::from_utf8(output.stdout)?;
    let lines: Vec<&str> = printed.lines().collect();
    assert_eq!(lines.len(), 8, "{printed}");
    assert!(lines[0].starts_with("CLASSIFIER "), "{printed}");
    for call in [
        "LogisticRegression(alpha=0.1, ",
        "KNNClassifier(k=15)",
        "max_depth=4",
    ] {
        let line = lines.iter().find(|line| line.contains(call));
        let (_, accuracy) = line.and_then(|line| line.split_once("  3  ")).ok_or(call)?;
        assert!(
            accuracy.contains(" ± ") && accuracy.ends_with(" %"),
            "{printed}"
        );
    }
    assert_eq!(
        lines[7],
        "see all of it in a browser: entia ui --store sqlite:classical.db"
    );
    // The best stands first: here what is not straight, and does not learn by heart.
    assert!(!lines[1].starts_with("LogisticRegression"), "{printed}");
    assert!(!lines[1].starts_with("KNNClassifier(k=1)"), "{printed}");
    assert_eq!(runs(&dir)?.len(), 18);
    Ok(())
}

#[test]
fn each_validation_is_a_run_with_what_it_was_done_with() -> TestResult {
    let dir = tempdir()?;
    validate(&dir, &config())?;
    let runs = runs(&dir)?;
    assert_eq!(runs.len(), 4);
    for run in &runs {
        run.verify()?;
        assert_eq!(run.status(), Status::Finished);
        assert_eq!(run.params()["folds"].to_string(), "3");
        assert_eq!(run.module("data")?.name(), "Moons");
        let folds = run.metrics().list("fold_accuracy", "test")?;
        let steps: Vec<i64> = folds.iter().map(|it| it.step).collect();
        assert_eq!(steps, [0, 1, 2]);
        let scores = folds.iter().filter_map(|it| it.value.number());
        let mean = scores.sum::<f64>() / 3.0;
        assert!(
            (accuracy(run)? - mean).abs() < 1e-12 && mean > 0.7,
            "{mean}"
        );
    }
    // Two seeds of one classifier differ in nothing but the order.
    let ids: Vec<String> = runs.iter().map(|run| run.id().to_owned()).collect();
    let query = "param.seed = 1 and model = \"KNNClassifier\"".parse::<entia::tracker::Query>()?;
    let found = experiment(&dir)?.aggregates().find(query)?;
    assert_eq!(found.len(), 1);
    assert!(ids.contains(&found[0].id().to_owned()));
    Ok(())
}

#[test]
fn nothing_is_done_twice() -> TestResult {
    let dir = tempdir()?;
    let first = validate(&dir, &config())?;
    let mut more = config();
    more["seeds"] = json!([2, 3]);
    let second = validate(&dir, &more)?;
    assert!(
        second.contains("\n2 of 4 validations were in the store already\n"),
        "{second}"
    );
    assert_eq!(runs(&dir)?.len(), 6);
    let third = validate(&dir, &config())?;
    assert!(
        third.contains("\n4 of 4 validations were in the store already\n"),
        "{third}"
    );
    assert!(
        third.starts_with(first.split_once("see all").ok_or(first.clone())?.0),
        "{third}"
    );
    assert!(
        runs(&dir)?
            .iter()
            .all(|run| run.attempts().is_ok_and(|all| all.len() == 1))
    );

    more["data"]["arguments"]["noise"] = json!(0.2);
    validate(&dir, &more)?;
    assert_eq!(runs(&dir)?.len(), 10, "other data, other runs");
    Ok(())
}

#[test]
fn a_validation_that_was_given_up_is_done_again() -> TestResult {
    let dir = tempdir()?;
    validate(&dir, &config())?;
    let run = runs(&dir)?.remove(0);
    let before = accuracy(&run)?;
    run.attempt()?.fail("the power failed")?;
    drop(run);
    let printed = validate(&dir, &config())?;
    assert!(
        printed.contains("\n3 of 4 validations were in the store already\n"),
        "{printed}"
    );
    let run = runs(&dir)?.remove(0);
    assert_eq!(run.status(), Status::Finished);
    assert_eq!(run.metrics().list("accuracy", "test")?.len(), 1);
    assert_eq!(accuracy(&run)?.to_bits(), before.to_bits());
    Ok(())
}

#[test]
fn a_validation_that_another_process_does_is_refused() -> TestResult {
    let dir = tempdir()?;
    validate(&dir, &config())?;
    let run = runs(&dir)?.remove(0);
    let attempt = run.attempt()?;
    let message = failure(&dir, &config())?;
    assert!(
        message.contains(&format!("another process works on `{}`", run.id())),
        "{message}"
    );
    assert!(message.contains("\nhint: wait"), "{message}");
    attempt.finish()?;
    Ok(())
}

#[test]
fn what_cannot_be_built_is_told_all_at_once() -> TestResult {
    let classifiers = json!([
        {"name": "KNNClasifier"},
        {"name": "KNNClassifier", "arguments": {"neighbours": 3}},
        {"name": "LogisticRegression", "arguments": {"alpha": -1.0}},
        {"name": "RandomForestClassifier", "arguments": {"n_trees": 0}},
        "LogisticRegression",
    ]);
    let message = refusal("/classifiers", classifiers)?;
    for part in [
        "classifiers[0]: ",
        "did you mean `KNNClassifier`?",
        "neighbours: unexpected argument",
        "alpha must be a positive, finite number",
        "`n_trees` cannot be 0",
    ] {
        assert!(message.contains(part), "{part}: {message}");
    }
    assert!(!message.contains("classifiers[4]"), "{message}");
    Ok(())
}

#[test]
fn data_that_cannot_be_drawn_or_cut_are_told() -> TestResult {
    for (pointer, value, part) in [
        (
            "/data/arguments/noise",
            json!(-0.1),
            "`noise` cannot be -0.1\n",
        ),
        (
            "/data/arguments/samples",
            json!(2),
            "`samples` cannot be 2\n",
        ),
        ("/data/name", json!("Moon"), "did you mean `Moons`?"),
        (
            "/folds",
            json!(1),
            "folds: 1 parts of 60 samples\nhint: choose a number from 2 to 30",
        ),
        ("/folds", json!(31), "folds: 31 parts"),
        ("/seeds", json!([]), "seeds: it is empty\nhint: "),
        ("/seeds", json!([-1]), "seeds"),
        (
            "/classifiers",
            json!([]),
            "classifiers: it is empty\nhint: ",
        ),
    ] {
        let message = refusal(pointer, value)?;
        assert!(message.contains(part), "{part}: {message}");
    }
    Ok(())
}
