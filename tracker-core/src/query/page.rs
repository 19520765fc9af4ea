//! What was found.

use std::ops::Deref;

use super::cursor::Cursor;

/// What a query found: a list of its items, and where the next page begins.
///
/// # Examples
///
/// ```
/// # use tracker_core::conformance::Sample;
/// # let experiment = tracker_core::Tracker::open("memory:")?.experiment("digits")?;
/// # for name in ["MLP", "CNN", "RNN"] {
/// #     experiment.track(&Sample::new(name, "{}"))?;
/// # }
/// use tracker_core::Query;
///
/// let query = Query::new().limit(2);
/// let mut page = experiment.aggregates().find(&query)?;
/// let mut count = page.len();
/// while let Some(cursor) = page.next {
///     page = experiment.aggregates().find(query.clone().after(cursor))?;
///     count += page.len();
/// }
/// assert_eq!(count, 3);
/// # Ok::<(), tracker_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Page<T> {
    /// What was found, in the order of the query.
    pub items: Vec<T>,
    /// For [`Query::after`](super::Query::after), where the limit has left something out.
    pub next: Option<Cursor>,
}

impl<T> Deref for Page<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.items
    }
}

impl<T> IntoIterator for Page<T> {
    type Item = T;
    type IntoIter = std::vec::IntoIter<T>;

    fn into_iter(self) -> Self::IntoIter {
        self.items.into_iter()
    }
}
