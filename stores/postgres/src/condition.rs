//! Conditions of statements that are made up for a call.

use std::fmt::Write as _;

use postgres::Row;
use postgres::types::{ToSql, Type};
use tracker_core::Uuid;

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
pub(crate) type Condition = tracker_core::sql::Condition<Value>;

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
