//! The names that MLflow takes, and those that it makes up.

use serde_json::Value;
use tracker_core::Uuid;

use super::refusal::invalid;
use crate::problem::Problem;

/// The longest name of a metric, a parameter or a tag, in characters.
const LONGEST: usize = 250;

/// Refuses a name of a metric, a parameter or a tag.
pub(super) fn check_key(key: &str, parameter: &str) -> Result<(), Problem> {
    let refuse = |why: &str| {
        let shown = Value::from(crate::problem::shown(key));
        invalid(format!(
            "Invalid value {shown} for parameter '{parameter}' supplied: {why}"
        ))
    };
    // Most are short and ASCII.
    let length = key.chars().count();
    if length > LONGEST {
        return Err(invalid(format!(
            "'{parameter}' exceeds the maximum length of {LONGEST} characters: it has {length}."
        )));
    }
    let of_name = |char: char| char.is_alphanumeric() || "_-. :/".contains(char);
    if !key.chars().all(of_name) {
        return Err(refuse(
            "Names may only contain alphanumerics, underscores (_), dashes (-), periods (.), spaces \
             ( ), colon(:) and slashes (/).",
        ));
    }
    if key.split('/').any(|part| matches!(part, "" | "." | "..")) {
        return Err(refuse(
            "Names may be treated as files in certain cases, and must not resolve to other names \
             when treated as such.",
        ));
    }
    Ok(())
}

/// A name for a run that was given none.
pub(super) fn made_up(run: Uuid) -> String {
    const LIKE: [&str; 24] = [
        "able", "bright", "calm", "clever", "curious", "eager", "fair", "gentle", "happy", "keen",
        "kind", "lively", "lucky", "merry", "nimble", "patient", "polite", "proud", "quick",
        "quiet", "rare", "swift", "upbeat", "wise",
    ];
    const WHAT: [&str; 24] = [
        "ant", "bear", "bee", "crane", "deer", "dove", "fox", "frog", "gnu", "goose", "hare",
        "hawk", "koi", "lark", "lynx", "mole", "moose", "mouse", "owl", "seal", "shrew", "swan",
        "toad", "wren",
    ];
    // What is random in it.
    let mut rest = run.as_u128() & 0xFFFF_FFFF_FFFF;
    let mut take = |count: usize| {
        let taken = rest % count as u128;
        rest /= count as u128;
        usize::try_from(taken).unwrap_or(0)
    };
    let (like, what, number) = (take(LIKE.len()), take(WHAT.len()), take(1_000));
    format!("{}-{}-{number}", LIKE[like], WHAT[what])
}

#[cfg(test)]
mod tests {
    use super::check_key;

    #[test]
    fn names_are_clean_paths() {
        let longest = "é".repeat(250);
        for key in [
            "loss",
            "train/loss",
            "a b:c-d_e.f",
            "größe",
            "損失",
            &longest,
        ] {
            assert!(check_key(key, "key").is_ok(), "{key}");
        }
        let too_long = "é".repeat(251);
        for key in [
            "a//b", "/a", "a/", "..", "a/../b", "./a", "a\nb", "a$", "", &too_long,
        ] {
            assert!(check_key(key, "key").is_err(), "{key}");
        }
    }
}
