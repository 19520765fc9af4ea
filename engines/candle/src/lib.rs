//! PyTorch's layers, losses and optimizers in candle, built from the descriptions of `registry-nn`.
//!
//! - [`layer`] makes a module of a [`Layer`](registry_nn::Layer): of one class, or of a whole network.
//! - [`criterion`] makes a function of tensors of a [`Criterion`](registry_nn::Criterion).
//! - [`optimizer`] makes one for the variables in a `VarMap` of an [`Optimizer`](registry_nn::Optimizer).
//! - [`Module`] is the registry of all classes of layers, and of modules of your own.
//! - [`manual_seed`] and [`var_builder`] let weights and dropout be the same again, on a CPU too.
//! - [`load`] takes weights by PyTorch's names, and the `save` of a `VarMap` writes them so.
//!
//! ```
//! use candle_core::{DType, Device, Tensor};
//! use candle_nn::{ModuleT, VarMap};
//! use registry_candle::{AnyModule, Module, var_builder};
//! use registry_core::{Entity, Registry};
//! use serde_json::json;
//!
//! let layers = json!([
//!     {"name": "Conv2d", "arguments": {"in_channels": 1, "out_channels": 8, "kernel_size": 3}},
//!     "ReLU",
//!     {"name": "MaxPool2d", "arguments": {"kernel_size": 2}},
//!     "Flatten",
//!     {"name": "Linear", "arguments": {"in_features": 72, "out_features": 10}},
//! ]);
//! let map = VarMap::new();
//! let vb = var_builder(&map, DType::F32, &Device::Cpu);
//! let model = Registry::<dyn Module>::global()?.build("Sequential", json!({"layers": layers}), &vb)?;
//! let images = Tensor::zeros((2, 1, 8, 8), DType::F32, &Device::Cpu)?;
//! assert_eq!(model.forward_t(&images, false)?.dims(), [2, 10]);
//! println!("{} {}", model.name(), model.hash());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What it passes
//!
//! Every class computes what the real PyTorch computed, in values, gradients and kept variables, or refuses
//! when it is built. First weights are drawn from PyTorch's distributions, and are other numbers than its.
//! In candle a layer with `inplace` leaves its input as it is, which no other layer sees but those beside it in a
//! `Parallel`; there it is refused.
//!
#![doc = include_str!("../conformance.md")]

mod criterion;
mod error;
mod layers;
mod module;
mod numbers;
mod optimizer;
mod weights;

pub use criterion::{Loss, criterion};
pub use error::CandleError;
use error::Result;
pub use layers::{Parallel, Sequential};
pub use module::{AnyModule, Module, layer};
pub use optimizer::{AnyOptimizer, optimizer};
pub use weights::{Variables, load, load_buffer, manual_seed, var_builder, variables};

/// The version of candle that the components take tensors of.
pub use candle_core;
/// What the modules, variables and optimizers are of.
pub use candle_nn;

/// The program in the README runs with the other examples.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct ReadMe;
