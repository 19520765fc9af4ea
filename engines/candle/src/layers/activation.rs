//! Functions of each element, with PyTorch's gradients where they have corners, and of what is no number.

use super::{Forward, Weights, forward};
use crate::Result;
use crate::weights::uniform;
use candle_core::cpu_backend::unary_map;
use candle_core::{CpuStorage, CustomOp1, Error, Layout, Shape, Tensor};
use candle_nn::ops::{log_softmax, sigmoid, softmax};
use registry_nn::layers::{Activation, Approximation};

pub(super) fn activation(it: &Activation) -> Forward {
    let it = it.clone();
    forward(move |xs, train| match it {
        Activation::CELU { alpha, .. } => elu(xs, alpha, alpha),
        Activation::ELU { alpha, .. } => elu(xs, alpha, 1.0),
        Activation::SELU { .. } => elu(xs, 1.673_263_242_354_377_2, 1.0)? * 1.050_700_987_355_480_5,
        Activation::GELU {
            approximate: Approximation::None,
        } => xs.gelu_erf(),
        Activation::GELU {
            approximate: Approximation::Tanh,
        } => xs.gelu(),
        Activation::GLU { dim } => {
            let dim = xs.normalize_axis(dim)?;
            let half = xs.dim(dim)? / 2;
            xs.narrow(dim, 0, half)? * sigmoid(&xs.narrow(dim, half, half)?)?
        }
        Activation::Hardshrink { lambd } => near(xs, lambd)?.where_cond(&xs.zeros_like()?, xs),
        Activation::Softshrink { lambd } => {
            near(xs, lambd)?.where_cond(&xs.zeros_like()?, &(xs - (xs.sign()? * lambd)?)?)
        }
        Activation::Hardsigmoid { .. } => {
            let is_inside = (xs.gt(-3.0)? * xs.lt(3.0)?)?;
            let kept = is_inside.where_cond(xs, &clamp(xs, -3.0, 3.0)?.detach())?;
            kept.affine(1.0 / 6.0, 0.5)
        }
        Activation::Hardswish { .. } => {
            let is_inside = (xs.gt(-3.0)? * xs.lt(3.0)?)?;
            let inside = is_inside.where_cond(xs, &xs.zeros_like()?)?;
            let curve = (&inside * inside.affine(1.0 / 6.0, 0.5)?)?;
            let upper = is_inside.where_cond(&curve, xs)?;
            xs.le(-3.0)?.where_cond(&xs.zeros_like()?, &upper)
        }
        Activation::Hardtanh {
            min_val, max_val, ..
        } => clamp(xs, min_val, max_val),
        Activation::ReLU6 { .. } => clamp(xs, 0.0, 6.0),
        Activation::LeakyReLU { negative_slope, .. } => {
            xs.gt(0.0)?.where_cond(xs, &(xs * negative_slope)?)
        }
        Activation::LogSigmoid => log_sigmoid(xs),
        Activation::Mish { .. } => xs * softplus(xs, 1.0, 20.0)?.tanh()?,
        Activation::RReLU { lower, upper, .. } if train => xs
            .le(0.0)?
            .where_cond(&(xs * uniform(lower, upper, xs)?)?, xs),
        Activation::RReLU { lower, upper, .. } => xs
            .gt(0.0)?
            .where_cond(xs, &(xs * f64::midpoint(lower, upper))?),
        Activation::ReLU { .. } => relu(xs),
        Activation::SiLU { .. } => xs.silu(),
        Activation::Sigmoid => sigmoid(xs),
        Activation::Softmax { .. } | Activation::Softmax2d => along(&it, xs, softmax),
        Activation::LogSoftmax { .. } => along(&it, xs, log_softmax),
        Activation::Softmin { .. } => along(&it, &xs.neg()?, softmax),
        Activation::Softplus { beta, threshold } => softplus(xs, beta, threshold),
        Activation::Softsign => xs / (xs.abs()? + 1.0)?,
        Activation::Tanh => xs.tanh(),
        Activation::Tanhshrink => xs - xs.tanh()?,
        Activation::Threshold {
            threshold, value, ..
        } => xs.le(threshold)?.where_cond(&constant(xs, value)?, xs),
    })
}

fn constant(like: &Tensor, value: f64) -> Result<Tensor> {
    like.zeros_like()?.affine(1.0, value)
}

/// Where the distance from zero is `limit` at most.
fn near(xs: &Tensor, limit: f64) -> Result<Tensor> {
    xs.ge(-limit)? * xs.le(limit)?
}

fn clamp(xs: &Tensor, low: f64, high: f64) -> Result<Tensor> {
    let upper = xs.ge(high)?.where_cond(&constant(xs, high)?, xs)?;
    xs.le(low)?.where_cond(&constant(xs, low)?, &upper)
}

/// `x` above zero, else `scale * (exp(x / alpha) - 1)`.
fn elu(xs: &Tensor, scale: f64, alpha: f64) -> Result<Tensor> {
    let is_below = xs.le(0.0)?;
    // No exponential of what is above, for an infinite one would leave no gradient.
    let below = is_below.where_cond(xs, &xs.zeros_like()?)?;
    let curve = (below * alpha.recip())?.exp()?.affine(scale, -scale)?;
    is_below.where_cond(&curve, xs)
}

/// `log(1 + exp(beta * x)) / beta`, a line above the threshold.
fn softplus(xs: &Tensor, beta: f64, threshold: f64) -> Result<Tensor> {
    let scaled = (xs * beta)?;
    let is_line = scaled.gt(threshold)?;
    let curve = is_line.where_cond(&xs.zeros_like()?, &scaled)?;
    is_line.where_cond(xs, &((curve.exp()? + 1.0)?.log()? / beta)?)
}

/// The logarithm of the sigmoid, where the sigmoid is 0 as well.
pub(crate) fn log_sigmoid(xs: &Tensor) -> Result<Tensor> {
    let below = xs.lt(0.0)?.where_cond(xs, &xs.zeros_like()?)?;
    below - (xs.abs()?.neg()?.exp()? + 1.0)?.log()?
}

fn along(it: &Activation, xs: &Tensor, f: fn(&Tensor, usize) -> Result<Tensor>) -> Result<Tensor> {
    let dim = it.dim(xs.rank()).unwrap_or(-1);
    match xs.rank() {
        0 => f(&xs.unsqueeze(0)?, 0)?.squeeze(0),
        _ => f(xs, xs.normalize_axis(dim)?),
    }
}

pub(super) fn prelu(weights: &Weights) -> Result<Forward> {
    let weight = weights.one("weight")?;
    Ok(forward(move |xs, _| {
        let shape = match xs.rank() {
            0 | 1 => vec![1; xs.rank()],
            rank => (0..rank)
                .map(|dim| if dim == 1 { weight.elem_count() } else { 1 })
                .collect(),
        };
        xs.gt(0.0)?
            .where_cond(xs, &xs.broadcast_mul(&weight.reshape(shape)?)?)
    }))
}

/// `x` above zero, else 0. candle's own makes 0 of what is no number, and has a gradient at 0.
pub(super) fn relu(xs: &Tensor) -> Result<Tensor> {
    if xs.device().is_cpu() && xs.dtype().is_float() && xs.elem_count() > 0 {
        return xs.apply_op1(Relu);
    }
    xs.le(0.0)?.where_cond(&xs.zeros_like()?, xs)
}

struct Relu;

impl CustomOp1 for Relu {
    fn name(&self) -> &'static str {
        "relu"
    }

    fn cpu_fwd(&self, storage: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        fn above<T: PartialOrd + Default>(x: T) -> T {
            if x <= T::default() { T::default() } else { x }
        }
        let output = match storage {
            CpuStorage::F32(it) => CpuStorage::F32(unary_map(it, layout, above)),
            CpuStorage::F64(it) => CpuStorage::F64(unary_map(it, layout, above)),
            CpuStorage::F16(it) => CpuStorage::F16(unary_map(it, layout, above)),
            CpuStorage::BF16(it) => CpuStorage::BF16(unary_map(it, layout, above)),
            other => {
                return Err(Error::UnsupportedDTypeForOp(
                    storage_type(other),
                    self.name(),
                ));
            }
        };
        Ok((output, layout.shape().clone()))
    }

    fn bwd(&self, xs: &Tensor, _: &Tensor, gradient: &Tensor) -> Result<Option<Tensor>> {
        xs.le(0.0)?
            .where_cond(&gradient.zeros_like()?, gradient)
            .map(Some)
    }
}

fn storage_type(storage: &CpuStorage) -> candle_core::DType {
    candle_core::backend::BackendStorage::dtype(storage)
}
