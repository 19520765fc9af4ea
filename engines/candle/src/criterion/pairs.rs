//! Losses of what is near and what is far.

use super::{above_zero, absolute, reduced};
use crate::Result;
use candle_core::{D, Tensor};
use registry_nn::criteria::{
    CosineEmbeddingLoss, HingeEmbeddingLoss, MarginRankingLoss, TripletMarginLoss,
};

/// What PyTorch adds to the squares of lengths.
const EPSILON: f64 = 1e-12;

pub(super) fn cosine(
    it: &CosineEmbeddingLoss,
    one: &Tensor,
    other: &Tensor,
    target: &Tensor,
) -> Result<Tensor> {
    let square = |xs: &Tensor| xs.sqr()?.sum(D::Minus1)? + EPSILON;
    let product = one.broadcast_mul(other)?.sum(D::Minus1)?;
    let cosine = product.broadcast_div(&square(one)?.broadcast_mul(&square(other)?)?.sqrt()?)?;
    let far = above_zero(&(&cosine - it.margin)?)?;
    reduced(
        &of_sign(target, &cosine.affine(-1.0, 1.0)?, &far, [0.0, 0.0])?,
        it.reduction,
    )
}

pub(super) fn hinge(it: &HingeEmbeddingLoss, input: &Tensor, target: &Tensor) -> Result<Tensor> {
    let far = above_zero(&input.affine(-1.0, it.margin)?)?;
    reduced(&of_sign(target, input, &far, [1.0, 1.0])?, it.reduction)
}

/// The first where the target is 1, the second where it is -1; of each the share where it is something else.
fn of_sign(target: &Tensor, near: &Tensor, far: &Tensor, shares: [f64; 2]) -> Result<Tensor> {
    let shape = near
        .shape()
        .broadcast_shape_binary_op(target.shape(), "loss")?;
    let (target, near, far) = (
        target.broadcast_as(&shape)?,
        near.broadcast_as(&shape)?,
        far.broadcast_as(&shape)?,
    );
    let rest = ((&near * shares[0])? + (&far * shares[1])?)?;
    let rest = target.eq(-1.0)?.where_cond(&far, &rest)?;
    target.eq(1.0)?.where_cond(&near, &rest)
}

pub(super) fn ranking(
    it: &MarginRankingLoss,
    one: &Tensor,
    other: &Tensor,
    target: &Tensor,
) -> Result<Tensor> {
    let lack = target.neg()?.broadcast_mul(&one.broadcast_sub(other)?)? + it.margin;
    reduced(&above_zero(&lack?)?, it.reduction)
}

pub(super) fn triplet(
    it: &TripletMarginLoss,
    anchor: &Tensor,
    positive: &Tensor,
    negative: &Tensor,
) -> Result<Tensor> {
    let distance =
        |one: &Tensor, other: &Tensor| norm(&(one.broadcast_sub(other)? + it.eps)?, it.p);
    let near = distance(anchor, positive)?;
    let mut far = distance(anchor, negative)?;
    if it.swap {
        far = far.broadcast_minimum(&distance(positive, negative)?)?;
    }
    let lack = near.broadcast_sub(&far)? + it.margin;
    reduced(&above_zero(&lack?)?, it.reduction)
}

/// The length along the last dimension, of order `p`.
pub(crate) fn norm(xs: &Tensor, p: f64) -> Result<Tensor> {
    let size = absolute(xs)?;
    if p.is_infinite() {
        return size.max(D::Minus1);
    }
    size.powf(p)?.sum(D::Minus1)?.powf(p.recip())
}
