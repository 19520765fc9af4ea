//! Writes queries as text that reads back as the same.

use std::fmt::{self, Display, Formatter, Write};

use registry_core::Value;

use super::condition::{Comparison, Condition, Operand, Tree};
use super::field::{Field, Order, Statistic, Target};
use super::literal::Literal;
use super::request::Query;
use super::scalar::Scalar;
use super::text::{FIELDS, HABITS, KEYWORDS, is_one_of, of_name, opens_name};
use super::value::in_units;

impl Display for Query {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let mut space = "";
        if let Some(filter) = &self.filter {
            write!(f, "{filter}")?;
            space = " ";
        }
        for (index, order) in self.order.iter().enumerate() {
            let before = if index == 0 { "order by" } else { "," };
            let space = if index == 0 { space } else { "" };
            write!(f, "{space}{before} {order}")?;
        }
        if !self.order.is_empty() {
            space = " ";
        }
        if let Some(limit) = self.limit {
            write!(f, "{space}limit {limit}")?;
            space = " ";
        }
        match &self.after {
            Some(cursor) => write!(f, "{space}after {cursor}"),
            None => Ok(()),
        }
    }
}

impl Display for Order {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let direction = if self.descending { " desc" } else { "" };
        write!(f, "{}{direction}", self.field)
    }
}

impl Display for Condition {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl Display for Tree {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Compare(field, comparison, operand) => {
                write!(f, "{field} {comparison} {operand}")
            }
            Self::In(field, values) => {
                write!(f, "{field} in (")?;
                for (index, value) in values.iter().enumerate() {
                    let comma = if index == 0 { "" } else { ", " };
                    write!(f, "{comma}{value}")?;
                }
                f.write_char(')')
            }
            Self::Matches(field, pattern) => write!(f, "{field} ~ \"{}\"", pattern.as_str()),
            Self::Exists(field) => write!(f, "{field} exists"),
            Self::All(nodes) => list(f, nodes, " and ", |node| matches!(node, Self::Any(_))),
            Self::Any(nodes) => list(f, nodes, " or ", |_| false),
            Self::Not(node) if matches!(**node, Self::All(_) | Self::Any(_)) => {
                write!(f, "not ({node})")
            }
            Self::Not(node) => write!(f, "not {node}"),
        }
    }
}

fn list(
    f: &mut Formatter<'_>,
    nodes: &[Tree],
    between: &str,
    in_parentheses: impl Fn(&Tree) -> bool,
) -> fmt::Result {
    for (index, node) in nodes.iter().enumerate() {
        f.write_str(if index == 0 { "" } else { between })?;
        if in_parentheses(node) {
            write!(f, "({node})")?;
        } else {
            write!(f, "{node}")?;
        }
    }
    Ok(())
}

impl Display for Operand {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Value(literal) => write!(f, "{literal}"),
            // A single word is no field there: mostly it is a text whose quotes were forgotten.
            Self::Field(kind @ Field(Target::Component(_))) => write!(f, "({kind})"),
            Self::Field(field) => write!(f, "{field}"),
        }
    }
}

impl Display for Comparison {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let known = Self::ALL.into_iter().find(|(_, known)| known == self);
        f.write_str(known.map_or("", |(symbol, _)| symbol))
    }
}

impl Display for Statistic {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if let Self::Mean(last) = self {
            return write!(f, "mean({last})");
        }
        let known = Self::ALL.into_iter().find(|(_, known)| known == self);
        f.write_str(known.map_or("", |(name, _)| name))
    }
}

impl Display for Literal {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if let Some(seconds) = self.seconds_ago() {
            let (count, unit) = in_units(seconds);
            return write!(f, "{count}{unit} ago");
        }
        match self.scalar() {
            Scalar::Null | Scalar::Nested => f.write_str("null"),
            Scalar::Bool(boolean) => write!(f, "{boolean}"),
            Scalar::Integer(integer) => write!(f, "{integer}"),
            // With a point or an exponent, so that it stays a float.
            Scalar::Float(float) => match Value::of(float) {
                Ok(value) => write!(f, "{value}"),
                Err(_) => write!(f, "{float:?}"),
            },
            Scalar::Text(text) => quoted(f, text),
            Scalar::Time(time) => quoted(f, &time.to_string()),
        }
    }
}

impl Display for Field {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Target::Metric {
                name,
                phase,
                statistic,
            } => {
                f.write_str("metric.")?;
                write_name(f, name)?;
                if !phase.is_empty() {
                    f.write_char('[')?;
                    write_name(f, phase)?;
                    f.write_char(']')?;
                }
                write!(f, ".{statistic}")
            }
            Target::Argument { kind, path } => {
                write_kind(f, kind)?;
                path.iter().try_for_each(|name| {
                    f.write_char('.')?;
                    write_name(f, name)
                })
            }
            Target::Component(kind) => write_kind(f, kind),
            Target::Hash(kind) => {
                f.write_str("hash.")?;
                write_name(f, kind)
            }
            Target::Tag(tag) => {
                f.write_str("tag.")?;
                write_name(f, tag)
            }
            Target::Param(path) => {
                f.write_str("param")?;
                path.iter().try_for_each(|name| {
                    f.write_char('.')?;
                    write_name(f, name)
                })
            }
            Target::Notes => f.write_str("notes"),
            Target::Name => f.write_str("name"),
            Target::Archived => f.write_str("archived"),
            Target::Status => f.write_str("status"),
            Target::Duration => f.write_str("duration"),
            Target::Id => f.write_str("id"),
            Target::Epoch => f.write_str("epoch"),
            Target::Created => f.write_str("created"),
            Target::Updated => f.write_str("updated"),
            Target::Ended => f.write_str("ended"),
        }
    }
}

/// A kind where a field begins: there some words mean something else.
fn write_kind(f: &mut Formatter<'_>, kind: &str) -> fmt::Result {
    let habits = HABITS.map(|(habit, _)| habit);
    let reserved = [&KEYWORDS[..], &FIELDS, &habits];
    let reserved = reserved.iter().any(|words| is_one_of(kind, words));
    if kind.starts_with(opens_name) && !reserved {
        write_name(f, kind)
    } else {
        quoted(f, kind)
    }
}

fn write_name(f: &mut Formatter<'_>, name: &str) -> fmt::Result {
    if !name.is_empty() && name.chars().all(of_name) {
        f.write_str(name)
    } else {
        quoted(f, name)
    }
}

fn quoted(f: &mut Formatter<'_>, text: &str) -> fmt::Result {
    f.write_char('"')?;
    for char in text.chars() {
        match char {
            '"' => f.write_str("\\\"")?,
            '\\' => f.write_str("\\\\")?,
            '\n' => f.write_str("\\n")?,
            '\r' => f.write_str("\\r")?,
            '\t' => f.write_str("\\t")?,
            char => f.write_char(char)?,
        }
    }
    f.write_char('"')
}
