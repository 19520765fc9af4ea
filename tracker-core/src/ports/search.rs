//! What is searched for, and where.

use super::{Detail, Scope};
use crate::query::Query;

/// A search among the aggregates of a store.
#[derive(Clone, Debug, PartialEq)]
pub struct Search<'q> {
    /// Where it is searched.
    pub scope: Scope,
    /// What is searched for, in which order, and how much of it.
    pub query: &'q Query,
    /// What is wanted of each aggregate that is found.
    pub detail: Detail,
}
