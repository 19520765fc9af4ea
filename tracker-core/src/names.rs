//! The rule for names: no store sees one that is empty, longer than 1,000 bytes, or has a control
//! character. Records that were made before, or by other programs, are read and copied as they are.

use crate::error::{Error, Result};

/// A name has so many bytes at most.
pub(crate) const LONGEST: usize = 1_000;

/// Refuses an experiment without a name.
pub(crate) fn check_name(name: &str) -> Result<()> {
    check("name", name, "an experiment")
}

/// Refuses an aggregate without an id.
pub(crate) fn check_id(id: &str) -> Result<()> {
    check("id", id, "an aggregate")
}

/// Refuses a tag without a name.
pub(crate) fn check_tag(tag: &str) -> Result<()> {
    check("name", tag, "a tag")
}

/// Refuses a name that is empty, or that breaks the rule.
#[inline]
pub(crate) fn check(what: &'static str, text: &str, place: &str) -> Result<()> {
    if text.is_empty() {
        return Err(Error::EmptyName {
            what,
            place: place.to_owned(),
        });
    }
    check_form(text, place)
}

/// Refuses a name that breaks the rule; it may be empty.
#[inline]
pub(crate) fn check_form(name: &str, place: &str) -> Result<()> {
    // Most names are short and ASCII, and each point has two.
    if name.len() <= LONGEST && name.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return Ok(());
    }
    let (problem, hint) = if name.len() > LONGEST {
        ("it is longer than 1,000 bytes", "choose a shorter name")
    } else if name.chars().any(char::is_control) {
        ("it has a control character", "leave the character out")
    } else {
        return Ok(());
    };
    Err(Error::Name {
        name: name.to_owned(),
        place: place.to_owned(),
        problem,
        hint,
    })
}

/// Refuses a name of an artifact that could not be the path of a file everywhere.
pub(crate) fn check_artifact(name: &str) -> Result<()> {
    const LONGEST: usize = 1_024;
    let refuse = |problem, hint| {
        Err(Error::Name {
            name: name.to_owned(),
            place: "an artifact".to_owned(),
            problem,
            hint,
        })
    };
    if name.is_empty() {
        return refuse("it is empty", "give it at least one character");
    }
    if name.len() > LONGEST {
        return refuse("it is longer than 1,024 bytes", "choose a shorter name");
    }
    if name.chars().any(char::is_control) {
        return refuse("it has a control character", "leave the character out");
    }
    if name.contains('\\') {
        return refuse("it has a backslash", "write `/` between the parts");
    }
    if name.starts_with('/') || name.ends_with('/') {
        return refuse(
            "it begins or ends with `/`",
            "write `/` between two parts only",
        );
    }
    if name.split('/').any(|part| matches!(part, "" | "." | "..")) {
        return refuse(
            "one of its parts is empty, `.` or `..`",
            "name each part between two `/`, as in `plots/loss.svg`",
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{check, check_artifact, check_form};
    use crate::error::ErrorKind;

    #[test]
    fn names_are_short_and_without_control_characters() {
        let longest = "é".repeat(500);
        for name in [
            "loss",
            "val/AR@100",
            " ",
            "größe",
            "損失",
            "\u{a0}",
            &longest,
        ] {
            assert!(check("name", name, "a metric").is_ok(), "{name}");
        }
        assert!(check("name", "", "a metric").is_err() && check_form("", "a phase").is_ok());
        let too_long = "x".repeat(1_001);
        for name in ["a\0", "a\n", "\u{7f}", "a\u{85}b", "\u{1b}[2J", &too_long] {
            let error = check("name", name, "a metric").unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Invalid, "{name}");
            let text = error.to_string();
            assert!(text.starts_with("a metric cannot be named "), "{text}");
            assert_eq!(text.lines().count(), 2, "{text}");
        }
    }

    #[test]
    fn names_of_artifacts_are_paths_that_lead_nowhere_else() {
        let longest = "x".repeat(1_024);
        for name in [
            "weights",
            "plots/loss.svg",
            "a b/größe.txt",
            "...",
            ".hidden",
            &longest,
        ] {
            assert!(check_artifact(name).is_ok(), "{name}");
        }
        let too_long = "é".repeat(600);
        for name in [
            "", "/", "/a", "a/", "a//b", ".", "..", "../a", "a/..", "a/./b", "a\\b", "a\0b",
            "a\nb", "\u{7f}", &too_long,
        ] {
            let error = check_artifact(name).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Invalid, "{name}");
            assert_eq!(error.to_string().lines().count(), 2, "{error}");
        }
    }
}
