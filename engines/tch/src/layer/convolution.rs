//! Layers that slide a kernel over an image.

use crate::TorchError;
use crate::variable::Variables;
use registry_nn::layers::{Conv, ConvTranspose};
use registry_nn::{Padding, PaddingMode};
use tch::Tensor;

pub(super) fn convolution<const N: usize>(
    it: &Conv<N>,
    w: &Variables,
    xs: &Tensor,
) -> Result<Tensor, TorchError> {
    let (weight, bias) = (w.at("weight")?, w.get("bias"));
    let (stride, dilation, groups) = (it.stride.each(), it.dilation.each(), it.groups);
    let mode = match it.padding_mode {
        PaddingMode::Zeros => None,
        PaddingMode::Reflect => Some("reflect"),
        PaddingMode::Replicate => Some("replicate"),
        PaddingMode::Circular => Some("circular"),
    };
    if let (None, Padding::Same) = (mode, it.padding) {
        return Ok(match N {
            1 => xs.f_conv1d_padding(weight, bias, stride, "same", dilation, groups)?,
            2 => xs.f_conv2d_padding(weight, bias, stride, "same", dilation, groups)?,
            _ => xs.f_conv3d_padding(weight, bias, stride, "same", dilation, groups)?,
        });
    }
    let (xs, padding) = match mode {
        None => (xs, it.sides().map(|[before, _]| before)),
        Some(mode) => {
            // The last dimension comes first there.
            let sides: Vec<i64> = it.sides().into_iter().rev().flatten().collect();
            (&xs.f_pad(sides, mode, None)?, [0; N])
        }
    };
    Ok(match N {
        1 => xs.f_conv1d(weight, bias, stride, padding, dilation, groups)?,
        2 => xs.f_conv2d(weight, bias, stride, padding, dilation, groups)?,
        _ => xs.f_conv3d(weight, bias, stride, padding, dilation, groups)?,
    })
}

pub(super) fn transpose<const N: usize>(
    it: &ConvTranspose<N>,
    w: &Variables,
    xs: &Tensor,
) -> Result<Tensor, TorchError> {
    let (weight, bias) = (w.at("weight")?, w.get("bias"));
    let (stride, padding) = (it.stride.each(), it.padding.each());
    let (more, dilation, groups) = (it.output_padding.each(), it.dilation.each(), it.groups);
    Ok(match N {
        1 => xs.f_conv_transpose1d(weight, bias, stride, padding, more, groups, dilation)?,
        2 => xs.f_conv_transpose2d(weight, bias, stride, padding, more, groups, dilation)?,
        _ => xs.f_conv_transpose3d(weight, bias, stride, padding, more, groups, dilation)?,
    })
}
