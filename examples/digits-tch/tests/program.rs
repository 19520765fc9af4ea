//! The programs as a person runs them: what they write, and what they say.

use std::collections::BTreeSet;
use std::error::Error;
use std::fs;
use std::process::{Command, Output};

use entia::tracker::{Aggregate, AttemptRecord, Checkpoint, Metric, Outcome, Tracker};
use tempfile::{TempDir, tempdir};

type TestResult = Result<(), Box<dyn Error>>;

fn digits(dir: &TempDir, arguments: &[&str]) -> Result<Output, Box<dyn Error>> {
    let mut program = Command::new(env!("CARGO_BIN_EXE_digits-tch"));
    // One thread each: the tests run side by side already.
    program.env("OMP_NUM_THREADS", "1").current_dir(dir);
    Ok(program.args(arguments).output()?)
}

/// Trains for some epochs, and gives what is printed.
fn train(dir: &TempDir, epochs: u32) -> Result<String, Box<dyn Error>> {
    let output = digits(dir, &["--epochs", &epochs.to_string()])?;
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(String::from_utf8(output.stdout)?)
}

/// Runs what cannot succeed, and gives the message.
fn failure(dir: &TempDir, arguments: &[&str]) -> Result<String, Box<dyn Error>> {
    let output = digits(dir, arguments)?;
    let message = String::from_utf8(output.stderr)?;
    assert_eq!(output.status.code(), Some(1), "{message}");
    assert!(
        message.starts_with("error: ") && message.contains("hint: "),
        "{message}"
    );
    Ok(message)
}

fn config(dir: &TempDir, from: &str, to: &str) -> Result<(), Box<dyn Error>> {
    let text = include_str!("../digits.json");
    assert!(text.contains(from));
    Ok(fs::write(
        dir.path().join("config.json"),
        text.replace(from, to),
    )?)
}

/// The models of the configuration, in its order: the MLP and the CNN.
fn runs(dir: &TempDir) -> Result<Vec<Aggregate>, Box<dyn Error>> {
    let store = format!("sqlite:{}", dir.path().join("digits-tch.db").display());
    Ok(Tracker::open(&store)?
        .experiment("Digits")?
        .aggregates()
        .list()?)
}

fn epochs(run: &Aggregate) -> Result<Vec<u64>, Box<dyn Error>> {
    let epochs = |name, phase| {
        run.metrics()
            .history(name, phase)
            .map(|it| it.epochs().to_vec())
    };
    let tests = epochs("accuracy", "test")?;
    assert_eq!(epochs("loss", "train")?, tests);
    Ok(tests)
}

/// The latest checkpoint of each model, in the order of the configuration.
fn weights(dir: &TempDir) -> Result<Vec<Vec<u8>>, Box<dyn Error>> {
    let weights = |run: &Aggregate| {
        let latest = run.latest_checkpoint()?.ok_or("no checkpoint")?;
        Ok(latest.read()?)
    };
    runs(dir)?.iter().map(weights).collect()
}

#[test]
fn the_documented_example_gives_the_documented_answers() -> TestResult {
    let output = Command::new(env!("CARGO_BIN_EXE_torchsystem")).output()?;
    let signature = "(input_size: i64, hidden_size: i64, output_size: i64, dropout: f64, activation: Activation): [1, 10]";
    let expected = [
        "af51a51a38f7ad81f9523360fafe7068",
        r#"{"input_size": 784, "hidden_size": 256, "output_size": 10, "dropout": 0.5, "activation": "ReLU"}"#,
        "{}",
        r#"{"lr": 0.001}"#,
        r#"["GLU", "MLP"]"#,
        &format!("GLU{signature}"),
        &format!("MLP{signature}"),
    ];
    let printed = String::from_utf8(output.stdout)?;
    assert_eq!(printed.lines().collect::<Vec<_>>(), expected);
    Ok(())
}

#[test]
fn learns_and_builds_the_best_model_again() -> TestResult {
    let dir = tempdir()?;
    let printed = train(&dir, 20)?;
    let runs = runs(&dir)?;
    let mut accuracies = Vec::new();
    for run in &runs {
        assert!(printed.contains(run.id()), "{printed}");
        run.verify()?;
        let summary = run
            .metrics()
            .summary("accuracy", "test")?
            .ok_or("no accuracy")?;
        accuracies.push(summary.last.value.number().ok_or("no number")?);
    }
    let [mlp, cnn] = accuracies[..] else {
        panic!("{accuracies:?}")
    };
    assert!(mlp >= 0.93 && cnn >= 0.97, "{accuracies:?}");
    let best = &runs[usize::from(cnn > mlp)];
    assert!(
        printed.contains(&format!("best: {} after 20 epochs", best.id())),
        "{printed}"
    );
    let again = format!(
        "test accuracy {}, the recorded one to the last bit",
        mlp.max(cnn)
    );
    assert!(printed.contains(&again), "{printed}");
    Ok(())
}

#[test]
fn the_same_seed_gives_the_same_model() -> TestResult {
    let (first, second) = (tempdir()?, tempdir()?);
    assert_eq!(train(&first, 2)?, train(&second, 2)?);
    assert_eq!(weights(&first)?.len(), 2);
    assert!(weights(&first)? == weights(&second)?);
    Ok(())
}

#[test]
fn goes_on_where_it_stopped() -> TestResult {
    let dir = tempdir()?;
    train(&dir, 1)?;
    let printed = train(&dir, 2)?;
    assert_eq!(
        printed.matches("trained for 1 epochs").count(),
        2,
        "{printed}"
    );
    for run in runs(&dir)? {
        assert_eq!((run.epoch(), epochs(&run)?), (3, vec![0, 1, 2]));
        let best = run.metrics().best("accuracy", "test")?;
        let best = best.ok_or("no accuracy")?.1.epoch;
        let checkpoints = run.checkpoints()?;
        let kept: BTreeSet<u64> = checkpoints.iter().map(Checkpoint::epoch).collect();
        assert_eq!(kept, BTreeSet::from([best, 2]), "the best and the last");
        for checkpoint in checkpoints {
            let name = format!("checkpoints/Sequential-{}.safetensors", &run.id()[..8]);
            assert_eq!(checkpoint.artifact().name(), name);
        }
        let attempts = run.attempts()?;
        let is_finished = |it: &AttemptRecord| it.state.outcome == Outcome::Finished;
        assert!(attempts.len() == 2 && attempts.iter().all(is_finished));
    }
    Ok(())
}

#[test]
fn recovers_from_a_kill_at_any_place() -> TestResult {
    let dir = tempdir()?;
    train(&dir, 1)?;
    for run in runs(&dir)? {
        // The weights were kept, the epoch was not yet counted.
        run.set_epoch(0)?;
        // The scores of the next one were in the store, its weights were not yet kept.
        for (name, phase) in [("loss", "train"), ("accuracy", "test")] {
            let point = Metric::new(name, 0.5).phase(phase).epoch(1);
            run.metrics().add(point)?;
        }
    }
    train(&dir, 1)?;
    for run in runs(&dir)? {
        assert_eq!((run.epoch(), epochs(&run)?), (2, vec![0, 1]));
    }
    Ok(())
}

#[test]
fn weights_of_another_model_are_refused_by_name() -> TestResult {
    let dir = tempdir()?;
    train(&dir, 1)?;
    let (runs, weights) = (runs(&dir)?, weights(&dir)?);
    let changed = runs[0]
        .checkpoint(0)?
        .put_bytes("safetensors", &weights[1])?;
    let message = failure(&dir, &[])?;
    assert!(
        message.contains("\n  1.input_layer.weight: missing from the file\n"),
        "{message}"
    );
    assert!(
        message.contains("\n  0.weight: not in the model\n"),
        "{message}"
    );
    assert!(message.contains(changed.artifact().name()), "{message}");

    let hash = &changed.record().hash;
    let folder = dir.path().join("digits-tch.db.artifacts");
    fs::remove_file(folder.join(&hash[..2]).join(&hash[2..4]).join(hash))?;
    assert!(failure(&dir, &[])?.contains("hint: copy it there from where the artifacts were"));
    let name = changed.artifact().name();
    runs[0].artifacts().remove(name, Some(0))?;
    assert!(failure(&dir, &[])?.contains("are at epoch 0"));
    Ok(())
}

#[test]
fn weights_that_were_changed_are_noticed() -> TestResult {
    let (dir, other) = (tempdir()?, tempdir()?);
    train(&dir, 3)?;
    train(&other, 1)?;
    for (run, weights) in runs(&dir)?.iter().zip(weights(&other)?) {
        run.checkpoint(2)?.put_bytes("safetensors", weights)?;
    }
    let message = failure(&dir, &["--epochs", "0"])?;
    assert!(message.contains("had a test accuracy of"), "{message}");
    Ok(())
}

#[test]
fn a_run_that_is_trained_already_is_refused() -> TestResult {
    let dir = tempdir()?;
    train(&dir, 1)?;
    let runs = runs(&dir)?;
    let attempt = runs[1].attempt()?;
    let message = failure(&dir, &[])?;
    assert!(message.contains("another process trains"), "{message}");
    assert_eq!(
        epochs(&runs[0])?,
        [0],
        "found before the first model is trained"
    );
    attempt.finish()?;
    train(&dir, 1)?;
    Ok(())
}

#[test]
fn training_that_diverges_is_a_failed_attempt() -> TestResult {
    let dir = tempdir()?;
    config(&dir, "\"lr\": 0.002", "\"lr\": 1e30")?;
    let message = failure(&dir, &["--config", "config.json"])?;
    let run = &runs(&dir)?[0];
    let reason = message["error: ".len()..].trim_end().to_owned();
    assert!(reason.contains("not finite"), "{message}");
    assert_eq!(run.attempts()?[0].state.outcome, Outcome::Failed { reason });
    assert!(epochs(run)?.is_empty() && run.checkpoints()?.is_empty());
    Ok(())
}

#[test]
fn what_does_not_fit_is_named_before_anything_is_recorded() -> TestResult {
    let dir = tempdir()?;
    for (from, to, part) in [
        ("\"Conv2d\"", "\"Conv2D\"", "hint: did you mean `Conv2d`?"),
        ("\"Adam\"", "\"Adan\"", "hint: did you mean `Adam`?"),
        (
            "\"hidden_size\"",
            "\"hiden_size\"",
            "hint: did you mean `hidden_size`?",
        ),
        ("\"Digits\"", "\"Digit\"", "hint: did you mean `Digits`?"),
        ("\"seed\"", "\"sed\"", "`sed`"),
        (
            "\"input_size\": 64",
            "\"input_size\": 63",
            "`Linear` at `layers[1]`: expected 63 features in the last dimension, found 64",
        ),
        (
            "\"in_features\": 128",
            "\"in_features\": 127",
            "`Linear` at `layers[10]`: expected 127 features in the last dimension, found 128",
        ),
        ("\"CrossEntropyLoss\"", "\"MSELoss\"", "`MSELoss`: "),
    ] {
        config(&dir, from, to)?;
        let message = failure(&dir, &["--config", "config.json"])?;
        assert!(message.contains(part), "{message}");
    }
    assert!(failure(&dir, &["--config", "nowhere.json"])?.contains("`nowhere.json`"));
    assert!(failure(&dir, &["--epochs", "0"])?.contains("has no trained model"));
    assert!(runs(&dir)?.is_empty());
    assert!(!dir.path().join("digits-tch.db.artifacts").exists());
    Ok(())
}

/// IDX files of 40 images, each a row of white at the height of its label.
fn mnist(folder: &TempDir) -> TestResult {
    for part in ["train", "t10k"] {
        let (mut images, mut labels) = (Vec::new(), Vec::new());
        for word in [0x0803u32, 40, 28, 28] {
            images.extend(word.to_be_bytes());
        }
        for word in [0x0801u32, 40] {
            labels.extend(word.to_be_bytes());
        }
        for index in 0..40u8 {
            let label = index % 10;
            images.extend((0..28 * 28).map(|pixel| u8::from(pixel / 56 == i32::from(label)) * 255));
            labels.push(label);
        }
        fs::write(
            folder.path().join(format!("{part}-images-idx3-ubyte")),
            images,
        )?;
        fs::write(
            folder.path().join(format!("{part}-labels-idx1-ubyte")),
            labels,
        )?;
    }
    Ok(())
}

#[test]
fn trains_on_files_of_mnist() -> TestResult {
    let (dir, folder) = (tempdir()?, tempdir()?);
    let path = folder.path().to_str().ok_or("no text")?;
    let message = failure(&dir, &["--mnist", path])?;
    assert!(message.contains("train-images-idx3-ubyte`"), "{message}");

    mnist(&folder)?;
    let output = digits(&dir, &["--mnist", path, "--epochs", "15"])?;
    let printed = String::from_utf8(output.stdout)?;
    assert!(output.status.success() && printed.contains("the recorded one to the last bit"));
    let store = format!("sqlite:{}", dir.path().join("digits-tch.db").display());
    let runs = Tracker::open(&store)?
        .experiment("MNIST")?
        .aggregates()
        .list()?;
    assert_eq!(runs.len(), 2);
    for run in runs {
        let summary = run.metrics().summary("accuracy", "test")?;
        let accuracy = summary.and_then(|summary| summary.max);
        assert!(accuracy >= Some(0.9), "{accuracy:?}: {printed}");
    }
    Ok(())
}
