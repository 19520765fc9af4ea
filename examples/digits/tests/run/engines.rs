//! One network in several frameworks.

use std::collections::BTreeSet;

use entia::tracker::Metric;
use tempfile::tempdir;

use crate::{TestResult, aggregates, config, digits, failure, names, recorded_epochs};

/// The frameworks, and whether the program was built with them.
const ENGINES: [(&str, bool); 3] = [
    ("candle", cfg!(feature = "candle")),
    ("burn", cfg!(feature = "burn")),
    ("tch", cfg!(feature = "tch")),
];

fn built() -> impl Iterator<Item = &'static str> {
    ENGINES.into_iter().filter(|it| it.1).map(|it| it.0)
}

#[test]
fn each_reaches_98_percent_and_has_a_run_under_the_same_hash() -> TestResult {
    let dir = tempdir()?;
    let config = config()?;
    for engine in built() {
        let output = digits(&dir, &config.to_string(), &["--engine", engine])?;
        let message = String::from_utf8(output.stderr)?;
        assert!(output.status.success(), "{message}");
    }
    let mut hashes = BTreeSet::new();
    let mut engines = Vec::new();
    for run in aggregates(&dir)? {
        let engine: String = run.params()["engine"].to()?;
        run.verify()?;
        let model = run.module("model")?;
        let id = format!("{engine}-{}", &model.hash().as_str()[..12]);
        assert_eq!(run.id(), id);
        let last = run.metrics().list("accuracy", "test")?.pop();
        let accuracy = last.and_then(|point: Metric| point.value.number());
        assert!(accuracy >= Some(0.98), "{engine}: {accuracy:?}");
        let epochs = recorded_epochs(&run, "loss", "test")?.len();
        assert_eq!(Some(epochs as u64), config["epochs"].as_u64());
        hashes.insert(model.hash().to_string());
        engines.push(engine);
    }
    assert_eq!(hashes.len(), 1, "{hashes:?}");
    assert!(engines.into_iter().eq(built()));
    Ok(())
}

#[test]
fn what_a_run_says_of_some_images_is_kept() -> TestResult {
    let dir = tempdir()?;
    for engine in built() {
        digits(
            &dir,
            &config()?.to_string(),
            &["--engine", engine, "--epochs", "1"],
        )?;
    }
    for run in aggregates(&dir)? {
        let file = run.artifacts().get("examples.safetensors")?.read()?;
        let tensors = safetensors::SafeTensors::deserialize(&file)?;
        assert_eq!(tensors.tensor("images")?.shape(), [16, 1, 8, 8]);
        assert_eq!(tensors.tensor("scores")?.shape(), [16, 10]);
    }
    Ok(())
}

#[test]
fn a_framework_that_is_not_built_in_is_told_with_the_command_that_builds_it() -> TestResult {
    for (engine, is_built) in ENGINES {
        if is_built {
            continue;
        }
        let dir = tempdir()?;
        let message = failure(&dir, &config()?.to_string(), &["--engine", engine])?;
        let command =
            format!("cargo run --release -p digits --features {engine} -- --engine {engine}");
        assert_eq!(
            message,
            format!(
                "error: this program was built without {engine}\nhint: build it with: {command}\n"
            )
        );
        assert!(names(&dir)?.is_empty());
    }
    let output = digits(&tempdir()?, &config()?.to_string(), &["--engine", "candel"])?;
    let message = String::from_utf8(output.stderr)?;
    assert!(
        message.contains("[possible values: candle, burn, tch]"),
        "{message}"
    );
    Ok(())
}
