//! Folders, stores and weights that cannot be used, and training that goes wrong.

use std::fs;
use std::process::Stdio;

use entia::tracker::Tracker;
use serde_json::{Value, json};
use tempfile::tempdir;

use crate::{
    TestResult, aggregate, aggregates, config, failure, names, program, recorded_epochs, store,
    train, weights,
};

#[test]
fn a_folder_that_cannot_be_made_is_told() -> TestResult {
    let dir = tempdir()?;
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
    let message = failure(&dir, &config()?.to_string(), &["--dir", file])?;
    assert!(message.contains(file), "{message}");
    assert!(names(&dir)?.is_empty());
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
fn training_that_diverges_at_once_records_nothing() -> TestResult {
    let dir = tempdir()?;
    let message = failure(&dir, &diverging()?.to_string(), &[])?;
    for part in ["epoch 0", "smaller `lr`", "nothing was recorded"] {
        assert!(message.contains(part), "{part}: {message}");
    }
    assert!(aggregates(&dir)?.is_empty());
    assert!(
        !names(&dir)?
            .iter()
            .any(|name| name.ends_with("safetensors"))
    );
    Ok(())
}

#[test]
fn training_that_diverges_later_keeps_the_epochs_before() -> TestResult {
    let dir = tempdir()?;
    train(&dir, &config()?, 1)?;
    let before = fs::read(weights(&dir)?)?;
    let message = failure(&dir, &diverging()?.to_string(), &[])?;
    for part in ["epoch 1", "smaller `lr`", "the epoch before are kept"] {
        assert!(message.contains(part), "{part}: {message}");
    }
    assert_eq!(aggregate(&dir)?.epoch(), 1);
    assert!(fs::read(weights(&dir)?)? == before);
    Ok(())
}

#[test]
fn lost_weights_are_told() -> TestResult {
    let dir = tempdir()?;
    train(&dir, &config()?, 1)?;
    fs::remove_file(weights(&dir)?)?;
    let message = failure(&dir, &config()?.to_string(), &[])?;
    assert!(message.contains("are at epoch 0"), "{message}");
    Ok(())
}

#[test]
fn damaged_weights_are_told() -> TestResult {
    let dir = tempdir()?;
    train(&dir, &config()?, 1)?;
    let whole = fs::read(weights(&dir)?)?;
    for damaged in [&whole[..whole.len() / 2], b"", b"{}"] {
        fs::write(weights(&dir)?, damaged)?;
        let message = failure(&dir, &config()?.to_string(), &[])?;
        assert!(message.contains("restore it from a copy"), "{message}");
    }
    assert_eq!(aggregate(&dir)?.epoch(), 1);
    Ok(())
}

#[test]
fn weights_that_another_store_knows_are_refused() -> TestResult {
    let dir = tempdir()?;
    train(&dir, &config()?, 2)?;
    let other = ["--store", "sqlite:other.db"];
    let message = failure(&dir, &config()?.to_string(), &other)?;
    for part in ["are at epoch 2", "at epoch 0", "hint: name the `--store`"] {
        assert!(message.contains(part), "{part}: {message}");
    }
    let other = format!("sqlite:{}", dir.path().join("other.db").display());
    let experiment = Tracker::open(&other)?.experiment("digits")?;
    assert!(experiment.aggregates().list()?.is_empty());
    Ok(())
}

#[test]
fn weights_more_than_an_epoch_ahead_are_refused() -> TestResult {
    let dir = tempdir()?;
    train(&dir, &config()?, 3)?;
    let run = aggregate(&dir)?;
    run.set_epoch(1)?;
    let message = failure(&dir, &config()?.to_string(), &[])?;
    assert!(message.contains("are at epoch 3"), "{message}");

    // One epoch ahead is what a kill leaves, but not without the scores of the epoch.
    run.set_epoch(2)?;
    run.metrics().clear()?;
    let message = failure(&dir, &config()?.to_string(), &[])?;
    assert!(message.contains("are at epoch 3"), "{message}");
    assert_eq!(aggregate(&dir)?.epoch(), 2);
    Ok(())
}

/// The other process is this one, which counts an epoch whenever it can.
#[test]
fn another_process_in_the_same_store_is_noticed() -> TestResult {
    let (dir, shared) = (tempdir()?, tempdir()?);
    let aggregates = Tracker::open(&store(&shared))?
        .experiment("digits")?
        .aggregates();
    let mut child = program(&dir)
        .args(["--epochs", "200", "--store", &store(&shared)])
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
    let run = aggregate(&shared)?;
    let epochs = recorded_epochs(&run, "loss", "train")?;
    assert!(epochs.iter().copied().eq(0..epochs.len() as u64));
    Ok(())
}

#[test]
fn two_processes_in_the_same_store_never_record_an_epoch_twice() -> TestResult {
    for _ in 0..3 {
        let shared = tempdir()?;
        let dirs = [tempdir()?, tempdir()?];
        let mut children = Vec::new();
        for dir in &dirs {
            let mut program = program(dir);
            program.args(["--epochs", "5", "--store", &store(&shared)]);
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
                // The second where it began after the first had counted an epoch.
                let expected = ["another process trains", "are at epoch 0"];
                assert!(expected.iter().any(|it| message.contains(it)), "{message}");
            }
        }
        assert!(stopped > 0);
        for run in aggregates(&shared)? {
            let epochs = recorded_epochs(&run, "loss", "train")?;
            assert!(
                epochs.iter().copied().eq(0..epochs.len() as u64),
                "{epochs:?}"
            );
        }
    }
    Ok(())
}

/// `/dev/full` is a disk without room.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_keeps_the_weights_of_before() -> TestResult {
    let dir = tempdir()?;
    train(&dir, &config()?, 1)?;
    let before = fs::read(weights(&dir)?)?;
    let fresh = weights(&dir)?.with_extension("safetensors.new");
    std::os::unix::fs::symlink("/dev/full", &fresh)?;
    let message = failure(&dir, &config()?.to_string(), &[])?;
    assert!(message.contains("hint: the disk is full"), "{message}");
    assert!(!fs::exists(&fresh)?);
    assert!(fs::read(weights(&dir)?)? == before);

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
