//! PyTorch's layers, losses, optimizers and schedules as data, without a framework.
//!
//! A network is described once, under PyTorch's names, and an engine builds it: in libtorch, in candle,
//! in burn, or in one of your own. The description has one hash, which is that of the Python package
//! `mlregistry` for the PyTorch class called with the same arguments; it is checked as PyTorch checks
//! it; and it knows the shape of its output and its weights before anything is built.
//!
//! ```
//! use registry_core::Entity;
//! use registry_nn::layers::{Activation, Conv2d, Flatten, Linear, MaxPool2d, Sequential};
//! use registry_nn::Layer;
//!
//! let layers = vec![
//!     Conv2d::new(1, 8, 3.into()).with_padding(1.into()).into(),
//!     Activation::ReLU { inplace: false }.into(),
//!     MaxPool2d::new(2.into()).into(),
//!     Flatten::new().into(),
//!     Linear::new(128, 10).into(),
//! ];
//! let network = Layer::from(Sequential::new(layers));
//! assert_eq!(network.output_shape(&[32, 1, 8, 8])?, [32, 10]);
//!
//! let refusal = network.output_shape(&[32, 1, 9, 12]).unwrap_err();
//! assert_eq!((refusal.name(), refusal.path()), ("Linear", "layers[4]"));
//!
//! let same: Layer = serde_json::from_str(&serde_json::to_string(&network)?)?;
//! assert_eq!(same.hash(), network.hash());
//! assert_eq!(network.state().iter().map(|it| it.shape.iter().product::<i64>()).sum::<i64>(), 1370);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! A parameter with a default is left out of identity while it has it. A number is written as its
//! parameter has it: `1` for a float is `1.0`, as it has to be written in Python too for the same hash.
//!
//! # Classes
//!
//! Each variant of [`Layer`], [`Criterion`], [`Optimizer`] and [`Scheduler`] holds one class with its
//! parameters, but that [`Activation`](layers::Activation) and [`Pad`](layers::Pad) hold several.
//!
//! | kind | classes |
//! |---|---|
//! | products | `Linear` |
//! | convolutions | `Conv1d`, `Conv2d`, `Conv3d`, `ConvTranspose1d`, `ConvTranspose2d`, `ConvTranspose3d` |
//! | activations | `CELU`, `ELU`, `GELU`, `GLU`, `Hardshrink`, `Hardsigmoid`, `Hardswish`, `Hardtanh`, `LeakyReLU`, `LogSigmoid`, `LogSoftmax`, `Mish`, `PReLU`, `RReLU`, `ReLU`, `ReLU6`, `SELU`, `SiLU`, `Sigmoid`, `Softmax`, `Softmax2d`, `Softmin`, `Softplus`, `Softshrink`, `Softsign`, `Tanh`, `Tanhshrink`, `Threshold` |
//! | pools | `MaxPool1d`, `MaxPool2d`, `MaxPool3d`, `AvgPool1d`, `AvgPool2d`, `AvgPool3d`, `AdaptiveMaxPool1d`, `AdaptiveMaxPool2d`, `AdaptiveMaxPool3d`, `AdaptiveAvgPool1d`, `AdaptiveAvgPool2d`, `AdaptiveAvgPool3d` |
//! | paddings | `ZeroPad1d`, `ZeroPad2d`, `ZeroPad3d`, `ConstantPad1d`, `ConstantPad2d`, `ConstantPad3d`, `ReflectionPad1d`, `ReflectionPad2d`, `ReflectionPad3d`, `ReplicationPad1d`, `ReplicationPad2d`, `ReplicationPad3d`, `CircularPad1d`, `CircularPad2d`, `CircularPad3d` |
//! | normalizations | `BatchNorm1d`, `BatchNorm2d`, `BatchNorm3d`, `InstanceNorm1d`, `InstanceNorm2d`, `InstanceNorm3d`, `GroupNorm`, `LayerNorm`, `RMSNorm` |
//! | dropouts | `Dropout`, `Dropout1d`, `Dropout2d`, `Dropout3d` |
//! | sequences | `Embedding`, `PositionalEncoding`, `RNN`, `LSTM`, `GRU`, `MultiheadAttention`, `TransformerEncoderLayer`, `TransformerEncoder` |
//! | images | `Upsample`, `PixelShuffle`, `PixelUnshuffle` |
//! | shapes | `Identity`, `Flatten`, `Unflatten`, `Transpose`, `Select` |
//! | networks | `Sequential`, `Parallel` |
//! | losses | `L1Loss`, `MSELoss`, `SmoothL1Loss`, `HuberLoss`, `CrossEntropyLoss`, `NLLLoss`, `BCELoss`, `BCEWithLogitsLoss`, `KLDivLoss`, `GaussianNLLLoss`, `PoissonNLLLoss`, `CTCLoss`, `CosineEmbeddingLoss`, `HingeEmbeddingLoss`, `MarginRankingLoss`, `TripletMarginLoss` |
//! | optimizers | `SGD`, `Adam`, `AdamW`, `Adamax`, `NAdam`, `RAdam`, `RMSprop`, `Adagrad` |
//! | schedules | `StepLR`, `MultiStepLR`, `ExponentialLR`, `LinearLR`, `PolynomialLR`, `CosineAnnealingLR`, `CosineAnnealingWarmRestarts`, `OneCycleLR`, `ReduceLROnPlateau`, `SequentialLR` |
//!
//! `Sequential`, `Parallel`, `Transpose`, `Select` and `PositionalEncoding` are what PyTorch's programs
//! write in `forward`: [`layers`] says why these five.
//!
//! # Engines
//!
//! An engine is one `match` over [`Layer`], which gives a module of its framework, and refuses with
//! [`Refusal::unsupported`] what that cannot do. Weights are called as in PyTorch's `state_dict`, which
//! [`Layer::state`] lists with their shapes and with what they are at first. Schedules are computed here.
//! With the feature `conformance`, `conformance::check` holds an engine against what PyTorch computed.
//!
//! A set of classes joins the registry of an engine's own modules with `#[register(of = Layer, registry
//! = Module)]`; with [`SingleLayer`] in place of [`Layer`] where the engine's lists hold modules of its users
//! as well.

#[cfg(feature = "conformance")]
pub mod conformance;
pub mod criteria;
mod criterion;
mod layer;
pub mod layers;
mod optimizer;
pub mod optimizers;
mod refusal;
mod schedule;
mod scheduler;
pub mod schedulers;
mod set;
mod size;
mod state;

pub use criterion::{Criterion, CriterionClass};
pub use layer::{Layer, LayerClass, SingleLayer};
pub use optimizer::{Optimizer, OptimizerClass};
pub use refusal::{Refusal, RefusalKind};
pub use schedule::Schedule;
pub use scheduler::{Scheduler, SchedulerClass};
pub use size::{OutputSize, Padding, PaddingMode, Shape, Sides, Size};
pub use state::{Init, Variable};

/// The program in the README runs with the other examples.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct ReadMe;
