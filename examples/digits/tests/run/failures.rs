//! Stores and checkpoints that cannot be used, and training that goes wrong.

use std::fs;
use std::process::Stdio;

use entia::tracker::{Aggregate, Metric, Outcome, Status, Tracker};
use serde_json::{Value, json};
use tempfile::{TempDir, tempdir};

use crate::{
    TestResult, aggregate, config, content, digits, failure, names, program, recorded_epochs,
    store, train, weights,
};

/// Why the newest attempt of the only aggregate failed.
fn reason(dir: &TempDir) -> Result<String, Box<dyn std::error::Error>> {
    let run = aggregate(dir)?;
    assert_eq!(run.status(), Status::Failed);
    match run.attempts()?.pop().map(|attempt| attempt.state.outcome) {
        Some(Outcome::Failed { reason }) => Ok(reason),
        other => Err(format!("{other:?}").into()),
    }
}

#[test]
fn a_place_of_checkpoints_that_cannot_be_made_is_told() -> TestResult {
    let dir = tempdir()?;
    fs::write(dir.path().join("digits.db.artifacts"), "")?;
    let message = failure(&dir, &config()?.to_string(), &[])?;
    assert!(message.contains("digits.db.artifacts`"), "{message}");
    assert_eq!(names(&dir)?, ["digits.db", "digits.db.artifacts"]);
    Ok(())
}

#[test]
fn a_store_that_cannot_be_opened_leaves_nothing() -> TestResult {
    let dir = tempdir()?;
    for (store, part) in [
        ("sqlite:nowhere/digits.db", "`nowhere`"),
        ("sqlight:digits.db", "`sqlite`"),
    ] {
        let message = failure(&dir, &config()?.to_string(), &["--store", store])?;
        assert!(message.contains(part), "{message}");
        assert!(names(&dir)?.is_empty());
    }
    Ok(())
}

/// A configuration whose loss is not finite after an epoch.
fn diverging() -> Result<Value, Box<dyn std::error::Error>> {
    let mut config = config()?;
    config["optimizer"]["arguments"]["lr"] = json!(1e30);
    Ok(config)
}

#[test]
fn training_that_diverges_at_once_records_no_epoch() -> TestResult {
    let dir = tempdir()?;
    let message = failure(&dir, &diverging()?.to_string(), &[])?;
    for part in ["epoch 0", "smaller `lr`", "no epoch was recorded"] {
        assert!(message.contains(part), "{part}: {message}");
    }
    assert_eq!(message, format!("error: {}\n", reason(&dir)?));
    let run = aggregate(&dir)?;
    assert_eq!(run.epoch(), 0);
    assert!(recorded_epochs(&run, "loss", "train")?.is_empty());
    assert!(run.artifacts().list()?.is_empty());
    drop(run);
    assert_eq!(names(&dir)?, ["digits.db"]);
    Ok(())
}

#[test]
fn training_that_diverges_later_keeps_the_epochs_before() -> TestResult {
    let dir = tempdir()?;
    train(&dir, &config()?, 1)?;
    let before = weights(&dir)?;
    let message = failure(&dir, &diverging()?.to_string(), &[])?;
    for part in ["epoch 1", "smaller `lr`", "the epoch before are kept"] {
        assert!(message.contains(part), "{part}: {message}");
    }
    assert!(reason(&dir)?.contains("smaller `lr`"));
    assert_eq!(aggregate(&dir)?.epoch(), 1);
    assert!(weights(&dir)? == before);
    Ok(())
}

/// Removes the records of all checkpoints.
fn remove_checkpoints(run: &Aggregate) -> TestResult {
    for checkpoint in run.checkpoints()? {
        let name = checkpoint.artifact().name();
        run.artifacts().remove(name, Some(checkpoint.epoch()))?;
    }
    Ok(())
}

#[test]
fn lost_weights_are_told() -> TestResult {
    let dir = tempdir()?;
    train(&dir, &config()?, 1)?;
    let file = content(&dir)?;
    fs::remove_file(&file)?;
    let message = failure(&dir, &config()?.to_string(), &[])?;
    assert!(message.contains(&file.display().to_string()), "{message}");

    remove_checkpoints(&aggregate(&dir)?)?;
    let message = failure(&dir, &config()?.to_string(), &[])?;
    assert!(message.contains("are at epoch 0"), "{message}");
    let run = aggregate(&dir)?;
    assert_eq!(recorded_epochs(&run, "loss", "train")?, [0]);
    Ok(())
}

#[test]
fn damaged_weights_are_told() -> TestResult {
    let dir = tempdir()?;
    train(&dir, &config()?, 1)?;
    let (file, whole) = (content(&dir)?, weights(&dir)?);
    for damaged in [&whole[..whole.len() / 2], b"", b"{}"] {
        fs::write(&file, damaged)?;
        let message = failure(&dir, &config()?.to_string(), &[])?;
        assert!(message.contains("restore it from a copy"), "{message}");
    }
    assert_eq!(aggregate(&dir)?.epoch(), 1);

    aggregate(&dir)?
        .checkpoint(0)?
        .put_bytes("safetensors", "{}")?;
    let message = failure(&dir, &config()?.to_string(), &[])?;
    assert!(message.contains("does not hold this model"), "{message}");
    Ok(())
}

#[test]
fn each_store_has_weights_of_its_own() -> TestResult {
    let (dir, other) = (tempdir()?, tempdir()?);
    train(&dir, &config()?, 2)?;
    let arguments = ["--store", &store(&other), "--epochs", "1"];
    let output = digits(&dir, &config()?.to_string(), &arguments)?;
    assert!(output.status.success());
    assert_eq!(aggregate(&dir)?.epoch(), 2);
    assert_eq!(aggregate(&other)?.epoch(), 1);
    assert!(weights(&dir)? != weights(&other)?);
    Ok(())
}

#[test]
fn weights_without_their_scores_are_refused() -> TestResult {
    let dir = tempdir()?;
    train(&dir, &config()?, 3)?;
    let run = aggregate(&dir)?;
    run.metrics().clear()?;
    let message = failure(&dir, &config()?.to_string(), &[])?;
    assert!(message.contains("are at epoch 3"), "{message}");

    // One epoch behind is no better.
    run.metrics()
        .add_all((0..2).map(|epoch| Metric::new("accuracy", 0.5).phase("test").epoch(epoch)))?;
    drop(run);
    let message = failure(&dir, &config()?.to_string(), &[])?;
    assert!(message.contains("are at epoch 3"), "{message}");
    assert_eq!(aggregate(&dir)?.epoch(), 3);
    Ok(())
}

#[test]
fn a_run_that_is_trained_already_is_refused() -> TestResult {
    let dir = tempdir()?;
    train(&dir, &config()?, 1)?;
    let before = weights(&dir)?;
    let run = aggregate(&dir)?;
    let attempt = run.attempt()?;
    let message = failure(&dir, &config()?.to_string(), &[])?;
    assert!(message.contains("another process trains"), "{message}");
    assert_eq!(run.attempts()?.len(), 2);
    assert!(weights(&dir)? == before);

    attempt.finish()?;
    train(&dir, &config()?, 1)?;
    assert_eq!(aggregate(&dir)?.epoch(), 2);
    Ok(())
}

/// The other process is this one, which counts an epoch whenever it can.
#[test]
fn another_process_in_the_same_store_is_noticed() -> TestResult {
    let dir = tempdir()?;
    let aggregates = Tracker::open(&store(&dir))?
        .experiment("digits")?
        .aggregates();
    let mut child = program(&dir)
        .args(["--epochs", "200"])
        .stderr(Stdio::piped())
        .spawn()?;
    while child.try_wait()?.is_none() {
        for run in aggregates.list()? {
            run.set_epoch(run.epoch() + 1)?;
        }
    }
    let output = child.wait_with_output()?;
    let message = String::from_utf8(output.stderr)?;
    assert_eq!(output.status.code(), Some(1), "{message}");
    assert!(
        message.contains("another process trains") && message.contains("hint: "),
        "{message}"
    );
    let run = aggregate(&dir)?;
    let epochs = recorded_epochs(&run, "loss", "train")?;
    assert!(epochs.iter().copied().eq(0..epochs.len() as u64));
    Ok(())
}

#[test]
fn two_processes_in_the_same_store_never_record_an_epoch_twice() -> TestResult {
    for _ in 0..3 {
        let dir = tempdir()?;
        let mut children = Vec::new();
        for _ in 0..2 {
            let mut program = program(&dir);
            program.args(["--epochs", "5"]);
            children.push(
                program
                    .stderr(Stdio::piped())
                    .stdout(Stdio::null())
                    .spawn()?,
            );
        }
        let mut stopped = 0;
        for child in children {
            let output = child.wait_with_output()?;
            let message = String::from_utf8(output.stderr)?;
            if !output.status.success() {
                stopped += 1;
                assert!(message.contains("another process trains"), "{message}");
            }
        }
        let run = aggregate(&dir)?;
        let epochs = recorded_epochs(&run, "loss", "train")?;
        assert!(
            epochs.iter().copied().eq(0..epochs.len() as u64),
            "{epochs:?}"
        );
        // Where none was stopped, one has begun after the other had ended.
        assert!(stopped > 0 || epochs.len() == 10, "{epochs:?}");
    }
    Ok(())
}

/// A folder stands where the lock of the artifacts has to be: they can be read, and not written.
#[test]
fn a_checkpoint_that_cannot_be_written_keeps_the_one_before() -> TestResult {
    let dir = tempdir()?;
    train(&dir, &config()?, 1)?;
    let before = weights(&dir)?;
    let lock = dir.path().join("digits.db.artifacts/lock");
    fs::remove_file(&lock)?;
    fs::create_dir(&lock)?;
    let message = failure(&dir, &config()?.to_string(), &[])?;
    assert!(message.contains("digits.db.artifacts`"), "{message}");
    assert!(weights(&dir)? == before);
    fs::remove_dir(&lock)?;

    train(&dir, &config()?, 1)?;
    let run = aggregate(&dir)?;
    assert_eq!(recorded_epochs(&run, "loss", "train")?, [0, 1]);
    Ok(())
}

#[cfg(target_os = "linux")]
#[test]
fn output_that_cannot_be_written_is_told() -> TestResult {
    let dir = tempdir()?;
    let full = fs::File::options().write(true).open("/dev/full")?;
    let mut program = program(&dir);
    let output = program.args(["--epochs", "1"]).stdout(full).output()?;
    let message = String::from_utf8(output.stderr)?;
    assert_eq!(output.status.code(), Some(1), "{message}");
    assert!(
        message.starts_with("error: cannot write to standard output: ")
            && message.contains("\nhint: "),
        "{message}"
    );
    assert_eq!(aggregate(&dir)?.epoch(), 1);
    Ok(())
}
