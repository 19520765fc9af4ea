//! What a shell offers.

use crate::support::{ADDRESS, FIRST, Fixture, SECOND, THIRD};

/// What is offered for the last of these words, in the way of bash.
fn offered(fixture: &Fixture, words: &[&str]) -> Vec<String> {
    let mut command = fixture.command(&["--", "entia"]);
    command
        .args(words)
        .env("COMPLETE", "bash")
        .env("_CLAP_IFS", "\n")
        .env("_CLAP_COMPLETE_INDEX", words.len().to_string());
    let output = command.output().unwrap();
    assert!(
        output.status.success() && output.stderr.is_empty(),
        "{output:?}"
    );
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines()
        .map(|line| line.trim_end().to_owned())
        .collect()
}

#[test]
fn every_shell_has_completions() {
    let fixture = Fixture::empty();
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = fixture.text(&["completions", shell]);
        assert!(
            script.contains("entia") && script.contains("COMPLETE"),
            "{shell}"
        );
        let mut command = fixture.command(&["--", "entia", ""]);
        command
            .env("COMPLETE", shell)
            .env("_CLAP_COMPLETE_INDEX", "1");
        let offered = String::from_utf8(command.output().unwrap().stdout).unwrap();
        for word in ["experiments", "doctor"] {
            assert!(offered.contains(word), "{shell}: {offered}");
        }
    }
    assert_eq!(fixture.run(&["completions", "csh"]).code, Some(2));
}

#[test]
fn runs_experiments_and_metrics_are_completed() {
    let fixture = Fixture::with_lives();
    assert_eq!(offered(&fixture, &["show", "a1b2c"]), [FIRST]);
    assert_eq!(offered(&fixture, &["compare", FIRST, "a1b2f"]), [SECOND]);
    assert_eq!(offered(&fixture, &["remove", "first"]), ["first light"]);
    assert_eq!(offered(&fixture, &["export", "--run", "base"]), [THIRD]);
    assert_eq!(offered(&fixture, &["runs", "d"]), ["digits"]);
    assert_eq!(
        offered(&fixture, &["show", "--experiment", "l"]),
        ["letters"]
    );
    assert_eq!(offered(&fixture, &["metrics", FIRST, "lo"]), ["loss@train"]);
    assert_eq!(
        offered(&fixture, &["export", "--metric", "acc"]),
        ["accuracy@test"]
    );
}

#[test]
fn the_line_may_name_the_store() {
    let fixture = Fixture::new();
    let ask = |words: &[&str]| {
        let elsewhere = Fixture::empty();
        std::fs::copy(fixture.path("runs.db"), elsewhere.path("other.db")).unwrap();
        offered(&elsewhere, words)
    };
    assert_eq!(
        ask(&["--store", "sqlite:other.db", "runs", "d"]),
        ["digits"]
    );
    // Where there is no store, nothing is offered and nothing is wrong.
    assert!(ask(&["--store", ADDRESS, "runs", "d"]).is_empty());
}
