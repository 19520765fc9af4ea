//! Experiments, aggregates, modules, metrics and iterations, stored by the identity of the
//! components that take part.
//!
//! ```
//! # use tracker_core::conformance::Sample;
//! # let model = Sample::new("MLP", r#"{"layers": 2}"#);
//! # let criterion = Sample::new("CrossEntropy", "{}");
//! # let optimizer = Sample::new("Adam", r#"{"lr": 0.001}"#);
//! # let dataset = Sample::new("Digits", r#"{"train": true}"#);
//! # let folder = tempfile::tempdir().unwrap();
//! # let address = format!("sqlite:{}", folder.path().join("runs.db").display());
//! use serde_json::json;
//! use tracker_core::{Iteration, Metric, Tracker};
//!
//! # /*
//! let tracker = Tracker::open("sqlite:runs.db")?;
//! # */
//! # let tracker = Tracker::open(&address)?;
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
//! - an aggregate holds [`Module`]s, a [history](Metrics::list) and a [`Summary`] for each series of
//!   [`Metric`]s, and an [`Iteration`] for each dataset it ran over.
//!
//! Everything is `Send`, `Sync`, synchronous, and cheap to clone. Where data is kept is decided by
//! [`ports`]: [`SqliteStore`], [`JsonStore`] and [`MemoryStore`] come with the crate, and
//! [`conformance`] checks a store of one's own.

pub mod conformance;
pub mod ports;
pub mod query;

mod address;
mod aggregate;
mod annotations;
mod compare;
mod error;
mod experiment;
mod identity;
mod import;
mod iteration;
mod iterations;
mod journal;
mod json;
mod link;
mod memory;
mod metric;
mod metrics;
mod module;
mod number;
mod series;
mod sqlite;
mod summary;
mod tracker;
mod verify;

pub use address::journals;
pub use aggregate::Aggregate;
pub use annotations::{Annotation, Annotations};
pub use compare::{Comparison, MetricDifference, ModuleDifference};
pub use error::{Error, Result};
pub use experiment::{Aggregates, Experiment, Experiments};
pub use import::{Count, Imported, Progress, import};
pub use iteration::Iteration;
pub use iterations::Iterations;
pub use journal::JournalInfo;
pub use json::JsonStore;
pub use memory::MemoryStore;
pub use metric::{Metric, MetricValue};
pub use metrics::Metrics;
pub use module::Module;
pub use query::Query;
pub use series::Series;
pub use sqlite::SqliteStore;
pub use summary::Summary;
pub use tracker::Tracker;
pub use verify::Disagreement;

pub use jiff::Timestamp;
pub use registry_core::{Difference, Hash, Metadata};
pub use uuid::Uuid;

/// The program in the README runs with the other examples.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct ReadMe;
