//! The descriptions of layers as modules of libtorch: one `match`.
//!
//! Each calls what PyTorch's own `forward` calls, after what that asks before.

mod activation;
mod attention;
mod convolution;
mod dropout;
mod normalization;
mod pool;
mod recurrent;
mod resample;

use crate::variable::Variables;
use crate::{AnyModule, Module, Parallel, Sequential, TorchError, module_t};
use registry_core::{Entity, Registered, register};
use registry_nn::{Layer, SingleLayer};
use std::borrow::Borrow;
use tch::{Tensor, nn, no_grad};

/// Builds a layer, or a whole network, with its weights under a path.
///
/// # Errors
///
/// Where an argument cannot be, there is no memory for the weights, or the device is not there.
///
/// # Examples
///
/// ```
/// use registry_core::Entity;
/// use registry_tch::layers::{Activation, Linear, Sequential};
/// use registry_tch::layer;
/// use tch::{Device, Kind, Tensor, nn};
///
/// let relu = Activation::ReLU { inplace: false };
/// let network = Sequential::new(vec![Linear::new(64, 32).into(), relu.into(), Linear::new(32, 10).into()]);
/// let vs = nn::VarStore::new(Device::Cpu);
/// let model = layer(network.clone(), vs.root())?;
/// assert_eq!(model.hash(), network.hash());
/// assert_eq!(vs.variables()["2.weight"].size(), [10, 32]);
/// let images = Tensor::rand([8, 64], (Kind::Float, Device::Cpu));
/// assert_eq!(model.try_forward_t(&images, false)?.size(), [8, 10]);
/// # Ok::<(), registry_tch::TorchError>(())
/// ```
pub fn layer<'v>(
    layer: impl Into<Layer>,
    vs: impl Borrow<nn::Path<'v>>,
) -> Result<AnyModule, TorchError> {
    let layer = layer.into();
    layer.check()?;
    any(layer, vs.borrow())
}

/// Every layer but lists of layers, which hold modules of any kind here, as the registry of modules
/// has them.
#[register(of = SingleLayer, registry = Module)]
pub(crate) fn single(
    layer: &SingleLayer,
    vs: &nn::Path<'_>,
) -> Result<Box<dyn Module>, TorchError> {
    build(&layer.0, vs)
}

fn any(layer: Layer, vs: &nn::Path<'_>) -> Result<AnyModule, TorchError> {
    let module = build(&layer, vs).map_err(|error| error.named(layer.name(), String::new))?;
    Ok(Registered::map(Registered::of(layer), |_| module))
}

fn build(layer: &Layer, vs: &nn::Path<'_>) -> Result<Box<dyn Module>, TorchError> {
    Ok(match layer {
        Layer::Sequential(it) => Box::new(Sequential::of(list(&it.layers, vs)?)),
        Layer::Parallel(it) => Box::new(Parallel::of(list(&it.layers, vs)?, it.merge)),
        _ => Box::new(Single::new(layer.clone(), vs)?),
    })
}

fn list(layers: &[Layer], vs: &nn::Path<'_>) -> Result<Vec<AnyModule>, TorchError> {
    let layers = layers.iter().enumerate();
    layers
        .map(|(index, layer)| {
            any(layer.clone(), &(vs / index))
                .map_err(|error| error.inside(&format!("layers[{index}]")))
        })
        .collect()
}

/// A layer that is no list of layers.
#[derive(Debug)]
struct Single {
    layer: Layer,
    weights: Variables,
    /// The layers of a transformer.
    inside: Vec<AnyModule>,
}

impl Single {
    fn new(layer: Layer, vs: &nn::Path<'_>) -> Result<Self, TorchError> {
        let inside = match &layer {
            Layer::TransformerEncoder(it) => attention::encoder(it, vs)?,
            _ => Vec::new(),
        };
        let state = if inside.is_empty() {
            layer.state()
        } else {
            Vec::new()
        };
        let mut weights = Variables::new(state, vs)?;
        if let Layer::PositionalEncoding(it) = &layer {
            weights.keep("pe", attention::places(it, vs)?);
        }
        Ok(Self {
            layer,
            weights,
            inside,
        })
    }

    fn forward(&self, xs: &Tensor, train: bool) -> Result<Tensor, TorchError> {
        let w = &self.weights;
        match &self.layer {
            Layer::Linear(_) => Ok(xs.f_linear(w.at("weight")?, w.get("bias"))?),
            Layer::Conv1d(it) => convolution::convolution(it, w, xs),
            Layer::Conv2d(it) => convolution::convolution(it, w, xs),
            Layer::Conv3d(it) => convolution::convolution(it, w, xs),
            Layer::ConvTranspose1d(it) => convolution::transpose(it, w, xs),
            Layer::ConvTranspose2d(it) => convolution::transpose(it, w, xs),
            Layer::ConvTranspose3d(it) => convolution::transpose(it, w, xs),
            Layer::Activation(it) => activation::activation(it, xs, train),
            Layer::PReLU(_) => Ok(xs.f_prelu(w.at("weight")?)?),
            Layer::MaxPool1d(it) => pool::max(it, xs),
            Layer::MaxPool2d(it) => pool::max(it, xs),
            Layer::MaxPool3d(it) => pool::max(it, xs),
            Layer::AvgPool1d(it) => pool::average(it, xs),
            Layer::AvgPool2d(it) => pool::average(it, xs),
            Layer::AvgPool3d(it) => pool::average(it, xs),
            Layer::AdaptiveMaxPool1d(it) => pool::adaptive_max(it.output_size, xs),
            Layer::AdaptiveMaxPool2d(it) => pool::adaptive_max(it.output_size, xs),
            Layer::AdaptiveMaxPool3d(it) => pool::adaptive_max(it.output_size, xs),
            Layer::AdaptiveAvgPool1d(it) => pool::adaptive_average(it.output_size, xs),
            Layer::AdaptiveAvgPool2d(it) => pool::adaptive_average(it.output_size, xs),
            Layer::AdaptiveAvgPool3d(it) => pool::adaptive_average(it.output_size, xs),
            Layer::Pad(it) => resample::pad(it, xs),
            Layer::BatchNorm1d(it) => normalization::batch(it, w, xs, train),
            Layer::BatchNorm2d(it) => normalization::batch(it, w, xs, train),
            Layer::BatchNorm3d(it) => normalization::batch(it, w, xs, train),
            Layer::InstanceNorm1d(it) => normalization::instance(it, w, xs, train),
            Layer::InstanceNorm2d(it) => normalization::instance(it, w, xs, train),
            Layer::InstanceNorm3d(it) => normalization::instance(it, w, xs, train),
            Layer::GroupNorm(it) => normalization::group(it, w, xs),
            Layer::LayerNorm(it) => normalization::layer(it, w, xs),
            Layer::RMSNorm(it) => {
                Ok(xs.f_rms_norm(it.normalized_shape.sizes(), w.get("weight"), it.eps)?)
            }
            Layer::Dropout(it) => dropout::dropout(it, xs, train),
            Layer::Dropout1d(it) => dropout::dropout(it, xs, train),
            Layer::Dropout2d(it) => dropout::dropout(it, xs, train),
            Layer::Dropout3d(it) => dropout::dropout(it, xs, train),
            Layer::Embedding(it) => embedding(it, w, xs),
            Layer::PositionalEncoding(it) => attention::encode_places(it, w, xs, train),
            Layer::RNN(it) => recurrent::rnn(it, w, xs, train),
            Layer::LSTM(it) => recurrent::lstm(it, w, xs, train),
            Layer::GRU(it) => recurrent::gru(it, w, xs, train),
            Layer::MultiheadAttention(it) => attention::attention(it, w, "", xs, train),
            Layer::TransformerEncoderLayer(it) => attention::encoder_layer(it, w, xs, train),
            Layer::TransformerEncoder(_) => {
                let mut layers = self.inside.iter();
                layers.try_fold(xs.shallow_clone(), |xs, it| it.try_forward_t(&xs, train))
            }
            Layer::Upsample(it) => resample::upsample(it, xs),
            Layer::PixelShuffle(it) => Ok(xs.f_pixel_shuffle(it.upscale_factor)?),
            Layer::PixelUnshuffle(it) => Ok(xs.f_pixel_unshuffle(it.downscale_factor)?),
            Layer::Identity(_) => Ok(xs.shallow_clone()),
            Layer::Flatten(it) => Ok(xs.f_flatten(it.start_dim, it.end_dim)?),
            Layer::Unflatten(it) => Ok(xs.f_unflatten(it.dim, it.unflattened_size.as_slice())?),
            Layer::Transpose(it) => Ok(xs.f_transpose(it.dim0, it.dim1)?),
            Layer::Select(it) => Ok(xs.f_select(it.dim, it.index)?),
            Layer::Sequential(_) | Layer::Parallel(_) => {
                Err(TorchError::new("a list of layers is no single layer"))
            }
        }
    }

    /// Whether PyTorch looks at the shape before it calls libtorch, which would not refuse the same, or
    /// read foreign memory. Where it is not so, libtorch is asked first, for that costs nothing.
    fn is_asked_first(&self) -> bool {
        matches!(
            self.layer,
            Layer::RNN(_)
                | Layer::LSTM(_)
                | Layer::GRU(_)
                | Layer::MultiheadAttention(_)
                | Layer::TransformerEncoderLayer(_)
                | Layer::PositionalEncoding(_)
                | Layer::InstanceNorm1d(_)
                | Layer::InstanceNorm2d(_)
                | Layer::InstanceNorm3d(_)
                | Layer::GroupNorm(_)
                | Layer::Dropout1d(_)
                | Layer::Pad(_)
                | Layer::Upsample(_)
        )
    }
}

impl Module for Single {
    fn try_forward_t(&self, xs: &Tensor, train: bool) -> Result<Tensor, TorchError> {
        if self.is_asked_first() {
            self.layer.output_shape(&xs.size())?;
        }
        self.forward(xs, train)
            .map_err(|error| match self.layer.output_shape(&xs.size()) {
                // What is known before libtorch is asked is said more plainly.
                Err(refusal) => refusal.into(),
                Ok(_) => TorchError::of(self.layer.name(), xs)(error),
            })
    }
}

module_t!(Single);

fn embedding(
    it: &registry_nn::layers::Embedding,
    w: &Variables,
    xs: &Tensor,
) -> Result<Tensor, TorchError> {
    let weight = w.at("weight")?;
    if let Some(max_norm) = it.max_norm {
        let mut weight = weight.f_detach()?;
        let _ = no_grad(|| weight.f_embedding_renorm_(xs, max_norm, it.norm_type))?;
    }
    // libtorch's word for none.
    let padding = it.padding_row().unwrap_or(-1);
    let (by_frequency, sparse) = (it.scale_grad_by_freq, it.sparse);
    Ok(Tensor::f_embedding(
        weight,
        xs,
        padding,
        by_frequency,
        sparse,
    )?)
}

/// Applies `function`, and writes its output into `xs` as well where that is wanted. It is applied to
/// a copy then: gradients need the input as it was.
fn in_place(
    wanted: bool,
    xs: &Tensor,
    function: impl Fn(&Tensor) -> Result<Tensor, TorchError>,
) -> Result<Tensor, TorchError> {
    if !wanted {
        return function(xs);
    }
    let mut output = xs.shallow_clone();
    output.f_copy_(&function(&xs.f_alias_copy()?)?)?;
    Ok(output)
}
