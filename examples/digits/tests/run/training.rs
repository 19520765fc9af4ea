//! Learning, stopping and going on.

use std::fs;

use serde_json::json;
use tempfile::tempdir;

use crate::{TestResult, aggregate, aggregates, config, names, recorded_epochs, train, weights};

#[test]
fn learns_and_shows_it() -> TestResult {
    let dir = tempdir()?;
    let printed = train(&dir, &config()?, 15)?;
    let run = aggregate(&dir)?;
    let id = run.id().to_owned();
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
    drop(run);
    let ends = ["lock", "safetensors", "svg"].map(|end| format!("{id}.{end}"));
    let mut expected = vec!["digits.db".to_owned()];
    expected.extend(ends);
    expected.sort();
    assert_eq!(names(&dir)?, expected);
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
        fs::read(weights(&halves)?)? == fs::read(weights(&whole)?)?,
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
    let before = fs::read(weights(&dir)?)?;
    train(&dir, &config()?, 1)?;
    let after = fs::read(weights(&dir)?)?;
    let run = aggregate(&dir)?;
    fs::write(weights(&dir)?, before)?;
    run.set_epoch(1)?;

    train(&dir, &config()?, 1)?;
    assert_eq!(recorded_epochs(&run, "loss", "train")?, [0, 1]);
    assert!(fs::read(weights(&dir)?)? == after);
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
