//! What is meant by texts that are no query: names without their quotes, and the words of other
//! trackers and languages.

use super::field::{Field, Statistic, Target};
use super::text::{HABITS, KEYWORDS, Parser, is_one_of, of_name, opens_name};
use crate::error::Error;

/// Comparisons elsewhere, and the one that is meant.
const SYMBOLS: [(&str, &str); 5] = [
    ("==", "="),
    ("<>", "!="),
    ("=<", "<="),
    ("=>", ">="),
    ("=~", "~"),
];

/// Words that compare elsewhere, and what is meant.
const WORDS: [(&str, &str); 7] = [
    ("is", "="),
    ("like", "~"),
    ("ilike", "~"),
    ("contains", "~"),
    ("matches", "~"),
    ("regexp", "~"),
    ("between", ">="),
];

const COMPARISONS: &str = "the comparisons are `=`, `!=`, `<`, `<=`, `>`, `>=`, `~`, \
                                      `!~`, `in`, `not in` and `exists`";

const PROBLEM: &str = "expected a comparison";

impl Parser<'_> {
    /// The text ahead up to the end of what may be one field whose names lack their quotes.
    fn field_ahead(&self) -> &str {
        let rest = self.rest();
        let end = rest.find([
            '=', '!', '<', '>', '~', ',', '(', ')', '"', '\'', '&', '|', '\n',
        ]);
        let mut end = end.unwrap_or(rest.len());
        let words = rest[..end].match_indices(' ');
        let ends = |at: &usize| {
            let word = rest[at + 1..].split(|char| !of_name(char)).next();
            word.is_some_and(|word| is_one_of(word, &KEYWORDS))
        };
        if let Some(word) = words.map(|(at, _)| at).find(ends) {
            end = word;
        }
        rest[..end].trim()
    }

    /// The word ahead where it is one of another tracker.
    pub(super) fn habit(&mut self) -> Option<Error> {
        let word = self.word();
        let found = HABITS
            .iter()
            .find(|(habit, _)| word.eq_ignore_ascii_case(habit));
        let (habit, here) = found?;
        let field = self.field_ahead();
        let behind = field[word.len()..].strip_prefix('.').unwrap_or("NAME");
        let write = match *here {
            "metric" => metric_meant(behind).map(|field| format!("`{field}`")),
            "param" if *habit == "config" => Some(format!(
                "`param.{behind}`, or `optimizer.{behind}` for an argument of a component"
            )),
            "" => Some(format!("`{behind}`")),
            here => Some(format!("`{here}.{behind}`")),
        };
        let write = write.unwrap_or_else(|| format!("`{here}.NAME.last`"));
        let hint = format!("write {write}; a kind of this name stands in quotes");
        Some(self.error(&format!("`{habit}` is no field"), hint))
    }

    /// An error in the metric that begins at `start`, with the metric that may be meant.
    pub(super) fn with_metric_meant(&mut self, error: Error, start: usize) -> Error {
        let at = std::mem::replace(&mut self.at, start);
        let written = self.field_ahead();
        let meant = written.strip_prefix('.').and_then(metric_meant);
        self.at = at;
        match (error, meant) {
            (
                Error::Query {
                    query,
                    column,
                    problem,
                    hint,
                },
                Some(meant),
            ) if !hint.starts_with("did you mean") => Error::Query {
                query,
                column,
                problem,
                hint: format!("did you mean `{meant}`? ({hint})"),
            },
            (error, _) => error,
        }
    }

    /// Where no comparison follows the field that began at `start`.
    pub(super) fn no_comparison(&mut self, start: usize, field: &Field) -> Error {
        let word = self.word();
        if let Some((_, meant)) = WORDS
            .iter()
            .find(|(known, _)| word.eq_ignore_ascii_case(known))
        {
            return self.error(PROBLEM, format!("write `{meant}`; {COMPARISONS}"));
        }
        if registry_core::nearest(word, ["exists"]).is_some_and(|_| !word.is_empty()) {
            return self.error_near(PROBLEM, ["exists"], COMPARISONS);
        }
        if let (Target::Component(kind) | Target::Argument { kind, .. }, next) =
            (&field.0, self.peek())
        {
            let meant = match next {
                Some('[') => registry_core::nearest(kind, ["metric"]),
                Some(char) if opens_name(char) => {
                    registry_core::nearest(kind, ["not", "order", "limit", "after"])
                }
                _ => None,
            };
            if let Some(meant) = meant {
                let hint = format!("did you mean `{meant}` where `{kind}` stands?");
                return self.error(PROBLEM, hint);
            }
        }
        match self.quoted_meant(start) {
            Some(meant) => {
                let hint = format!("did you mean `{meant}`? ({COMPARISONS})");
                self.error(PROBLEM, hint)
            }
            None => self.error(PROBLEM, COMPARISONS),
        }
    }

    /// The field from `start` on where its last name goes on behind what was read of it.
    fn quoted_meant(&self, start: usize) -> Option<Field> {
        let ahead = self.field_ahead();
        let read = self.text[start..self.at].trim_end();
        let (before, name) = read.rsplit_once('.')?;
        if ahead.is_empty() || name.ends_with(['"', '\'']) {
            return None;
        }
        let end = self.at + self.rest().find(ahead)? + ahead.len();
        let name = &self.text[start + before.len() + 1..end];
        format!("{before}.\"{name}\"").parse().ok()
    }

    /// A symbol that is no comparison here, behind the part of it that is one.
    pub(super) fn other_comparison(&mut self, symbol: &str) -> Error {
        let meant = SYMBOLS.iter().find(|(known, _)| *known == symbol);
        match meant {
            Some((_, meant)) => {
                let hint = format!("write `{meant}` for `{symbol}`; {COMPARISONS}");
                self.error(PROBLEM, hint)
            }
            None => self.error(PROBLEM, COMPARISONS),
        }
    }

    /// Where a condition does not go on as it may.
    pub(super) fn no_joint(&mut self, problem: &str, hint: &str) -> Error {
        match self.peek() {
            Some('&') => self.error("expected `and`", "write `and`"),
            Some('|') => self.error("expected `or`", "write `or`"),
            _ => self.error_near(problem, KEYWORDS, hint),
        }
    }
}

/// The part of a metric that is written as `val/AR@100[test].last`, without quotes; the last value
/// where no part is named.
fn metric_meant(written: &str) -> Option<Field> {
    let part = written.rsplit_once('.').and_then(|(series, part)| {
        let mut parts = Statistic::ALL
            .into_iter()
            .chain([("mean", Statistic::Mean(10))]);
        let (_, part) = parts.find(|(known, _)| part.eq_ignore_ascii_case(known))?;
        Some((series, part))
    });
    let (series, statistic) = part.unwrap_or((written, Statistic::Last));
    let (name, phase) = match series.strip_suffix(']') {
        Some(series) => series.rsplit_once('[')?,
        None => (series, ""),
    };
    if name.trim().is_empty() || name.contains(['[', ']']) {
        return None;
    }
    Some(Field(Target::Metric {
        name: name.trim().to_owned(),
        phase: phase.trim().to_owned(),
        statistic,
    }))
}
