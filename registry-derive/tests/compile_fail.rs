//! What the macros refuse, and what a user then reads.
//!
//! `ui/` has a folder for each kind of mistake. In its cases `//~` marks a line that is in error,
//! once for each error there.

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

type Outcome = Result<(), Box<dyn Error>>;

/// The compiler whose words stand in the `.stderr` files.
const RECORDED: &str = "rustc 1.95.";

/// What the macros say is the same with every compiler; what rustc itself says is not, and stands in
/// `types/` and `several/`.
#[test]
fn mistakes_are_told() -> Outcome {
    let cases = trybuild::TestCases::new();
    for folder in [
        "constructor",
        "derive",
        "names",
        "options",
        "parameters",
        "placement",
        "registry",
    ] {
        cases.compile_fail(format!("tests/ui/{folder}/*.rs"));
    }
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let version = Command::new(rustc).arg("--version").output()?.stdout;
    if String::from_utf8(version)?.starts_with(RECORDED) {
        cases.compile_fail("tests/ui/types/*.rs");
        cases.compile_fail("tests/ui/several/*.rs");
    }
    Ok(())
}

/// One mistake is one error, at the user's tokens, with a way to mend it.
#[test]
fn each_mistake_is_told_once_and_with_a_remedy() -> Outcome {
    let mut wrong = Vec::new();
    for case in cases()? {
        let errors = errors_in(&fs::read_to_string(case.with_extension("stderr"))?);
        let found = count(errors.iter().map(|error| error.line));
        let expected = marks_in(&fs::read_to_string(&case)?);
        if found != expected {
            wrong.push(format!(
                "{}: errors at {found:?}, marks at {expected:?} (line: how many)",
                case.display()
            ));
        }
        for error in errors
            .iter()
            .filter(|error| !error.is_of_rustc && !error.has_remedy)
        {
            wrong.push(format!("{}: no remedy: {}", case.display(), error.head));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    Ok(())
}

fn cases() -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let mut cases = Vec::new();
    for folder in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/ui"))? {
        for file in fs::read_dir(folder?.path())? {
            let path = file?.path();
            if path.extension().is_some_and(|extension| extension == "rs") {
                cases.push(path);
            }
        }
    }
    cases.sort();
    assert!(!cases.is_empty(), "no cases");
    Ok(cases)
}

/// Line to how many.
fn count(lines: impl Iterator<Item = usize>) -> BTreeMap<usize, usize> {
    let mut counts = BTreeMap::new();
    for line in lines {
        *counts.entry(line).or_default() += 1;
    }
    counts
}

fn marks_in(source: &str) -> BTreeMap<usize, usize> {
    count(
        source
            .lines()
            .enumerate()
            .flat_map(|(index, line)| line.matches("//~").map(move |_| index + 1)),
    )
}

struct Told {
    head: String,
    is_of_rustc: bool,
    line: usize,
    has_remedy: bool,
}

/// The errors in what the compiler printed; each is a paragraph.
fn errors_in(stderr: &str) -> Vec<Told> {
    let mut told: Vec<Told> = Vec::new();
    for line in stderr.lines() {
        if line.starts_with("error") {
            told.push(Told {
                head: line.to_owned(),
                is_of_rustc: line.starts_with("error["),
                line: 0,
                has_remedy: false,
            });
        }
        let Some(error) = told.last_mut() else {
            continue;
        };
        let remedies = ["hint:", "help:", "= note:"];
        error.has_remedy |= remedies.iter().any(|remedy| line.contains(remedy));
        let place = line.trim_start().strip_prefix("--> ");
        if let (0, Some(place)) = (error.line, place) {
            error.line = place
                .split(':')
                .nth(1)
                .and_then(|line| line.parse().ok())
                .unwrap_or(0);
        }
    }
    told
}
