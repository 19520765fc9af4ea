//! The port: what a store must do. Implement [`Store`] and hand it to
//! [`Tracker::new`](crate::Tracker::new), or register a [`Driver`](crate::Driver) for a scheme of
//! its own.
//!
//! Everything that changes a store is a [`Change`], and comes in through one door,
//! [`Store::apply`]. What is read comes as the records of this module. A store is given what the
//! domain has checked: names are not empty, epochs fit an `i64`, times are whole microseconds.
//!
//! Records and changes can be serialized with serde, by any format that describes itself, as JSON
//! or CBOR. `conformance::run`, of the feature `conformance`, checks a store, and the example
//! `own_store` is a whole one in some 150 lines.
//!
//! # Examples
//!
//! ```
//! use tracker_core::MemoryStore;
//! use tracker_core::ports::{Change, ExperimentRecord, Store};
//!
//! let store: Box<dyn Store> = Box::new(MemoryStore::default());
//! let digits = ExperimentRecord::new("digits");
//! store.apply(&[Change::CreateExperiment(digits.clone())], None)?;
//! assert_eq!(store.experiments()?, [digits]);
//! # Ok::<(), tracker_core::Error>(())
//! ```

mod arc;
mod change;
mod check;
mod contents;
mod history;
mod search;
mod store;
mod touch;
mod whole;

pub use crate::scope::{Detail, Scope};
pub use change::{Applied, Change, Mark};
pub use contents::{Content, ContentStore};
#[cfg(feature = "chunk")]
pub(crate) use history::Pieces;
pub use history::{Axis, Histories, History, Specials};
pub use search::Search;
pub use store::Store;
pub use touch::{Touch, Touched};

pub(crate) use contents::ContentHasher;

pub use crate::records::{
    AggregateRecord, ArtifactRecord, AttemptRecord, AttemptState, Columns, ExperimentRecord, Mean,
    MeanOf, Row,
};
