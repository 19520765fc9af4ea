//! The program with Entia is the one without, and a few lines.

use entia::prelude::*;
use entia::tracker::Status;
use std::process::Command;

const PLAIN: &str = include_str!("../src/bin/plain.rs");
const TRACKED: &str = include_str!("../src/bin/tracked.rs");

fn added() -> Vec<&'static str> {
    TRACKED
        .lines()
        .filter(|line| line.contains("// Entia"))
        .collect()
}

#[test]
fn the_marked_lines_are_all_that_was_added() {
    let others = TRACKED
        .lines()
        .filter(|line| !line.contains("// Entia"))
        .skip(1);
    assert!(others.eq(PLAIN.lines().skip(1)));
    assert!(added().len() <= 10);
}

#[test]
fn the_documentation_shows_the_marked_lines() {
    let readme = include_str!("../../../engines/candle/README.md");
    let shown: Vec<_> = readme
        .lines()
        .filter_map(|line| line.strip_prefix('+'))
        .collect();
    let added: Vec<_> = added()
        .iter()
        .map(|line| line.trim_end_matches(" // Entia"))
        .collect();
    assert_eq!(shown, added);
}

#[test]
fn a_run_has_its_losses_and_its_weights() -> Result<(), Box<dyn std::error::Error>> {
    let folder = tempfile::tempdir()?;
    let done = Command::new(env!("CARGO_BIN_EXE_tracked"))
        .current_dir(&folder)
        .output()?;
    assert!(
        done.status.success(),
        "{}",
        String::from_utf8_lossy(&done.stderr)
    );

    let tracker = Tracker::open(&format!(
        "sqlite:{}",
        folder.path().join("ring.db").display()
    ))?;
    let runs = tracker
        .experiment("ring")?
        .aggregates()
        .find(Query::new())?;
    let [run] = &runs[..] else {
        return Err("expected one run".into());
    };
    assert_eq!(run.status(), Status::Finished);
    assert_eq!(
        run.modules()?[0].arguments().to_string(),
        r#"{"hidden_size": 32}"#
    );
    let losses = run.metrics().list("loss", "train")?;
    let value = |at: usize| losses[at].value.number().unwrap_or(f64::NAN);
    assert_eq!(losses.len(), 50);
    assert!(value(49) < value(0) / 2.0);
    let saved = std::fs::metadata(folder.path().join("ring.safetensors"))?.len();
    assert_eq!(run.artifacts().get("weights")?.record().size, saved);
    Ok(())
}
