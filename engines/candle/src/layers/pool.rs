//! Layers that make images smaller.

use super::shape::output_shape;
use super::windows::{Places, largest, places, weighted};
use super::{Forward, forward};
use crate::Result;
use crate::numbers::{number, size, sizes};
use candle_core::Tensor;
use registry_nn::layers::{AvgPool, MaxPool};
use registry_nn::{Layer, OutputSize, Size};

/// For each dimension: kernel, stride, dilation, padding.
struct Windows(Vec<[usize; 4]>);

impl Windows {
    fn of<const N: usize>(all: [Size<N>; 4]) -> Result<Self> {
        let [kernel, stride, dilation, padding] = all.map(|size| sizes(&size.each()));
        let (kernel, stride, dilation, padding) = (kernel?, stride?, dilation?, padding?);
        let of = |at| [kernel[at], stride[at], dilation[at], padding[at]];
        Ok(Self((0..N).map(of).collect()))
    }

    /// The places of the windows, as many as the output of the layer has.
    fn places(&self, xs: &Tensor, layer: &Layer) -> Result<Vec<Places>> {
        let (output, lead) = (output_shape(layer, xs)?, xs.rank() - self.0.len());
        let sides = output[lead..].iter().zip(&xs.dims()[lead..]);
        let of = |((count, size), window): ((&usize, &usize), &[usize; 4])| {
            places(*count, *size, *window)
        };
        Ok(sides.zip(&self.0).map(of).collect())
    }
}

pub(super) fn max<const N: usize>(it: &MaxPool<N>) -> Result<Forward>
where
    Layer: From<MaxPool<N>>,
{
    let stride = it.stride.unwrap_or(it.kernel_size);
    let windows = Windows::of([it.kernel_size, stride, it.dilation, it.padding])?;
    let layer = Layer::from(it.clone());
    Ok(forward(move |xs, _| {
        largest(xs, &windows.places(xs, &layer)?)
    }))
}

pub(super) fn avg<const N: usize>(it: &AvgPool<N>) -> Result<Forward>
where
    Layer: From<AvgPool<N>>,
{
    let stride = it.stride.unwrap_or(it.kernel_size);
    let windows = Windows::of([it.kernel_size, stride, 1.into(), it.padding])?;
    #[expect(clippy::cast_precision_loss, reason = "nobody divides by 2^53")]
    let divisor = it.divisor_override.map(|divisor| divisor as f64);
    let (layer, with_padding) = (Layer::from(it.clone()), it.count_include_pad);
    Ok(forward(move |xs, _| {
        let sum = mean(xs, &windows.places(xs, &layer)?, |at, window, inside| {
            let [kernel, stride, _, padding] = windows.0[at];
            // A window over the edge has no more of the padding than there is.
            let end = xs.dims()[xs.rank() - N + at] + 2 * padding;
            match (divisor, with_padding) {
                (Some(_), _) => 1,
                (None, true) => kernel.min(end - window * stride),
                (None, false) => inside,
            }
        })?;
        divisor.map_or(Ok(sum.clone()), |divisor| sum / divisor)
    }))
}

/// The sums of windows through what `count` gives for a dimension, a window and the places that it has there.
fn mean(
    xs: &Tensor,
    all: &[Places],
    count: impl Fn(usize, usize, usize) -> usize,
) -> Result<Tensor> {
    let (mut output, lead) = (xs.clone(), xs.rank() - all.len());
    for (at, places) in all.iter().enumerate() {
        let taps = places.iter().enumerate().map(|(window, places)| {
            let share = number(count(at, window, places.len())).recip();
            places.iter().map(|place| (*place, share)).collect()
        });
        output = weighted(&output, lead + at, &taps.collect::<Vec<_>>())?;
    }
    Ok(output)
}

/// The places of windows that are chosen so that there are as many as are wanted.
fn adaptive<const N: usize>(wanted: OutputSize<N>, xs: &Tensor) -> Result<Vec<Places>> {
    let of = |(wanted, length): (Option<i64>, &usize)| {
        let count = wanted.map_or(Ok(*length), size)?;
        let window =
            |at: usize| (at * length / count..((at + 1) * length).div_ceil(count)).collect();
        Ok((0..count).map(window).collect())
    };
    let image = &xs.dims()[xs.rank() - N..];
    wanted.each().into_iter().zip(image).map(of).collect()
}

pub(super) fn adaptive_max<const N: usize>(size: OutputSize<N>) -> Forward {
    forward(move |xs, _| largest(xs, &adaptive(size, xs)?))
}

pub(super) fn adaptive_avg<const N: usize>(size: OutputSize<N>) -> Forward {
    forward(move |xs, _| mean(xs, &adaptive(size, xs)?, |_, _, inside| inside))
}
