//! The words of short forms: names, texts and values as they are typed.

use super::field::{Field, Target};
use super::literal::Literal;
use super::text::{Parser, is_one_of};
use crate::error::Result;

/// Whether a character may stand in a word that is a name without quotes.
fn of_token(char: char) -> bool {
    !char.is_whitespace() && !"()[]\"'=!<>~:,.&|".contains(char)
}

/// What ends a word of a short form.
fn ends_word(char: char) -> bool {
    char.is_whitespace() || matches!(char, '(' | ')' | '"' | '\'' | ',')
}

impl Parser<'_> {
    /// Whether a condition follows without an `and`.
    pub(super) fn is_joined_tacitly(&mut self) -> bool {
        const ENDS: [&str; 5] = ["and", "or", "order", "limit", "after"];
        self.known.is_some()
            && !is_one_of(self.word(), &ENDS)
            && self.peek().is_some_and(|char| !")&|,".contains(char))
    }

    /// What may be a field: words with dots between them, a phase in brackets, or names in quotes.
    pub(super) fn token(&mut self) -> Result<String> {
        self.skip_space();
        let start = self.at;
        loop {
            if self.rest().starts_with(['"', '\'']) {
                self.quoted()?;
            } else {
                self.at += self.run(of_token).len();
            }
            let is_bracket = self.rest().starts_with('[');
            if is_bracket && let Some(end) = self.rest().find(']') {
                self.at += end + 1;
            }
            if !self.rest().starts_with('.') {
                break;
            }
            self.at += 1;
        }
        let is_mean = self.text[start..self.at].to_lowercase().ends_with(".mean");
        if is_mean
            && self.rest().starts_with('(')
            && let Some(end) = self.rest().find(')')
        {
            self.at += end + 1;
        }
        Ok(self.text[start..self.at].to_owned())
    }

    /// Whether something is asked of the field that stands before.
    pub(super) fn is_comparison_ahead(&mut self) -> bool {
        let start = self.at;
        let is_apart = self.rest().starts_with(char::is_whitespace);
        let ahead = match self.peek() {
            Some('=' | '!' | '<' | '>') => true,
            // Behind a space it may be the name that is sought next.
            Some('~') => {
                self.at += 1;
                !is_apart || matches!(self.peek(), Some('"' | '\''))
            }
            _ => {
                self.take_word("exists") || {
                    self.take_word("not");
                    self.take_word("in") && self.peek() == Some('(')
                }
            }
        };
        self.at = start;
        ahead
    }

    /// What stands behind a colon: a value, or else a text.
    pub(super) fn labelled_value(&mut self, field: &Field, hint: &str) -> Result<Literal> {
        let start = self.at;
        let is_strict =
            field.is_time() || matches!(field.target(), Target::Status | Target::Duration);
        if is_strict || self.rest().starts_with(['"', '\'']) {
            return self.literal(field, true);
        }
        match self.literal(field, true) {
            Ok(literal) if self.rest().is_empty() || self.rest().starts_with(ends_word) => {
                Ok(literal)
            }
            _ => {
                self.at = start;
                self.short_text(hint).map(Literal::from)
            }
        }
    }

    /// A text in quotes, or up to a space.
    pub(super) fn short_text(&mut self, what: &str) -> Result<String> {
        if self.rest().starts_with(['"', '\'']) {
            let start = self.at;
            let text = self.quoted()?;
            if text.is_empty() {
                self.at = start;
                return Err(self.error(&format!("expected {what}"), "write what is sought"));
            }
            return Ok(text);
        }
        let text = self.run(|char| !ends_word(char));
        let slip = text.starts_with(['=', '!', '<', '>', '&', '|', ':', '[', ']']);
        if text.is_empty() || slip {
            let hint = "a name stands before a comparison; a text with other characters stands in \
                        quotes";
            return Err(self.error(&format!("expected {what}"), hint));
        }
        self.at += text.len();
        Ok(text.to_owned())
    }
}
