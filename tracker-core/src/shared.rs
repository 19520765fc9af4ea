//! What the handles of one aggregate have in common.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use uuid::Uuid;

use crate::fork::{Guard, Guarded};
use crate::link::Link;
use crate::records::AggregateRecord;

/// An aggregate as all clones of its handle know it.
pub(crate) struct Shared {
    pub(crate) link: Arc<Link>,
    pub(crate) uuid: Uuid,
    pub(crate) id: String,
    pub(crate) epoch: AtomicU64,
    /// As it was read or changed since, but for the epoch.
    pub(crate) state: Guarded<AggregateRecord>,
}

impl Shared {
    /// As it was read or changed since, but for the epoch.
    pub(crate) fn state(&self) -> Guard<'_, AggregateRecord> {
        self.state.lock()
    }
}
