//! Layers in which each element of a sequence looks at all.

use super::Pass;
use super::norm::layer_norm;
use crate::tensor::{AnyTensor, size};
use burn::tensor::Tensor;
use burn::tensor::activation::{gelu, relu, softmax};
use burn::tensor::module::linear;
use registry_nn::Refusal;
use registry_nn::layers::{
    MultiheadAttention, TransformerActivation, TransformerEncoder, TransformerEncoderLayer,
};

/// The weights of an attention.
struct Attention {
    input: Tensor<2>,
    input_bias: Option<Tensor<1>>,
    key: Option<Tensor<3>>,
    value: Option<Tensor<3>>,
    output: Tensor<2>,
    output_bias: Option<Tensor<1>>,
}

impl Pass<'_> {
    pub(super) fn attention(
        &mut self,
        it: &MultiheadAttention,
        input: AnyTensor,
    ) -> Result<AnyTensor, Refusal> {
        let weights = self.attention_weights(it)?;
        let shape = input.shape();
        let x = batch_first(input, it.batch_first)?;
        let output = self.attend(it, &weights, x);
        restored(output, &shape, it.batch_first)
    }

    fn attention_weights(&mut self, it: &MultiheadAttention) -> Result<Attention, Refusal> {
        Ok(Attention {
            input: self.next()?,
            input_bias: self.next_if(it.bias)?,
            key: self.next_if(it.add_bias_kv)?,
            value: self.next_if(it.add_bias_kv)?,
            output: self.next()?,
            output_bias: self.next_if(it.bias)?,
        })
    }

    /// Of `(batch, length, features)`.
    fn attend(&self, it: &MultiheadAttention, weights: &Attention, x: Tensor<3>) -> Tensor<3> {
        let [batch, length, features] = x.dims();
        let heads = size(it.num_heads);
        let all = linear(
            x,
            weights.input.clone().transpose(),
            weights.input_bias.clone(),
        );
        let part = |at: usize| all.clone().narrow(2, at * features, features);
        let more = |x: Tensor<3>, learned: Option<&Tensor<3>>| {
            let mut parts = vec![x];
            parts.extend(learned.map(|it| it.clone().expand([batch, 1, features])));
            if it.add_zero_attn {
                parts.push(Tensor::zeros([batch, 1, features], &all.device()));
            }
            Tensor::cat(parts, 1)
        };
        let split = |x: Tensor<3>| {
            let count = x.dims()[1];
            x.reshape([batch, count, heads, features / heads])
                .swap_dims(1, 2)
        };
        let query = split(part(0));
        let key = split(more(part(1), weights.key.as_ref()));
        let value = split(more(part(2), weights.value.as_ref()));
        #[expect(
            clippy::cast_precision_loss,
            reason = "an element has fewer than 2^53 features"
        )]
        let scale = ((features / heads) as f64).sqrt().recip();
        let looks = softmax((query * scale).matmul(key.transpose()), 3);
        let seen = self.drop_out(it.dropout, looks).matmul(value);
        let joined = seen.swap_dims(1, 2).reshape([batch, length, features]);
        linear(
            joined,
            weights.output.clone().transpose(),
            weights.output_bias.clone(),
        )
    }

    pub(super) fn transformer_layer(
        &mut self,
        it: &TransformerEncoderLayer,
        input: AnyTensor,
    ) -> Result<AnyTensor, Refusal> {
        let shape = input.shape();
        let x = batch_first(input, it.batch_first)?;
        let output = self.transform(it, x)?;
        restored(output, &shape, it.batch_first)
    }

    /// Of `(batch, length, features)`.
    fn transform(
        &mut self,
        it: &TransformerEncoderLayer,
        x: Tensor<3>,
    ) -> Result<Tensor<3>, Refusal> {
        let attention = it.self_attn();
        let attention_weights = self.attention_weights(&attention)?;
        let mut wide = || Ok::<_, Refusal>((self.next::<2>()?, self.next_if(it.bias)?));
        let (first, second) = (wide()?, wide()?);
        let mut norm = || Ok::<_, Refusal>((self.next::<1>()?, self.next_if(it.bias)?));
        let norms = [norm()?, norm()?];
        let normalized = |at: usize, x: Tensor<3>| {
            let [batch, length, features] = x.dims();
            let (weight, bias) = norms[at].clone();
            let rows = x.reshape([batch * length, features]);
            layer_norm(rows, Some(weight), bias, it.layer_norm_eps)
                .reshape([batch, length, features])
        };
        let attend = |x: Tensor<3>| {
            self.drop_out(it.dropout, self.attend(&attention, &attention_weights, x))
        };
        let think = |x: Tensor<3>| {
            let hidden = linear(x, first.0.clone().transpose(), first.1.clone());
            let hidden = match it.activation {
                TransformerActivation::Relu => relu(hidden),
                TransformerActivation::Gelu => gelu(hidden),
            };
            let hidden = self.drop_out(it.dropout, hidden);
            self.drop_out(
                it.dropout,
                linear(hidden, second.0.clone().transpose(), second.1.clone()),
            )
        };
        Ok(if it.norm_first {
            let x = x.clone() + attend(normalized(0, x));
            x.clone() + think(normalized(1, x))
        } else {
            let x = normalized(0, x.clone() + attend(x));
            normalized(1, x.clone() + think(x))
        })
    }

    pub(super) fn transformer(
        &mut self,
        it: &TransformerEncoder,
        input: AnyTensor,
    ) -> Result<AnyTensor, Refusal> {
        let (shape, layer) = (input.shape(), &it.encoder_layer);
        let mut x = batch_first(input, layer.batch_first)?;
        for _ in 0..it.num_layers {
            x = self.transform(layer, x)?;
        }
        let output = restored(x, &shape, layer.batch_first)?;
        match &it.norm {
            None => Ok(output),
            Some(norm) => self
                .layer(norm, output)
                .map_err(|refusal| refusal.inside("norm")),
        }
    }
}

/// A sequence, in a batch or alone, as `(batch, length, features)`.
fn batch_first(input: AnyTensor, is_batch_first: bool) -> Result<Tensor<3>, Refusal> {
    match *input.shape() {
        [length, features] => input.view([1, length, features]),
        _ if is_batch_first => input.tensor(),
        _ => Ok(input.tensor::<3>()?.swap_dims(0, 1)),
    }
}

fn restored(x: Tensor<3>, shape: &[usize], is_batch_first: bool) -> Result<AnyTensor, Refusal> {
    if shape.len() == 3 && !is_batch_first {
        return Ok(x.swap_dims(0, 1).into());
    }
    AnyTensor::from(x).reshape(shape)
}
