//! The layers, losses, optimizers and datasets of libtorch as entities, under PyTorch's names.
//!
//! What they are called, what they take and what they refuse is said once, in [`registry_nn`], for every
//! framework: [`layers`], [`criteria`] and [`optimizers`] are its descriptions. Here they are built, by
//! name from JSON or from Rust, with the hashes that the Python package `mlregistry` gives for the PyTorch
//! classes called with the same arguments, and with what PyTorch computes.
//!
//! - [`Module`] is for layers and networks, and for modules of your own; [`layer()`] builds one.
//! - [`Criterion`] is for losses; [`criterion()`] builds one.
//! - [`Optimizer`] is for optimizers; [`optimizer()`] builds one.
//! - [`Dataset`] is for [`datasets`].
//!
//! [`checkpoint`] keeps weights in files, also those of Python. Learning rates of [`schedulers`] are for
//! [`Optimizer::set_lr`].
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
//! The same in Rust:
//!
//! ```
//! use registry_tch::layers::{Activation, Linear, Sequential};
//! use registry_tch::{criterion, criteria::CrossEntropyLoss, layer, optimizer, optimizers::Adam};
//! use tch::{Device, nn};
//!
//! let relu = Activation::ReLU { inplace: false };
//! let network = Sequential::new(vec![Linear::new(64, 32).into(), relu.into(), Linear::new(32, 10).into()]);
//! let vs = nn::VarStore::new(Device::Cpu);
//! let model = layer(network, vs.root())?;
//! let criterion = criterion(CrossEntropyLoss::new())?;
//! let optimizer = optimizer(Adam::new().with_lr(0.001), &vs)?;
//! # Ok::<(), registry_tch::TorchError>(())
//! ```
//!
//! # Shapes
//!
//! [`Layer::output_shape`] says what comes of an input, or which layer does not fit and why, before
//! anything is built; the error of a module says the same in the same words.
//!
//! # Hashes that are others in Python
//!
//! `mlregistry` sees no names of the arguments of `RNN`, `LSTM` and `GRU`, whose signature PyTorch hides:
//! with names, `LSTM(input_size=10, hidden_size=20)`, the hash is that of here; `LSTM(10, 20)` is written
//! as `{"args": 10, "kwargs": 20}` there, and has another. Of `Sequential` it keeps the first layer alone.
//!
//! # Threads
//!
//! libtorch computes with a thread for each core, and becomes slow where others keep one busy:
//! [`set_threads`] chooses.
//!
//! # Building
//!
//! libtorch 2.13.0 has to be there; `scripts/libtorch.sh` fetches it.

pub mod checkpoint;
mod criterion;
pub mod datasets;
mod error;
mod layer;
mod module;
mod number;
mod optimizer;
mod sequential;
mod threads;
mod variable;

pub use criterion::{Criterion, criterion};
pub use datasets::Dataset;
pub use error::TorchError;
pub use layer::layer;
pub use module::{AnyModule, Module, any_module};
pub use optimizer::{Optimizer, optimizer};
pub use sequential::{Parallel, Sequential};
pub use threads::set_threads;

pub use registry_nn::{
    self, Layer, OutputSize, Padding, PaddingMode, Refusal, RefusalKind, Shape, Sides, Size,
    criteria, layers, optimizers, schedulers,
};
/// The version of tch that the components take tensors of.
pub use tch;

/// The program in the README runs with the other examples.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct ReadMe;
