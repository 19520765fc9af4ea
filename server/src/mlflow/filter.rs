//! The text of filters and orders, as MLflow has it.

mod tokens;

use crate::problem::{Problem, shown};
use tokens::{Lexer, Token, refused};

pub(super) use tokens::Sign;

/// A part of a filter, all of which have to hold.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Clause {
    pub(super) of: Identifier,
    pub(super) test: Test,
}

/// What is asked of something.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Test {
    Compare(Sign, Literal),
    Like { pattern: String, any_case: bool },
    In { values: Vec<String>, negated: bool },
    IsNull(bool),
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Literal {
    Number(f64),
    Integer(i64),
    Text(String),
}

/// What is asked about: `metrics.loss`, or an attribute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Identifier {
    pub(super) entity: Entity,
    pub(super) key: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Entity {
    Attribute,
    Metric,
    Param,
    Tag,
    Dataset,
}

/// Reads tokens one after the other.
struct Parser<'t> {
    text: &'t str,
    tokens: std::vec::IntoIter<Token>,
}

/// The parts of a filter; none for an empty one.
pub(super) fn filter(text: &str) -> Result<Vec<Clause>, Problem> {
    let mut parser = Parser::new(text)?;
    let mut clauses = Vec::new();
    while parser.peek().is_some() {
        if !clauses.is_empty() && !parser.take_word("and") {
            return Err(parser.refused("expected `AND`; there is no `OR`"));
        }
        clauses.push(parser.clause()?);
    }
    Ok(clauses)
}

/// A field to order by, and whether the greatest comes first.
pub(super) fn order(text: &str) -> Result<(Identifier, bool), Problem> {
    let mut parser = Parser::new(text)?;
    let identifier = parser.identifier()?;
    let descending = match parser.next() {
        None => false,
        Some(Token::Word(word)) if word.eq_ignore_ascii_case("asc") => false,
        Some(Token::Word(word)) if word.eq_ignore_ascii_case("desc") => true,
        _ => return Err(parser.refused("expected `ASC` or `DESC`")),
    };
    if parser.peek().is_some() {
        return Err(parser.refused("there is something behind the direction"));
    }
    Ok((identifier, descending))
}

impl<'t> Parser<'t> {
    fn new(text: &'t str) -> Result<Self, Problem> {
        Ok(Self {
            text,
            tokens: Lexer::tokens(text)?.into_iter(),
        })
    }

    fn peek(&self) -> Option<&Token> {
        self.tokens.as_slice().first()
    }

    fn next(&mut self) -> Option<Token> {
        self.tokens.next()
    }

    fn take_word(&mut self, wanted: &str) -> bool {
        let is_it =
            matches!(self.peek(), Some(Token::Word(word)) if word.eq_ignore_ascii_case(wanted));
        if is_it {
            self.next();
        }
        is_it
    }

    fn refused(&self, why: &str) -> Problem {
        refused(self.text, why)
    }

    fn clause(&mut self) -> Result<Clause, Problem> {
        let of = self.identifier()?;
        let test = self.test()?;
        Ok(Clause { of, test })
    }

    /// A name, which may have dots of its own, behind its entity.
    fn identifier(&mut self) -> Result<Identifier, Problem> {
        let first = match self.next() {
            Some(Token::Word(word)) => {
                // `Run Name` is an alias without quotes.
                if word.eq_ignore_ascii_case("run") && self.take_word("name") {
                    return Ok(attribute("run_name"));
                }
                word
            }
            Some(Token::Name(name) | Token::Text(name, true)) => return Ok(attribute(&name)),
            _ => return Err(self.refused("expected a name, as `metrics.loss`")),
        };
        if self.peek() != Some(&Token::Dot) {
            return Ok(attribute(&first));
        }
        let Some(entity) = entity(&first) else {
            return Err(self.refused(&format!(
                "there is no entity '{}'; there are metrics, params, tags, attributes and datasets",
                shown(&first)
            )));
        };
        let mut key = String::new();
        while self.peek() == Some(&Token::Dot) {
            self.next();
            if !key.is_empty() {
                key.push('.');
            }
            match self.next() {
                Some(Token::Word(part) | Token::Name(part) | Token::Text(part, true)) => {
                    key.push_str(&part);
                }
                _ => return Err(self.refused("expected a name behind the dot")),
            }
        }
        if entity == Entity::Attribute {
            return Ok(attribute(&key));
        }
        Ok(Identifier { entity, key })
    }

    fn test(&mut self) -> Result<Test, Problem> {
        if self.take_word("is") {
            let negated = self.take_word("not");
            if self.take_word("null") {
                return Ok(Test::IsNull(!negated));
            }
            return Err(self.refused("expected `NULL` behind `IS`"));
        }
        let negated = self.take_word("not");
        if self.take_word("in") {
            let values = self.values()?;
            return Ok(Test::In { values, negated });
        }
        if negated {
            return Err(self.refused("expected `IN` behind `NOT`"));
        }
        for (word, any_case) in [("like", false), ("ilike", true)] {
            if self.take_word(word) {
                return match self.next() {
                    Some(Token::Text(pattern, _)) => Ok(Test::Like { pattern, any_case }),
                    _ => Err(self.refused("expected a text in quotes")),
                };
            }
        }
        match self.next() {
            Some(Token::Sign(sign)) => Ok(Test::Compare(sign, self.literal()?)),
            _ => Err(self.refused("expected a comparison")),
        }
    }

    fn literal(&mut self) -> Result<Literal, Problem> {
        match self.next() {
            Some(Token::Text(text, _)) => Ok(Literal::Text(text)),
            Some(Token::Word(word)) => {
                if let Ok(integer) = word.parse() {
                    return Ok(Literal::Integer(integer));
                }
                let is_number = word.starts_with(|char: char| {
                    char.is_ascii_digit() || matches!(char, '-' | '+' | '.')
                });
                match word.parse() {
                    Ok(number) if is_number => Ok(Literal::Number(number)),
                    _ => Err(self.refused("a text has to stand in quotes")),
                }
            }
            _ => Err(self.refused("expected a value")),
        }
    }

    fn values(&mut self) -> Result<Vec<String>, Problem> {
        const EXPECTED: &str = "expected texts in parentheses, as `('a', 'b')`";
        if self.next() != Some(Token::Open) {
            return Err(self.refused(EXPECTED));
        }
        let mut values = Vec::new();
        loop {
            match self.next() {
                Some(Token::Text(text, _)) => values.push(text),
                // A comma may stand behind the last, as Python writes a tuple of one.
                Some(Token::Close) if !values.is_empty() => return Ok(values),
                _ => return Err(self.refused(EXPECTED)),
            }
            match self.next() {
                Some(Token::Comma) => {}
                Some(Token::Close) => return Ok(values),
                _ => return Err(self.refused(EXPECTED)),
            }
        }
    }
}

fn entity(word: &str) -> Option<Entity> {
    Some(match word {
        "metric" | "metrics" => Entity::Metric,
        "param" | "params" | "parameter" | "parameters" => Entity::Param,
        "tag" | "tags" => Entity::Tag,
        "attribute" | "attributes" | "attr" | "run" => Entity::Attribute,
        "dataset" | "datasets" => Entity::Dataset,
        _ => return None,
    })
}

/// An attribute, by any of its names.
fn attribute(name: &str) -> Identifier {
    let key = match name {
        "run name" | "Run name" | "Run Name" => "run_name",
        "created" | "Created" => "start_time",
        name => name,
    };
    Identifier {
        entity: Entity::Attribute,
        key: key.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{Entity, Literal, Sign, Test, filter, order};

    fn one(text: &str) -> (Entity, String, Test) {
        let mut clauses = filter(text).unwrap_or_else(|problem| panic!("{text}: {problem:?}"));
        assert_eq!(clauses.len(), 1, "{text}");
        let clause = clauses.remove(0);
        (clause.of.entity, clause.of.key, clause.test)
    }

    #[test]
    fn names_are_read_with_and_without_quotes() {
        for (text, entity, key) in [
            ("metrics.loss > 1", Entity::Metric, "loss"),
            ("metric.train/loss > 1", Entity::Metric, "train/loss"),
            ("metrics.`val loss.x` > 1", Entity::Metric, "val loss.x"),
            ("metrics.\"val loss\" > 1", Entity::Metric, "val loss"),
            (
                "params.model.hidden-size = 'x'",
                Entity::Param,
                "model.hidden-size",
            ),
            ("parameter.lr = \"x\"", Entity::Param, "lr"),
            ("tags.mlflow.runName = 'x'", Entity::Tag, "mlflow.runName"),
            ("tags.`größe` = 'x'", Entity::Tag, "größe"),
            ("attributes.status = 'RUNNING'", Entity::Attribute, "status"),
            ("attr.`run name` = 'x'", Entity::Attribute, "run_name"),
            ("Run Name = 'x'", Entity::Attribute, "run_name"),
            ("Created > 1", Entity::Attribute, "start_time"),
            ("status = 'x'", Entity::Attribute, "status"),
            ("dataset.digest = 'x'", Entity::Dataset, "digest"),
            ("metrics.1a.2 > 1", Entity::Metric, "1a.2"),
        ] {
            let (found, name, _) = one(text);
            assert_eq!((found, name.as_str()), (entity, key), "{text}");
        }
    }

    #[test]
    fn tests_are_read() {
        let text = |text: &str| Literal::Text(text.to_owned());
        let like = |pattern: &str, any_case| Test::Like {
            pattern: pattern.to_owned(),
            any_case,
        };
        let among = |negated| Test::In {
            values: vec!["a".to_owned(), "b".to_owned()],
            negated,
        };
        for (written, test) in [
            ("= 'it''s'", Test::Compare(Sign::Eq, text("it's"))),
            ("== 'x'", Test::Compare(Sign::Eq, text("x"))),
            ("!= \"x\"", Test::Compare(Sign::Ne, text("x"))),
            ("<> 1", Test::Compare(Sign::Ne, Literal::Integer(1))),
            (">= -1.5", Test::Compare(Sign::Ge, Literal::Number(-1.5))),
            ("<1e-3", Test::Compare(Sign::Lt, Literal::Number(1e-3))),
            ("<= .5", Test::Compare(Sign::Le, Literal::Number(0.5))),
            ("> 2E+3", Test::Compare(Sign::Gt, Literal::Number(2e3))),
            ("LIKE 'a%'", like("a%", false)),
            ("ilike 'a_'", like("a_", true)),
            ("IN ('a', 'b')", among(false)),
            ("not in ('a','b',)", among(true)),
            ("IS NULL", Test::IsNull(true)),
            ("is not null", Test::IsNull(false)),
        ] {
            assert_eq!(one(&format!("tags.x {written}")).2, test, "{written}");
        }
        assert_eq!(filter(" ").unwrap(), []);
        assert_eq!(
            filter("metrics.a > 1 AND params.b='c' and tags.d LIKE '%'")
                .unwrap()
                .len(),
            3
        );
    }

    #[test]
    fn what_cannot_be_read_is_refused() {
        for text in [
            "metrics.loss",
            "metrics.loss >",
            "> 1",
            "metrics. > 1",
            "nothing.x = 'y'",
            "metrics.a > 1 OR metrics.b > 1",
            "(metrics.a > 1)",
            "params.x = y",
            "params.x = 'y",
            "metrics.a > 1 AND",
            "metrics.a > 1 metrics.b > 1",
            "NOT metrics.a > 1",
            "tags.x IN ()",
            "tags.x IN 'a'",
            "tags.x IN ('a' 'b')",
            "tags.x IS",
            "tags.x NOT 'a'",
            "tags.x LIKE a",
            "params.x = 'y'; DROP TABLE runs",
            "a ; b",
        ] {
            assert!(filter(text).is_err(), "{text}");
        }
    }

    #[test]
    fn orders_have_a_direction() {
        for (text, key, descending) in [
            ("metrics.loss", "loss", false),
            ("metrics.`a b` DESC", "a b", true),
            ("attributes.start_time asc", "start_time", false),
            ("Created DESC", "start_time", true),
            ("params.a.b Desc", "a.b", true),
        ] {
            let (of, found) = order(text).unwrap();
            assert_eq!((of.key.as_str(), found), (key, descending), "{text}");
        }
        for text in [
            "",
            "metrics.loss down",
            "metrics.loss ASC DESC",
            "DESC metrics.loss",
            "x.y",
        ] {
            assert!(order(text).is_err(), "{text}");
        }
    }
}
