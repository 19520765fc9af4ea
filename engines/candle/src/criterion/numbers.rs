//! Losses of numbers and of probabilities.

use super::{absolute, numbers_like, reduced};
use crate::Result;
use crate::layers::log_sigmoid;
use crate::numbers::number;
use candle_core::Tensor;
use registry_nn::criteria::{
    BCELoss, BCEWithLogitsLoss, DivergenceReduction, GaussianNLLLoss, HuberLoss, KLDivLoss, L1Loss,
    MSELoss, PoissonNLLLoss, Reduction, SmoothL1Loss,
};
use std::f64::consts::TAU;

pub(super) fn l1(it: &L1Loss, input: &Tensor, target: &Tensor) -> Result<Tensor> {
    reduced(&absolute(&input.broadcast_sub(target)?)?, it.reduction)
}

pub(super) fn mse(it: &MSELoss, input: &Tensor, target: &Tensor) -> Result<Tensor> {
    reduced(&input.broadcast_sub(target)?.sqr()?, it.reduction)
}

pub(super) fn smooth_l1(it: &SmoothL1Loss, input: &Tensor, target: &Tensor) -> Result<Tensor> {
    reduced(&smooth(input, target, it.beta)?, it.reduction)
}

pub(super) fn huber(it: &HuberLoss, input: &Tensor, target: &Tensor) -> Result<Tensor> {
    reduced(
        &(smooth(input, target, it.delta)? * it.delta)?,
        it.reduction,
    )
}

fn smooth(input: &Tensor, target: &Tensor, beta: f64) -> Result<Tensor> {
    let difference = input.broadcast_sub(target)?;
    let line = (absolute(&difference)? - 0.5 * beta)?;
    if beta == 0.0 {
        return Ok(line);
    }
    let curve = (difference.sqr()? * (0.5 / beta))?;
    difference.abs()?.lt(beta)?.where_cond(&curve, &line)
}

pub(super) fn bce(it: &BCELoss, input: &Tensor, target: &Tensor) -> Result<Tensor> {
    let log = |xs: &Tensor| xs.log()?.maximum(-100.0);
    let opposite = input.affine(-1.0, 1.0)?;
    let (yes, no) = (log(&input.detach())?, log(&opposite.detach())?);
    let losses = ((target * &yes)? + (target.affine(-1.0, 1.0)? * &no)?)?.neg()?;
    // The gradient is PyTorch's, which ends where the logarithms do.
    let spread = (input * &opposite)?.detach().maximum(1e-12)?;
    let slope = ((input - target)?.detach() / spread)?;
    let losses = (losses + (slope * (input - input.detach())?)?)?;
    weighted(&losses, it.weight.as_deref(), it.reduction)
}

pub(super) fn bce_with_logits(
    it: &BCEWithLogitsLoss,
    input: &Tensor,
    target: &Tensor,
) -> Result<Tensor> {
    let yes = log_sigmoid(input)?;
    let no = (&yes - input)?;
    let mut yes = (target * yes)?;
    if let Some(weight) = &it.pos_weight {
        yes = yes.broadcast_mul(&numbers_like(weight, input)?)?;
    }
    let losses = (yes + (target.affine(-1.0, 1.0)? * no)?)?.neg()?;
    weighted(&losses, it.weight.as_deref(), it.reduction)
}

fn weighted(losses: &Tensor, weight: Option<&[f64]>, reduction: Reduction) -> Result<Tensor> {
    match weight {
        Some(weight) => reduced(
            &losses.broadcast_mul(&numbers_like(weight, losses)?)?,
            reduction,
        ),
        None => reduced(losses, reduction),
    }
}

pub(super) fn kl_div(it: &KLDivLoss, input: &Tensor, target: &Tensor) -> Result<Tensor> {
    let (target, log) = if it.log_target {
        (target.exp()?, target.clone())
    } else {
        // Where the target is 0 there is no loss.
        (
            target.clone(),
            target
                .gt(0.0)?
                .where_cond(target, &target.ones_like()?)?
                .log()?,
        )
    };
    let losses = target.broadcast_mul(&log.broadcast_sub(input)?)?;
    match it.reduction {
        DivergenceReduction::None => Ok(losses),
        DivergenceReduction::Mean => losses.mean_all(),
        DivergenceReduction::Sum => losses.sum_all(),
        DivergenceReduction::BatchMean => losses.sum_all()? / number(input.dim(0)?),
    }
}

pub(super) fn gaussian_nll(
    it: &GaussianNLLLoss,
    input: &Tensor,
    target: &Tensor,
    var: &Tensor,
) -> Result<Tensor> {
    let var = if var.rank() < input.rank() {
        var.unsqueeze(var.rank())?
    } else {
        var.clone()
    };
    // The smallest variance is no part of the gradient.
    let var = (&var + (var.maximum(it.eps)? - &var)?.detach())?;
    let square = input.broadcast_sub(target)?.sqr()?.broadcast_div(&var)?;
    let mut losses = (square.broadcast_add(&var.log()?)? * 0.5)?;
    if it.full {
        losses = (losses + 0.5 * TAU.ln())?;
    }
    reduced(&losses, it.reduction)
}

pub(super) fn poisson_nll(it: &PoissonNLLLoss, input: &Tensor, target: &Tensor) -> Result<Tensor> {
    let mut losses = if it.log_input {
        input.exp()?.broadcast_sub(&target.broadcast_mul(input)?)?
    } else {
        input.broadcast_sub(&target.broadcast_mul(&(input + it.eps)?.log()?)?)?
    };
    if it.full {
        let is_many = target.gt(1.0)?;
        let many = is_many.where_cond(target, &target.ones_like()?)?;
        let stirling = ((&many * many.log()?)? - &many)? + ((&many * TAU)?.log()? * 0.5)?;
        losses = losses.broadcast_add(&is_many.where_cond(&stirling?, &target.zeros_like()?)?)?;
    }
    reduced(&losses, it.reduction)
}
