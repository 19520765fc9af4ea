//! Layers that slide a kernel over an image.

use super::{channels, image};
use crate::layer::LayerClass;
use crate::state::weight_and_bias;
use crate::{Padding, PaddingMode, Refusal, Size, Variable};
use registry_core::Entity;
use std::array::from_fn;

/// Slides a kernel over an image of `N` dimensions, in a batch or alone.
#[derive(Clone, Debug, PartialEq, Entity)]
#[register(
    name = ["Conv1d", "Conv2d", "Conv3d"][N - 1],
    exclude = "N", registry = LayerClass, new, check = LayerClass::check, skip_default
)]
pub struct Conv<const N: usize> {
    /// The channels of the input.
    pub in_channels: i64,
    /// The channels of the output.
    pub out_channels: i64,
    /// The size of the kernel.
    pub kernel_size: Size<N>,
    /// From one place of the kernel to the next.
    #[register(default = Size::All(1))]
    pub stride: Size<N>,
    /// Added at each side; `same` keeps the size of the image, `valid` adds nothing.
    #[register(default = Padding::Size(Size::All(0)))]
    pub padding: Padding<N>,
    /// From one pixel of the kernel to the next.
    #[register(default = Size::All(1))]
    pub dilation: Size<N>,
    /// In how many groups the channels are, of which each sees its own alone.
    #[register(default = 1)]
    pub groups: i64,
    /// Whether there is a number for each channel that is added.
    #[register(default = true)]
    pub bias: bool,
    /// What the pixels are that are added.
    #[register(default)]
    pub padding_mode: PaddingMode,
}

/// Slides a kernel over `(channels, length)`, in a batch or alone.
pub type Conv1d = Conv<1>;
/// Slides a kernel over `(channels, height, width)`, in a batch or alone.
pub type Conv2d = Conv<2>;
/// Slides a kernel over `(channels, depth, height, width)`, in a batch or alone.
pub type Conv3d = Conv<3>;

registry_core::submit!(Conv<1>);
registry_core::submit!(Conv<2>);
registry_core::submit!(Conv<3>);

impl<const N: usize> Conv<N> {
    /// What is added before and after each dimension, the first one first.
    pub fn sides(&self) -> [[i64; 2]; N] {
        let (kernel, dilation) = (self.kernel_size.each(), self.dilation.each());
        match self.padding {
            Padding::Size(size) => size.each().map(|side| [side; 2]),
            Padding::Valid => [[0; 2]; N],
            Padding::Same => from_fn(|at| {
                let total = dilation[at].saturating_mul(kernel[at] - 1);
                [total / 2, total - total / 2]
            }),
        }
    }
}

impl<const N: usize> LayerClass for Conv<N> {
    fn check(&self) -> Result<(), Refusal> {
        check_groups(self.groups, self.in_channels, self.out_channels)?;
        self.kernel_size.at_least(1, "kernel_size")?;
        let stride = self.stride.at_least(1, "stride")?;
        self.dilation.at_least(1, "dilation")?;
        match self.padding {
            Padding::Size(size) => size.at_least(0, "padding").map(drop),
            Padding::Same if stride != [1; N] => Err(Refusal::argument(
                "`padding` cannot be `same` where there are strides",
            )
            .with_hint("leave `stride` out")),
            Padding::Same | Padding::Valid => Ok(()),
        }
    }

    fn output(&self, input: &[i64]) -> Result<Vec<i64>, Refusal> {
        let (lead, size) = image(input, N)?;
        channels(lead[lead.len() - 1], self.in_channels)?;
        let (kernel, stride) = (self.kernel_size.each(), self.stride.each());
        let (dilation, sides) = (self.dilation.each(), self.sides());
        let mut output = [&lead[..lead.len() - 1], &[self.out_channels]].concat();
        for at in 0..N {
            let [before, after] = sides[at];
            fits(self.padding_mode, size[at], before.max(after))?;
            let padded = size[at].saturating_add(before).saturating_add(after);
            let reach = reach(kernel[at], dilation[at]);
            if padded < reach || size[at] == 0 {
                return Err(too_large(reach, padded));
            }
            output.push((padded - reach) / stride[at].max(1) + 1);
        }
        Ok(output)
    }

    fn state(&self) -> Vec<Variable> {
        let shape = [self.out_channels, self.in_channels / self.groups.max(1)];
        let shape = [&shape[..], &self.kernel_size.each()].concat();
        weight_and_bias(&shape, self.bias.then_some(self.out_channels))
    }
}

/// How many pixels a kernel spans.
pub(super) fn reach(kernel: i64, dilation: i64) -> i64 {
    dilation.saturating_mul(kernel - 1).saturating_add(1)
}

pub(super) fn too_large(reach: i64, padded: i64) -> Refusal {
    Refusal::shape(format!(
        "the kernel spans {reach} pixels, and there are {padded}"
    ))
}

/// Whether a dimension has the pixels that are added to it.
pub(super) fn fits(mode: PaddingMode, size: i64, added: i64) -> Result<(), Refusal> {
    let is_enough = match mode {
        PaddingMode::Zeros => true,
        PaddingMode::Reflect => added < size,
        PaddingMode::Replicate => size > 0,
        PaddingMode::Circular => added <= size,
    };
    if is_enough {
        return Ok(());
    }
    Err(Refusal::shape(format!(
        "a padding of {added} needs more pixels than the {size} that there are"
    )))
}

/// Slides an image over a kernel: what undoes the shape of [`Conv`].
#[derive(Clone, Debug, PartialEq, Entity)]
#[register(
    name = ["ConvTranspose1d", "ConvTranspose2d", "ConvTranspose3d"][N - 1],
    exclude = "N", registry = LayerClass, new, check = LayerClass::check, skip_default
)]
pub struct ConvTranspose<const N: usize> {
    /// The channels of the input.
    pub in_channels: i64,
    /// The channels of the output.
    pub out_channels: i64,
    /// The size of the kernel.
    pub kernel_size: Size<N>,
    /// From one place of the kernel to the next, in the output.
    #[register(default = Size::All(1))]
    pub stride: Size<N>,
    /// Taken away at each side of the output.
    #[register(default = Size::All(0))]
    pub padding: Size<N>,
    /// Added at one side of the output; below the stride or the dilation.
    #[register(default = Size::All(0))]
    pub output_padding: Size<N>,
    /// In how many groups the channels are, of which each sees its own alone.
    #[register(default = 1)]
    pub groups: i64,
    /// Whether there is a number for each channel that is added.
    #[register(default = true)]
    pub bias: bool,
    /// From one pixel of the kernel to the next.
    #[register(default = Size::All(1))]
    pub dilation: Size<N>,
    /// Can only be zeros.
    #[register(default)]
    pub padding_mode: PaddingMode,
}

/// Undoes the shape of [`Conv1d`].
pub type ConvTranspose1d = ConvTranspose<1>;
/// Undoes the shape of [`Conv2d`].
pub type ConvTranspose2d = ConvTranspose<2>;
/// Undoes the shape of [`Conv3d`].
pub type ConvTranspose3d = ConvTranspose<3>;

registry_core::submit!(ConvTranspose<1>);
registry_core::submit!(ConvTranspose<2>);
registry_core::submit!(ConvTranspose<3>);

impl<const N: usize> LayerClass for ConvTranspose<N> {
    fn check(&self) -> Result<(), Refusal> {
        if self.padding_mode != PaddingMode::Zeros {
            return Err(Refusal::argument("`padding_mode` cannot be another here")
                .with_hint("choose `zeros`"));
        }
        check_groups(self.groups, self.in_channels, self.out_channels)?;
        self.kernel_size.at_least(1, "kernel_size")?;
        let stride = self.stride.at_least(1, "stride")?;
        let dilation = self.dilation.at_least(1, "dilation")?;
        self.padding.at_least(0, "padding")?;
        let output_padding = self.output_padding.at_least(0, "output_padding")?;
        for at in 0..N {
            if output_padding[at] >= stride[at].max(dilation[at]) {
                return Err(Refusal::argument(format!(
                    "`output_padding` cannot be {}",
                    output_padding[at]
                ))
                .with_hint("choose less than the stride or the dilation"));
            }
        }
        Ok(())
    }

    fn output(&self, input: &[i64]) -> Result<Vec<i64>, Refusal> {
        let (lead, size) = image(input, N)?;
        channels(lead[lead.len() - 1], self.in_channels)?;
        let (kernel, stride) = (self.kernel_size.each(), self.stride.each());
        let (padding, dilation) = (self.padding.each(), self.dilation.each());
        let output_padding = self.output_padding.each();
        let mut output = [&lead[..lead.len() - 1], &[self.out_channels]].concat();
        for at in 0..N {
            let length = (size[at] - 1)
                .saturating_mul(stride[at])
                .saturating_add(reach(kernel[at], dilation[at]))
                .saturating_add(output_padding[at] - 2 * padding[at]);
            if length < 1 || size[at] == 0 {
                return Err(Refusal::shape(format!(
                    "the output would have {length} pixels in a dimension"
                ))
                .with_hint("give less `padding`, or a larger input"));
            }
            output.push(length);
        }
        Ok(output)
    }

    fn state(&self) -> Vec<Variable> {
        let shape = [self.in_channels, self.out_channels / self.groups.max(1)];
        let shape = [&shape[..], &self.kernel_size.each()].concat();
        weight_and_bias(&shape, self.bias.then_some(self.out_channels))
    }
}

fn check_groups(groups: i64, in_channels: i64, out_channels: i64) -> Result<(), Refusal> {
    if groups < 1 {
        return Err(
            Refusal::argument(format!("`groups` cannot be {groups}")).with_hint("choose 1 or more")
        );
    }
    let channels = [("in_channels", in_channels), ("out_channels", out_channels)];
    match channels
        .iter()
        .find(|(_, size)| *size < 1 || size % groups != 0)
    {
        None => Ok(()),
        Some((parameter, size)) => Err(Refusal::argument(format!(
            "`{parameter}` cannot be {size} in {groups} groups"
        ))
        .with_hint("choose a multiple of `groups`, above zero")),
    }
}
