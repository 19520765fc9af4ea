//! The layers of `torch.nn`, under its names, with its parameters, order and defaults.
//!
//! `device` and `dtype` are no parameters: an engine has them. Neither is `return_indices`, for a layer
//! gives one tensor, nor what says only how PyTorch computes (`enable_nested_tensor`). What stands
//! behind them in PyTorch's order is given by name.
//!
//! `RNN`, `LSTM` and `GRU` have no signature in Python, so that `mlregistry` knows arguments with names
//! alone: `LSTM(input_size=10, hidden_size=20)` has the hash that it has here, `LSTM(10, 20)` another.
//!
//! PyTorch has no class for what its programs write in `forward`. Five stand here for it, the fewest that
//! describe what people build:
//!
//! - [`Sequential`] takes its layers as one list.
//! - [`Parallel`] joins what several layers make of one input: with [`Identity`] beside it a layer has a
//!   shortcut, with a sigmoid and [`Merge::Multiply`] a gate, with [`Merge::Concatenate`] it is one of the
//!   branches of an inception. So there is no class for residuals alone.
//! - [`Select`] takes the last element of a sequence, and [`Transpose`] brings sequences to convolutions
//!   and pools, which have channels first; a mean over a sequence is [`AdaptiveAvgPool1d`] then.
//! - [`PositionalEncoding`] is that of PyTorch's tutorial, without which attention knows no order.
//!
//! What reads sequences gives its first output alone, and attention is of the input to itself: a layer has
//! one input and one output.
//!
//! A block of a residual network, a classifier of sequences, and a small transformer:
//!
//! ```
//! use registry_nn::Layer;
//! use registry_nn::layers::*;
//!
//! let relu = || Layer::from(Activation::ReLU { inplace: false });
//! let conv = |from| Conv2d::new(from, 32, 3.into()).with_padding(1.into()).with_bias(false);
//! let norm = || Layer::from(BatchNorm2d::new(32));
//! let main = Sequential::new(vec![conv(16).into(), norm(), relu(), conv(32).into(), norm()]);
//! let shortcut = Conv2d::new(16, 32, 1.into()).with_bias(false);
//! let block = Sequential::new(vec![Parallel::new(vec![main.into(), shortcut.into()]).into(), relu()]);
//! assert_eq!(Layer::from(block).output_shape(&[8, 16, 14, 14])?, [8, 32, 14, 14]);
//!
//! let classifier = Sequential::new(vec![
//!     Embedding::new(10_000, 64).into(),
//!     LSTM::new(64, 128).with_batch_first(true).into(),
//!     Select::new(1, -1).into(),
//!     Linear::new(128, 2).into(),
//! ]);
//! assert_eq!(Layer::from(classifier).output_shape(&[8, 50])?, [8, 2]);
//!
//! let layer = TransformerEncoderLayer::new(64, 4).with_batch_first(true);
//! let transformer = Sequential::new(vec![
//!     Embedding::new(10_000, 64).into(),
//!     PositionalEncoding::new(64).with_batch_first(true).into(),
//!     TransformerEncoder::new(layer, 2).into(),
//!     // The mean over the sequence.
//!     Transpose::new(1, 2).into(),
//!     AdaptiveAvgPool1d::new(1.into()).into(),
//!     Flatten::new().into(),
//!     Linear::new(64, 2).into(),
//! ]);
//! assert_eq!(Layer::from(transformer).output_shape(&[8, 50])?, [8, 2]);
//! # Ok::<(), registry_nn::Refusal>(())
//! ```

mod activation;
mod attention;
mod container;
mod convolution;
mod dropout;
mod embedding;
mod linear;
mod normalization;
mod pad;
mod pool;
mod pool_adaptive;
mod recurrent;
mod resample;
mod shape;

pub use activation::{Activation, Approximation, PReLU};
pub use attention::{
    MultiheadAttention, PositionalEncoding, TransformerActivation, TransformerEncoder,
    TransformerEncoderLayer,
};
pub(crate) use container::broadcast;
pub use container::{Merge, Parallel, Sequential};
pub use convolution::{
    Conv, Conv1d, Conv2d, Conv3d, ConvTranspose, ConvTranspose1d, ConvTranspose2d, ConvTranspose3d,
};
pub use dropout::{Dropout, Dropout1d, Dropout2d, Dropout3d, DropoutOf};
pub use embedding::Embedding;
pub use linear::Linear;
pub use normalization::{
    BatchNorm, BatchNorm1d, BatchNorm2d, BatchNorm3d, GroupNorm, InstanceNorm, InstanceNorm1d,
    InstanceNorm2d, InstanceNorm3d, LayerNorm, RMSNorm,
};
pub use pad::{Pad, PadWith};
pub use pool::{
    AvgPool, AvgPool1d, AvgPool2d, AvgPool3d, MaxPool, MaxPool1d, MaxPool2d, MaxPool3d,
};
pub use pool_adaptive::{
    AdaptiveAvgPool, AdaptiveAvgPool1d, AdaptiveAvgPool2d, AdaptiveAvgPool3d, AdaptiveMaxPool,
    AdaptiveMaxPool1d, AdaptiveMaxPool2d, AdaptiveMaxPool3d,
};
pub use recurrent::{GRU, LSTM, Nonlinearity, RNN, Recurrence};
pub use resample::{PixelShuffle, PixelUnshuffle, Scale, Upsample, UpsampleMode};
pub use shape::{Flatten, Identity, Select, Transpose, Unflatten};

use crate::Refusal;

/// Splits the shape of an image of `n` dimensions into batch and channels, and the image; the batch may
/// be missing.
fn image(input: &[i64], n: usize) -> Result<(&[i64], &[i64]), Refusal> {
    if input.len() != n + 1 && input.len() != n + 2 {
        let found = dimensions(input);
        return Err(Refusal::shape(format!(
            "expected {} dimensions or {}, found {found}",
            n + 1,
            n + 2
        )));
    }
    Ok(input.split_at(input.len() - n))
}

/// How many dimensions there are, in words.
fn dimensions(input: &[i64]) -> String {
    match input.len() {
        0 => "none".to_owned(),
        count => count.to_string(),
    }
}

/// The channels of an image are as many as the layer has.
fn channels(found: i64, expected: i64) -> Result<(), Refusal> {
    if found == expected {
        return Ok(());
    }
    Err(Refusal::shape(format!(
        "expected {expected} channels, found {found}"
    )))
}

/// The dimension that a number, which may count from the end, stands for.
fn dimension(dim: i64, input: &[i64]) -> Result<usize, Refusal> {
    // A single number has one dimension here.
    let count = input.len().max(1).cast_signed() as i64;
    let at = if dim < 0 {
        dim.saturating_add(count)
    } else {
        dim
    };
    match usize::try_from(at) {
        Ok(at) if at < input.len().max(1) => Ok(at),
        _ => Err(Refusal::shape(format!(
            "there is no dimension {dim} of {}",
            dimensions(input)
        ))),
    }
}
