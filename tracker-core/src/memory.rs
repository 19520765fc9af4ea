//! The store in memory: for tests, for runs nobody will ask for, and as the index of a store that
//! keeps its data elsewhere.

mod aggregate;
mod content;
mod touches;

use registry_core::Value;
use uuid::Uuid;

use crate::error::Result;
use crate::fork::{Guard, Guarded};
use crate::ports::{Applied, Change, Detail, Mark, Scope, Store, Touch};
use crate::records::{ArtifactRecord, AttemptRecord, ExperimentRecord, Iteration, Row, Series};
use content::Content;

/// Keeps everything in memory, until it is dropped. After a `fork` each of the two processes has a
/// copy that the other does not see.
///
/// # Examples
///
/// ```
/// use tracker_core::{MemoryStore, Tracker};
///
/// let tracker = Tracker::new(MemoryStore::default());
/// assert!(tracker.experiments().list()?.is_empty());
/// # Ok::<(), tracker_core::Error>(())
/// ```
#[derive(Debug)]
pub struct MemoryStore {
    identity: Uuid,
    content: Guarded<Content>,
}

impl Default for MemoryStore {
    fn default() -> Self {
        Self {
            identity: Uuid::new_v4(),
            content: Guarded::default(),
        }
    }
}

impl MemoryStore {
    /// No call leaves the data half changed, so a panic elsewhere in a thread that held the lock
    /// has done no harm.
    fn lock(&self) -> Guard<'_, Content> {
        self.content.lock()
    }
}

/// A copy that changes apart from this one; what neither changes is shared.
impl Clone for MemoryStore {
    fn clone(&self) -> Self {
        Self {
            identity: self.identity,
            content: Guarded::new(self.lock().clone()),
        }
    }
}

impl Store for MemoryStore {
    fn apply(&self, changes: &[Change], mark: Option<Mark>) -> Result<Applied> {
        let mut content = self.lock();
        let mut applied = Applied::default();
        if let Some(mark) = mark
            && mark.position <= content.position(mark.journal)
        {
            return Ok(applied);
        }
        // A single change is made or refused as a whole by itself, and points are never refused. A
        // copy would cost more than them: what it shares is copied when it is changed.
        let may_stay_half = changes.len() > 1
            && changes
                .iter()
                .any(|change| !matches!(change, Change::AddPoints { .. }));
        let before = may_stay_half.then(|| content.clone());
        for change in changes {
            if let Err(refused) = content.make(change, &mut applied) {
                if let Some(before) = before {
                    *content = before;
                }
                return Err(refused);
            }
        }
        if let Some(mark) = mark {
            content.advance(mark);
        }
        Ok(applied)
    }

    fn experiments(&self) -> Result<Vec<ExperimentRecord>> {
        Ok(self.lock().experiments())
    }

    fn rows(&self, scope: &Scope, detail: &Detail) -> Result<Vec<Row>> {
        Ok(self.lock().rows(scope, detail))
    }

    fn history(&self, aggregate: Uuid, name: &str, phase: &str) -> Result<Series> {
        let content = self.lock();
        let found = content.aggregate(aggregate);
        let mut series = found
            .and_then(|aggregate| aggregate.points(name, phase).cloned())
            .unwrap_or_else(|| Series::new(name, phase));
        drop(content);
        series.sort();
        Ok(series)
    }

    fn iterations(&self, aggregate: Uuid) -> Result<Vec<Iteration>> {
        let content = self.lock();
        let found = content.aggregate(aggregate);
        Ok(found.map_or_else(Vec::new, |aggregate| aggregate.iterations.clone()))
    }

    fn attempts(&self, aggregate: Uuid) -> Result<Vec<AttemptRecord>> {
        let content = self.lock();
        let found = content.aggregate(aggregate);
        Ok(found.map_or_else(Vec::new, |aggregate| aggregate.attempts.clone()))
    }

    fn artifacts(&self, aggregate: Uuid) -> Result<Vec<ArtifactRecord>> {
        let content = self.lock();
        let found = content.aggregate(aggregate);
        Ok(found.map_or_else(Vec::new, |aggregate| aggregate.artifacts.clone()))
    }

    fn position(&self, journal: Uuid) -> Result<u64> {
        Ok(self.lock().position(journal))
    }

    fn identity(&self) -> Result<Option<Uuid>> {
        Ok(Some(self.identity))
    }

    fn settings(&self, prefix: &str) -> Result<Vec<(String, Value)>> {
        Ok(self.lock().settings(prefix))
    }

    fn newest_change(&self) -> Result<u64> {
        Ok(self.lock().touches.newest())
    }

    fn changes_after(&self, number: u64, limit: usize) -> Result<Vec<Touch>> {
        Ok(self.lock().touches.after(number, limit))
    }
}
