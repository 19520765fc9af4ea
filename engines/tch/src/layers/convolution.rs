//! Layers that slide a kernel over an image.

use super::Size;
use super::init::weight_and_bias;
use crate::{Module, TorchError, module_t};
use registry_core::{Entity, register};
use serde::{Deserialize, Serialize};
use tch::{Tensor, nn};

/// Slides a kernel over an image of `N` dimensions.
#[derive(Debug)]
pub struct Conv<const N: usize> {
    weight: Tensor,
    bias: Option<Tensor>,
    stride: [i64; N],
    dilation: [i64; N],
    groups: i64,
    /// Added by the convolution itself.
    inner: [i64; N],
    /// Added before it, as libtorch's `pad` takes it.
    outer: Option<(Vec<i64>, &'static str)>,
}

/// Slides a kernel over `(channels, length)`, in a batch or alone.
pub type Conv1d = Conv<1>;
/// Slides a kernel over `(channels, height, width)`, in a batch or alone.
pub type Conv2d = Conv<2>;
/// Slides a kernel over `(channels, depth, height, width)`, in a batch or alone.
pub type Conv3d = Conv<3>;

/// What is added at the sides of an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    untagged,
    expecting = "expected an integer, a list with one for each dimension, `same` or `valid`"
)]
pub enum Padding<const N: usize>
where
    [i64; N]: Serialize + for<'d> Deserialize<'d>,
{
    /// As many pixels.
    Size(Size<N>),
    /// As many as give an output of a size.
    Name(PaddingName),
}

/// A padding by what comes of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PaddingName {
    /// The output has the size of the input.
    Same,
    /// Nothing is added.
    Valid,
}

/// What the pixels are that are added.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Entity)]
pub enum PaddingMode {
    /// Zeros.
    #[default]
    #[register(name = "zeros")]
    Zeros,
    /// The image in a mirror that stands on its last pixel.
    #[register(name = "reflect")]
    Reflect,
    /// The last pixel again.
    #[register(name = "replicate")]
    Replicate,
    /// The other side of the image.
    #[register(name = "circular")]
    Circular,
}

macro_rules! convolution {
    ($($name:literal for $n:literal),+) => {$(
        #[register(name = $name, exclude = "vs", registry = Module)]
        impl Conv<$n> {
            /// A layer from `in_channels` to `out_channels`.
            ///
            /// # Errors
            ///
            /// Where a size makes no sense, `groups` does not divide the channels, or `same` is
            /// asked for with strides.
            pub fn new(
                vs: &nn::Path<'_>,
                in_channels: i64,
                out_channels: i64,
                kernel_size: Size<$n>,
                #[register(default = Size::All(1), skip_default)] stride: Size<$n>,
                #[register(default = Padding::Size(Size::All(0)), skip_default)] padding: Padding<$n>,
                #[register(default = Size::All(1), skip_default)] dilation: Size<$n>,
                #[register(default = 1, skip_default)] groups: i64,
                #[register(default = true, skip_default)] bias: bool,
                #[register(default, skip_default)] padding_mode: PaddingMode,
            ) -> Result<Self, TorchError> {
                check_groups(groups, in_channels, out_channels)?;
                let kernel = kernel_size.at_least(1, "kernel_size")?;
                let (stride, dilation) = (stride.at_least(1, "stride")?, dilation.at_least(1, "dilation")?);
                let sides = match padding {
                    Padding::Size(size) => size.at_least(0, "padding")?.map(|side| [side; 2]),
                    Padding::Name(PaddingName::Valid) => [[0; 2]; $n],
                    Padding::Name(PaddingName::Same) => same(kernel, stride, dilation)?,
                };
                let shape = [&[out_channels, in_channels / groups], &kernel[..]].concat();
                let (weight, bias) = weight_and_bias(vs, &shape, bias.then_some(out_channels))?;
                let (inner, outer) = split(sides, padding_mode);
                Ok(Self { weight, bias, stride, dilation, groups, inner, outer })
            }
        }

        impl Module for Conv<$n> {
            fn try_forward_t(&self, xs: &Tensor, _train: bool) -> Result<Tensor, TorchError> {
                self.forward(xs).map_err(TorchError::of($name, xs))
            }
        }

        module_t!(Conv<$n>);
    )+};
}

convolution!("Conv1d" for 1, "Conv2d" for 2, "Conv3d" for 3);

impl<const N: usize> Conv<N> {
    fn forward(&self, xs: &Tensor) -> Result<Tensor, TorchError> {
        let (alone, batch) = (N + 1, N + 2);
        if !(alone..=batch).contains(&xs.dim()) {
            let message = format!("expected {alone} dimensions or {batch}, found {}", xs.dim());
            return Err(TorchError::new(message));
        }
        let padded = match &self.outer {
            None => xs,
            Some((sides, mode)) => &xs.f_pad(sides, mode, None)?,
        };
        batched::<N>(padded, |xs| {
            Ok(xs.f_convolution(
                &self.weight,
                self.bias.as_ref(),
                self.stride,
                self.inner,
                self.dilation,
                false,
                [0; N],
                self.groups,
            )?)
        })
    }
}

/// Slides an image over a kernel: what undoes the shape of [`Conv`].
#[derive(Debug)]
pub struct ConvTranspose<const N: usize> {
    weight: Tensor,
    bias: Option<Tensor>,
    stride: [i64; N],
    padding: [i64; N],
    output_padding: [i64; N],
    dilation: [i64; N],
    groups: i64,
}

/// Undoes the shape of [`Conv1d`].
pub type ConvTranspose1d = ConvTranspose<1>;
/// Undoes the shape of [`Conv2d`].
pub type ConvTranspose2d = ConvTranspose<2>;
/// Undoes the shape of [`Conv3d`].
pub type ConvTranspose3d = ConvTranspose<3>;

macro_rules! convolution_transpose {
    ($($name:literal for $n:literal),+) => {$(
        #[register(name = $name, exclude = "vs", registry = Module)]
        impl ConvTranspose<$n> {
            /// A layer from `in_channels` to `out_channels`. `padding_mode` can only be zeros.
            ///
            /// # Errors
            ///
            /// Where a size makes no sense, or `groups` does not divide the channels.
            pub fn new(
                vs: &nn::Path<'_>,
                in_channels: i64,
                out_channels: i64,
                kernel_size: Size<$n>,
                #[register(default = Size::All(1), skip_default)] stride: Size<$n>,
                #[register(default = Size::All(0), skip_default)] padding: Size<$n>,
                #[register(default = Size::All(0), skip_default)] output_padding: Size<$n>,
                #[register(default = 1, skip_default)] groups: i64,
                #[register(default = true, skip_default)] bias: bool,
                #[register(default = Size::All(1), skip_default)] dilation: Size<$n>,
                #[register(default, skip_default)] padding_mode: PaddingMode,
            ) -> Result<Self, TorchError> {
                if padding_mode != PaddingMode::Zeros {
                    return Err(TorchError::new(
                        "`padding_mode` cannot be another here\nhint: choose `zeros`",
                    ));
                }
                check_groups(groups, in_channels, out_channels)?;
                let kernel = kernel_size.at_least(1, "kernel_size")?;
                let (stride, dilation) = (stride.at_least(1, "stride")?, dilation.at_least(1, "dilation")?);
                let padding = padding.at_least(0, "padding")?;
                let output_padding = output_padding.at_least(0, "output_padding")?;
                let shape = [&[in_channels, out_channels / groups], &kernel[..]].concat();
                let (weight, bias) = weight_and_bias(vs, &shape, bias.then_some(out_channels))?;
                Ok(Self {
                    weight,
                    bias,
                    stride,
                    padding,
                    output_padding,
                    dilation,
                    groups,
                })
            }
        }

        impl Module for ConvTranspose<$n> {
            fn try_forward_t(&self, xs: &Tensor, _train: bool) -> Result<Tensor, TorchError> {
                self.forward(xs).map_err(TorchError::of($name, xs))
            }
        }

        module_t!(ConvTranspose<$n>);
    )+};
}

convolution_transpose!("ConvTranspose1d" for 1, "ConvTranspose2d" for 2, "ConvTranspose3d" for 3);

impl<const N: usize> ConvTranspose<N> {
    fn forward(&self, xs: &Tensor) -> Result<Tensor, TorchError> {
        batched::<N>(xs, |xs| {
            Ok(xs.f_convolution(
                &self.weight,
                self.bias.as_ref(),
                self.stride,
                self.padding,
                self.dilation,
                true,
                self.output_padding,
                self.groups,
            )?)
        })
    }
}

/// Applies `function` to a batch, of one where `xs` is a single image.
fn batched<const N: usize>(
    xs: &Tensor,
    function: impl Fn(&Tensor) -> Result<Tensor, TorchError>,
) -> Result<Tensor, TorchError> {
    if xs.dim() == N + 1 {
        Ok(function(&xs.f_unsqueeze(0)?)?.f_squeeze_dim(0)?)
    } else {
        function(xs)
    }
}

fn check_groups(groups: i64, in_channels: i64, out_channels: i64) -> Result<(), TorchError> {
    let channels = [("in_channels", in_channels), ("out_channels", out_channels)];
    match channels
        .iter()
        .find(|(_, size)| groups < 1 || *size < 1 || size % groups != 0)
    {
        None => Ok(()),
        Some((parameter, size)) => Err(TorchError::new(format!(
            "`{parameter}` cannot be {size} in {groups} groups\n\
             hint: choose a multiple of `groups`, and both above zero"
        ))),
    }
}

/// The padding before and after each dimension that keeps its size.
fn same<const N: usize>(
    kernel: [i64; N],
    stride: [i64; N],
    dilation: [i64; N],
) -> Result<[[i64; 2]; N], TorchError> {
    if stride != [1; N] {
        return Err(TorchError::new(
            "`padding` cannot be `same` where there are strides\nhint: leave `stride` out",
        ));
    }
    Ok(std::array::from_fn(|at| {
        let total = dilation[at].saturating_mul(kernel[at] - 1);
        [total / 2, total - total / 2]
    }))
}

/// Shares out the padding: the convolution itself adds only as many zeros before as after.
fn split<const N: usize>(
    sides: [[i64; 2]; N],
    mode: PaddingMode,
) -> ([i64; N], Option<(Vec<i64>, &'static str)>) {
    let is_even = sides.iter().all(|[before, after]| before == after);
    let name = match mode {
        PaddingMode::Zeros if is_even => return (sides.map(|[before, _]| before), None),
        PaddingMode::Zeros => "constant",
        PaddingMode::Reflect => "reflect",
        PaddingMode::Replicate => "replicate",
        PaddingMode::Circular => "circular",
    };
    // The last dimension comes first there.
    let outer = sides.iter().rev().flatten().copied().collect();
    ([0; N], Some((outer, name)))
}
