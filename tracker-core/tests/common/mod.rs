//! A store in memory whose way of adding points a test decides.

#[path = "../reads/mod.rs"]
pub(crate) mod reads;

use std::sync::Arc;

use tracker_core::ports::{Applied, Change, Mark, Store};
use tracker_core::{MemoryStore, Result};

use reads::pass_reads_on;

/// What stands in the place of `apply` where points are added; it is given the store behind.
pub(crate) trait Apply:
    Fn(&MemoryStore, &[Change], Option<Mark>) -> Result<Applied> + Send + Sync
{
}

impl<F> Apply for F where
    F: Fn(&MemoryStore, &[Change], Option<Mark>) -> Result<Applied> + Send + Sync
{
}

/// Passes every call on but those which add points and wait for the disk.
pub(crate) struct Hooked<F> {
    inner: Arc<MemoryStore>,
    apply: F,
    pub(crate) sync: fn() -> Result<()>,
}

impl<F: Apply> Hooked<F> {
    pub(crate) fn new(inner: &Arc<MemoryStore>, apply: F) -> Self {
        Self {
            inner: Arc::clone(inner),
            apply,
            sync: || Ok(()),
        }
    }
}

impl<F: Apply> Store for Hooked<F> {
    fn apply(&self, changes: &[Change], mark: Option<Mark>) -> Result<Applied> {
        let is_points = |change: &Change| matches!(change, Change::AddPoints { .. });
        if changes.iter().any(is_points) {
            (self.apply)(&self.inner, changes, mark)
        } else {
            self.inner.apply(changes, mark)
        }
    }

    fn sync(&self) -> Result<()> {
        (self.sync)()
    }

    pass_reads_on!();
}
