//! Reads values from text: literals, times and durations.

use std::time::Duration;

use super::condition::{Comparison, Operand};
use super::field::{Field, Target};
use super::literal::Literal;
use super::scalar::{self, Scalar};
use super::text::{FIELDS, Parser, is_one_of, of_name, opens_name};
use crate::error::Result;
use crate::records::Status;

pub(super) const TEXTS: &str = "a text stands in quotes, as `\"MLP\"`; the other values are numbers, \
                                `true`, `false` and `null`";
const TIMES: &str = "write a date, as `2026-01-31`, a time, as `2026-01-31T12:00:00Z`, or how long \
                     ago, as `7d ago`";

const DURATIONS: &str = "write a number of seconds, or a duration, as `90s`, `1h30min` or `2d`";

/// Units of time in seconds; a month has 30 days, and a year 365.
const UNITS: [(&str, f64); 9] = [
    ("y", 365.0 * 86_400.0),
    ("mo", 30.0 * 86_400.0),
    ("w", 7.0 * 86_400.0),
    ("d", 86_400.0),
    ("h", 3_600.0),
    ("min", 60.0),
    ("m", 60.0),
    ("sec", 1.0),
    ("s", 1.0),
];

/// A number of seconds as a whole number of the largest unit.
pub(super) fn in_units(seconds: u64) -> (u64, &'static str) {
    let units = [(86_400, "d"), (3_600, "h"), (60, "min")].into_iter();
    let mut whole = units.filter(|(unit, _)| seconds != 0 && seconds.is_multiple_of(*unit));
    let (unit, name) = whole.next().unwrap_or((1, "s"));
    (seconds / unit, name)
}

/// The seconds of a text as `90s`, `1.5h` or `1h30min`.
fn seconds(text: &str) -> Option<f64> {
    let mut total = 0.0;
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.find(|char: char| !char.is_ascii_digit() && char != '.')?;
        let (number, behind) = rest.split_at(digits);
        let letters = behind.find(|char: char| !char.is_ascii_alphabetic());
        let (unit, behind) = behind.split_at(letters.unwrap_or(behind.len()));
        let known = UNITS.iter().find(|(known, _)| *known == unit)?;
        total += number.parse::<f64>().ok()? * known.1;
        rest = behind;
    }
    (!text.is_empty()).then_some(total)
}

impl Parser<'_> {
    /// What a field is compared with: a value; a field, which is more than a word; or the name of a
    /// component, as `(model)`.
    pub(super) fn operand(&mut self, field: &Field, comparison: Comparison) -> Result<Operand> {
        if self.take('(') {
            let other = self.field()?;
            if !self.take(')') {
                return Err(self.error("expected `)`", "close the parenthesis behind the field"));
            }
            return Ok(other.into());
        }
        if self.is_field_ahead() {
            return Ok(self.field()?.into());
        }
        let is_equality = matches!(comparison, Comparison::Eq | Comparison::Ne);
        if !is_equality && let Some(other) = self.short_operand() {
            return Ok(other.into());
        }
        Ok(self.literal(field, is_equality)?.into())
    }

    /// Whether a field stands ahead where a value may stand too.
    fn is_field_ahead(&mut self) -> bool {
        let start = self.at;
        let word = self.word();
        let (is_kind, is_field) = match self.peek() {
            Some('"' | '\'') => (self.quoted().is_ok(), false),
            Some(char) if opens_name(char) => {
                self.at += word.len();
                (true, is_one_of(word, &FIELDS))
            }
            _ => (false, false),
        };
        let is_path = is_kind && self.rest().starts_with('.');
        self.at = start;
        is_path || is_field
    }

    /// `(value, ...)`
    pub(super) fn values(&mut self, field: &Field) -> Result<Vec<Literal>> {
        const HINT: &str = "write the values in parentheses, with commas between them";
        if !self.take('(') {
            return Err(self.error("expected `(`", HINT));
        }
        let mut values = Vec::new();
        while !self.take(')') {
            if !values.is_empty() && !self.take(',') {
                return Err(self.error("expected `,` or `)`", HINT));
            }
            values.push(self.literal(field, true)?);
        }
        Ok(values)
    }

    /// A value that a field is compared with: equality with what the field never is would be a slip.
    pub(super) fn literal(&mut self, field: &Field, is_equality: bool) -> Result<Literal> {
        self.skip_space();
        let start = self.at;
        let refused = match field.target() {
            _ if field.is_time() => match self.time()? {
                Some(time) => return Ok(time),
                None => self.error("expected a time", TIMES),
            },
            Target::Duration => match self.span() {
                Some(seconds) => return Ok(seconds),
                None => match self.plain() {
                    Ok(literal) => return Ok(literal),
                    Err(_) => self.error("expected a duration", DURATIONS),
                },
            },
            Target::Status if is_equality => {
                let literal = self.plain();
                let literal = literal.or_else(|error| self.word_as_text(true).ok_or(error))?;
                let Scalar::Text(text) = literal.scalar() else {
                    self.at = start;
                    return Err(self.error("expected a status", Status::HINT));
                };
                match text.parse::<Status>() {
                    Ok(_) => return Ok(literal),
                    Err(said) => {
                        self.at = start;
                        let (problem, hint) = said.split_once("\nhint: ").unwrap_or((&said, ""));
                        self.error(problem, hint)
                    }
                }
            }
            _ => {
                return self
                    .plain()
                    .or_else(|error| self.word_as_text(is_equality).ok_or(error));
            }
        };
        Err(refused)
    }

    /// A number, a text in quotes, `true`, `false` or `null`.
    fn plain(&mut self) -> Result<Literal> {
        if let Some('"' | '\'') = self.peek() {
            return self.quoted().map(Literal::from);
        }
        let run = self.run(|char| of_name(char) || matches!(char, '.' | '+'));
        let word = |word| run.eq_ignore_ascii_case(word);
        let scalar = if word("null") {
            Some(Scalar::Null)
        } else if word("true") || word("false") {
            Some(Scalar::Bool(word("true")))
        } else {
            Scalar::number(run)
        };
        let Some(scalar) = scalar else {
            return Err(match run {
                "" => self.error("expected a value", TEXTS),
                run => {
                    let hint = format!("did you mean the text `\"{run}\"`? ({TEXTS})");
                    self.error("expected a value", hint)
                }
            });
        };
        self.at += run.len();
        Ok(scalar.into())
    }

    /// A text that lacks its quotes, which a short form may.
    fn word_as_text(&mut self, is_equality: bool) -> Option<Literal> {
        self.known.filter(|_| is_equality)?;
        let word = self.run(|char| of_name(char) || matches!(char, '.' | '+'));
        self.at += word.len();
        (!word.is_empty()).then(|| word.into())
    }

    /// A date or a time, in quotes or without, or how long ago; nothing, and nothing is read, where
    /// something else stands there.
    fn time(&mut self) -> Result<Option<Literal>> {
        let start = self.at;
        let text = if let Some('"' | '\'') = self.peek() {
            self.quoted()?
        } else {
            let run = self.run(|char| of_name(char) || matches!(char, '.' | '+' | ':'));
            self.at += run.len();
            run.to_owned()
        };
        if let Some(time) = scalar::time(&text) {
            return Ok(Some(time.into()));
        }
        let long = seconds(&text).and_then(|long| Duration::try_from_secs_f64(long).ok());
        if let Some(long) = long.filter(|_| self.take_word("ago")) {
            return Ok(Some(Literal::ago(long)));
        }
        self.at = start;
        Ok(None)
    }

    /// A duration in seconds where it has a unit.
    fn span(&mut self) -> Option<Literal> {
        let run = self.run(|char| char.is_ascii_alphanumeric() || char == '.');
        let seconds = seconds(run)?;
        self.at += run.len();
        #[expect(
            clippy::cast_possible_truncation,
            reason = "it is whole and within range"
        )]
        Some(if seconds.fract() == 0.0 && seconds < 1e15 {
            (seconds as i64).into()
        } else {
            seconds.into()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{in_units, seconds};

    #[test]
    fn durations_have_units() {
        for (text, value) in [
            ("90s", Some(90.0)),
            ("1.5h", Some(5_400.0)),
            ("1h30min", Some(5_400.0)),
            ("1h30m10sec", Some(5_410.0)),
            ("2w", Some(1_209_600.0)),
            ("3mo", Some(7_776_000.0)),
            ("1y", Some(31_536_000.0)),
            ("", None),
            ("90", None),
            ("h", None),
            ("1.2.3h", None),
            ("3 h", None),
            ("3x", None),
        ] {
            assert_eq!(seconds(text), value, "{text}");
        }
        assert_eq!(in_units(0), (0, "s"));
        assert_eq!(in_units(61), (61, "s"));
        assert_eq!(in_units(5_400), (90, "min"));
        assert_eq!(in_units(604_800), (7, "d"));
    }
}
