//! Layers that give an image another size.

use crate::TorchError;
use registry_nn::PaddingMode;
use registry_nn::layers::{Pad, PadWith, Scale, Upsample, UpsampleMode};
use tch::Tensor;

pub(super) fn pad(it: &Pad, xs: &Tensor) -> Result<Tensor, TorchError> {
    let (mode, value) = match it.with() {
        PadWith::Value(value) => ("constant", Some(value)),
        PadWith::Mode(PaddingMode::Zeros) => ("constant", Some(0.0)),
        PadWith::Mode(PaddingMode::Reflect) => ("reflect", None),
        PadWith::Mode(PaddingMode::Replicate) => ("replicate", None),
        PadWith::Mode(PaddingMode::Circular) => ("circular", None),
    };
    Ok(xs.f_pad(it.sides().concat(), mode, value)?)
}

pub(super) fn upsample(it: &Upsample, xs: &Tensor) -> Result<Tensor, TorchError> {
    let image = xs.size().split_off(2);
    let size = it.output_size(&image)?;
    // Where the factor is not asked for again, libtorch finds the places of the pixels by it.
    let factor = |at: usize| match &it.scale_factor {
        _ if it.recompute_scale_factor == Some(true) => None,
        Some(Scale::All(factor)) => Some(*factor),
        Some(Scale::Each(factors)) => factors.get(at).copied(),
        None => None,
    };
    let (first, second, third) = (factor(0), factor(1), factor(2));
    let corners = it.align_corners.unwrap_or(false);
    Ok(match (it.mode, size.len()) {
        (UpsampleMode::Nearest, 1) => xs.f_upsample_nearest1d(size, first)?,
        (UpsampleMode::Nearest, 2) => xs.f_upsample_nearest2d(size, first, second)?,
        (UpsampleMode::Nearest, _) => xs.f_upsample_nearest3d(size, first, second, third)?,
        (UpsampleMode::Linear, _) => xs.f_upsample_linear1d(size, corners, first)?,
        (UpsampleMode::Bilinear, _) => xs.f_upsample_bilinear2d(size, corners, first, second)?,
        (UpsampleMode::Bicubic, _) => xs.f_upsample_bicubic2d(size, corners, first, second)?,
        (UpsampleMode::Trilinear, _) => {
            xs.f_upsample_trilinear3d(size, corners, first, second, third)?
        }
    })
}
