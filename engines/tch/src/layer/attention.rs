//! Layers in which each element of a sequence looks at all.

use super::any;
use crate::variable::Variables;
use crate::{AnyModule, TorchError};
use registry_nn::Layer;
use registry_nn::layers::{
    MultiheadAttention, PositionalEncoding, TransformerActivation, TransformerEncoder,
    TransformerEncoderLayer,
};
use tch::nn::Path;
use tch::{Kind, TchError, Tensor};

/// The attention of the input to itself; the names of its weights begin with `place`.
pub(super) fn attention(
    it: &MultiheadAttention,
    w: &Variables,
    place: &str,
    xs: &Tensor,
    train: bool,
) -> Result<Tensor, TorchError> {
    let at = |name: &str| w.get(&format!("{place}{name}"));
    let (is_alone, is_turned) = (xs.dim() == 2, it.batch_first && xs.dim() == 3);
    let xs = match (is_alone, is_turned) {
        (true, _) => xs.f_unsqueeze(1)?,
        (_, true) => xs.f_transpose(0, 1)?,
        _ => xs.shallow_clone(),
    };
    let (length, batch, size) = xs.size3()?;
    let weight = w.at(&format!("{place}in_proj_weight"))?;
    let projected = xs.f_linear(weight, at("in_proj_bias"))?.f_chunk(3, -1)?;
    let [query, key, value] = &projected[..] else {
        return Err(TorchError::new("expected query, key and value"));
    };
    let more = |of: &Tensor, learned: &str| -> Result<Tensor, TchError> {
        let mut parts = vec![of.shallow_clone()];
        if let Some(learned) = at(learned) {
            parts.push(learned.f_repeat([1, batch, 1])?);
        }
        if it.add_zero_attn {
            parts.push(Tensor::f_zeros([1, batch, size], (of.kind(), of.device()))?);
        }
        Tensor::f_cat(&parts, 0)
    };
    let heads = |of: &Tensor| -> Result<Tensor, TchError> {
        let shape = [of.size()[0], batch, it.num_heads, size / it.num_heads];
        of.f_reshape(shape)?.f_permute([1, 2, 0, 3])
    };
    let (query, key) = (heads(query)?, heads(&more(key, "bias_k")?)?);
    let value = heads(&more(value, "bias_v")?)?;
    let dropout = if train { it.dropout } else { 0.0 };
    let none = None::<Tensor>;
    let seen = Tensor::f_scaled_dot_product_attention(
        &query, &key, &value, none, dropout, false, None, false,
    )?;
    let joined = seen
        .f_permute([2, 0, 1, 3])?
        .f_reshape([length, batch, size])?;
    let out = w.at(&format!("{place}out_proj.weight"))?;
    let output = joined.f_linear(out, at("out_proj.bias"))?;
    Ok(match (is_alone, is_turned) {
        (true, _) => output.f_squeeze_dim(1)?,
        (_, true) => output.f_transpose(0, 1)?,
        _ => output,
    })
}

pub(super) fn encoder_layer(
    it: &TransformerEncoderLayer,
    w: &Variables,
    xs: &Tensor,
    train: bool,
) -> Result<Tensor, TorchError> {
    let dropout = |xs: Tensor| xs.f_dropout(it.dropout, train);
    let linear = |name: &str, xs: &Tensor| -> Result<Tensor, TorchError> {
        let weight = w.at(&format!("{name}.weight"))?;
        Ok(xs.f_linear(weight, w.get(&format!("{name}.bias")))?)
    };
    let norm = |name: &str, xs: &Tensor| -> Result<Tensor, TorchError> {
        let weight = w.at(&format!("{name}.weight"))?;
        let bias = w.get(&format!("{name}.bias"));
        Ok(xs.f_layer_norm([it.d_model], Some(weight), bias, it.layer_norm_eps, true)?)
    };
    let look = |xs: &Tensor| -> Result<Tensor, TorchError> {
        let seen = attention(&it.self_attn(), w, "self_attn.", xs, train)?;
        Ok(dropout(seen)?)
    };
    let think = |xs: &Tensor| -> Result<Tensor, TorchError> {
        let hidden = linear("linear1", xs)?;
        let hidden = match it.activation {
            TransformerActivation::Relu => hidden.f_relu()?,
            TransformerActivation::Gelu => hidden.f_gelu("none")?,
        };
        Ok(dropout(linear("linear2", &dropout(hidden)?)?)?)
    };
    if it.norm_first {
        let xs = xs.f_add(&look(&norm("norm1", xs)?)?)?;
        return Ok(xs.f_add(&think(&norm("norm2", &xs)?)?)?);
    }
    let xs = norm("norm1", &xs.f_add(&look(xs)?)?)?;
    norm("norm2", &xs.f_add(&think(&xs)?)?)
}

/// The layers of a transformer, and what normalizes their output.
pub(super) fn encoder(
    it: &TransformerEncoder,
    vs: &Path<'_>,
) -> Result<Vec<AnyModule>, TorchError> {
    let layer = || Layer::from(it.encoder_layer.clone());
    let layers = (0..it.num_layers).map(|index| any(layer(), &(vs / "layers" / index)));
    let norm = it
        .norm
        .iter()
        .map(|norm| any((**norm).clone(), &(vs / "norm")));
    layers.chain(norm).collect()
}

/// What is added to the elements of the longest sequence.
pub(super) fn places(it: &PositionalEncoding, vs: &Path<'_>) -> Result<Tensor, TorchError> {
    let table = Tensor::f_from_slice(&it.table(it.max_len))?;
    let table = table.f_reshape([it.max_len, it.d_model])?;
    // As PyTorch's program has it, whatever the weights are.
    let kind = if vs.kind() == Kind::Double {
        Kind::Double
    } else {
        Kind::Float
    };
    Ok(table.f_to_kind(kind)?.f_to_device(vs.device())?)
}

pub(super) fn encode_places(
    it: &PositionalEncoding,
    w: &Variables,
    xs: &Tensor,
    train: bool,
) -> Result<Tensor, TorchError> {
    let is_along_second = it.batch_first && xs.dim() == 3;
    let length = xs.size()[usize::from(is_along_second)];
    let mut added = w.at("pe")?.f_narrow(0, 0, length)?;
    if !it.batch_first && xs.dim() == 3 {
        added = added.f_unsqueeze(1)?;
    }
    Ok(xs.f_add(&added)?.f_dropout(it.dropout, train)?)
}
