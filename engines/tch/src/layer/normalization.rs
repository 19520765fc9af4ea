//! Layers that give their input a mean of zero and a variance of one.

use crate::TorchError;
use crate::variable::Variables;
use registry_nn::layers::{BatchNorm, GroupNorm, InstanceNorm, LayerNorm};
use tch::Tensor;

pub(super) fn batch<const N: usize>(
    it: &BatchNorm<N>,
    w: &Variables,
    xs: &Tensor,
    train: bool,
) -> Result<Tensor, TorchError> {
    let size = xs.size();
    let ([batch, _, image @ ..], true) = (
        &size[..],
        size.len() == N + 2 || (N == 1 && size.len() == 2),
    ) else {
        return Err(TorchError::new("expected a batch of channels"));
    };
    let running = w.get("running_mean").zip(w.get("running_var"));
    let by_batch = train || running.is_none();
    if by_batch {
        more_than_one(image.iter().chain([batch]))?;
    }
    if it.eps < 0.0 || (by_batch && it.eps <= 0.0) {
        return Err(
            TorchError::new(format!("`eps` cannot be {}", it.eps)).hinted("choose more than 0")
        );
    }
    let mut momentum = it.momentum.unwrap_or(0.0);
    if let (true, Some(batches)) = (train, w.get("num_batches_tracked")) {
        let count = batches.shallow_clone().f_add_(&batches.f_ones_like()?)?;
        if it.momentum.is_none() {
            momentum = 1.0 / count.f_double_value(&[])?;
        }
    }
    Ok(xs.f_batch_norm(
        w.get("weight"),
        w.get("bias"),
        running.map(|(mean, _)| mean),
        running.map(|(_, var)| var),
        by_batch,
        momentum,
        it.eps,
        true,
    )?)
}

pub(super) fn instance<const N: usize>(
    it: &InstanceNorm<N>,
    w: &Variables,
    xs: &Tensor,
    train: bool,
) -> Result<Tensor, TorchError> {
    if xs.dim() == N + 1 {
        let batch = instance(it, w, &xs.f_unsqueeze(0)?, train)?;
        return Ok(batch.f_squeeze_dim(0)?);
    }
    let by_image = train || !it.track_running_stats;
    if by_image {
        more_than_one(xs.size().iter().skip(2))?;
    }
    Ok(xs.f_instance_norm(
        w.get("weight"),
        w.get("bias"),
        w.get("running_mean"),
        w.get("running_var"),
        by_image,
        it.momentum.unwrap_or(0.0),
        it.eps,
        true,
    )?)
}

pub(super) fn group(it: &GroupNorm, w: &Variables, xs: &Tensor) -> Result<Tensor, TorchError> {
    let (weight, bias) = (w.get("weight"), w.get("bias"));
    Ok(xs.f_group_norm(it.num_groups, weight, bias, it.eps, true)?)
}

pub(super) fn layer(it: &LayerNorm, w: &Variables, xs: &Tensor) -> Result<Tensor, TorchError> {
    let shape = it.normalized_shape.sizes();
    Ok(xs.f_layer_norm(shape, w.get("weight"), w.get("bias"), it.eps, true)?)
}

/// A single number has no variance.
fn more_than_one<'s>(mut sizes: impl Iterator<Item = &'s i64>) -> Result<(), TorchError> {
    if sizes.all(|size| *size == 1) {
        return Err(TorchError::new(
            "expected more than one value to normalize, found one",
        ));
    }
    Ok(())
}
