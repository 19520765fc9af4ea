//! Experiment tracking for machine learning: experiments, runs (called aggregates), their components
//! with all hyperparameters, metrics, iterations and artifacts, stored by the identity of the
//! components that take part.
//!
//! ```
//! # use tracker_core::conformance::Sample;
//! # let model = Sample::new("MLP", r#"{"layers": 2}"#);
//! # let criterion = Sample::new("CrossEntropy", "{}");
//! # let optimizer = Sample::new("Adam", r#"{"lr": 0.001}"#);
//! # let dataset = Sample::new("Digits", r#"{"train": true}"#);
//! use serde_json::json;
//! use tracker_core::{Iteration, Metric, Tracker};
//!
//! let tracker = Tracker::open("memory:")?; // or `sqlite:runs.db`, with the crate `tracker-sqlite`
//! let experiment = tracker.experiment("digits")?;
//! let run = experiment
//!     .track(&model)?
//!     .with("criterion", &criterion)?
//!     .with("optimizer", &optimizer)?;
//! run.metrics().add(Metric::new("loss", 0.31).phase("train").epoch(run.epoch()).step(120))?;
//! let batches = json!({"batch_size": 64});
//! run.iterations().put(Iteration::new("train", run.epoch()).dataset(&dataset).arguments(batches))?;
//! run.set_epoch(run.epoch() + 1)?;
//!
//! // The same model, in another process or another year, continues the same aggregate.
//! let again = experiment.track(&model)?;
//! assert_eq!(again.epoch(), 1);
//! assert_eq!(again.metrics().list("loss", "train")?.len(), 1);
//! assert_eq!(again.module("optimizer")?.arguments().to_string(), r#"{"lr": 0.001}"#);
//! # Ok::<(), tracker_core::Error>(())
//! ```
//!
//! What each call stores:
//!
//! - a [`Tracker`] is a store of [`Experiment`]s;
//! - an experiment holds [`Aggregate`]s: a model, known by its hash, and its epoch;
//! - an aggregate holds [`ModuleRecord`]s, a [history](Metrics::list) and a [`Summary`] for each series of
//!   [`Metric`]s, an [`Iteration`] for each dataset it ran over, an [`Attempt`] for each program that
//!   worked on it, and [`Artifacts`] as the weights of its checkpoints.
//!
//! Everything is `Send`, `Sync`, synchronous, and cheap to clone. Where data is kept is decided by
//! a [store](ports::Store): [`MemoryStore`] comes with the crate, `tracker-sqlite` and `tracker-json`
//! bring the schemes `sqlite:` and `json:`, and the module `conformance`, of the
//! feature of that name, checks a store of one's own.

#[cfg(feature = "chunk")]
pub mod chunk;
#[cfg(feature = "conformance")]
pub mod conformance;
pub mod documents;
pub mod fork;
pub mod ports;
pub mod query;
#[cfg(feature = "chunk")]
pub mod sql;
pub mod wire;

mod aggregate;
mod aggregates;
mod artifacts;
mod attempt;
mod checkpoints;
mod compare;
mod contents;
mod disagreement;
mod driver;
mod error;
mod experiment;
mod figures;
mod gpu;
mod import;
mod iterations;
mod journal;
mod link;
mod many;
mod memory;
mod metrics;
mod names;
mod process;
mod provenance;
mod records;
mod remembered;
#[cfg(feature = "schema")]
mod schemas;
mod scope;
mod search;
mod shared;
mod state;
mod tracker;
mod verify;

pub use aggregate::Aggregate;
pub use aggregates::Aggregates;
pub use artifacts::{Artifact, ArtifactBuilder, Artifacts};
pub use attempt::Attempt;
pub use checkpoints::{Checkpoint, CheckpointBuilder};
pub use compare::{Compared, Comparison};
pub use contents::{ArtifactReader, FolderContents, MemoryContents};
pub use disagreement::Disagreement;
pub use driver::{Access, Address, Driver, Opened, shown};
pub use error::{Error, ErrorKind, Result, StoreProblem};
pub use experiment::{Experiment, Experiments};
pub use import::{Count, Imported, Progress, import, import_while};
pub use iterations::Iterations;
pub use journal::JournalInfo;
pub use memory::MemoryStore;
pub use metrics::Metrics;
pub use query::Query;
pub use records::{
    Annotation, Annotations, AttemptRecord, AttemptState, Definition, Direction, Git, Iteration,
    Metric, MetricValue, Micros, ModuleRecord, Moment, Outcome, Position, Provenance, Series,
    Status, Summary, System,
};
pub use remembered::{KnownStore, known_store, known_stores};
pub use state::state_file;
pub use tracker::Tracker;

pub use jiff::Timestamp;
pub use registry_core::{Difference, Hash, Metadata};
pub use uuid::Uuid;

/// What the macros of this crate need.
#[doc(hidden)]
pub mod __private {
    #[cfg(not(feature = "derive"))]
    pub use crate::__no_features as features;
    pub use inventory;
    #[cfg(feature = "derive")]
    pub use registry_derive::__features as features;
}

/// The program in the README runs with the other examples.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct ReadMe;
