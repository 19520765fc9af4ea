//! Layers that make images smaller.

use super::Size;
use crate::{Module, TorchError, module_t};
use registry_core::Entity;
use serde::{Deserialize, Serialize};
use tch::Tensor;

/// The largest number of each window.
#[derive(Clone, Debug, Entity)]
#[register(registry = Module, new)]
pub struct MaxPool2d {
    /// The size of the window.
    pub kernel_size: Size<2>,
    /// From one window to the next; where it is not given, the size of the window.
    #[register(default, skip_default)]
    pub stride: Option<Size<2>>,
    /// Added at each side; it is never the largest.
    #[register(default = Size::All(0), skip_default)]
    pub padding: Size<2>,
    /// From one pixel of the window to the next.
    #[register(default = Size::All(1), skip_default)]
    pub dilation: Size<2>,
    /// Whether windows may reach over the edge; by name, for in PyTorch `return_indices` is before it.
    #[register(default = false, skip_default, keyword)]
    pub ceil_mode: bool,
}

impl Module for MaxPool2d {
    fn try_forward_t(&self, xs: &Tensor, _train: bool) -> Result<Tensor, TorchError> {
        xs.f_max_pool2d(
            self.kernel_size.each(),
            self.stride.unwrap_or(self.kernel_size).each(),
            self.padding.each(),
            self.dilation.each(),
            self.ceil_mode,
        )
        .map_err(TorchError::of("MaxPool2d", xs))
    }
}

/// The mean of each window.
#[derive(Clone, Debug, Entity)]
#[register(registry = Module, new)]
pub struct AvgPool2d {
    /// The size of the window.
    pub kernel_size: Size<2>,
    /// From one window to the next; where it is not given, the size of the window.
    #[register(default, skip_default)]
    pub stride: Option<Size<2>>,
    /// Zeros added at each side.
    #[register(default = Size::All(0), skip_default)]
    pub padding: Size<2>,
    /// Whether windows may reach over the edge.
    #[register(default = false, skip_default)]
    pub ceil_mode: bool,
    /// Whether the zeros count in the mean.
    #[register(default = true, skip_default)]
    pub count_include_pad: bool,
    /// What the sum is divided by, in place of the number of pixels.
    #[register(default, skip_default)]
    pub divisor_override: Option<i64>,
}

impl Module for AvgPool2d {
    fn try_forward_t(&self, xs: &Tensor, _train: bool) -> Result<Tensor, TorchError> {
        xs.f_avg_pool2d(
            self.kernel_size.each(),
            self.stride.unwrap_or(self.kernel_size).each(),
            self.padding.each(),
            self.ceil_mode,
            self.count_include_pad,
            self.divisor_override,
        )
        .map_err(TorchError::of("AvgPool2d", xs))
    }
}

/// The size of an image; a side that is not given stays as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    untagged,
    expecting = "expected an integer, or a list of two, each of which may be null"
)]
pub enum OutputSize {
    /// Both sides.
    Square(i64),
    /// Height and width.
    Sides([Option<i64>; 2]),
}

/// Means of windows that are chosen so that the output has a given size.
#[derive(Clone, Debug, Entity)]
#[register(registry = Module, new)]
pub struct AdaptiveAvgPool2d {
    /// The size.
    pub output_size: OutputSize,
}

impl Module for AdaptiveAvgPool2d {
    fn try_forward_t(&self, xs: &Tensor, _train: bool) -> Result<Tensor, TorchError> {
        let sides = match self.output_size {
            OutputSize::Square(side) => [Some(side); 2],
            OutputSize::Sides(sides) => sides,
        };
        let size = xs.size();
        let given = size.iter().rev().take(2).rev().chain([&0; 2]);
        let output: Vec<i64> = sides
            .iter()
            .zip(given)
            .map(|(side, given)| side.unwrap_or(*given))
            .collect();
        xs.f_adaptive_avg_pool2d(output)
            .map_err(TorchError::of("AdaptiveAvgPool2d", xs))
    }
}

module_t!(MaxPool2d, AvgPool2d, AdaptiveAvgPool2d);
