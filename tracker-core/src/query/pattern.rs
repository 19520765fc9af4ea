//! Regular expressions.

use std::str::FromStr;

use regex::Regex;

use crate::error::{Error, Result};

/// A regular expression that is sought in a text, as `~` of a query has it: that of the crate
/// [`regex`](https://docs.rs/regex#syntax), where `(?i)` takes upper and lower case for one.
///
/// # Examples
///
/// ```
/// use tracker_core::query::Pattern;
///
/// let pattern: Pattern = "^(?i)mlp-[0-9]+$".parse()?;
/// assert!(pattern.is_in("MLP-3") && !pattern.is_in("MLP"));
/// assert_eq!(Pattern::of_text("a.b").as_str(), r"a\.b");
///
/// let error = "(mlp".parse::<Pattern>().unwrap_err();
/// assert!(error.to_string().contains("unclosed group"), "{error}");
/// # Ok::<(), tracker_core::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Pattern {
    /// With a backslash before each quote, so that it can stand between quotes.
    source: String,
    sought: Sought,
}

#[derive(Clone, Debug)]
enum Sought {
    Text(String),
    Regex(Regex),
}

/// Equal where they are written alike.
impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.source == other.source
    }
}

impl Eq for Pattern {}

impl Pattern {
    /// The pattern of just this text.
    pub fn of_text(text: impl Into<String>) -> Self {
        let text = text.into();
        Self {
            source: between_quotes(&regex::escape(&text)),
            sought: Sought::Text(text),
        }
    }

    /// The regular expression; before a quote it has a backslash.
    pub fn as_str(&self) -> &str {
        &self.source
    }

    /// The text that it stands for, where it is just that of a text: a store may know a faster way
    /// to look for one.
    pub fn text(&self) -> Option<&str> {
        match &self.sought {
            Sought::Text(text) => Some(text),
            Sought::Regex(_) => None,
        }
    }

    /// Whether it is found in a text.
    pub fn is_in(&self, text: &str) -> bool {
        match &self.sought {
            Sought::Text(sought) => text.contains(sought),
            Sought::Regex(regex) => regex.is_match(text),
        }
    }
}

impl FromStr for Pattern {
    type Err = Error;

    /// # Errors
    ///
    /// [`Error::Query`] where it is no regular expression.
    fn from_str(source: &str) -> Result<Self> {
        let sought = match plain(source) {
            Some(text) => Sought::Text(text),
            None => Sought::Regex(Regex::new(source).map_err(|problem| Error::Query {
                query: source.to_owned(),
                column: 0,
                problem: "expected a regular expression".to_owned(),
                hint: hint(&problem),
            })?),
        };
        Ok(Self {
            source: between_quotes(source),
            sought,
        })
    }
}

/// The problem in one line, and what helps against most of them.
fn hint(problem: &regex::Error) -> String {
    let text = problem.to_string();
    let last = text.lines().last().unwrap_or_default();
    let last = last.strip_prefix("error: ").unwrap_or(last);
    format!("{last}; a character that stands for itself has a backslash, as `\\(` or `\\.`")
}

/// The text that a regular expression stands for, where it is just that of a text.
fn plain(source: &str) -> Option<String> {
    let mut text = String::new();
    let mut chars = source.chars();
    while let Some(char) = chars.next() {
        match char {
            '\\' => text.push(chars.next().filter(|char| stands_for_itself(*char))?),
            '.' | '+' | '*' | '?' | '(' | ')' | '[' | ']' | '{' | '}' | '^' | '$' | '|' => {
                return None;
            }
            char => text.push(char),
        }
    }
    Some(text)
}

/// Whether a character behind a backslash is just that character.
fn stands_for_itself(char: char) -> bool {
    // `\<` is the beginning of a word, and `\>` its end.
    char.is_ascii_punctuation() && !matches!(char, '<' | '>')
}

/// The same regular expression with a backslash before each quote.
fn between_quotes(source: &str) -> String {
    let mut text = String::with_capacity(source.len());
    let mut chars = source.chars();
    while let Some(char) = chars.next() {
        if char == '"' {
            text.push('\\');
        }
        text.push(char);
        if char == '\\' {
            text.extend(chars.next());
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::Pattern;

    #[test]
    fn a_text_is_not_searched_as_a_pattern() {
        for text in [
            "", "a.b", "\"", "\\", "x\\\"y", "(", "größe", "a\nb", "-#&~ /",
        ] {
            let pattern = Pattern::of_text(text);
            let again: Pattern = pattern.as_str().parse().unwrap();
            assert_eq!((&again, again.text()), (&pattern, Some(text)));
            assert!(pattern.is_in(&format!("<{text}>")));
        }
        let pattern: Pattern = "a.b".parse().unwrap();
        assert!(pattern.text().is_none() && pattern.is_in("axb"));
    }

    #[test]
    fn upper_and_lower_case_can_be_one() {
        let pattern: Pattern = r"(?i)^größe \d+\b".parse().unwrap();
        assert!(pattern.is_in("GRÖSSE 12".replace("SS", "ß").as_str()));
        assert!(!pattern.is_in("größe x"));
    }
}
