//! One pass through a described network: what each class computes.

mod attention;
mod image;
mod norm;
mod recurrent;

use crate::activation::{activation, leaky};
use crate::tensor::{AnyTensor, each, place, signed, size};
use crate::weights::Weight;
use burn::module::RunningState;
use burn::tensor::module::{conv1d, conv2d, conv3d, linear};
use burn::tensor::{Distribution, Tensor, TensorData};
use registry_core::Entity;
use registry_nn::layers::{Embedding, Merge, PositionalEncoding, Select};
use registry_nn::{Layer, LayerClass, Refusal};

/// The weights that the layers have not taken yet, each as many as its [`Layer::state`] has.
pub(crate) struct Pass<'a> {
    weights: std::slice::Iter<'a, Weight>,
    is_trained: bool,
}

impl<'a> Pass<'a> {
    pub(crate) fn new(weights: &'a [Weight], is_trained: bool) -> Self {
        Self {
            weights: weights.iter(),
            is_trained,
        }
    }

    /// The next weight, whatever its rank.
    fn any(&mut self) -> Result<AnyTensor, Refusal> {
        Ok(match self.weights.next() {
            Some(Weight::One(it)) => it.val().into(),
            Some(Weight::Two(it)) => it.val().into(),
            Some(Weight::Three(it)) => it.val().into(),
            Some(Weight::Four(it)) => it.val().into(),
            Some(Weight::Five(it)) => it.val().into(),
            Some(Weight::Kept(it)) => it.value().into(),
            None => return Err(missing()),
        })
    }

    fn next<const D: usize>(&mut self) -> Result<Tensor<D>, Refusal> {
        self.any()?.tensor()
    }

    /// The next weight, where there is one.
    fn next_if<const D: usize>(&mut self, is_there: bool) -> Result<Option<Tensor<D>>, Refusal> {
        is_there.then(|| self.next()).transpose()
    }

    /// What is kept beside the weights.
    fn kept(&mut self) -> Result<&'a RunningState<Tensor<1>>, Refusal> {
        match self.weights.next() {
            Some(Weight::Kept(it)) => Ok(it),
            _ => Err(missing()),
        }
    }

    /// The output of a layer.
    pub(crate) fn layer(&mut self, layer: &Layer, input: AnyTensor) -> Result<AnyTensor, Refusal> {
        self.class(layer, input)
            .map_err(|refusal| refusal.of(layer.name()))
    }

    fn class(&mut self, layer: &Layer, input: AnyTensor) -> Result<AnyTensor, Refusal> {
        match layer {
            Layer::Linear(it) => self.linear(it.bias, input),
            Layer::Conv1d(it) => self.conv(it, input, conv1d),
            Layer::Conv2d(it) => self.conv(it, input, conv2d),
            Layer::Conv3d(it) => self.conv(it, input, conv3d),
            Layer::ConvTranspose1d(it) => self.conv_transpose1d(it, input),
            Layer::ConvTranspose2d(it) => self.conv_transpose2d(it, input),
            Layer::ConvTranspose3d(it) => self.conv_transpose3d(it, input),
            Layer::Activation(it) => activation(it, input, self.is_trained),
            Layer::PReLU(_) => self.prelu(input),
            Layer::MaxPool1d(it) => image::max_pool1d(it, input),
            Layer::MaxPool2d(it) => image::max_pool2d(it, input),
            Layer::AvgPool1d(it) => image::avg_pool1d(it, input),
            Layer::AvgPool2d(it) => image::avg_pool2d(it, input),
            Layer::AdaptiveAvgPool1d(it) => image::adaptive1d(it, input),
            Layer::AdaptiveAvgPool2d(it) => image::adaptive2d(it, input),
            Layer::AdaptiveAvgPool3d(it) => image::adaptive3d(it, input),
            Layer::Pad(it) => image::pad(input, &it.sides(), it.with()),
            Layer::BatchNorm1d(it) => self.batch_norm(it, input),
            Layer::BatchNorm2d(it) => self.batch_norm(it, input),
            Layer::BatchNorm3d(it) => self.batch_norm(it, input),
            Layer::InstanceNorm1d(it) => self.instance_norm(it, input),
            Layer::InstanceNorm2d(it) => self.instance_norm(it, input),
            Layer::InstanceNorm3d(it) => self.instance_norm(it, input),
            Layer::GroupNorm(it) => self.group_norm(it, input),
            Layer::LayerNorm(it) => self.layer_norm(it, input),
            Layer::RMSNorm(it) => self.rms_norm(it, input),
            Layer::Dropout(it) => self.dropout(it.p, input),
            Layer::Dropout1d(it) => self.drop_channels(it.p, Some(2), input),
            Layer::Dropout2d(it) => self.drop_channels(it.p, None, input),
            Layer::Dropout3d(it) => self.drop_channels(it.p, Some(4), input),
            Layer::Embedding(it) => self.embedding(it, input),
            Layer::PositionalEncoding(it) => self.positions(it, input),
            Layer::RNN(it) => self.rnn(it, input),
            Layer::LSTM(it) => self.lstm(it, input),
            Layer::GRU(it) => self.gru(it, input),
            Layer::MultiheadAttention(it) => self.attention(it, input),
            Layer::TransformerEncoderLayer(it) => self.transformer_layer(it, input),
            Layer::TransformerEncoder(it) => self.transformer(it, input),
            Layer::Upsample(it) => image::upsample(it, input),
            Layer::PixelShuffle(it) => image::shuffle(it, input),
            Layer::PixelUnshuffle(it) => image::unshuffle(it, input),
            Layer::Identity(_) => Ok(input),
            Layer::Flatten(it) => reshaped(it, input),
            Layer::Unflatten(it) => reshaped(it, input),
            Layer::Transpose(it) => Ok(each!(input, x => x.swap_dims(it.dim0, it.dim1).into())),
            Layer::Select(it) => select(it, input),
            Layer::Sequential(it) => {
                let mut layers = it.layers.iter().enumerate();
                layers.try_fold(input, |input, (index, layer)| {
                    self.inside(index, layer, input)
                })
            }
            Layer::Parallel(it) => {
                let mut output = None;
                for (index, layer) in it.layers.iter().enumerate() {
                    let next = self.inside(index, layer, input.clone())?;
                    output = Some(match output {
                        None => next,
                        Some(before) => merge(it.merge, before, next)?,
                    });
                }
                output.ok_or_else(missing)
            }
            // Refused when it was built.
            _ => Err(crate::support::lacks("this layer", "choose another")),
        }
    }

    fn inside(
        &mut self,
        index: usize,
        layer: &Layer,
        input: AnyTensor,
    ) -> Result<AnyTensor, Refusal> {
        self.layer(layer, input)
            .map_err(|refusal| refusal.inside(&format!("layers[{index}]")))
    }

    fn linear(&mut self, has_bias: bool, input: AnyTensor) -> Result<AnyTensor, Refusal> {
        let (weight, bias) = (self.next::<2>()?, self.next_if(has_bias)?);
        Ok(each!(input, x => linear(x, weight.transpose(), bias).into()))
    }

    fn prelu(&mut self, input: AnyTensor) -> Result<AnyTensor, Refusal> {
        let slopes = self.next::<1>()?;
        Ok(each!(input, x => {
            let mut sizes = x.dims().map(|_| 1);
            if let Some(channels) = sizes.get_mut(1) {
                *channels = slopes.dims()[0];
            }
            leaky(x, slopes.reshape(sizes)).into()
        }))
    }

    fn dropout(&self, p: f64, input: AnyTensor) -> Result<AnyTensor, Refusal> {
        Ok(each!(input, x => self.drop_out(p, x).into()))
    }

    fn drop_out<const D: usize>(&self, p: f64, x: Tensor<D>) -> Tensor<D> {
        let dims = x.dims();
        self.drop_parts(p, dims, x)
    }

    /// Leaves out channels: those of an image alone, where it has `single` dimensions.
    fn drop_channels(
        &self,
        p: f64,
        single: Option<usize>,
        input: AnyTensor,
    ) -> Result<AnyTensor, Refusal> {
        Ok(each!(input, x => {
            let mut parts = x.dims();
            let lead = if single == Some(parts.len()) { 1 } else { 2 };
            parts.iter_mut().skip(lead).for_each(|size| *size = 1);
            self.drop_parts(p, parts, x).into()
        }))
    }

    fn drop_parts<const D: usize>(&self, p: f64, parts: [usize; D], x: Tensor<D>) -> Tensor<D> {
        if !self.is_trained || p == 0.0 {
            return x;
        }
        let keep = 1.0 - p;
        let scale = if keep > 0.0 { keep.recip() } else { 0.0 };
        let mask = Tensor::random(parts, Distribution::Bernoulli(keep), &x.device());
        x * mask * scale
    }

    fn embedding(&mut self, table: &Embedding, input: AnyTensor) -> Result<AnyTensor, Refusal> {
        let weight = self.next::<2>()?;
        let AnyTensor::Whole(rows, mut shape) = input else {
            return Err(Refusal::shape("expected whole numbers, found floats")
                .with_hint("give a `Tensor<D, Int>` of the numbers of rows"));
        };
        shape.push(size(table.embedding_dim));
        let mut vectors = weight.select(0, rows.clone());
        if let Some(row) = table.padding_row() {
            // Nothing is learned of it.
            let is_padding = rows.equal_elem(row).unsqueeze_dim::<2>(1);
            let is_padding = is_padding.expand(vectors.dims());
            vectors = vectors.clone().mask_where(is_padding, vectors.detach());
        }
        AnyTensor::from(vectors).reshape(&shape)
    }

    fn positions(
        &mut self,
        encoding: &PositionalEncoding,
        input: AnyTensor,
    ) -> Result<AnyTensor, Refusal> {
        let shape = input.shape();
        let is_in_batch = encoding.batch_first && shape.len() == 3;
        let length = shape[usize::from(is_in_batch)];
        let features = size(encoding.d_model);
        #[expect(clippy::cast_possible_truncation, reason = "the network has f32")]
        let table = encoding
            .table(signed(length))
            .into_iter()
            .map(|it| it as f32)
            .collect();
        let table = Tensor::<2>::from_data(
            TensorData::new::<f32, _>(table, [length, features]),
            &input.device(),
        );
        let table = if is_in_batch {
            table.reshape([1, length, features])
        } else {
            table.reshape([length, 1, features])
        };
        let sequences = match *shape {
            [a, b, c] => input.view([a, b, c])?,
            _ => input.view([length, 1, features])?,
        };
        AnyTensor::from(self.drop_out(encoding.dropout, sequences + table)).reshape(&shape)
    }
}

fn missing() -> Refusal {
    Refusal::argument("there are fewer weights than layers that have some")
        .with_hint("build the network with `registry_burn::layer`")
}

/// As the class has the shape.
fn reshaped(class: &impl LayerClass, input: AnyTensor) -> Result<AnyTensor, Refusal> {
    let shape: Vec<usize> = class
        .output(&input.sizes())?
        .into_iter()
        .map(size)
        .collect();
    match input {
        AnyTensor::Whole(row, _) => Ok(AnyTensor::Whole(row, shape)),
        floats => floats.reshape(&shape),
    }
}

fn select(select: &Select, input: AnyTensor) -> Result<AnyTensor, Refusal> {
    let shape: Vec<usize> = select
        .output(&input.sizes())?
        .into_iter()
        .map(size)
        .collect();
    let selected: AnyTensor = each!(input, x => {
        let dims = x.dims();
        let dim = place(select.dim, dims.len());
        x.narrow(dim, place(select.index, dims[dim]), 1).into()
    });
    selected.reshape(&shape)
}

/// Two outputs as one.
fn merge(merge: Merge, one: AnyTensor, other: AnyTensor) -> Result<AnyTensor, Refusal> {
    let rank = one.shape().len().max(other.shape().len());
    let ranked = |tensor: AnyTensor| {
        let shape = tensor.shape();
        let mut sizes = vec![1; rank - shape.len()];
        sizes.extend(shape);
        tensor.reshape(&sizes)
    };
    let (one, other) = (ranked(one)?, ranked(other)?);
    Ok(each!(one, one => {
        let other = other.tensor()?;
        match merge {
            Merge::Add => one + other,
            Merge::Multiply => one * other,
            Merge::Concatenate => Tensor::cat(vec![one, other], 1),
        }
        .into()
    }))
}
