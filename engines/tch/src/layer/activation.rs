//! Functions of each element.
//!
//! Some functions of libtorch take numbers, which tch does not pass on: they are called where the
//! numbers are PyTorch's defaults, and else are put together of others, with the same values and
//! gradients at every place.

use super::in_place;
use crate::TorchError;
use crate::number::{floats, number, zero};
use registry_nn::layers::{Activation, Approximation};
use tch::{Kind, Tensor};

pub(super) fn activation(it: &Activation, xs: &Tensor, train: bool) -> Result<Tensor, TorchError> {
    in_place(it.inplace(), xs, |xs| {
        if let Some(dim) = it.dim(xs.dim()) {
            return along(it, dim, xs);
        }
        of_each(it, xs, train)
    })
}

fn along(it: &Activation, dim: i64, xs: &Tensor) -> Result<Tensor, TorchError> {
    Ok(match it {
        Activation::GLU { .. } => xs.f_glu(dim)?,
        Activation::LogSoftmax { .. } => xs.f_log_softmax(dim, None)?,
        Activation::Softmin { .. } => xs.f_neg()?.f_softmax(dim, None)?,
        Activation::Softmax2d if !(3..=4).contains(&xs.dim()) => {
            return Err(TorchError::new("expected 3 dimensions or 4"));
        }
        _ => xs.f_softmax(dim, None)?,
    })
}

fn of_each(it: &Activation, xs: &Tensor, train: bool) -> Result<Tensor, TorchError> {
    Ok(match *it {
        Activation::CELU { alpha: 1.0, .. } => xs.f_celu()?,
        Activation::CELU { alpha, .. } => elu(xs, alpha, Some(alpha))?,
        Activation::ELU { alpha: 1.0, .. } => xs.f_elu()?,
        Activation::ELU { alpha, .. } => elu(xs, alpha, None)?,
        Activation::GELU { approximate } => xs.f_gelu(match approximate {
            Approximation::None => "none",
            Approximation::Tanh => "tanh",
        })?,
        Activation::Hardshrink { lambd: 0.5 } => xs.f_hardshrink()?,
        Activation::Hardshrink { lambd } => {
            floats(xs)?;
            let is_small = xs.f_abs()?.f_le_tensor(&number("lambd", lambd, xs)?)?;
            zero(xs)?.f_where_self(&is_small, xs)?
        }
        Activation::Hardsigmoid { .. } => xs.f_hardsigmoid()?,
        Activation::Hardswish { .. } => xs.f_hardswish()?,
        Activation::Hardtanh {
            min_val: -1.0,
            max_val: 1.0,
            ..
        } => xs.f_hardtanh()?,
        Activation::Hardtanh {
            min_val, max_val, ..
        } => hardtanh(xs, min_val, max_val)?,
        Activation::LeakyReLU {
            negative_slope: 0.01,
            ..
        } => xs.f_leaky_relu()?,
        Activation::LeakyReLU { negative_slope, .. } => {
            leaky_relu(xs, "negative_slope", negative_slope)?
        }
        Activation::LogSigmoid => xs.f_log_sigmoid()?,
        Activation::Mish { .. } => xs.f_mish()?,
        Activation::RReLU { .. } if train && xs.kind() == Kind::Half => {
            return Err(TorchError::new(
                "it is not trained with numbers of the kind Half",
            ));
        }
        Activation::RReLU { lower, upper, .. } if train => {
            floats(xs)?;
            let slope = xs.f_empty_like()?.f_uniform_(lower, upper)?;
            let is_low = xs.f_le_tensor(&zero(xs)?)?;
            xs.f_mul(&slope)?.f_where_self(&is_low, xs)?
        }
        Activation::RReLU { lower, upper, .. } => {
            leaky_relu(xs, "upper", f64::midpoint(lower, upper))?
        }
        Activation::ReLU { .. } => xs.f_relu()?,
        Activation::ReLU6 { .. } => xs.f_relu6()?,
        Activation::SELU { .. } => xs.f_selu()?,
        Activation::SiLU { .. } => xs.f_silu()?,
        Activation::Sigmoid => xs.f_sigmoid()?,
        Activation::Softplus {
            beta: 1.0,
            threshold: 20.0,
        } => xs.f_softplus()?,
        Activation::Softplus { beta, threshold } => softplus(xs, beta, threshold)?,
        Activation::Softshrink { lambd: 0.5 } => xs.f_softshrink()?,
        Activation::Softshrink { lambd } => {
            floats(xs)?;
            let (most, least) = (number("lambd", lambd, xs)?, number("lambd", -lambd, xs)?);
            xs.f_sub(&xs.f_clamp_tensor(Some(least), Some(most))?)?
        }
        Activation::Softsign => {
            let size = xs.f_abs()?;
            xs.f_div(&size.f_add(&size.f_ones_like()?)?)?
        }
        Activation::Tanh => xs.f_tanh()?,
        Activation::Tanhshrink => xs.f_sub(&xs.f_tanh()?)?,
        Activation::Threshold {
            threshold, value, ..
        } => {
            // Both are looked at before: libtorch must not refuse them.
            let _ = number("threshold", threshold, xs)?;
            let _ = number("value", value, xs)?;
            xs.f_threshold(threshold, value)?
        }
        // They are along a dimension.
        Activation::GLU { .. }
        | Activation::LogSoftmax { .. }
        | Activation::Softmax { .. }
        | Activation::Softmax2d
        | Activation::Softmin { .. } => return along(it, -1, xs),
    })
}

/// `scale * (exp(x / divisor) - 1)` up to zero, `x` above.
fn elu(xs: &Tensor, scale: f64, divisor: Option<f64>) -> Result<Tensor, TorchError> {
    floats(xs)?;
    if let kind @ (Kind::Half | Kind::BFloat16) = xs.kind() {
        // As libtorch computes with them.
        return Ok(elu(&xs.f_to_kind(Kind::Float)?, scale, divisor)?.f_to_kind(kind)?);
    }
    let zero = zero(xs)?;
    let is_low = xs.f_le_tensor(&zero)?;
    let mut low = xs.f_where_self(&is_low, &zero)?;
    if let Some(divisor) = divisor {
        low = low.f_div(&number("alpha", divisor, xs)?)?;
    }
    let scale = number("alpha", scale, xs)?;
    let value = low.f_expm1()?.f_mul(&scale)?.f_detach()?;
    // Nothing is added but a gradient, which that of `expm1` would lose digits of.
    let gradient = low.f_exp()?.f_mul(&scale)?;
    let low = value.f_add(&gradient.f_sub(&gradient.f_detach()?)?)?;
    Ok(low.f_where_self(&is_low, xs)?)
}

fn leaky_relu(xs: &Tensor, parameter: &str, slope: f64) -> Result<Tensor, TorchError> {
    floats(xs)?;
    if let kind @ (Kind::Half | Kind::BFloat16) = xs.kind() {
        return Ok(leaky_relu(&xs.f_to_kind(Kind::Float)?, parameter, slope)?.f_to_kind(kind)?);
    }
    let is_high = xs.f_gt_tensor(&zero(xs)?)?;
    let low = xs.f_mul(&number(parameter, slope, xs)?)?;
    Ok(xs.f_where_self(&is_high, &low)?)
}

/// No gradient passes at the limits themselves.
fn hardtanh(xs: &Tensor, min_val: f64, max_val: f64) -> Result<Tensor, TorchError> {
    let (min, max) = (
        number("min_val", min_val, xs)?,
        number("max_val", max_val, xs)?,
    );
    let is_out = xs.f_le_tensor(&min)?.f_logical_or(&xs.f_ge_tensor(&max)?)?;
    let limited = xs.f_clamp_tensor(Some(min), Some(max))?;
    Ok(limited.f_detach()?.f_where_self(&is_out, xs)?)
}

fn softplus(xs: &Tensor, beta: f64, threshold: f64) -> Result<Tensor, TorchError> {
    floats(xs)?;
    // PyTorch computes it in more digits than these have, in which large numbers have a place too.
    let kind = xs.kind();
    if matches!(kind, Kind::Half | Kind::BFloat16) {
        let soft = softplus(&xs.f_to_kind(Kind::Float)?, beta, threshold)?;
        return Ok(soft.f_to_kind(kind)?);
    }
    let beta = number("beta", beta, xs)?;
    let scaled = xs.f_mul(&beta)?;
    let is_high = scaled.f_gt_tensor(&number("threshold", threshold, xs)?)?;
    // What is not taken is kept small, for an infinite number there would spoil the gradient.
    let low = zero(xs)?.f_where_self(&is_high, &scaled)?;
    let soft = low.f_exp()?.f_log1p()?.f_div(&beta)?;
    Ok(xs.f_where_self(&is_high, &soft)?)
}
