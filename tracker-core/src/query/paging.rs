//! A cursor belongs to the order of its query.

use super::cursor::Cursor;
use super::order::Key;
use super::request::Query;
use super::scalar::Scalar;
use crate::error::{Error, Result};
use crate::records::AggregateRecord;

impl Cursor {
    pub(super) fn new(query: &Query, keys: &[Key<'_>], last: &AggregateRecord) -> Self {
        Self {
            keys: keys.iter().map(Key::kept).collect(),
            created: last.created.as_microsecond(),
            uuid: last.uuid,
            order: order(query),
        }
    }

    /// What the last item was ordered by, as a query of the same order has it.
    ///
    /// # Errors
    ///
    /// [`Error::Query`] when the cursor came with a page of another order.
    pub fn keys(&self, query: &Query) -> Result<Vec<Key<'static>>> {
        if self.keys.len() != query.order.len() || self.order != order(query) {
            let text = query.to_string();
            let before = text.rfind(&self.to_string()).unwrap_or(0);
            return Err(Error::Query {
                column: text[..before].chars().count(),
                query: text,
                problem: "the cursor belongs to another order".to_owned(),
                hint: "a cursor continues the query whose page it came with".to_owned(),
            });
        }
        Ok(self
            .keys
            .iter()
            .map(|key| Key::of(Scalar::of(key)))
            .collect())
    }
}

/// A number for the order of a query, the same in every process.
fn order(query: &Query) -> u32 {
    let fields = query.order.iter().map(|order| order.to_string() + ",");
    crc32fast::hash(fields.collect::<String>().as_bytes())
}
