//! Reads queries from text, by recursive descent: a function for each rule of the grammar.

use std::str::FromStr;

use super::condition::{Comparison, Condition};
use super::cursor::Cursor;
use super::field::{Field, Order};
use super::pattern::Pattern;
use super::request::Query;
use super::text::{Parser, is_one_of};
use super::value::TEXTS;
use crate::error::{Error, Result};

/// How deep parentheses and `not` may nest; each level costs some stack.
const NESTING: usize = 100;

impl Parser<'_> {
    /// What `rule` reads, behind which nothing may follow.
    pub(super) fn whole<T>(mut self, rule: impl Fn(&mut Self) -> Result<T>) -> Result<T> {
        let read = rule(&mut self)?;
        match self.peek() {
            None => Ok(read),
            Some(_) => Err(self.error("expected the end", "remove the rest")),
        }
    }

    /// `[condition]`, then `order by ...`, `limit N` and `after CURSOR`, each once at most
    pub(super) fn query(&mut self) -> Result<Query> {
        let mut query = Query::new();
        let clause = is_one_of(self.word(), &["order", "limit", "after"]);
        if self.peek().is_some() && !clause {
            query.filter = Some(self.any()?);
        }
        loop {
            let start = self.at;
            let again = if self.take_word("order") {
                let again = !query.order.is_empty();
                if !self.take_word("by") {
                    return Err(self.error("expected `by`", "write `order by FIELD`"));
                }
                query.order.push(self.order()?);
                while self.take(',') {
                    query.order.push(self.order()?);
                }
                again
            } else if self.take_word("limit") {
                query.limit.replace(self.limit()?).is_some()
            } else if self.take_word("after") {
                query.after.replace(self.cursor()?).is_some()
            } else {
                break;
            };
            if again {
                self.at = start;
                return Err(self.error("expected the end", "each clause stands once at most"));
            }
        }
        match self.peek() {
            None => Ok(query),
            Some(_) => Err(self.no_joint(
                "expected the end or another clause",
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
        while self.take_word("and") || self.is_joined_tacitly() {
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
                return Err(self.no_joint("expected `)`", hint));
            }
            condition
        } else if let Some(known) = self.known {
            self.short(known)?
        } else {
            self.comparison()?
        };
        self.depth -= 1;
        Ok(condition)
    }

    /// `field = value`, `field < field`, `field in (value, ...)`, `field ~ "text"`, `field exists`
    pub(super) fn comparison(&mut self) -> Result<Condition> {
        self.skip_space();
        let start = self.at;
        let field = self.field()?;
        self.compared(field, start)
    }

    /// The rest of the comparison of a field, which begins at `start`.
    pub(super) fn compared(&mut self, field: Field, start: usize) -> Result<Condition> {
        if self.take_word("exists") {
            return Ok(field.exists());
        }
        if self.take_word("in") {
            let values = self.values(&field)?;
            return Ok(field.is_in(values));
        }
        if self.take_word("not") {
            if !self.take_word("in") {
                return Err(self.error("expected `in`", "write `FIELD not in (1, 2)`"));
            }
            let values = self.values(&field)?;
            return Ok(field.not_in(values));
        }
        self.skip_space();
        let symbol = self.run(|char| "=!<>~&|".contains(char));
        match symbol {
            "~" | "!~" => {
                self.at += symbol.len();
                let pattern = self.pattern()?;
                return Ok(match symbol {
                    "~" => field.matches(pattern),
                    _ => field.matches_not(pattern),
                });
            }
            _ => {}
        }
        let known = Comparison::ALL.into_iter();
        let found = known
            .filter(|(known, _)| symbol.starts_with(known))
            .max_by_key(|(known, _)| known.len());
        let Some((taken, comparison)) = found else {
            return Err(self.no_comparison(start, &field));
        };
        self.at += taken.len();
        if taken != symbol {
            return Err(self.other_comparison(symbol));
        }
        let operand = self.operand(&field, comparison)?;
        Ok(field.compare(comparison, operand))
    }

    /// A regular expression in quotes. What stands there is taken as it is, so that a backslash need
    /// not be written twice.
    fn pattern(&mut self) -> Result<Pattern> {
        let quote = self.peek().filter(|char| matches!(char, '"' | '\''));
        let Some(quote) = quote else {
            return Err(self.error("expected a text", TEXTS));
        };
        let mut is_escaped = true;
        let rest = self.rest();
        let end = rest.char_indices().find(|(_, char)| {
            let ends = *char == quote && !is_escaped;
            is_escaped = *char == '\\' && !is_escaped;
            ends
        });
        let Some((end, _)) = end else {
            let hint = "end the text with the quote that it began with";
            return Err(self.error("the quote is not closed", hint));
        };
        match rest[1..end].parse() {
            Ok(pattern) => {
                self.at += end + 1;
                Ok(pattern)
            }
            Err(Error::Query { problem, hint, .. }) => Err(self.error(&problem, hint)),
            Err(other) => Err(other),
        }
    }

    /// `field [asc | desc]`
    fn order(&mut self) -> Result<Order> {
        let field = match self.short_operand() {
            Some(field) => field,
            None => self.field()?,
        };
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

impl Field {
    /// The fields of a text that has commas between them, as the columns of a table.
    ///
    /// # Errors
    ///
    /// [`Error::Query`] where one of them cannot be read.
    ///
    /// # Examples
    ///
    /// ```
    /// use tracker_core::query::{Field, metric, tag};
    ///
    /// let columns = Field::list(r#"metric."acc, top-1".last, tag.stage"#)?;
    /// assert_eq!(columns, [metric("acc, top-1").last(), tag("stage")]);
    /// # Ok::<(), tracker_core::Error>(())
    /// ```
    pub fn list(text: &str) -> Result<Vec<Self>> {
        Parser::new(text).whole(|parser| {
            let mut fields = vec![parser.field()?];
            while parser.take(',') {
                fields.push(parser.field()?);
            }
            Ok(fields)
        })
    }
}
