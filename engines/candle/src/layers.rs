//! The layers: what each computes, as a function of tensors.

mod activation;
mod attention;
mod container;
mod convolution;
mod dropout;
mod embedding;
mod normalization;
mod pad;
mod pool;
mod recurrent;
mod resample;
mod shape;
mod windows;

pub(crate) use activation::log_sigmoid;
pub use container::{Parallel, Sequential};

use crate::CandleError;
use crate::Result;
use crate::numbers::sizes;
use candle_core::{DType, Error, Module, Tensor};
use candle_nn::VarBuilder;
use registry_nn::{Init, Layer, Variable};
use std::collections::BTreeMap;

/// What a layer does with an input, while training or not.
pub(crate) type Forward = Box<dyn Fn(&Tensor, bool) -> Result<Tensor> + Send + Sync>;

/// The function that a layer is, its arguments being checked.
pub(crate) fn build(layer: &Layer, vb: &VarBuilder<'_>) -> Result<Forward, CandleError> {
    let weights = || Weights::of(layer, vb);
    Ok(match layer {
        Layer::Linear(_) => linear(&weights()?)?,
        Layer::Conv1d(it) => convolution::conv(it, &weights()?)?,
        Layer::Conv2d(it) => convolution::conv(it, &weights()?)?,
        Layer::Conv3d(it) => convolution::conv(it, &weights()?)?,
        Layer::ConvTranspose1d(it) => convolution::transpose(it, &weights()?)?,
        Layer::ConvTranspose2d(it) => convolution::transpose(it, &weights()?)?,
        Layer::ConvTranspose3d(it) => convolution::transpose(it, &weights()?)?,
        Layer::Activation(it) => activation::activation(it),
        Layer::PReLU(_) => activation::prelu(&weights()?)?,
        Layer::MaxPool1d(it) => pool::max(it)?,
        Layer::MaxPool2d(it) => pool::max(it)?,
        Layer::MaxPool3d(it) => pool::max(it)?,
        Layer::AvgPool1d(it) => pool::avg(it)?,
        Layer::AvgPool2d(it) => pool::avg(it)?,
        Layer::AvgPool3d(it) => pool::avg(it)?,
        Layer::AdaptiveMaxPool1d(it) => pool::adaptive_max(it.output_size),
        Layer::AdaptiveMaxPool2d(it) => pool::adaptive_max(it.output_size),
        Layer::AdaptiveMaxPool3d(it) => pool::adaptive_max(it.output_size),
        Layer::AdaptiveAvgPool1d(it) => pool::adaptive_avg(it.output_size),
        Layer::AdaptiveAvgPool2d(it) => pool::adaptive_avg(it.output_size),
        Layer::AdaptiveAvgPool3d(it) => pool::adaptive_avg(it.output_size),
        Layer::Pad(it) => pad::pad(it),
        Layer::BatchNorm1d(it) => normalization::batch_norm(it, &weights()?)?,
        Layer::BatchNorm2d(it) => normalization::batch_norm(it, &weights()?)?,
        Layer::BatchNorm3d(it) => normalization::batch_norm(it, &weights()?)?,
        Layer::InstanceNorm1d(it) => normalization::instance_norm(it, &weights()?)?,
        Layer::InstanceNorm2d(it) => normalization::instance_norm(it, &weights()?)?,
        Layer::InstanceNorm3d(it) => normalization::instance_norm(it, &weights()?)?,
        Layer::GroupNorm(it) => normalization::group_norm(it, &weights()?)?,
        Layer::LayerNorm(it) => normalization::layer_norm(it, &weights()?),
        Layer::RMSNorm(it) => normalization::rms_norm(it, &weights()?),
        Layer::Dropout(it) => dropout::dropout(it),
        Layer::Dropout1d(it) => dropout::dropout(it),
        Layer::Dropout2d(it) => dropout::dropout(it),
        Layer::Dropout3d(it) => dropout::dropout(it),
        Layer::Embedding(it) => embedding::embedding(it, &weights()?)?,
        Layer::PositionalEncoding(it) => attention::positional_encoding(it, vb)?,
        Layer::RNN(it) => recurrent::rnn(it, weights()?)?,
        Layer::LSTM(it) => recurrent::lstm(it, weights()?)?,
        Layer::GRU(it) => recurrent::gru(it, weights()?)?,
        Layer::MultiheadAttention(it) => attention::multihead(it, &weights()?)?,
        Layer::TransformerEncoderLayer(it) => attention::encoder_layer(it, vb)?,
        Layer::TransformerEncoder(it) => attention::encoder(it, vb)?,
        Layer::Upsample(it) => resample::upsample(it),
        Layer::PixelShuffle(_) => resample::pixel_shuffle(layer),
        Layer::PixelUnshuffle(_) => resample::pixel_unshuffle(layer),
        Layer::Identity(_) => forward(|xs, _| Ok(xs.clone())),
        Layer::Flatten(_) | Layer::Unflatten(_) => shape::reshape(layer),
        Layer::Transpose(it) => shape::transpose(it),
        Layer::Select(it) => shape::select(it),
        Layer::Sequential(it) => container::sequential(it, vb)?,
        Layer::Parallel(it) => container::parallel(it, vb)?,
    })
}

/// A function, as a layer is.
fn forward(f: impl Fn(&Tensor, bool) -> Result<Tensor> + Send + Sync + 'static) -> Forward {
    Box::new(f)
}

/// The variables of one layer, by their names in it.
pub(crate) struct Weights(BTreeMap<String, Tensor>);

impl Weights {
    /// Those that stand in `vb`, or new ones as PyTorch has them.
    fn of(layer: &Layer, vb: &VarBuilder<'_>) -> Result<Self> {
        let state = layer.state().into_iter();
        let all = state.map(|it| Ok((it.name.clone(), variable(&it, vb)?)));
        all.collect::<Result<_>>().map(Self)
    }

    fn get(&self, name: &str) -> Option<Tensor> {
        self.0.get(name).cloned()
    }

    fn one(&self, name: &str) -> Result<Tensor> {
        self.get(name).ok_or_else(|| Error::CannotFindTensor {
            path: name.to_owned(),
        })
    }
}

fn variable(variable: &Variable, vb: &VarBuilder<'_>) -> Result<Tensor> {
    let Variable {
        name, shape, init, ..
    } = variable;
    let shape = sizes(shape)?;
    let (init, dtype, zero) = match *init {
        Init::Uniform { bound } => (
            candle_nn::Init::Uniform {
                lo: -bound,
                up: bound,
            },
            vb.dtype(),
            None,
        ),
        Init::Normal { std, zero } => (
            candle_nn::Init::Randn {
                mean: 0.0,
                stdev: std,
            },
            vb.dtype(),
            zero,
        ),
        Init::Constant(value) => (candle_nn::Init::Const(value), vb.dtype(), None),
        Init::Counter => (candle_nn::Init::Const(0.0), DType::I64, None),
    };
    let is_new = !vb.contains_tensor(name);
    let made = vb.get_with_hints_dtype(shape, name, init, dtype)?;
    if let (true, Some(row)) = (is_new, zero) {
        let row = crate::numbers::size(row)?;
        let keep = Tensor::ones(made.dims(), dtype, made.device())?;
        let keep = keep.slice_scatter0(&made.narrow(0, row, 1)?.zeros_like()?, row)?;
        candle_core::Var::from_tensor(&made)?.set(&made.detach().mul(&keep)?)?;
    }
    Ok(made)
}

fn linear(weights: &Weights) -> Result<Forward> {
    let linear = candle_nn::Linear::new(weights.one("weight")?, weights.get("bias"));
    Ok(forward(move |xs, _| match xs.rank() {
        1 => linear.forward(&xs.unsqueeze(0)?)?.squeeze(0),
        2..=4 => linear.forward(xs),
        // candle has no more dimensions there.
        rank => {
            let lead = &xs.dims()[..rank - 1];
            let flat = xs.contiguous()?.flatten_to(rank - 2)?;
            let output = linear.forward(&flat)?;
            output.reshape([lead, &[output.dim(1)?]].concat())
        }
    }))
}
