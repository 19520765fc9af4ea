//! PyTorch's layers, losses and optimizers as burn modules, and trainings of burn's on record.
//!
//! - [`layer`], [`criterion`] and [`optimizer`] build what `registry-nn` describes: modules and an
//!   optimizer of burn's, with PyTorch's numbers, names and initial weights.
//! - [`Tracked`] puts a `SupervisedTraining` on record in three lines, and [`TrackedTests`] an evaluation.
//! - [`BurnOptimizer`] and [`BurnScheduler`] are what burn has and PyTorch has not, by name.
//!
//! What burn cannot compute as PyTorch does is refused when it is built, with the place of the layer and
//! what to do instead:
//!
//! ```
//! use burn::tensor::Device;
//! use registry_nn::layers::{MaxPool3d, Sequential};
//!
//! let network = Sequential::new(vec![MaxPool3d::new(2.into()).into()]);
//! let refusal = registry_burn::layer(&network.into(), &Device::default()).unwrap_err();
//! assert_eq!(
//!     refusal.to_string(),
//!     "`MaxPool3d` at `layers[0]`: burn does not support windows over volumes\n\
//!      hint: choose `AdaptiveAvgPool3d`, or a `Conv3d` with strides"
//! );
//! ```
//!
//! # Configurations of one's own
//!
//! A configuration of burn's is an entity, and so is the model of a run, with one line beside burn's
//! derive, which brings serde's: `#[register(serde = false)]`. What has a default says so to both.
//!
//! ```
//! use burn::config::Config;
//! use registry_core::Entity;
//!
//! #[derive(Config, Debug, Entity)]
//! #[register(name = "MLP", serde = false)]
//! struct MlpConfig {
//!     inputs: usize,
//!     #[register(default = 32)]
//!     #[config(default = 32)]
//!     hidden: usize,
//! }
//!
//! let config = MlpConfig::new(2).with_hidden(64);
//! assert_eq!(config.arguments().to_string(), r#"{"inputs": 2, "hidden": 64}"#);
//! ```
//!
//! Without burn's derive it is built by name as well, and its file says what it is:
//!
//! ```standalone_crate
//! use burn::config::Config;
//! use registry_core::{DefaultRegistry, Entity};
//!
//! #[derive(Clone, Debug, Entity)]
//! #[register(name = "MLP", new)]
//! struct MlpConfig {
//!     inputs: usize,
//!     #[register(default = 32)]
//!     hidden: usize,
//! }
//!
//! impl Config for MlpConfig {}
//!
//! let config = MlpConfig::new(2).with_hidden(64);
//! let path = std::env::temp_dir().join(format!("mlp-{}.json", std::process::id()));
//! config.save(&path)?;
//! let again = MlpConfig::load(&path)?;
//! std::fs::remove_file(&path)?;
//! assert_eq!(again.hash(), config.hash());
//!
//! let written = serde_json::from_str::<serde_json::Value>(&serde_json::to_string(&config)?)?;
//! assert_eq!(DefaultRegistry::global()?.build_value(&written, &())?.hash(), config.hash());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Classes
//!
#![doc = include_str!("../classes.md")]

mod activation;
mod checkpointed;
mod configs;
mod criterion;
mod evaluation;
mod layer;
mod optimizer;
mod pass;
mod support;
mod tensor;
mod tracked;
mod weights;

pub use configs::{Adafactor, Adan, BurnOptimizer, BurnSchedule, BurnScheduler, Lamb, Lion, Muon};
pub use criterion::{AnyCriterion, criterion};
pub use evaluation::TrackedTests;
pub use layer::{AnyLayer, layer};
pub use optimizer::{optimizer, scheduler};
pub use tensor::AnyTensor;
pub use tracked::Tracked;
pub use weights::WeightsError;

/// The program in the README runs with the other examples.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct ReadMe;
