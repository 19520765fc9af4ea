//! Ids that order by the time they were made.

use uuid::Uuid;

use crate::fork;

/// A new id.
pub(crate) fn new_id() -> Uuid {
    // They are counted behind a lock, which a child must not find taken.
    let _inside = fork::enter();
    Uuid::now_v7()
}
