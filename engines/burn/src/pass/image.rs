//! Convolutions, pools, paddings and what moves pixels.

use super::Pass;
use crate::tensor::{AnyTensor, each, size};
use burn::tensor::Tensor;
use burn::tensor::module::{
    adaptive_avg_pool1d, adaptive_avg_pool2d, adaptive_avg_pool3d, conv_transpose1d,
    conv_transpose2d, conv_transpose3d, interpolate,
};
use burn::tensor::ops::{
    AvgPoolOptions, ConvOptions, ConvTransposeOptions, InterpolateMode, InterpolateOptions,
    MaxPoolOptions, PadMode,
};
use registry_nn::layers::{
    AdaptiveAvgPool, AvgPool, Conv, ConvTranspose, MaxPool, PadWith, PixelShuffle, PixelUnshuffle,
    Upsample, UpsampleMode,
};
use registry_nn::{LayerClass, PaddingMode, Refusal};
use std::array::from_fn;

/// Computes with a batch of images; one alone becomes a batch.
fn in_batch<const D: usize>(
    input: AnyTensor,
    compute: impl FnOnce(Tensor<D>) -> Tensor<D>,
) -> Result<AnyTensor, Refusal>
where
    AnyTensor: From<Tensor<D>>,
{
    let shape = input.shape();
    if shape.len() == D {
        return Ok(compute(input.tensor()?).into());
    }
    let mut sizes = [1; D];
    let places = sizes.iter_mut().rev().zip(shape.iter().rev());
    places.for_each(|(place, size)| *place = *size);
    let output = AnyTensor::from(compute(input.view(sizes)?));
    let alone = output.shape();
    output.reshape(&alone[1..])
}

impl Pass<'_> {
    pub(super) fn conv<const N: usize, const D: usize>(
        &mut self,
        conv: &Conv<N>,
        input: AnyTensor,
        kernel: impl Fn(Tensor<D>, Tensor<D>, Option<Tensor<1>>, ConvOptions<N>) -> Tensor<D>,
    ) -> Result<AnyTensor, Refusal>
    where
        AnyTensor: From<Tensor<D>>,
    {
        let (weight, bias) = (self.next()?, self.next_if(conv.bias)?);
        let mut sides = conv.sides();
        let input = match conv.padding_mode {
            PaddingMode::Zeros => input,
            mode => {
                let last_first: Vec<_> = sides.into_iter().rev().collect();
                sides = [[0; 2]; N];
                pad(input, &last_first, PadWith::Mode(mode))?
            }
        };
        let options = ConvOptions::new_with_padding(
            conv.stride.each().map(size),
            sides.map(|[before, after]| (size(before), size(after))),
            conv.dilation.each().map(size),
            size(conv.groups),
        );
        in_batch(input, |x| kernel(x, weight, bias, options))
    }
}

macro_rules! conv_transpose {
    ($($name:ident: $n:literal with $kernel:ident),+) => {
        impl Pass<'_> {$(
            pub(super) fn $name(&mut self, conv: &ConvTranspose<$n>, input: AnyTensor) -> Result<AnyTensor, Refusal> {
                let (weight, bias) = (self.next()?, self.next_if(conv.bias)?);
                let options = ConvTransposeOptions::new(
                    conv.stride.each().map(size),
                    conv.padding.each().map(size),
                    conv.output_padding.each().map(size),
                    conv.dilation.each().map(size),
                    size(conv.groups),
                );
                in_batch(input, |x| $kernel(x, weight, bias, options))
            }
        )+}
    };
}

conv_transpose!(
    conv_transpose1d: 1 with conv_transpose1d,
    conv_transpose2d: 2 with conv_transpose2d,
    conv_transpose3d: 3 with conv_transpose3d
);

fn max_options<const N: usize>(pool: &MaxPool<N>) -> MaxPoolOptions<N> {
    MaxPoolOptions {
        kernel_size: pool.kernel_size.each().map(size),
        stride: pool.stride.unwrap_or(pool.kernel_size).each().map(size),
        padding: pool.padding.each().map(|side| (size(side), size(side))),
        dilation: pool.dilation.each().map(size),
        ceil_mode: pool.ceil_mode,
    }
}

fn avg_options<const N: usize>(pool: &AvgPool<N>) -> AvgPoolOptions<N> {
    AvgPoolOptions {
        kernel_size: pool.kernel_size.each().map(size),
        stride: pool.stride.unwrap_or(pool.kernel_size).each().map(size),
        padding: pool.padding.each().map(|side| (size(side), size(side))),
        count_include_pad: pool.count_include_pad,
        ceil_mode: pool.ceil_mode,
    }
}

pub(super) fn max_pool1d(pool: &MaxPool<1>, input: AnyTensor) -> Result<AnyTensor, Refusal> {
    in_batch(input, |x| {
        burn::tensor::module::max_pool1d(x, max_options(pool))
    })
}

pub(super) fn max_pool2d(pool: &MaxPool<2>, input: AnyTensor) -> Result<AnyTensor, Refusal> {
    in_batch(input, |x| {
        burn::tensor::module::max_pool2d(x, max_options(pool))
    })
}

pub(super) fn avg_pool1d(pool: &AvgPool<1>, input: AnyTensor) -> Result<AnyTensor, Refusal> {
    in_batch(input, |x| {
        burn::tensor::module::avg_pool1d(x, avg_options(pool))
    })
}

pub(super) fn avg_pool2d(pool: &AvgPool<2>, input: AnyTensor) -> Result<AnyTensor, Refusal> {
    in_batch(input, |x| {
        burn::tensor::module::avg_pool2d(x, avg_options(pool))
    })
}

/// The sizes of the output; a side that is not given stays as it is.
fn wanted<const N: usize>(pool: &AdaptiveAvgPool<N>, input: &AnyTensor) -> [usize; N] {
    let shape = input.shape();
    let (each, first) = (pool.output_size.each(), shape.len() - N);
    from_fn(|at| each[at].map_or(shape[first + at], size))
}

pub(super) fn adaptive1d(
    pool: &AdaptiveAvgPool<1>,
    input: AnyTensor,
) -> Result<AnyTensor, Refusal> {
    let [length] = wanted(pool, &input);
    in_batch(input, |x| adaptive_avg_pool1d(x, length))
}

pub(super) fn adaptive2d(
    pool: &AdaptiveAvgPool<2>,
    input: AnyTensor,
) -> Result<AnyTensor, Refusal> {
    let sizes = wanted(pool, &input);
    in_batch(input, |x| adaptive_avg_pool2d(x, sizes))
}

pub(super) fn adaptive3d(
    pool: &AdaptiveAvgPool<3>,
    input: AnyTensor,
) -> Result<AnyTensor, Refusal> {
    let sizes = wanted(pool, &input);
    in_batch(input, |x| adaptive_avg_pool3d(x, sizes))
}

/// Adds pixels before and after each dimension, the last one first; takes some away where a number is
/// negative.
pub(super) fn pad(
    input: AnyTensor,
    sides: &[[i64; 2]],
    with: PadWith,
) -> Result<AnyTensor, Refusal> {
    Ok(each!(input, x => padded(x, sides, with).into()))
}

fn padded<const D: usize>(mut x: Tensor<D>, sides: &[[i64; 2]], with: PadWith) -> Tensor<D> {
    let mut added = [(0, 0); D];
    for (dim, [before, after]) in (0..D).rev().zip(sides) {
        let [cut, cut_after] = [size(-before), size(-after)];
        if cut + cut_after > 0 {
            let left = x.dims()[dim] - cut - cut_after;
            x = x.narrow(dim, cut, left);
        }
        added[dim] = (size(*before), size(*after));
    }
    #[expect(clippy::cast_possible_truncation, reason = "the network has f32")]
    let mode = match with {
        PadWith::Value(value) => PadMode::Constant(value as f32),
        PadWith::Mode(PaddingMode::Zeros) => PadMode::Constant(0.0),
        PadWith::Mode(PaddingMode::Reflect) => PadMode::Reflect,
        PadWith::Mode(PaddingMode::Replicate) => PadMode::Edge,
        PadWith::Mode(PaddingMode::Circular) => return around(x, added),
    };
    x.pad(added, mode)
}

/// The other side of the image at each side.
fn around<const D: usize>(mut x: Tensor<D>, added: [(usize, usize); D]) -> Tensor<D> {
    for (dim, (before, after)) in added.into_iter().enumerate() {
        if before + after == 0 {
            continue;
        }
        let count = x.dims()[dim];
        let mut parts = Vec::new();
        if before > 0 {
            parts.push(x.clone().narrow(dim, count - before, before));
        }
        parts.push(x.clone());
        if after > 0 {
            parts.push(x.narrow(dim, 0, after));
        }
        x = Tensor::cat(parts, dim);
    }
    x
}

pub(super) fn upsample(upsample: &Upsample, input: AnyTensor) -> Result<AnyTensor, Refusal> {
    let output: Vec<usize> = upsample
        .output(&input.sizes())?
        .into_iter()
        .map(size)
        .collect();
    let mode = match upsample.mode {
        UpsampleMode::Nearest => InterpolateMode::Nearest,
        UpsampleMode::Linear | UpsampleMode::Bilinear | UpsampleMode::Trilinear => {
            InterpolateMode::Bilinear
        }
        UpsampleMode::Bicubic => InterpolateMode::Bicubic,
    };
    let corners = upsample.align_corners == Some(true);
    let to = |x: Tensor<4>, size: [usize; 2]| {
        let options = InterpolateOptions::new(mode.clone()).with_align_corners(corners);
        interpolate(x, options.with_output_size(size))
    };
    let shape = input.shape();
    let larger = match (&*shape, &*output) {
        (&[batch, channels, length], &[.., new]) => {
            to(input.view([batch, channels, 1, length])?, [1, new])
        }
        (&[batch, channels, height, width], &[.., high, wide]) => {
            to(input.view([batch, channels, height, width])?, [high, wide])
        }
        // The dimensions of a volume one after the other.
        (&[batch, channels, depth, height, width], &[.., deep, high, wide]) => {
            let planes = to(
                input.view([batch, channels * depth, height, width])?,
                [high, wide],
            );
            to(
                planes.reshape([batch, channels, depth, high * wide]),
                [deep, high * wide],
            )
        }
        _ => return Err(super::missing()),
    };
    AnyTensor::from(larger).reshape(&output)
}

pub(super) fn shuffle(shuffle: &PixelShuffle, input: AnyTensor) -> Result<AnyTensor, Refusal> {
    let output: Vec<usize> = shuffle
        .output(&input.sizes())?
        .into_iter()
        .map(size)
        .collect();
    let factor = size(shuffle.upscale_factor);
    let [lead, channels, height, width] = images(&input.shape());
    let split = [
        lead,
        channels / (factor * factor),
        factor,
        factor,
        height,
        width,
    ];
    moved(input.view(split)?.permute([0, 1, 4, 2, 5, 3]), &output)
}

pub(super) fn unshuffle(
    unshuffle: &PixelUnshuffle,
    input: AnyTensor,
) -> Result<AnyTensor, Refusal> {
    let output: Vec<usize> = unshuffle
        .output(&input.sizes())?
        .into_iter()
        .map(size)
        .collect();
    let factor = size(unshuffle.downscale_factor);
    let [lead, channels, height, width] = images(&input.shape());
    let split = [
        lead,
        channels,
        height / factor,
        factor,
        width / factor,
        factor,
    ];
    moved(input.view(split)?.permute([0, 1, 3, 5, 2, 4]), &output)
}

fn moved(pixels: Tensor<6>, shape: &[usize]) -> Result<AnyTensor, Refusal> {
    AnyTensor::from(pixels.reshape::<1, _>([-1])).reshape(shape)
}

/// All that is before an image as one dimension.
fn images(shape: &[usize]) -> [usize; 4] {
    let (lead, image) = shape.split_at(shape.len().saturating_sub(3));
    let mut sizes = [lead.iter().product(), 1, 1, 1];
    sizes[1..]
        .iter_mut()
        .zip(image)
        .for_each(|(place, size)| *place = *size);
    sizes
}
