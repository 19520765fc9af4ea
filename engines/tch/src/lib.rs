//! The layers, losses, optimizers and datasets of libtorch as entities, under PyTorch's names.
//!
//! Each has PyTorch's parameter names, order and defaults. A parameter with a default is left out
//! of identity while it has it, so that the hash is the one that the Python package `mlregistry`
//! gives for the PyTorch class called with the same arguments. A number is written as its parameter
//! has it: `1` for a float is `1.0`, as it has to be written in Python too for the same hash.
//!
//! - [`Module`] is for [`layers`], and for modules of your own.
//! - [`Criterion`] is for losses: [`criteria`].
//! - [`Optimizer`] is for [`optimizers`].
//! - [`Dataset`] is for [`datasets`].
//!
//! [`checkpoint`] keeps weights in files.
//!
//! ```
//! use registry_core::{Entity, Registry};
//! use registry_tch::{Criterion, Module, Optimizer};
//! use serde_json::json;
//! use tch::{Device, Kind, Tensor, nn};
//!
//! let vs = nn::VarStore::new(Device::Cpu);
//! let layers = json!([
//!     {"name": "Linear", "arguments": {"in_features": 64, "out_features": 32}},
//!     "ReLU",
//!     {"name": "Linear", "arguments": {"in_features": 32, "out_features": 10}},
//! ]);
//! let model = Registry::<dyn Module>::global()?.build("Sequential", json!({"layers": layers}), &vs.root())?;
//! let criterion = Registry::<dyn Criterion>::global()?.build("CrossEntropyLoss", (), &())?;
//! let mut optimizer = Registry::<dyn Optimizer>::global()?.build("Adam", json!({"lr": 0.001}), &vs)?;
//!
//! let (images, labels) = (Tensor::rand([8, 64], (Kind::Float, Device::Cpu)), Tensor::arange(8, (Kind::Int64, Device::Cpu)));
//! let loss = criterion.loss(&model.try_forward_t(&images, true)?, &labels)?;
//! optimizer.backward_step(&loss)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Building
//!
//! libtorch 2.13.0 has to be there; `scripts/libtorch.sh` fetches it.

pub mod checkpoint;
pub mod criteria;
pub mod datasets;
mod error;
pub mod layers;
mod module;
pub mod optimizers;

pub use criteria::Criterion;
pub use datasets::Dataset;
pub use error::TorchError;
pub use module::{AnyModule, Module, any_module};
pub use optimizers::Optimizer;

/// The version of tch that the components take tensors of.
pub use tch;

/// The program in the README runs with the other examples.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct ReadMe;
