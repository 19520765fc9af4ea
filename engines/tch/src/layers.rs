//! The layers of `torch.nn`, under its names, with its parameters, defaults and initial weights.
//!
//! `device` and `dtype` are no parameters: they are those of the path that the weights are under.
//! Neither is `return_indices`, for a module gives one tensor.
//!
//! ```
//! use registry_core::{Entity, Registry};
//! use registry_tch::Module;
//! use serde_json::json;
//! use tch::{Device, Kind, Tensor, nn};
//!
//! let layers = json!([
//!     {"name": "Conv2d", "arguments": {"in_channels": 1, "out_channels": 8, "kernel_size": 3, "padding": "same"}},
//!     {"name": "BatchNorm2d", "arguments": {"num_features": 8}},
//!     "ReLU",
//!     {"name": "MaxPool2d", "arguments": {"kernel_size": 2}},
//!     "Flatten",
//!     {"name": "Dropout", "arguments": {"p": 0.25}},
//!     {"name": "Linear", "arguments": {"in_features": 128, "out_features": 10}},
//! ]);
//! let vs = nn::VarStore::new(Device::Cpu);
//! let modules = Registry::<dyn Module>::global()?;
//! let cnn = modules.build("Sequential", json!({"layers": layers}), &vs.root())?;
//! let images = Tensor::rand([2, 1, 8, 8], (Kind::Float, Device::Cpu));
//! assert_eq!(cnn.try_forward_t(&images, true)?.size(), [2, 10]);
//!
//! let error = cnn.try_forward_t(&images.narrow(2, 0, 6), true).unwrap_err();
//! assert_eq!((error.name(), error.path()), ("Linear", "layers[6]"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod activation;
mod convolution;
mod dropout;
mod embedding;
mod init;
mod linear;
mod normalization;
mod pooling;
mod recurrent;
mod sequential;
mod shape;
mod size;

pub use activation::{Activation, PReLU};
pub use convolution::{
    Conv, Conv1d, Conv2d, Conv3d, ConvTranspose, ConvTranspose1d, ConvTranspose2d, ConvTranspose3d,
    Padding, PaddingMode, PaddingName,
};
pub use dropout::Dropout;
pub use embedding::Embedding;
pub use linear::Linear;
pub use normalization::{
    BatchNorm, BatchNorm1d, BatchNorm2d, BatchNorm3d, GroupNorm, LayerNorm, Shape,
};
pub use pooling::{AdaptiveAvgPool2d, AvgPool2d, MaxPool2d, OutputSize};
pub use recurrent::{GRU, LSTM};
pub use sequential::Sequential;
pub use shape::{Flatten, Identity};
pub use size::Size;

use tch::{TchError, Tensor};

/// Applies `function`, and writes its output into `xs` as well where that is wanted. It is applied to
/// a copy then: gradients need the input as it was.
fn in_place(
    wanted: bool,
    xs: &Tensor,
    function: impl Fn(&Tensor) -> Result<Tensor, TchError>,
) -> Result<Tensor, TchError> {
    if !wanted {
        return function(xs);
    }
    let mut output = xs.shallow_clone();
    output.f_copy_(&function(&xs.f_alias_copy()?)?)?;
    Ok(output)
}
