//! Reads fields from text.

use super::field::{Field, Statistic, Target};
use super::text::{FIELDS, KEYWORDS, Parser, is_one_of, opens_name};
use crate::error::Result;

const STATISTICS: &str = "a metric is written `metric.NAME[PHASE].max`, with one of `first`, \
                          `last`, `min`, `max`, `best`, `best_epoch`, `best_step`, \
                          `count` and `mean(10)`";

/// The part of a metric that a text names.
pub(super) fn statistic(text: &str) -> Option<Statistic> {
    let text = text.to_ascii_lowercase();
    let last = text
        .strip_prefix("mean(")
        .and_then(|rest| rest.strip_suffix(')'));
    let mean = last
        .and_then(|last| last.parse().ok())
        .filter(|last| *last > 0);
    let mut named = Statistic::ALL
        .into_iter()
        .filter(|(known, _)| *known == text);
    mean.map(Statistic::Mean).or_else(|| Some(named.next()?.1))
}

impl Parser<'_> {
    /// `metric.NAME[PHASE].max`, `tag.NAME`, `KIND.path`, `KIND`
    pub(super) fn field(&mut self) -> Result<Field> {
        let quoted = matches!(self.peek(), Some('"' | '\''));
        let word = self.word();
        if !quoted && (!word.starts_with(opens_name) || is_one_of(word, &KEYWORDS)) {
            let hint = "a field is `metric.NAME.max`, `KIND.ARGUMENT`, `KIND`, `param.NAME`, \
                        `tag.NAME`, `hash.KIND`, `name`, `notes`, `id`, `epoch`, `created`, \
                        `updated`, `ended`, `status`, `duration` or `archived`";
            return Err(self.error("expected a field", hint));
        }
        if let Some(habit) = self.habit().filter(|_| !quoted) {
            return Err(habit);
        }
        let first = self.name("a field")?;
        let special = FIELDS
            .into_iter()
            .find(|known| first.eq_ignore_ascii_case(known));
        Ok(Field(match special.filter(|_| !quoted) {
            Some("metric") => self.metric()?,
            Some("tag") => Target::Tag(self.after_dot("the name of a tag")?),
            Some("hash") => Target::Hash(self.after_dot("the kind of a module")?),
            Some("param") => {
                let mut path = vec![self.after_dot("the name of a parameter")?];
                path.append(&mut self.path("the name of a member")?);
                Target::Param(path)
            }
            Some("notes") => Target::Notes,
            Some("name") => Target::Name,
            Some("archived") => Target::Archived,
            Some("status") => Target::Status,
            Some("duration") => Target::Duration,
            Some("id") => Target::Id,
            Some("epoch") => Target::Epoch,
            Some("created") => Target::Created,
            Some("updated") => Target::Updated,
            Some("ended") => Target::Ended,
            _ => {
                let path = self.path("the name of an argument")?;
                if path.is_empty() {
                    Target::Component(first)
                } else {
                    Target::Argument { kind: first, path }
                }
            }
        }))
    }

    /// `[.name ...]`
    fn path(&mut self, what: &str) -> Result<Vec<String>> {
        let mut path = Vec::new();
        while self.take('.') {
            path.push(self.name(what)?);
        }
        Ok(path)
    }

    /// `.NAME[PHASE].max`
    fn metric(&mut self) -> Result<Target> {
        let start = self.at;
        let metric = self.metric_in_quotes();
        metric.map_err(|error| self.with_metric_meant(error, start))
    }

    /// The same, where each name with other characters than those of a name stands in quotes.
    fn metric_in_quotes(&mut self) -> Result<Target> {
        let name = self.after_dot("the name of a metric")?;
        let mut phase = String::new();
        if self.take('[') {
            phase = self.name("a phase")?;
            if !self.take(']') {
                return Err(self.error("expected `]`", "close the bracket behind the phase"));
            }
        }
        if !self.take('.') {
            return Err(self.error("expected `.`", STATISTICS));
        }
        let word = self.word();
        if word.eq_ignore_ascii_case("mean") {
            self.at += word.len();
            let statistic = self.mean()?;
            return Ok(Target::Metric {
                name,
                phase,
                statistic,
            });
        }
        let found = Statistic::ALL.into_iter();
        let mut found = found.filter(|(known, _)| word.eq_ignore_ascii_case(known));
        let Some((_, statistic)) = found.next() else {
            if self.rest()[word.len()..].starts_with('.') {
                return Err(self.error("expected a part of the metric", STATISTICS));
            }
            let names = Statistic::ALL.into_iter().map(|(name, _)| name);
            let names = names.chain(["mean"]);
            return Err(self.error_near("expected a part of the metric", names, STATISTICS));
        };
        self.at += word.len();
        Ok(Target::Metric {
            name,
            phase,
            statistic,
        })
    }

    /// `(10)`
    fn mean(&mut self) -> Result<Statistic> {
        const HINT: &str = "did you mean `mean(10)`? (that of the last 10 values)";
        if !self.take('(') {
            return Err(self.error("expected `(`", HINT));
        }
        let word = self.word();
        let last = word.parse().ok().filter(|last| *last > 0);
        let Some(last) = last else {
            return Err(self.error("expected how many of the last values", HINT));
        };
        self.at += word.len();
        if !self.take(')') {
            return Err(self.error("expected `)`", HINT));
        }
        Ok(Statistic::Mean(last))
    }

    fn after_dot(&mut self, what: &str) -> Result<String> {
        if !self.take('.') {
            let hint = "a kind of this name stands in quotes";
            return Err(self.error(&format!("expected `.` and {what}"), hint));
        }
        self.name(what)
    }
}
