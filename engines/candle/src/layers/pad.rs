//! Layers that add pixels at the sides of an image.

use super::windows::select;
use super::{Forward, forward};
use crate::Result;
use crate::numbers::{shape_of, size};
use candle_core::Tensor;
use registry_nn::PaddingMode;
use registry_nn::layers::{Pad, PadWith};

pub(super) fn pad(it: &Pad) -> Forward {
    let (sides, with) = (it.sides(), it.with());
    forward(move |xs, _| match with {
        PadWith::Value(value) => pad_value(xs, &sides, value),
        PadWith::Mode(mode) => pad_with(xs, &sides, mode),
    })
}

/// Adds zeros; `sides` has the last dimension first, as [`Pad::sides`].
pub(super) fn zeros(xs: &Tensor, sides: &[[i64; 2]]) -> Result<Tensor> {
    pad_value(xs, sides, 0.0)
}

fn pad_value(xs: &Tensor, sides: &[[i64; 2]], value: f64) -> Result<Tensor> {
    let mut padded = xs.clone();
    for (at, [before, after]) in sides.iter().enumerate() {
        let dim = xs.rank() - 1 - at;
        let taken = size((-before).max(0))?;
        let kept = shape_of(&padded)[dim] + before.min(&0) + after.min(&0);
        let core = padded.narrow(dim, taken, size(kept)?)?;
        let side = |count: i64| -> Result<Option<Tensor>> {
            let mut shape = core.dims().to_vec();
            shape[dim] = size(count.max(0))?;
            let side = Tensor::zeros(shape, xs.dtype(), xs.device())?;
            Ok((count > 0).then_some(side.affine(1.0, value)?))
        };
        let parts: Vec<Tensor> = [side(*before)?, Some(core.clone()), side(*after)?]
            .into_iter()
            .flatten()
            .collect();
        padded = Tensor::cat(&parts, dim)?;
    }
    Ok(padded)
}

/// Adds pixels of the image.
pub(super) fn pad_with(xs: &Tensor, sides: &[[i64; 2]], mode: PaddingMode) -> Result<Tensor> {
    let mut padded = xs.clone();
    for (at, [before, after]) in sides.iter().enumerate() {
        let dim = xs.rank() - 1 - at;
        let length = shape_of(xs)[dim];
        let place = |at: i64| {
            size(match mode {
                PaddingMode::Reflect if at < 0 => -at,
                PaddingMode::Reflect if at >= length => 2 * (length - 1) - at,
                PaddingMode::Circular => at.rem_euclid(length),
                _ => at.clamp(0, length - 1),
            })
        };
        let places = (-before..length + after)
            .map(place)
            .collect::<Result<Vec<_>>>()?;
        padded = select(&padded, dim, places)?;
    }
    Ok(padded)
}
