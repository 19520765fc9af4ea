//! Conditions of statements that are made up for a call.

use std::fmt::Write as _;

use postgres::Row;
use postgres::types::{ToSql, Type};
use tracker_core::Uuid;
use tracker_core::ports::Scope;

use crate::failure::Failure;
use crate::session::Session;
use crate::text::column;

/// What a question mark of a condition stands for.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    Integer(i64),
    Text(String),
    Bytes(Vec<u8>),
    Uuid(Uuid),
    Uuids(Vec<Uuid>),
}

impl Value {
    /// A text as a column holds it.
    pub(crate) fn text(text: &str) -> Self {
        Self::Text(column(text).into_owned())
    }

    fn parameter(&self) -> (&(dyn ToSql + Sync), Type) {
        match self {
            Self::Integer(integer) => (integer, Type::INT8),
            Self::Text(text) => (text, Type::TEXT),
            Self::Bytes(bytes) => (bytes, Type::BYTEA),
            Self::Uuid(uuid) => (uuid, Type::UUID),
            Self::Uuids(uuids) => (uuids, Type::UUID_ARRAY),
        }
    }
}

/// A condition of aggregates `a`, and what its question marks stand for.
#[derive(Clone, Debug)]
pub(crate) struct Condition {
    pub(crate) sql: String,
    pub(crate) values: Vec<Value>,
}

impl Condition {
    pub(crate) fn new(sql: impl Into<String>, values: Vec<Value>) -> Self {
        Self {
            sql: sql.into(),
            values,
        }
    }

    /// Which aggregates a scope means.
    pub(crate) fn of(scope: &Scope) -> Self {
        let of = |experiment: &Option<Uuid>| match experiment {
            Some(experiment) => Self::new("a.experiment = ?", vec![Value::Uuid(*experiment)]),
            None => Self::always(),
        };
        match scope {
            Scope::All => Self::always(),
            Scope::Experiment(id) => of(&Some(*id)),
            Scope::Uuids(uuids) => {
                Self::new("a.aggregate = ANY(?)", vec![Value::Uuids(uuids.clone())])
            }
            Scope::Id { experiment, id } => {
                of(experiment).and(&Self::new("a.id = ?", vec![Value::text(id)]))
            }
            Scope::Prefix { experiment, prefix } => {
                of(experiment).and(&Self::beginning("a.id", &column(prefix)))
            }
        }
    }

    /// That the text in a column, which orders by bytes, begins so.
    fn beginning(name: &str, prefix: &str) -> Self {
        let from = Self::new(format!("{name} >= ?"), vec![Value::Text(prefix.to_owned())]);
        match behind(prefix) {
            Some(behind) => from.and(&Self::new(format!("{name} < ?"), vec![Value::Text(behind)])),
            None => from,
        }
    }

    pub(crate) fn always() -> Self {
        Self::new("true", Vec::new())
    }

    /// Whether both hold.
    pub(crate) fn and(mut self, other: &Self) -> Self {
        self.sql = format!("{} AND {}", self.sql, other.sql);
        self.values.extend(other.values.iter().cloned());
        self
    }
}

/// The first text behind all that begin with this one, in the order of their bytes.
fn behind(prefix: &str) -> Option<String> {
    let mut chars: Vec<char> = prefix.chars().collect();
    while let Some(last) = chars.pop() {
        // Behind the last one stands none; and none of these is a surrogate.
        if let Some(next) = (u32::from(last) + 1..=u32::from(char::MAX)).find_map(char::from_u32) {
            chars.push(next);
            return Some(chars.into_iter().collect());
        }
    }
    None
}

impl Session {
    /// The rows of a statement whose question marks stand for these values.
    pub(crate) fn select(&mut self, sql: &str, values: &[Value]) -> Result<Vec<Row>, Failure> {
        let mut parts = sql.split('?');
        let mut numbered = parts.next().unwrap_or_default().to_owned();
        for (number, part) in (1..).zip(parts) {
            // Writing to a `String` does not fail.
            let _ = write!(numbered, "${number}{part}");
        }
        let parameters: Vec<_> = values.iter().map(Value::parameter).collect();
        self.query_typed(&numbered, &parameters)
    }
}

#[cfg(test)]
mod tests {
    use super::behind;

    #[test]
    fn all_that_begin_so_stand_before_what_is_behind() {
        assert_eq!(behind("af").as_deref(), Some("ag"));
        assert_eq!(behind("a\u{10ffff}").as_deref(), Some("b"));
        assert_eq!(behind("\u{d7ff}").as_deref(), Some("\u{e000}"));
        assert_eq!(behind("\u{10ffff}"), None);
        assert_eq!(behind(""), None);
    }
}
