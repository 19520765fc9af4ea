//! How far an import is, and what it has done.

/// How far an [`import`](crate::import) is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// The experiments that are wholly in the target.
    pub experiments: Count,
    /// The aggregates that are wholly in the target.
    pub aggregates: Count,
    /// The points that are in the target.
    pub points: Count,
}

/// How many of how many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// So many are done.
    pub done: u64,
    /// So many there are in the source.
    pub total: u64,
}

/// What an [`import`](crate::import) has added to the target; what was there before does not count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// Experiments that were created.
    pub experiments: u64,
    /// Aggregates that were created.
    pub aggregates: u64,
    /// Modules that were put; those of a new aggregate do not count.
    pub modules: u64,
    /// Iterations that were put.
    pub iterations: u64,
    /// Points that were added.
    pub points: u64,
    /// Artifacts that were put.
    pub artifacts: u64,
}
