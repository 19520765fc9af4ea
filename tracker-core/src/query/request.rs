//! A query: what must be so, the order, and how many.

use super::condition::Condition;
use super::cursor::Cursor;
use super::field::Order;

/// Which aggregates are to be found, in which order, and how many; see the
/// [module](crate::query).
///
/// # Examples
///
/// ```
/// use tracker_core::Query;
/// use tracker_core::query::{epoch, metric};
///
/// let loss = metric("loss").phase("test").last();
/// let query = Query::new().filter(epoch().ge(10)).order_by(loss).limit(3);
/// assert_eq!(query.to_string(), "epoch >= 10 order by metric.loss[test].last limit 3");
/// assert_eq!(query.to_string().parse::<Query>()?, query);
/// # Ok::<(), tracker_core::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use]
pub struct Query {
    pub(super) filter: Option<Condition>,
    pub(super) order: Vec<Order>,
    pub(super) limit: Option<usize>,
    pub(super) after: Option<Cursor>,
}

impl Query {
    /// All aggregates in the order they were created.
    pub fn new() -> Self {
        Self::default()
    }

    /// Only those of which the condition holds, and each given before.
    pub fn filter(mut self, condition: Condition) -> Self {
        self.filter = Some(match self.filter {
            Some(before) => before.and(condition),
            None => condition,
        });
        self
    }

    /// Orders by a field, where those given before are equal.
    pub fn order_by(mut self, order: impl Into<Order>) -> Self {
        self.order.push(order.into());
        self
    }

    /// The largest number of aggregates to find.
    pub fn limit(mut self, limit: usize) -> Self {
        self.limit = Some(limit);
        self
    }

    /// What must be so, where anything must.
    pub fn condition(&self) -> Option<&Condition> {
        self.filter.as_ref()
    }

    /// What is ordered by, the first before the others.
    pub fn orders(&self) -> &[Order] {
        &self.order
    }

    /// The largest number of aggregates to find, where there is one.
    pub fn most(&self) -> Option<usize> {
        self.limit
    }

    /// Where the page begins.
    pub fn cursor(&self) -> Option<&Cursor> {
        self.after.as_ref()
    }

    /// Only those that follow a page of the same query.
    pub fn after(mut self, cursor: Cursor) -> Self {
        self.after = Some(cursor);
        self
    }
}
