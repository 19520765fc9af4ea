//! Layers that give their input a mean of zero and a variance of one.

use super::shape::in_batch;
use super::{Forward, Weights, forward};
use crate::Result;
use crate::numbers::{number, size};
use candle_core::{DType, Error, Tensor, Var};
use registry_nn::layers::{BatchNorm, GroupNorm, InstanceNorm, LayerNorm, RMSNorm};

/// What normalized numbers are scaled and shifted by.
struct Affine {
    weight: Option<Tensor>,
    bias: Option<Tensor>,
    /// Whether there is a number for each channel, and not for each of the last dimensions.
    of_channels: bool,
}

impl Affine {
    fn of(weights: &Weights, of_channels: bool) -> Self {
        Self {
            weight: weights.get("weight"),
            bias: weights.get("bias"),
            of_channels,
        }
    }

    fn apply(&self, xs: &Tensor) -> Result<Tensor> {
        let shaped = |numbers: &Tensor| {
            if self.of_channels {
                return by_channel(numbers, xs.rank());
            }
            Ok(numbers.clone())
        };
        let mut output = xs.clone();
        if let Some(weight) = &self.weight {
            output = output.broadcast_mul(&shaped(weight)?)?;
        }
        if let Some(bias) = &self.bias {
            output = output.broadcast_add(&shaped(bias)?)?;
        }
        Ok(output)
    }
}

/// A number for each channel, in a shape that goes with a batch.
fn by_channel(numbers: &Tensor, rank: usize) -> Result<Tensor> {
    let size = |dim| if dim == 1 { numbers.elem_count() } else { 1 };
    numbers.reshape((0..rank).map(size).collect::<Vec<_>>())
}

/// The mean and the variance over some dimensions.
fn moments(xs: &Tensor, dims: Vec<usize>) -> Result<(Tensor, Tensor)> {
    let mean = xs.mean_keepdim(dims.clone())?;
    let variance = xs.broadcast_sub(&mean)?.sqr()?.mean_keepdim(dims)?;
    Ok((mean, variance))
}

fn normal(xs: &Tensor, mean: &Tensor, variance: &Tensor, eps: f64) -> Result<Tensor> {
    xs.broadcast_sub(mean)?
        .broadcast_div(&(variance + eps)?.sqrt()?)
}

pub(super) fn batch_norm<const N: usize>(it: &BatchNorm<N>, weights: &Weights) -> Result<Forward> {
    running(weights, it.eps, it.momentum, true)
}

pub(super) fn instance_norm<const N: usize>(
    it: &InstanceNorm<N>,
    weights: &Weights,
) -> Result<Forward> {
    let norm = running(weights, it.eps, Some(it.momentum.unwrap_or(0.0)), false)?;
    Ok(forward(move |xs, train| {
        in_batch(xs, N + 2, |xs| norm(xs, train))
    }))
}

/// Normalizes each channel, of the whole batch or of each image, and keeps a running mean and variance where
/// there are variables for them.
fn running(weights: &Weights, eps: f64, momentum: Option<f64>, of_batch: bool) -> Result<Forward> {
    let affine = Affine::of(weights, true);
    let kept = |name: &str| {
        weights
            .get(name)
            .map(|it| Var::from_tensor(&it))
            .transpose()
    };
    let kept = [
        kept("running_mean")?,
        kept("running_var")?,
        kept("num_batches_tracked")?,
    ];
    Ok(forward(move |xs, train| {
        let [Some(mean), Some(variance), batches] = &kept else {
            let (mean, variance, _) = of_input(xs, train, of_batch)?;
            return affine.apply(&normal(xs, &mean, &variance, eps)?);
        };
        if !train {
            let (mean, variance) = (
                by_channel(mean, xs.rank())?,
                by_channel(variance, xs.rank())?,
            );
            return affine.apply(&normal(xs, &mean, &variance, eps)?);
        }
        let (new_mean, new_variance, count) = of_input(xs, train, of_batch)?;
        let mut share = momentum.unwrap_or(0.0);
        if let (true, Some(batches)) = (of_batch, batches) {
            batches.set(&(batches.as_tensor() + 1.0)?)?;
            if momentum.is_none() {
                share = batches.to_dtype(DType::F64)?.to_scalar::<f64>()?.recip();
            }
        }
        // The variance of the whole, of which the batch is a sample.
        let whole = (&new_variance * (number(count) / number(count - 1)))?;
        for (kept, new) in [(mean, &new_mean), (variance, &whole)] {
            let new = new.mean_keepdim(0)?.flatten_all()?.detach();
            kept.set(&((kept.as_detached_tensor() * (1.0 - share))? + (new * share)?)?)?;
        }
        affine.apply(&normal(xs, &new_mean, &new_variance, eps)?)
    }))
}

/// The mean and the variance of each channel, and of how many numbers they are.
fn of_input(xs: &Tensor, train: bool, of_batch: bool) -> Result<(Tensor, Tensor, usize)> {
    let dims = (0..xs.rank()).filter(|dim| *dim > 1 || (*dim == 0 && of_batch));
    let dims: Vec<usize> = dims.collect();
    let count: usize = dims.iter().map(|dim| xs.dims()[*dim]).product();
    if train && count < 2 {
        let what = "expected more than one value for each channel to normalize";
        return Err(Error::Msg(format!(
            "{what}\nhint: train on larger batches, or on larger images"
        )));
    }
    let (mean, variance) = moments(xs, dims)?;
    Ok((mean, variance, count))
}

pub(super) fn group_norm(it: &GroupNorm, weights: &Weights) -> Result<Forward> {
    let (affine, groups, eps) = (Affine::of(weights, true), size(it.num_groups)?, it.eps);
    Ok(forward(move |xs, _| {
        let grouped = xs.reshape((xs.dim(0)?, groups, ()))?;
        let (mean, variance) = moments(&grouped, vec![2])?;
        affine.apply(&normal(&grouped, &mean, &variance, eps)?.reshape(xs.dims())?)
    }))
}

pub(super) fn layer_norm(it: &LayerNorm, weights: &Weights) -> Forward {
    let (affine, count, eps) = (
        Affine::of(weights, false),
        it.normalized_shape.sizes().len(),
        it.eps,
    );
    forward(move |xs, _| {
        let (mean, variance) = moments(xs, (xs.rank() - count..xs.rank()).collect())?;
        affine.apply(&normal(xs, &mean, &variance, eps)?)
    })
}

pub(super) fn rms_norm(it: &RMSNorm, weights: &Weights) -> Forward {
    let (affine, count, eps) = (
        Affine::of(weights, false),
        it.normalized_shape.sizes().len(),
        it.eps,
    );
    forward(move |xs, _| {
        let dims: Vec<usize> = (xs.rank() - count..xs.rank()).collect();
        let eps = eps.unwrap_or_else(|| smallest_step(xs.dtype()));
        affine.apply(&xs.broadcast_div(&(xs.sqr()?.mean_keepdim(dims)? + eps)?.sqrt()?)?)
    })
}

/// The distance from 1 to the next number.
fn smallest_step(dtype: DType) -> f64 {
    match dtype {
        DType::F64 => f64::EPSILON,
        DType::F16 => 2f64.powi(-10),
        DType::BF16 => 2f64.powi(-7),
        _ => f64::from(f32::EPSILON),
    }
}
