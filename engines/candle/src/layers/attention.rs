//! Layers in which each element of a sequence looks at all.

use super::dropout::drop_elements;
use super::shape::in_batch;
use super::{Forward, Weights, build, forward};
use crate::CandleError;
use crate::Result;
use crate::numbers::{number, size};
use candle_core::{D, Module, Tensor};
use candle_nn::ops::softmax;
use candle_nn::{Linear, VarBuilder};
use registry_nn::layers::{
    Activation, Approximation, LayerNorm, Linear as LinearLayer, MultiheadAttention,
    PositionalEncoding, TransformerActivation, TransformerEncoder, TransformerEncoderLayer,
};

/// Does something with `(batch, length, features)`, however the sequences are given.
fn batch_first(
    xs: &Tensor,
    is_first: bool,
    f: impl FnOnce(&Tensor) -> Result<Tensor>,
) -> Result<Tensor> {
    match (xs.rank(), is_first) {
        (3, false) => f(&xs.transpose(0, 1)?.contiguous()?)?
            .transpose(0, 1)?
            .contiguous(),
        _ => in_batch(xs, 3, f),
    }
}

pub(super) fn multihead(it: &MultiheadAttention, weights: &Weights) -> Result<Forward> {
    let (it, heads) = (it.clone(), size(it.num_heads)?);
    let input = Linear::new(weights.one("in_proj_weight")?, weights.get("in_proj_bias"));
    let output = Linear::new(
        weights.one("out_proj.weight")?,
        weights.get("out_proj.bias"),
    );
    let more = [weights.get("bias_k"), weights.get("bias_v")];
    Ok(forward(move |xs, train| {
        batch_first(xs, it.batch_first, |xs| {
            let parts = input.forward(xs)?.chunk(3, D::Minus1)?;
            let (batch, length, features) = parts[0].dims3()?;
            let split = |part: &Tensor| {
                let (_, length, _) = part.dims3()?;
                let split = part
                    .contiguous()?
                    .reshape((batch, length, heads, features / heads))?;
                split.transpose(1, 2)?.contiguous()
            };
            let with_more = |part: &Tensor, more: &Option<Tensor>| {
                let mut parts = vec![part.clone()];
                if let Some(more) = more {
                    parts.push(more.broadcast_as((batch, 1, features))?);
                }
                if it.add_zero_attn {
                    parts.push(Tensor::zeros(
                        (batch, 1, features),
                        part.dtype(),
                        part.device(),
                    )?);
                }
                split(&Tensor::cat(&parts, 1)?)
            };
            let (key, value) = (
                with_more(&parts[1], &more[0])?,
                with_more(&parts[2], &more[1])?,
            );
            let query = (split(&parts[0])? * number(features / heads).sqrt().recip())?;
            let attention = softmax(&query.matmul(&key.transpose(2, 3)?)?, D::Minus1)?;
            let attention = drop_elements(&attention, it.dropout, train)?;
            let seen = attention
                .matmul(&value)?
                .transpose(1, 2)?
                .reshape((batch, length, features))?;
            output.forward(&seen)
        })
    }))
}

/// A part of a layer that has a shortcut.
type Block<'a> = &'a dyn Fn(&Tensor) -> Result<Tensor>;

pub(super) fn encoder_layer(
    it: &TransformerEncoderLayer,
    vb: &VarBuilder<'_>,
) -> Result<Forward, CandleError> {
    let (size, hidden) = (it.d_model, it.dim_feedforward);
    let linear = |from, to| LinearLayer::new(from, to).with_bias(it.bias).into();
    let norm = || {
        LayerNorm::new(size.into())
            .with_eps(it.layer_norm_eps)
            .with_bias(it.bias)
            .into()
    };
    let attention = build(&it.self_attn().into(), &vb.pp("self_attn"))?;
    let (widen, narrow) = (
        build(&linear(size, hidden), &vb.pp("linear1"))?,
        build(&linear(hidden, size), &vb.pp("linear2"))?,
    );
    let norms = [
        build(&norm(), &vb.pp("norm1"))?,
        build(&norm(), &vb.pp("norm2"))?,
    ];
    let activation = super::activation::activation(&match it.activation {
        TransformerActivation::Relu => Activation::ReLU { inplace: false },
        TransformerActivation::Gelu => Activation::GELU {
            approximate: Approximation::None,
        },
    });
    let (dropout, norm_first) = (it.dropout, it.norm_first);
    Ok(forward(move |xs, train| {
        let network = |xs: &Tensor| {
            let hidden = activation(&widen(xs, train)?, train)?;
            narrow(&drop_elements(&hidden, dropout, train)?, train)
        };
        let look = |xs: &Tensor| attention(xs, train);
        let blocks: [Block<'_>; 2] = [&look, &network];
        let mut xs = xs.clone();
        for (block, norm) in blocks.iter().zip(&norms) {
            let input = if norm_first {
                norm(&xs, train)?
            } else {
                xs.clone()
            };
            xs = (&xs + drop_elements(&block(&input)?, dropout, train)?)?;
            if !norm_first {
                xs = norm(&xs, train)?;
            }
        }
        Ok(xs)
    }))
}

pub(super) fn encoder(
    it: &TransformerEncoder,
    vb: &VarBuilder<'_>,
) -> Result<Forward, CandleError> {
    let layers = (0..it.num_layers)
        .map(|index| encoder_layer(&it.encoder_layer, &vb.pp("layers").pp(index)));
    let mut layers = layers.collect::<Result<Vec<_>, _>>()?;
    if let Some(norm) = &it.norm {
        layers.push(build(norm, &vb.pp("norm")).map_err(|error| error.of(norm).inside("norm"))?);
    }
    Ok(super::container::in_sequence(layers))
}

pub(super) fn positional_encoding(it: &PositionalEncoding, vb: &VarBuilder<'_>) -> Result<Forward> {
    let shape = (size(it.max_len)?, size(it.d_model)?);
    let table = Tensor::from_vec(it.table(it.max_len), shape, vb.device())?.to_dtype(vb.dtype())?;
    let (dropout, is_first) = (it.dropout, it.batch_first);
    Ok(forward(move |xs, train| {
        let added = batch_first(xs, is_first, |xs| {
            xs.broadcast_add(&table.narrow(0, 0, xs.dim(1)?)?)
        })?;
        drop_elements(&added, dropout, train)
    }))
}
