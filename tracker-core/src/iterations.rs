//! The iterations of an aggregate.

use std::fmt;
use std::sync::Arc;

use uuid::Uuid;

use crate::error::Result;
use crate::link::Link;
use crate::ports::Change;
use crate::records::Iteration;

/// The iterations of an aggregate: one for each hash and phase.
///
/// # Examples
///
/// ```
/// # use tracker_core::conformance::Sample;
/// # let model = Sample::new("MLP", r#"{"layers": 2}"#);
/// # let dataset = Sample::new("Digits", r#"{"train": true}"#);
/// # let run = tracker_core::Tracker::open("memory:")?.experiment("digits")?.track(&model)?;
/// use serde_json::json;
/// use tracker_core::Iteration;
///
/// let batches = json!({"batch_size": 64});
/// run.iterations().put(Iteration::new("train", 0).dataset(&dataset).arguments(batches.clone()))?;
/// run.iterations().put(Iteration::new("train", 1).dataset(&dataset).arguments(batches))?;
///
/// let iterations = run.iterations().list()?;
/// assert_eq!(iterations.len(), 1);
/// assert_eq!(iterations[0].epoch, 1);
/// # Ok::<(), tracker_core::Error>(())
/// ```
#[derive(Clone)]
pub struct Iterations {
    link: Arc<Link>,
    aggregate: Uuid,
}

impl Iterations {
    pub(crate) fn new(link: Arc<Link>, aggregate: Uuid) -> Self {
        Self { link, aggregate }
    }

    /// Puts an iteration in the place of the one with the same hash and phase, or appends it.
    ///
    /// # Errors
    ///
    /// [`Error::Unwritable`](crate::Error::Unwritable) or
    /// [`Error::NoIdentity`](crate::Error::NoIdentity) where its dataset or a module cannot be
    /// stored, [`Error::EmptyName`](crate::Error::EmptyName) without a phase,
    /// [`Error::TooLarge`](crate::Error::TooLarge) for an epoch above `i64::MAX`,
    /// [`Error::Json`](crate::Error::Json) for arguments that nest too deep; nothing is written
    /// then. [`Error::Missing`](crate::Error::Missing) when the aggregate was removed.
    pub fn put(&self, iteration: Iteration) -> Result<()> {
        self.link.apply(Change::PutIteration {
            aggregate: self.aggregate,
            iteration: iteration.checked()?,
        })
    }

    /// All iterations in the order they were appended.
    ///
    /// # Errors
    ///
    /// [`Error::Missing`](crate::Error::Missing) when the aggregate was removed.
    pub fn list(&self) -> Result<Vec<Iteration>> {
        let iterations = self.link.store()?.iterations(self.aggregate)?;
        if iterations.is_empty() {
            self.link.check_aggregate(self.aggregate)?;
        }
        Ok(iterations)
    }

    /// Removes all iterations.
    ///
    /// # Errors
    ///
    /// [`Error::Missing`](crate::Error::Missing) when the aggregate was removed.
    pub fn clear(&self) -> Result<()> {
        self.link.apply(Change::ClearIterations {
            aggregate: self.aggregate,
        })
    }
}

impl fmt::Debug for Iterations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Iterations")
            .field("aggregate", &self.aggregate)
            .finish_non_exhaustive()
    }
}
