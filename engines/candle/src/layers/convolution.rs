//! Layers that slide a kernel over an image.

use super::pad::{pad_with, zeros};
use super::shape::in_batch;
use super::windows::{places, windows};
use super::{Forward, Weights, forward};
use crate::Result;
use crate::numbers::{size, sizes};
use candle_core::Tensor;
use registry_nn::PaddingMode;
use registry_nn::layers::{Conv, ConvTranspose};

/// How a kernel slides.
struct Slide {
    weight: Tensor,
    bias: Option<Tensor>,
    stride: Vec<usize>,
    dilation: Vec<usize>,
    groups: usize,
}

pub(super) fn conv<const N: usize>(it: &Conv<N>, weights: &Weights) -> Result<Forward> {
    let slide = Slide {
        weight: weights.one("weight")?,
        bias: shaped(weights.get("bias"), N)?,
        stride: sizes(&it.stride.each())?,
        dilation: sizes(&it.dilation.each())?,
        groups: size(it.groups)?,
    };
    let (sides, mode) = (it.sides(), it.padding_mode);
    let kernels_pad =
        mode == PaddingMode::Zeros && sides.iter().flatten().all(|side| *side == sides[0][0]);
    let padding = if kernels_pad { size(sides[0][0])? } else { 0 };
    Ok(forward(move |xs, _| {
        in_batch(xs, N + 2, |xs| {
            if kernels_pad && slide.fits(xs, padding) {
                return slide.over(xs, padding);
            }
            slide.over(&padded(xs, &sides, mode)?, 0)
        })
    }))
}

fn padded<const N: usize>(xs: &Tensor, sides: &[[i64; 2]; N], mode: PaddingMode) -> Result<Tensor> {
    let sides: Vec<_> = sides.iter().rev().copied().collect();
    match mode {
        PaddingMode::Zeros => zeros(xs, &sides),
        mode => pad_with(xs, &sides, mode),
    }
}

/// A number for each channel, in a shape that goes with images.
fn shaped(bias: Option<Tensor>, dimensions: usize) -> Result<Option<Tensor>> {
    let shape =
        |bias: Tensor| bias.reshape([&[1, bias.dim(0)?], &vec![1; dimensions][..]].concat());
    bias.map(shape).transpose()
}

pub(super) fn transpose<const N: usize>(
    it: &ConvTranspose<N>,
    weights: &Weights,
) -> Result<Forward> {
    let (groups, bias) = (size(it.groups)?, shaped(weights.get("bias"), N)?);
    let (stride, dilation) = (sizes(&it.stride.each())?, sizes(&it.dilation.each())?);
    let weight = weights.one("weight")?;
    let (kernel, padding) = (it.kernel_size.each(), it.padding.each());
    let (reach, more) = (it.dilation.each(), it.output_padding.each());
    let sides: [[i64; 2]; N] = std::array::from_fn(|at| {
        let side = reach[at] * (kernel[at] - 1) - padding[at];
        [side, side + more[at]]
    });
    Ok(forward(move |xs, _| {
        in_batch(xs, N + 2, |xs| {
            // The weight changes while training, and so it is turned round each time.
            let slide = Slide {
                weight: turned(&weight, groups)?,
                bias: bias.clone(),
                stride: vec![1; N],
                dilation: dilation.clone(),
                groups,
            };
            let mut spread = xs.clone();
            for (at, step) in stride.iter().enumerate() {
                spread = apart(&spread, at + 2, *step)?;
            }
            slide.over(&padded(&spread, &sides, PaddingMode::Zeros)?, 0)
        })
    }))
}

/// The weight of a transposed convolution as that of one which gives the same.
fn turned(weight: &Tensor, groups: usize) -> Result<Tensor> {
    let (inputs, each) = (weight.dim(0)?, weight.dim(1)?);
    let kernel = &weight.dims()[2..];
    let split = weight.reshape([&[groups, inputs / groups, each], kernel].concat())?;
    let swapped = split
        .transpose(1, 2)?
        .reshape([&[groups * each, inputs / groups], kernel].concat())?;
    swapped.flip(&(2..weight.rank()).collect::<Vec<_>>())
}

/// Puts zeros between the places of a dimension.
fn apart(xs: &Tensor, dim: usize, step: usize) -> Result<Tensor> {
    if step == 1 {
        return Ok(xs.clone());
    }
    let mut shape = xs.dims().to_vec();
    let length = (shape[dim] - 1) * step + 1;
    let split = xs
        .unsqueeze(dim + 1)?
        .pad_with_zeros(dim + 1, 0, step - 1)?;
    shape[dim] *= step;
    split.reshape(shape)?.narrow(dim, 0, length)
}

impl Slide {
    /// How many places the kernel has along each dimension, and how many pixels are left over behind them.
    fn counts(&self, xs: &Tensor, padding: usize) -> Vec<(usize, usize)> {
        let dimensions = self.stride.iter().zip(&self.dilation).enumerate();
        let count = |(at, (stride, dilation)): (usize, (&usize, &usize))| {
            let reach = dilation * (self.weight.dims()[at + 2] - 1) + 1;
            let free = (xs.dims()[at + 2] + 2 * padding).saturating_sub(reach);
            (free / stride + 1, free % stride)
        };
        dimensions.map(count).collect()
    }

    /// Whether candle's kernel for images can do it: it has one number for all dimensions, and for its gradient
    /// as many pixels must be left over along each. The one for sequences has another gradient than PyTorch.
    fn fits(&self, xs: &Tensor, padding: usize) -> bool {
        let counts = self.counts(xs, padding);
        let same = |numbers: &[usize]| numbers.iter().all(|number| *number == numbers[0]);
        let is_even = same(&self.stride) && same(&self.dilation);
        is_even && counts.len() == 2 && counts[0].1 == counts[1].1
    }

    fn over(&self, xs: &Tensor, padding: usize) -> Result<Tensor> {
        let (stride, dilation) = (self.stride[0], self.dilation[0]);
        let output = if self.fits(xs, padding) {
            xs.conv2d(&self.weight, padding, stride, dilation, self.groups)?
        } else {
            self.by_windows(xs)?
        };
        match &self.bias {
            Some(bias) => output.broadcast_add(bias),
            None => Ok(output),
        }
    }

    /// As a product of matrices, of an image that has its padding.
    fn by_windows(&self, xs: &Tensor) -> Result<Tensor> {
        let counts: Vec<usize> = self.counts(xs, 0).iter().map(|(count, _)| *count).collect();
        let of = |(at, count): (usize, &usize)| {
            let window = [
                self.weight.dims()[at + 2],
                self.stride[at],
                self.dilation[at],
                0,
            ];
            places(*count, xs.dims()[at + 2], window)
        };
        let windows = windows(xs, &counts.iter().enumerate().map(of).collect::<Vec<_>>())?;
        let (batch, outputs, each) = (xs.dim(0)?, self.weight.dim(0)?, self.weight.dim(1)?);
        let (groups, area) = (self.groups, counts.iter().product::<usize>());
        let kernel: usize = self.weight.dims()[2..].iter().product();
        let rows = windows
            .reshape((batch, groups, each, area, kernel))?
            .permute((0, 1, 3, 2, 4))?;
        let rows = rows.reshape((batch, groups, area, each * kernel))?;
        let columns = self
            .weight
            .reshape((1, groups, outputs / groups, each * kernel))?
            .transpose(2, 3)?;
        let output = rows.broadcast_matmul(&columns)?.transpose(2, 3)?;
        output.reshape([&[batch, outputs], &counts[..]].concat())
    }
}
