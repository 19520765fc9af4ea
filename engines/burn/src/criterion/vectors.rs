//! Losses of vectors.

use super::{reduced, together};
use crate::tensor::{AnyTensor, whole};
use burn::tensor::Tensor;
use registry_nn::Refusal;
use registry_nn::criteria::{CosineEmbeddingLoss, TripletMarginLoss};

/// Vectors of one shape as rows, and the shape without their numbers.
fn rows<const N: usize>(vectors: Vec<AnyTensor>) -> Result<([Tensor<2>; N], Vec<usize>), Refusal> {
    let mut shape = together(&vectors);
    let count = shape.last().copied().unwrap_or(1);
    let rows: Result<Vec<Tensor<2>>, Refusal> = vectors
        .into_iter()
        .map(|vector| {
            let row = vector.spread(&shape)?;
            Ok(row.reshape([-1, i64::try_from(count).unwrap_or(1)]))
        })
        .collect();
    shape.pop();
    Ok((rows?.try_into().map_err(|_| whole())?, shape))
}

fn sum(x: Tensor<2>) -> Tensor<1> {
    x.sum_dim(1).squeeze_dim(1)
}

pub(super) fn cosine(
    it: &CosineEmbeddingLoss,
    mut inputs: Vec<AnyTensor>,
) -> Result<AnyTensor, Refusal> {
    let target = inputs.pop().ok_or_else(whole)?.floats()?;
    let ([one, other], vectors) = rows(inputs)?;
    let shape = if vectors.is_empty() {
        target.shape()
    } else {
        vectors
    };
    let length = |x: &Tensor<2>| sum(x.clone().square()) + 1e-12;
    let cosine = sum(one.clone() * other.clone()) / (length(&one) * length(&other)).sqrt();
    let target = target.spread(&shape)?;
    let near = cosine.clone().neg() + 1.0;
    let far = (cosine - it.margin).clamp_min(0.0);
    let losses = near.mask_fill(target.clone().not_equal_elem(1.0), 0.0)
        + far.mask_fill(target.not_equal_elem(-1.0), 0.0);
    reduced(losses, it.reduction, &shape)
}

#[expect(clippy::float_cmp, reason = "exactly this one is a square")]
pub(super) fn triplet(
    it: &TripletMarginLoss,
    inputs: Vec<AnyTensor>,
) -> Result<AnyTensor, Refusal> {
    let ([anchor, positive, negative], shape) = rows(inputs)?;
    let distance = |one: &Tensor<2>, other: &Tensor<2>| {
        let difference = (one.clone() - other.clone() + it.eps).abs();
        if it.p == 2.0 {
            return sum(difference.square()).sqrt();
        }
        sum(difference.powf_scalar(it.p)).powf_scalar(it.p.recip())
    };
    let near = distance(&anchor, &positive);
    let mut far = distance(&anchor, &negative);
    if it.swap {
        far = far.min_pair(distance(&positive, &negative));
    }
    reduced(
        (near - far + it.margin).clamp_min(0.0),
        it.reduction,
        &shape,
    )
}
