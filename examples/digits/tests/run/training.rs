//! Learning, stopping and going on.

use std::collections::BTreeSet;

use entia::tracker::{Checkpoint, Outcome, Status, Tracker};
use serde_json::{Value, json};
use tempfile::tempdir;

use crate::{
    TestResult, aggregate, aggregates, checkpoint, config, names, program, recorded_epochs, store,
    train, weights,
};

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
        printed.contains("Sequential([Conv2d(") && printed.contains("epoch 14"),
        "{printed}"
    );
    assert!(!printed.contains('\u{1b}'), "colours are for terminals");
    let picture = run.artifacts().get("learning_curve.svg")?.read()?;
    let picture = String::from_utf8(picture)?;
    assert!(picture.starts_with("<svg") && picture.contains("accuracy"));
    let best = run.metrics().best("accuracy", "test")?;
    let best = best.ok_or("no accuracy")?.1.epoch;
    let checkpoints = run.checkpoints()?;
    let epochs: BTreeSet<u64> = checkpoints.iter().map(Checkpoint::epoch).collect();
    assert_eq!(epochs, BTreeSet::from([best, 14]), "the best and the last");
    for checkpoint in checkpoints {
        let hash = run.module("model")?.hash().to_string();
        let name = format!("checkpoints/Sequential-{}.safetensors", &hash[..8]);
        assert_eq!(checkpoint.artifact().name(), name);
        let line = format!("  {name}, epoch {}\n", checkpoint.epoch());
        assert!(printed.contains(&line), "{printed}");
    }
    drop(run);
    assert_eq!(names(&dir)?, ["digits.db", "digits.db.artifacts"]);
    Ok(())
}

#[test]
fn goes_on_where_it_stopped() -> TestResult {
    let (halves, whole) = (tempdir()?, tempdir()?);
    let printed = train(&halves, &config()?, 1)?;
    assert!(!printed.contains("accuracy\n"), "{printed}");
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
    for checkpoint in run.checkpoints()? {
        let name = checkpoint.artifact().name();
        run.artifacts().remove(name, Some(checkpoint.epoch()))?;
    }
    run.checkpoint(0)?.put_bytes("safetensors", before)?;
    run.set_epoch(1)?;

    train(&dir, &config()?, 1)?;
    assert_eq!(recorded_epochs(&run, "loss", "train")?, [0, 1]);
    assert!(weights(&dir)? == after);
    Ok(())
}

#[test]
fn recovers_from_a_kill_between_the_first_scores_and_the_weights() -> TestResult {
    let (dir, whole) = (tempdir()?, tempdir()?);
    train(&dir, &config()?, 1)?;
    let run = aggregate(&dir)?;
    let name = checkpoint(&dir)?.artifact().name().to_owned();
    run.artifacts().remove(&name, Some(0))?;
    run.set_epoch(0)?;

    train(&dir, &config()?, 2)?;
    train(&whole, &config()?, 2)?;
    assert_eq!(recorded_epochs(&run, "loss", "train")?, [0, 1]);
    assert!(weights(&dir)? == weights(&whole)?);
    Ok(())
}

#[test]
fn goes_on_after_a_kill() -> TestResult {
    let (dir, whole) = (tempdir()?, tempdir()?);
    let runs = Tracker::open(&store(&dir))?
        .experiment("digits")?
        .aggregates();
    let mut child = program(&dir).args(["--epochs", "100000"]).spawn()?;
    while runs.list()?.iter().all(|run| run.epoch() < 2) {
        assert!(child.try_wait()?.is_none());
    }
    child.kill()?;
    child.wait()?;
    drop(runs);
    let killed = aggregate(&dir)?;
    assert_eq!(killed.status(), Status::Lost);

    train(&dir, &config()?, 1)?;
    let run = aggregate(&dir)?;
    assert_eq!(run.status(), Status::Finished);
    assert!(run.epoch() > killed.epoch());
    let epochs = recorded_epochs(&run, "loss", "train")?;
    assert!(epochs.into_iter().eq(0..run.epoch()));
    train(&whole, &config()?, run.epoch().try_into()?)?;
    assert!(weights(&dir)? == weights(&whole)?);
    Ok(())
}

#[test]
fn each_session_is_an_attempt() -> TestResult {
    let dir = tempdir()?;
    train(&dir, &config()?, 1)?;
    train(&dir, &config()?, 1)?;
    let attempts = aggregate(&dir)?.attempts()?;
    assert_eq!(attempts.len(), 2);
    for attempt in attempts {
        assert_eq!(attempt.state.outcome, Outcome::Finished);
        let version = attempt.provenance.versions.get("digits");
        assert_eq!(version.map(String::as_str), Some(env!("CARGO_PKG_VERSION")));
    }
    Ok(())
}

/// The layers of the network in a configuration.
fn layers(config: &mut Value) -> &mut Vec<Value> {
    let layers = &mut config["model"]["arguments"]["layers"];
    layers.as_array_mut().expect("a list of layers")
}

#[test]
fn another_argument_is_another_aggregate() -> TestResult {
    let dir = tempdir()?;
    let mut config = config()?;
    train(&dir, &config, 1)?;
    layers(&mut config)[7] = json!({"name": "Dropout", "arguments": {"p": 0.1}});
    let printed = train(&dir, &config, 1)?;
    let aggregates = aggregates(&dir)?;
    assert_eq!(aggregates.len(), 2);
    for run in aggregates {
        assert_eq!(run.epoch(), 1);
        assert!(printed.contains(run.id()), "{printed}");
    }
    Ok(())
}

#[test]
fn other_classes_train_too() -> TestResult {
    let dir = tempdir()?;
    let mut config = config()?;
    layers(&mut config)[1] = json!({"name": "LeakyReLU", "arguments": {"negative_slope": 0.1}});
    layers(&mut config).push(json!({"name": "LogSoftmax", "arguments": {"dim": 1}}));
    config["criterion"] = json!("NLLLoss");
    config["optimizer"] = json!({"name": "SGD", "arguments": {"lr": 0.1, "momentum": 0.9}});
    train(&dir, &config, 1)?;
    layers(&mut config)[1] = json!("Tanh");
    train(&dir, &config, 1)?;
    assert_eq!(aggregates(&dir)?.len(), 2);
    Ok(())
}
