//! The characters of a query: words, names and quoted text.

use super::vocabulary::Vocabulary;
use crate::error::{Error, Result};

/// Words that need quotes to be a kind, because they mean something where a field may begin.
pub(super) const KEYWORDS: [&str; 14] = [
    "and", "or", "not", "exists", "in", "order", "by", "desc", "asc", "limit", "after", "true",
    "false", "null",
];
/// Words that begin a field which is no argument.
pub(super) const FIELDS: [&str; 14] = [
    "metric", "tag", "param", "hash", "notes", "id", "name", "epoch", "created", "updated",
    "ended", "archived", "status", "duration",
];

/// Words that begin a field elsewhere, as in other trackers, and the one that does here.
/// A kind of this name stands in quotes.
pub(super) const HABITS: [(&str, &str); 7] = [
    ("metrics", "metric"),
    ("summary", "metric"),
    ("params", "param"),
    ("config", "param"),
    ("tags", "tag"),
    ("attributes", ""),
    ("attribute", ""),
];

/// Whether a character may stand in a name without quotes.
pub(super) fn of_name(char: char) -> bool {
    char.is_alphanumeric() || matches!(char, '_' | '-' | '/')
}

/// Whether a field may begin with it without quotes; numbers may not.
pub(super) fn opens_name(char: char) -> bool {
    char.is_alphabetic() || char == '_'
}

/// Whether a word is one of these, in upper or lower case.
pub(super) fn is_one_of(word: &str, known: &[&str]) -> bool {
    known.iter().any(|known| word.eq_ignore_ascii_case(known))
}

/// The text, and how far it has been read.
pub(super) struct Parser<'t> {
    pub(super) text: &'t str,
    pub(super) at: usize,
    pub(super) depth: usize,
    /// What short forms are about, where they may stand in the text.
    pub(super) known: Option<&'t Vocabulary>,
}

impl<'t> Parser<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self {
            text,
            at: 0,
            depth: 0,
            known: None,
        }
    }
}

/// Reading goes forward only; `at` is the byte behind what was read.
impl<'t> Parser<'t> {
    pub(super) fn skip_space(&mut self) {
        self.at = self.text.len() - self.rest().trim_start().len();
    }

    pub(super) fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    /// The next character that is no space.
    pub(super) fn peek(&mut self) -> Option<char> {
        self.skip_space();
        self.rest().chars().next()
    }

    /// The characters ahead that all are of one sort.
    pub(super) fn run(&self, of_sort: impl Fn(char) -> bool) -> &'t str {
        let rest = self.rest();
        &rest[..rest.find(|char| !of_sort(char)).unwrap_or(rest.len())]
    }

    /// The word ahead, if any.
    pub(super) fn word(&mut self) -> &'t str {
        self.skip_space();
        self.run(of_name)
    }

    /// Takes the word ahead where it is this one, in upper or lower case.
    pub(super) fn take_word(&mut self, word: &str) -> bool {
        let found = self.word();
        let same = found.eq_ignore_ascii_case(word);
        if same {
            self.at += found.len();
        }
        same
    }

    /// Takes the character ahead where it is this one.
    pub(super) fn take(&mut self, char: char) -> bool {
        let same = self.peek() == Some(char);
        if same {
            self.at += char.len_utf8();
        }
        same
    }

    /// A name, in quotes or without.
    pub(super) fn name(&mut self, what: &str) -> Result<String> {
        if let Some('"' | '\'') = self.peek() {
            return self.quoted();
        }
        let name = self.word();
        if name.is_empty() {
            let hint = "a name has letters, digits, `_`, `-` and `/`; any other stands in quotes";
            return Err(self.error(&format!("expected {what}"), hint));
        }
        self.at += name.len();
        Ok(name.to_owned())
    }

    /// The text in the quotes ahead.
    pub(super) fn quoted(&mut self) -> Result<String> {
        let mut text = String::new();
        let mut chars = self.rest().char_indices();
        let quote = chars.next().map(|(_, quote)| quote);
        while let Some((at, char)) = chars.next() {
            if Some(char) == quote {
                self.at += at + char.len_utf8();
                return Ok(text);
            }
            if char != '\\' {
                text.push(char);
                continue;
            }
            text.push(match chars.next().map(|(_, escaped)| escaped) {
                Some('n') => '\n',
                Some('r') => '\r',
                Some('t') => '\t',
                Some(same @ ('"' | '\'' | '\\')) => same,
                _ => {
                    self.at += at;
                    let hint = "a backslash is written `\\\\`; the others are `\\\"`, `\\'`, `\\n`, \
                                `\\r` and `\\t`";
                    return Err(self.error("unknown escape", hint));
                }
            });
        }
        let hint = "end the text with the quote that it began with";
        Err(self.error("the quote is not closed", hint))
    }

    /// A refusal that points at the character ahead.
    pub(super) fn error(&self, problem: &str, hint: impl Into<String>) -> Error {
        Error::Query {
            query: self.text.to_owned(),
            column: self.text[..self.at].chars().count(),
            problem: problem.to_owned(),
            hint: hint.into(),
        }
    }

    /// As [`error`](Self::error), with the one of the candidates that the word ahead may mean.
    pub(super) fn error_near<'c>(
        &mut self,
        problem: &str,
        candidates: impl IntoIterator<Item = &'c str>,
        hint: &str,
    ) -> Error {
        let word = self.word();
        let near = registry_core::nearest(word, candidates).filter(|_| !word.is_empty());
        let hint = match near {
            Some(near) => format!("did you mean `{near}`? ({hint})"),
            None => hint.to_owned(),
        };
        self.error(problem, hint)
    }
}
