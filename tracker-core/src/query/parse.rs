//! Reads queries from text, by recursive descent: a function for each rule of the grammar.

use std::str::FromStr;

use super::condition::{Comparison, Condition, Literal, Tree};
use super::cursor::Cursor;
use super::field::{Field, Order, Statistic, Target};
use super::request::Query;
use super::scalar::Scalar;
use super::text::{Parser, is_one_of, of_name, opens_name};
use crate::error::{Error, Result};

/// Words that need quotes to be a kind, because they mean something where a field may begin.
pub(super) const KEYWORDS: [&str; 13] = [
    "and", "or", "not", "exists", "order", "by", "desc", "asc", "limit", "after", "true", "false",
    "null",
];
/// Words that begin a field which is no argument.
pub(super) const FIELDS: [&str; 12] = [
    "metric", "tag", "param", "hash", "notes", "id", "name", "epoch", "created", "archived",
    "status", "duration",
];

/// How deep parentheses and `not` may nest; each level costs some stack.
const NESTING: usize = 100;

const COMPARISONS: &str = "the comparisons are `=`, `!=`, `<`, `<=`, `>`, `>=`, `~` and `exists`";
const STATISTICS: &str = "a metric is written `metric.NAME[PHASE].max`, with one of `first`, \
                          `last`, `min`, `max`, `best` and `count`";

const TEXTS: &str = "a text stands in quotes, as `\"MLP\"`; the other values are numbers, `true`, \
                     `false` and `null`";
const TIMES: &str = "write a date, as `\"2026-01-31\"`, or a time, as `\"2026-01-31T12:00:00Z\"`";

impl Parser<'_> {
    /// What `rule` reads, behind which nothing may follow.
    pub(super) fn whole<T>(mut self, rule: impl Fn(&mut Self) -> Result<T>) -> Result<T> {
        let read = rule(&mut self)?;
        match self.peek() {
            None => Ok(read),
            Some(_) => Err(self.error("expected the end", "remove the rest")),
        }
    }

    /// `[condition] [order by ...] [limit N] [after CURSOR]`
    pub(super) fn query(&mut self) -> Result<Query> {
        let mut query = Query::new();
        let clause = is_one_of(self.word(), &["order", "limit", "after"]);
        if self.peek().is_some() && !clause {
            query.filter = Some(self.any()?);
        }
        if self.take_word("order") {
            if !self.take_word("by") {
                return Err(self.error("expected `by`", "write `order by FIELD`"));
            }
            query.order.push(self.order()?);
            while self.take(',') {
                query.order.push(self.order()?);
            }
        }
        if self.take_word("limit") {
            query.limit = Some(self.limit()?);
        }
        if self.take_word("after") {
            query.after = Some(self.cursor()?);
        }
        match self.peek() {
            None => Ok(query),
            Some('&') => Err(self.error("expected `and`", "write `and`")),
            Some('|') => Err(self.error("expected `or`", "write `or`")),
            Some(_) => Err(self.error_near(
                "expected the end or another clause",
                KEYWORDS,
                "a query is a condition of `and`, `or` and `not`, then `order by`, `limit` and \
                 `after`",
            )),
        }
    }

    /// `all [or all ...]`
    fn any(&mut self) -> Result<Condition> {
        let mut condition = self.all()?;
        while self.take_word("or") {
            condition = condition.or(self.all()?);
        }
        Ok(condition)
    }

    /// `factor [and factor ...]`
    fn all(&mut self) -> Result<Condition> {
        let mut condition = self.factor()?;
        while self.take_word("and") {
            condition = condition.and(self.factor()?);
        }
        Ok(condition)
    }

    /// `not factor`, `(any)` or a comparison
    fn factor(&mut self) -> Result<Condition> {
        if self.depth == NESTING {
            let hint = format!("at most {NESTING} parentheses and `not` stand in each other");
            return Err(self.error("the query nests too deep", hint));
        }
        self.depth += 1;
        let condition = if self.take_word("not") {
            !self.factor()?
        } else if self.take('(') {
            let condition = self.any()?;
            if !self.take(')') {
                let hint = "go on with `and` or `or`, or close the parenthesis";
                return Err(self.error("expected `)`", hint));
            }
            condition
        } else {
            self.comparison()?
        };
        self.depth -= 1;
        Ok(condition)
    }

    /// `field = value`, `field exists`
    fn comparison(&mut self) -> Result<Condition> {
        let field = self.field()?;
        if self.take_word("exists") {
            return Ok(field.exists());
        }
        self.skip_space();
        let symbol = self.run(|char| "=!<>~&|".contains(char));
        let known = Comparison::ALL.into_iter();
        let found = known
            .filter(|(known, _)| symbol.starts_with(known))
            .max_by_key(|(known, _)| known.len());
        let Some((taken, comparison)) = found else {
            return Err(self.no_comparison(&field));
        };
        self.at += taken.len();
        if taken != symbol {
            return Err(self.error("expected a comparison", COMPARISONS));
        }
        self.skip_space();
        let start = self.at;
        let literal = self.literal()?;
        let condition = field.compare(comparison, literal);
        let expected = match &condition.0 {
            Tree::Compare(_, Comparison::Contains, Literal(Scalar::Text(_))) => {
                return Ok(condition);
            }
            Tree::Compare(_, Comparison::Contains, _) => ("expected a text", TEXTS),
            Tree::Compare(Field(Target::Created), _, Literal(Scalar::Time(_))) => {
                return Ok(condition);
            }
            Tree::Compare(Field(Target::Created), ..) => ("expected a time", TIMES),
            _ => return Ok(condition),
        };
        self.at = start;
        Err(self.error(expected.0, expected.1))
    }

    fn no_comparison(&mut self, field: &Field) -> Error {
        const PROBLEM: &str = "expected a comparison";
        let (Target::Component(kind) | Target::Argument { kind, .. }) = &field.0 else {
            return self.error_near(PROBLEM, ["exists"], COMPARISONS);
        };
        let meant = match self.peek() {
            Some('[') => registry_core::nearest(kind, ["metric"]),
            Some(char) if opens_name(char) => {
                registry_core::nearest(kind, ["not", "order", "limit", "after"])
            }
            _ => None,
        };
        match meant {
            Some(meant) => {
                let hint = format!("did you mean `{meant}` where `{kind}` stands?");
                self.error(PROBLEM, hint)
            }
            None => self.error_near(PROBLEM, ["exists"], COMPARISONS),
        }
    }

    /// `metric.NAME[PHASE].max`, `tag.NAME`, `KIND.path`, `KIND`
    pub(super) fn field(&mut self) -> Result<Field> {
        let quoted = matches!(self.peek(), Some('"' | '\''));
        let word = self.word();
        if !quoted && (!word.starts_with(opens_name) || is_one_of(word, &KEYWORDS)) {
            let hint = "a field is `metric.NAME.max`, `KIND.ARGUMENT`, `KIND`, `param.NAME`, \
                        `tag.NAME`, `hash.KIND`, `name`, `notes`, `id`, `epoch`, `created`, \
                        `status`, `duration` or `archived`";
            return Err(self.error("expected a field", hint));
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

    fn metric(&mut self) -> Result<Target> {
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
        let found = Statistic::ALL.into_iter();
        let mut found = found.filter(|(known, _)| word.eq_ignore_ascii_case(known));
        let Some((_, statistic)) = found.next() else {
            let names = Statistic::ALL.map(|(name, _)| name);
            return Err(self.error_near("expected a part of the metric", names, STATISTICS));
        };
        self.at += word.len();
        Ok(Target::Metric {
            name,
            phase,
            statistic,
        })
    }

    fn after_dot(&mut self, what: &str) -> Result<String> {
        if !self.take('.') {
            let hint = "a kind of this name stands in quotes";
            return Err(self.error(&format!("expected `.` and {what}"), hint));
        }
        self.name(what)
    }

    /// A number, a text in quotes, `true`, `false` or `null`.
    fn literal(&mut self) -> Result<Literal> {
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
            return Err(self.error("expected a value", TEXTS));
        };
        self.at += run.len();
        Ok(Literal(scalar))
    }

    /// `field [asc | desc]`
    fn order(&mut self) -> Result<Order> {
        let field = self.field()?;
        let descending = self.take_word("desc");
        if !descending {
            self.take_word("asc");
        }
        Ok(Order { field, descending })
    }

    fn limit(&mut self) -> Result<usize> {
        let word = self.word();
        let Ok(limit) = word.parse() else {
            return Err(self.error("expected a whole number", "write `limit 10`"));
        };
        self.at += word.len();
        Ok(limit)
    }

    fn cursor(&mut self) -> Result<Cursor> {
        let word = self.word();
        let Ok(cursor) = word.parse() else {
            let hint = "give the cursor that came with a page, whole";
            return Err(self.error("expected a cursor", hint));
        };
        self.at += word.len();
        Ok(cursor)
    }
}

impl FromStr for Query {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        Parser::new(text).whole(Parser::query)
    }
}

impl FromStr for Field {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        Parser::new(text).whole(Parser::field)
    }
}
