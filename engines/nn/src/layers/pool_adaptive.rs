//! Layers that make images of a given size.

use super::image;
use super::pool::not_empty;
use crate::layer::LayerClass;
use crate::size::at_least;
use crate::{OutputSize, Refusal};
use registry_core::Entity;

/// Means of windows that are chosen so that the output has a given size.
#[derive(Clone, Debug, PartialEq, Entity)]
#[register(
    name = ["AdaptiveAvgPool1d", "AdaptiveAvgPool2d", "AdaptiveAvgPool3d"][N - 1],
    exclude = "N", registry = LayerClass, new, check = LayerClass::check
)]
pub struct AdaptiveAvgPool<const N: usize> {
    /// The size.
    pub output_size: OutputSize<N>,
}

/// Means of as many windows as are wanted of `(channels, length)`.
pub type AdaptiveAvgPool1d = AdaptiveAvgPool<1>;
/// Means of as many windows as are wanted of `(channels, height, width)`.
pub type AdaptiveAvgPool2d = AdaptiveAvgPool<2>;
/// Means of as many windows as are wanted of `(channels, depth, height, width)`.
pub type AdaptiveAvgPool3d = AdaptiveAvgPool<3>;

/// Largest numbers of windows that are chosen so that the output has a given size.
#[derive(Clone, Debug, PartialEq, Entity)]
#[register(
    name = ["AdaptiveMaxPool1d", "AdaptiveMaxPool2d", "AdaptiveMaxPool3d"][N - 1],
    exclude = "N", registry = LayerClass, new, check = LayerClass::check
)]
pub struct AdaptiveMaxPool<const N: usize> {
    /// The size.
    pub output_size: OutputSize<N>,
}

/// The largest numbers of as many windows as are wanted of `(channels, length)`.
pub type AdaptiveMaxPool1d = AdaptiveMaxPool<1>;
/// The largest numbers of as many windows as are wanted of `(channels, height, width)`.
pub type AdaptiveMaxPool2d = AdaptiveMaxPool<2>;
/// The largest numbers of as many windows as are wanted of `(channels, depth, height, width)`.
pub type AdaptiveMaxPool3d = AdaptiveMaxPool<3>;

registry_core::submit!(AdaptiveAvgPool<1>);
registry_core::submit!(AdaptiveAvgPool<2>);
registry_core::submit!(AdaptiveAvgPool<3>);
registry_core::submit!(AdaptiveMaxPool<1>);
registry_core::submit!(AdaptiveMaxPool<2>);
registry_core::submit!(AdaptiveMaxPool<3>);

impl<const N: usize> LayerClass for AdaptiveAvgPool<N> {
    fn check(&self) -> Result<(), Refusal> {
        check(self.output_size)
    }

    fn output(&self, input: &[i64]) -> Result<Vec<i64>, Refusal> {
        output(self.output_size, input)
    }
}

impl<const N: usize> LayerClass for AdaptiveMaxPool<N> {
    fn check(&self) -> Result<(), Refusal> {
        check(self.output_size)
    }

    fn output(&self, input: &[i64]) -> Result<Vec<i64>, Refusal> {
        output(self.output_size, input)
    }
}

fn check<const N: usize>(size: OutputSize<N>) -> Result<(), Refusal> {
    size.each()
        .into_iter()
        .flatten()
        .try_for_each(|size| at_least(size, 0, "output_size"))
}

fn output<const N: usize>(size: OutputSize<N>, input: &[i64]) -> Result<Vec<i64>, Refusal> {
    let (lead, given) = image(input, N)?;
    not_empty(lead, given)?;
    let sides = size.each().into_iter().zip(given);
    let sides = sides.map(|(side, given)| side.unwrap_or(*given));
    Ok(lead.iter().copied().chain(sides).collect())
}
