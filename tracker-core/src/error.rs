//! What can go wrong.

use std::path::PathBuf;
use std::sync::Arc;

use registry_core::ArgumentError;
use unicode_width::UnicodeWidthStr;

use crate::verify::Disagreement;

/// The result of everything that reaches a store.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why something could not be stored or read.
///
/// The text names the thing and the place; a second line, which begins with `hint:`, says the
/// remedy.
///
/// # Examples
///
/// ```
/// use tracker_core::Tracker;
///
/// let error = Tracker::open("sqllite:runs.db").unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "`sqllite:runs.db` names no store: there is no scheme `sqllite`\n\
///      hint: did you mean `sqlite`? The schemes are `sqlite:FILE`, `json:FILE` and `memory:`"
/// );
/// ```
#[derive(Clone, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The text given to [`Tracker::open`](crate::Tracker::open) is not the address of a store.
    #[error("`{address}` names no store: {problem}\nhint: {hint}")]
    Address {
        /// The text as given.
        address: String,
        /// What is wrong with it.
        problem: String,
        /// What to write instead.
        hint: String,
    },

    /// A store that must be a file is a folder.
    #[error(
        "`{}` is a folder, not a store\nhint: name a file in it, as `{}`",
        path.display(), path.join("runs.db").display()
    )]
    Folder {
        /// The folder.
        path: PathBuf,
    },

    /// The folder that the file should stand in does not exist.
    #[error(
        "`{}` cannot be made: the folder `{}` does not exist\nhint: create the folder first",
        path.display(), folder.display()
    )]
    NoFolder {
        /// The file.
        path: PathBuf,
        /// The folder that is missing.
        folder: PathBuf,
    },

    /// There is no store to read.
    #[error(
        "there is no store at `{}`\nhint: see that the path is right; a program creates the store \
         when it opens a tracker",
        path.display()
    )]
    NoStore {
        /// The file that does not exist.
        path: PathBuf,
    },

    /// The file or its folder may not be written.
    #[error(
        "`{}` cannot be written\nhint: give this user the right to write the file and its folder, \
         or copy the file to a folder that may be written",
        path.display()
    )]
    ReadOnly {
        /// The file.
        path: PathBuf,
    },

    /// The file is no database of this tracker; it was left as it is.
    #[error(
        "`{}` is not a tracker's database: {problem}\nhint: the file was left as it is; give the \
         path of another file",
        path.display()
    )]
    NotAStore {
        /// The file.
        path: PathBuf,
        /// How this shows.
        problem: String,
    },

    /// The file was written by a newer version; it was left as it is.
    #[error(
        "`{}` has version {found} of the tables, and this version reads up to {known}\nhint: \
         update the `tracker-core` package, or give the path of another file",
        path.display()
    )]
    TooNew {
        /// The file.
        path: PathBuf,
        /// The version of the file.
        found: i64,
        /// The newest version that is known here.
        known: i64,
    },

    /// Another process kept the store to itself for too long.
    #[error(
        "`{place}` stayed locked by another process\nhint: end the process that holds it, or try \
         again"
    )]
    Busy {
        /// The store.
        place: String,
    },

    /// Something without a name.
    #[error("{place} needs a {what} that is not empty\nhint: give it at least one character")]
    EmptyName {
        /// What is empty.
        what: &'static str,
        /// Where it was given.
        place: String,
    },

    /// An epoch or a step that no store can hold.
    #[error(
        "{place} has the {what} {value}\nhint: the largest {what} is {}",
        i64::MAX
    )]
    TooLarge {
        /// An epoch or a step.
        what: &'static str,
        /// Its value.
        value: u64,
        /// What it was given for.
        place: String,
    },

    /// The arguments of an entity cannot be written; nothing was stored.
    #[error("the {kind} `{name}` cannot be stored: {}", with_hint(problem))]
    Unwritable {
        /// What the entity was given as.
        kind: String,
        /// Its name.
        name: String,
        /// Where in the arguments, and why.
        problem: ArgumentError,
    },

    /// An entity whose hash is not valid; nothing was stored.
    #[error(
        "the {kind} `{name}` cannot be stored: its hash is not valid\nhint: give it arguments \
         that can be written as JSON, or set a hash"
    )]
    NoIdentity {
        /// What the entity was given as.
        kind: String,
        /// Its name.
        name: String,
    },

    /// A JSON value that cannot be written, because it nests too deep; nothing was stored.
    #[error("{place} cannot be stored: {}", with_hint(problem))]
    Json {
        /// What the value was given for.
        place: String,
        /// Where in the value, and why.
        problem: ArgumentError,
    },

    /// What was asked for is not in the store.
    #[error("{place} has no {what} `{name}`\nhint: {hint}")]
    Missing {
        /// What was asked for.
        what: &'static str,
        /// The name that was asked for.
        name: String,
        /// Where it was sought.
        place: String,
        /// What there is, or what to do.
        hint: String,
    },

    /// Records of an aggregate no longer agree with the program; each is named on a line of its own.
    #[error(
        "the aggregate `{aggregate}` has records that no longer agree:{}\nhint: {}",
        lines(disagreements),
        agreeing(disagreements)
    )]
    Disagrees {
        /// The id of the aggregate.
        aggregate: String,
        /// What does not agree; never empty.
        disagreements: Vec<Disagreement>,
    },

    /// What was read back from a copy is not what was written.
    #[error(
        "{place} was not copied: {problem}\nhint: run the import again; if it stays, let \
         `conformance::run` check the store that it goes into"
    )]
    NotCopied {
        /// What was copied.
        place: String,
        /// How this shows.
        problem: String,
    },

    /// Another experiment or aggregate has the name already.
    #[error("there is an {what} `{name}` already\nhint: {hint}")]
    Taken {
        /// What has the name: an experiment or an aggregate.
        what: &'static str,
        /// The name.
        name: String,
        /// What to do.
        hint: String,
    },

    /// The text of a query cannot be read, or its cursor belongs to another query.
    #[error("cannot read the query: {problem}\n{}\nhint: {hint}", pointed_at(query, *column))]
    Query {
        /// The text.
        query: String,
        /// Where in the text, in characters from 0.
        column: usize,
        /// What is wrong there.
        problem: String,
        /// What to write instead.
        hint: String,
    },

    /// Something in the store cannot be read.
    #[error(
        "`{place}` is damaged: {problem}\nhint: restore it from a copy; something else than the \
         tracker has written to it"
    )]
    Damaged {
        /// The store.
        place: String,
        /// What was found.
        problem: String,
    },

    /// The store failed at something else.
    #[error("cannot {action} in `{place}`: {cause}\nhint: {hint}")]
    Store {
        /// What was to be done, as `add metrics`.
        action: String,
        /// The store.
        place: String,
        /// What the store says.
        cause: Arc<dyn std::error::Error + Send + Sync>,
        /// What may help.
        hint: String,
    },
}

// What `main` returns is shown by `Debug`, and a person should read the same there.
impl std::fmt::Debug for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(self, f)
    }
}

/// An argument error says a hint only where it knows one; the reader needs one always.
fn with_hint(problem: &ArgumentError) -> String {
    match problem.hint() {
        Some(_) => problem.to_string(),
        None => format!("{problem}\nhint: exclude the argument, or give it a type JSON can hold"),
    }
}

/// The text on one line, and a caret below the character at `column`. Of a long text the part
/// around the character is shown.
fn pointed_at(text: &str, column: usize) -> String {
    const WIDTH: usize = 100;
    let start = (column + WIDTH / 4).saturating_sub(WIDTH);
    let part = text.chars().skip(start).take(WIDTH);
    let line: String = part
        .map(|char| if is_visible(char) { char } else { ' ' })
        .collect();
    // A character may take two columns of a terminal, or none.
    let before: String = line.chars().take(column - start).collect();
    format!("  {}\n  {}^", line.trim_end(), " ".repeat(before.width()))
}

/// Whether a terminal shows the character, and does not take it for a command: a control character,
/// or one that turns the direction of the text around.
fn is_visible(char: char) -> bool {
    !char.is_control() && !matches!(char, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn lines(disagreements: &[Disagreement]) -> String {
    let lines = disagreements.iter().map(|found| format!("\n  {found}"));
    lines.collect()
}

/// What to do about records that do not agree.
fn agreeing(disagreements: &[Disagreement]) -> &'static str {
    let is_damage = |found: &Disagreement| found.differences.iter().any(|it| it.path == "hash");
    if disagreements.iter().any(is_damage) {
        "a record whose hash is another was changed from outside; restore it from a copy"
    } else {
        "an added parameter with `skip_default` leaves old hashes as they are; or track the \
         components again, which gives them new ones"
    }
}

#[cfg(test)]
mod tests {
    use super::Error;

    #[test]
    fn the_caret_stands_below_the_character() {
        let error = |query: &str, column| {
            let error = Error::Query {
                query: query.to_owned(),
                column,
                problem: "expected a value".to_owned(),
                hint: "write one".to_owned(),
            };
            error.to_string()
        };
        assert_eq!(
            error("größe\n= ?", 8),
            "cannot read the query: expected a value\n  größe = ?\n          ^\nhint: write one"
        );
        assert!(error("数字 = ?", 5).contains("\n  数字 = ?\n         ^\n"));
        assert!(error("e\u{301} = ?", 5).contains("\n  e\u{301} = ?\n      ^\n"));
        assert!(error("a\u{202e}b ?", 4).contains("\n  a b ?\n      ^\n"));
        let long = format!("{}?{}", "x".repeat(500), "y".repeat(500));
        let text = error(&long, 500);
        let lines: Vec<&str> = text.lines().collect();
        let caret = lines[2].find('^').unwrap_or_default();
        assert_eq!(lines[1].chars().nth(caret), Some('?'), "{text}");
        assert!(lines.iter().all(|line| line.len() < 110), "{text}");
        assert!(error("", 0).contains("\n  \n  ^\n"));
    }

    #[test]
    fn every_hint_stands_on_the_second_line() {
        let path = std::path::PathBuf::from("runs.db");
        for error in [
            Error::Folder { path: path.clone() },
            Error::NoFolder {
                path: path.clone(),
                folder: "data".into(),
            },
            Error::ReadOnly { path: path.clone() },
            Error::TooNew {
                path,
                found: 9,
                known: 1,
            },
            Error::Busy {
                place: "runs.db".into(),
            },
            Error::experiment_taken("digits"),
            Error::EmptyName {
                what: "name",
                place: "a metric".into(),
            },
            Error::TooLarge {
                what: "epoch",
                value: u64::MAX,
                place: "a metric".into(),
            },
            Error::Unwritable {
                kind: "model".into(),
                name: "MLP".into(),
                problem: "{".parse::<registry_core::Value>().unwrap_err(),
            },
        ] {
            let text = error.to_string();
            let lines: Vec<&str> = text.lines().collect();
            assert_eq!(lines.len(), 2, "{text}");
            assert!(lines[1].starts_with("hint: "), "{text}");
        }
    }
}
