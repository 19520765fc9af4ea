//! Losses of each element.

use super::{reduced, together};
use crate::tensor::{AnyTensor, whole};
use burn::tensor::activation::log_sigmoid;
use burn::tensor::{Device, Tensor, TensorData};
use registry_nn::criteria::{DivergenceReduction, GaussianNLLLoss, PoissonNLLLoss, Reduction};
use registry_nn::{Criterion, Refusal};
use std::f64::consts::TAU;

pub(super) fn loss(
    criterion: &Criterion,
    mut inputs: Vec<AnyTensor>,
) -> Result<AnyTensor, Refusal> {
    if let (Criterion::GaussianNLLLoss(_), [input, _, var]) = (criterion, &mut *inputs) {
        // One variance for a row.
        if var.shape().len() < input.shape().len() {
            let mut shape = var.shape();
            shape.push(1);
            *var = var.clone().reshape(&shape)?;
        }
    }
    let shape = together(&inputs);
    let device = inputs.first().ok_or_else(whole)?.device();
    let mut rows = inputs
        .into_iter()
        .map(|input| input.floats()?.spread(&shape));
    let mut next = || rows.next().unwrap_or_else(|| Err(whole()));
    let (x, y) = (next()?, next()?);
    let weights = |weights: &Option<Vec<f64>>| weights_of(weights.as_ref(), &shape, &device);
    let (losses, reduction) = match criterion {
        Criterion::L1Loss(it) => ((x - y).abs(), it.reduction),
        Criterion::MSELoss(it) => ((x - y).square(), it.reduction),
        Criterion::SmoothL1Loss(it) if it.beta == 0.0 => ((x - y).abs(), it.reduction),
        Criterion::SmoothL1Loss(it) => (huber(x - y, it.beta) / it.beta, it.reduction),
        Criterion::HuberLoss(it) => (huber(x - y, it.delta), it.reduction),
        Criterion::BCELoss(it) => (weighed(binary(x, y), weights(&it.weight)?), it.reduction),
        Criterion::BCEWithLogitsLoss(it) => {
            let no = (y.clone().neg() + 1.0) * x.clone();
            let yes = match weights(&it.pos_weight)? {
                Some(weight) => (weight - 1.0) * y + 1.0,
                None => y.ones_like(),
            };
            (
                weighed(no - yes * log_sigmoid(x), weights(&it.weight)?),
                it.reduction,
            )
        }
        Criterion::KLDivLoss(it) => {
            let losses = divergence(x, y, it.log_target);
            let reduction = match it.reduction {
                DivergenceReduction::None => Reduction::None,
                DivergenceReduction::Mean => Reduction::Mean,
                DivergenceReduction::Sum => Reduction::Sum,
                #[expect(clippy::cast_precision_loss, reason = "a batch is below 2^53")]
                DivergenceReduction::BatchMean => {
                    return Ok((losses.sum() / shape[0] as f64).into());
                }
            };
            (losses, reduction)
        }
        Criterion::GaussianNLLLoss(it) => (gaussian(it, x, y, next()?), it.reduction),
        Criterion::PoissonNLLLoss(it) => (poisson(it, x, y), it.reduction),
        Criterion::HingeEmbeddingLoss(it) => {
            let near = x.clone().mask_fill(y.clone().equal_elem(-1.0), 0.0);
            let far = (x.neg() + it.margin).clamp_min(0.0);
            (near + far.mask_fill(y.equal_elem(1.0), 0.0), it.reduction)
        }
        Criterion::MarginRankingLoss(it) => {
            let target = next()?;
            (
                (target.neg() * (x - y) + it.margin).clamp_min(0.0),
                it.reduction,
            )
        }
        _ => return Err(crate::support::lacks("this loss", "choose another")),
    };
    reduced(losses, reduction, &shape)
}

/// What each element along the last dimension counts.
fn weights_of(
    weights: Option<&Vec<f64>>,
    shape: &[usize],
    device: &Device,
) -> Result<Option<Tensor<1>>, Refusal> {
    let spread = |weights: &Vec<f64>| AnyTensor::One(numbers(weights, device)).spread(shape);
    weights.map(spread).transpose()
}

pub(super) fn numbers(numbers: &[f64], device: &Device) -> Tensor<1> {
    #[expect(clippy::cast_possible_truncation, reason = "the network has f32")]
    let row: Vec<f32> = numbers.iter().map(|it| *it as f32).collect();
    let count = row.len();
    Tensor::from_data(TensorData::new(row, [count]), device)
}

fn weighed(losses: Tensor<1>, weights: Option<Tensor<1>>) -> Tensor<1> {
    match weights {
        Some(weights) => losses * weights,
        None => losses,
    }
}

/// The square of a small difference, the absolute value of a large one.
fn huber(difference: Tensor<1>, delta: f64) -> Tensor<1> {
    let distance = difference.abs();
    let is_small = distance.clone().lower_equal_elem(delta);
    let large = (distance.clone() - delta / 2.0) * delta;
    large.mask_where(is_small, distance.square() / 2.0)
}

fn binary(x: Tensor<1>, y: Tensor<1>) -> Tensor<1> {
    // The gradient of a logarithm that is cut off would be no number.
    let rate = (x.clone() * (x.clone().neg() + 1.0)).clamp_min(1e-12);
    let rate = ((x.clone() - y.clone()) / rate).detach();
    let still = x.clone().detach();
    let log = |x: Tensor<1>| x.log().clamp_min(-100.0);
    let no = (y.clone().neg() + 1.0) * log(still.clone().neg() + 1.0);
    rate * (x - still.clone()) - (y * log(still) + no)
}

fn divergence(x: Tensor<1>, y: Tensor<1>, is_log: bool) -> Tensor<1> {
    if is_log {
        return y.clone().exp() * (y - x);
    }
    let entropy = y.clone() * y.clone().log();
    entropy.mask_fill(y.clone().equal_elem(0.0), 0.0) - y * x
}

fn gaussian(it: &GaussianNLLLoss, x: Tensor<1>, y: Tensor<1>, var: Tensor<1>) -> Tensor<1> {
    // The gradient is that of the variance even where it was too small.
    let var = var.clone() + (var.clone().clamp_min(it.eps) - var).detach();
    let losses = (var.clone().log() + (x - y).square() / var) / 2.0;
    if it.full {
        losses + TAU.ln() / 2.0
    } else {
        losses
    }
}

fn poisson(it: &PoissonNLLLoss, x: Tensor<1>, y: Tensor<1>) -> Tensor<1> {
    let losses = if it.log_input {
        x.clone().exp() - y.clone() * x
    } else {
        x.clone() - y.clone() * (x + it.eps).log()
    };
    if !it.full {
        return losses;
    }
    let factorial = y.clone() * y.clone().log() - y.clone() + (y.clone() * TAU).log() / 2.0;
    losses + factorial.mask_fill(y.lower_equal_elem(1.0), 0.0)
}
