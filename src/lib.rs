//! Identity, registries and tracking for machine-learning components.
//!
//! Annotate a model, a criterion, an optimizer or a dataset, and every instance knows its name, its
//! arguments, its signature and its hash; each can be found by name and built from JSON; and what
//! happened to it is on record under that hash.
//!
//! ```standalone_crate
//! use entia::prelude::*;
//!
//! #[derive(Clone, Debug, Entity)]
//! pub enum Activation {
//!     ReLU,
//!     LeakyReLU { slope: f64 },
//! }
//!
//! pub struct Mlp {
//!     sizes: [usize; 3],
//! }
//!
//! #[register(name = "MLP")]
//! impl Mlp {
//!     pub fn new(
//!         input_size: usize,
//!         hidden_size: usize,
//!         output_size: usize,
//!         #[register(default = 0.5)] dropout: f64,
//!         activation: Activation,
//!     ) -> Self {
//!         // build layers with `dropout` and `activation` here
//!         let _ = (dropout, activation);
//!         Self { sizes: [input_size, hidden_size, output_size] }
//!     }
//! }
//!
//! let model = Mlp::new(784, 256, 10, 0.5, Activation::ReLU);
//! assert_eq!(model.sizes, [784, 256, 10]);
//! assert_eq!(model.hash().to_string(), "af51a51a38f7ad81f9523360fafe7068");
//!
//! let arguments = json!({"input_size": 784, "hidden_size": 256, "output_size": 10, "activation": "ReLU"});
//! let same = DefaultRegistry::global()?.build("MLP", arguments, &())?;
//! assert_eq!(same.hash(), model.hash());
//!
//! let tracker = Tracker::open("memory:")?;
//! let run = tracker.experiment("digits")?.track(&model)?;
//! run.metrics().add(Metric::new("loss", 0.31).phase("train").epoch(run.epoch()))?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! - [`Entity`]: what has an identity. `#[derive(Entity)]` for fields, `#[register]` for a
//!   constructor or a function.
//! - [`Registry`]: components by name; `#[registry]` gives a trait a registry of its own, with a
//!   context if its components need one.
//! - [`tracker`]: experiments, and the runs in them with their hyperparameters, metrics, attempts and
//!   artifacts, in a store.
//!
//! What the text that is hashed looks like is told in [`registry_core`].

extern crate self as entia;

#[cfg(feature = "candle")]
#[doc(inline)]
pub use registry_candle as candle;
#[doc(hidden)]
pub use registry_core::__private;
pub use registry_core::*;
#[doc(inline)]
pub use registry_derive::{
    EntityOfEntia as Entity, register_of_entia as register, registry_of_entia as registry,
};
#[cfg(feature = "tch")]
#[doc(inline)]
pub use registry_tch as tch;
#[doc(inline)]
pub use tracker_core::provenance;

/// Experiment tracking: what happened to a component, stored under its identity. This is the crate
/// `tracker-core`, with the stores that the features bring:
///
/// | feature | addresses | store |
/// |---|---|---|
/// | | `memory:` | [`MemoryStore`](tracker::MemoryStore) |
/// | `sqlite`, on by default | `sqlite:FILE` | `SqliteStore` |
/// | `json`, on by default | `json:FILE` | `JsonStore` |
/// | `http` | `http://HOST:PORT`, `https://HOST` | `HttpStore` |
/// | `postgres` | `postgres://HOST/DATABASE` | `PostgresStore` |
///
/// ```
/// use entia::prelude::*;
///
/// let tracker = Tracker::open("memory:")?; // or `sqlite:runs.db`, or `json:runs.json`
/// assert!(tracker.experiments().list()?.is_empty());
/// # Ok::<(), entia::tracker::Error>(())
/// ```
pub mod tracker {
    #[doc(inline)]
    pub use tracker_core::*;
    #[cfg(feature = "http")]
    #[doc(inline)]
    pub use tracker_http::HttpStore;
    #[cfg(feature = "json")]
    #[doc(inline)]
    pub use tracker_json::JsonStore;
    #[cfg(feature = "postgres")]
    #[doc(inline)]
    pub use tracker_postgres::PostgresStore;
    #[cfg(feature = "sqlite")]
    #[doc(inline)]
    pub use tracker_sqlite::SqliteStore;
}

/// What most programs use: `use entia::prelude::*;`.
pub mod prelude {
    pub use crate::tracker::query::{argument, metric};
    pub use crate::tracker::{Iteration, Metric, Query, Tracker};
    pub use crate::{DefaultRegistry, Entity, Registered, Registry, register, registry};
    pub use serde_json::json;
}

/// The programs in the README run with the other examples.
// The macros show these examples, but in their own crate there is no `entia` to run them with.
#[cfg(doctest)]
#[doc = include_str!("../registry-derive/docs/entity-example.md")]
#[doc = include_str!("../registry-derive/docs/register-example.md")]
#[doc = include_str!("../registry-derive/docs/registry-example.md")]
struct MacroExamples;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct ReadMe;

#[cfg(test)]
mod tests {
    use crate::prelude::*;

    #[derive(Entity)]
    struct Dropout {
        p: f64,
    }

    #[test]
    fn the_macros_work_inside_this_crate() {
        assert_eq!(Dropout { p: 0.5 }.arguments().to_string(), r#"{"p": 0.5}"#);
    }
}
