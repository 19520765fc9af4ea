//! A cursor belongs to its query.

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
            query: fingerprint(query),
        }
    }

    /// What the last item was ordered by, as the query has it whose page it was; nothing for a cursor
    /// at the [start](Self::is_start).
    ///
    /// # Errors
    ///
    /// [`Error::Query`] when the cursor came with a page of another query.
    pub fn keys(&self, query: &Query) -> Result<Vec<Key<'static>>> {
        let length = if self.is_start() {
            0
        } else {
            query.order.len()
        };
        if self.keys.len() != length || self.query != fingerprint(query) {
            let text = query.to_string();
            let before = text.rfind(&self.to_string()).unwrap_or(0);
            return Err(Error::Query {
                column: text[..before].chars().count(),
                query: text,
                problem: "the cursor belongs to another query".to_owned(),
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

impl Query {
    /// Where the next page begins behind one that holds nothing, because none was wanted: where it
    /// has begun itself.
    pub fn cursor_again(&self) -> Cursor {
        let start = || Cursor::start(fingerprint(self));
        self.after.clone().unwrap_or_else(start)
    }
}

/// A number for the condition and the order of a query, the same in every process. How many are
/// wanted at once may change from page to page.
fn fingerprint(query: &Query) -> u32 {
    let condition = query.filter.iter().map(ToString::to_string);
    let order = query.order.iter().map(ToString::to_string);
    let text: Vec<String> = condition.chain(order).collect();
    crc32fast::hash(text.join("\n").as_bytes())
}
