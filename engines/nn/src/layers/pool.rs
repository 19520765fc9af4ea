//! Layers that make images smaller, by windows of a size.

use super::convolution::{reach, too_large};
use super::image;
use crate::layer::LayerClass;
use crate::{Refusal, Size};
use registry_core::Entity;

/// The largest number of each window.
#[derive(Clone, Debug, PartialEq, Entity)]
#[register(
    name = ["MaxPool1d", "MaxPool2d", "MaxPool3d"][N - 1],
    exclude = "N", registry = LayerClass, new, check = LayerClass::check, skip_default
)]
pub struct MaxPool<const N: usize> {
    /// The size of the window.
    pub kernel_size: Size<N>,
    /// From one window to the next; where it is not given, the size of the window.
    #[register(default)]
    pub stride: Option<Size<N>>,
    /// Added at each side; it is never the largest.
    #[register(default = Size::All(0))]
    pub padding: Size<N>,
    /// From one pixel of the window to the next.
    #[register(default = Size::All(1))]
    pub dilation: Size<N>,
    /// Whether windows may reach over the edge; by name, for in PyTorch `return_indices` is before it.
    #[register(default = false, keyword)]
    pub ceil_mode: bool,
}

/// The largest number of each window of `(channels, length)`.
pub type MaxPool1d = MaxPool<1>;
/// The largest number of each window of `(channels, height, width)`.
pub type MaxPool2d = MaxPool<2>;
/// The largest number of each window of `(channels, depth, height, width)`.
pub type MaxPool3d = MaxPool<3>;

registry_core::submit!(MaxPool<1>);
registry_core::submit!(MaxPool<2>);
registry_core::submit!(MaxPool<3>);

impl<const N: usize> LayerClass for MaxPool<N> {
    fn check(&self) -> Result<(), Refusal> {
        let dilation = self.dilation.at_least(1, "dilation")?;
        check_window(self.kernel_size, self.stride, self.padding, dilation)
    }

    fn output(&self, input: &[i64]) -> Result<Vec<i64>, Refusal> {
        windows(
            input,
            self.kernel_size.each(),
            self.stride.unwrap_or(self.kernel_size).each(),
            self.padding.each(),
            self.dilation.each(),
            self.ceil_mode,
        )
    }
}

/// The mean of each window.
#[derive(Clone, Debug, PartialEq, Entity)]
#[register(
    name = ["AvgPool1d", "AvgPool2d", "AvgPool3d"][N - 1],
    exclude = "N", registry = LayerClass, new, check = LayerClass::check, skip_default
)]
pub struct AvgPool<const N: usize> {
    /// The size of the window.
    pub kernel_size: Size<N>,
    /// From one window to the next; where it is not given, the size of the window.
    #[register(default)]
    pub stride: Option<Size<N>>,
    /// Zeros added at each side.
    #[register(default = Size::All(0))]
    pub padding: Size<N>,
    /// Whether windows may reach over the edge.
    #[register(default = false)]
    pub ceil_mode: bool,
    /// Whether the zeros count in the mean.
    #[register(default = true)]
    pub count_include_pad: bool,
    /// What the sum is divided by, in place of the number of pixels; not with `AvgPool1d`.
    #[register(default)]
    pub divisor_override: Option<i64>,
}

/// The mean of each window of `(channels, length)`.
pub type AvgPool1d = AvgPool<1>;
/// The mean of each window of `(channels, height, width)`.
pub type AvgPool2d = AvgPool<2>;
/// The mean of each window of `(channels, depth, height, width)`.
pub type AvgPool3d = AvgPool<3>;

registry_core::submit!(AvgPool<1>);
registry_core::submit!(AvgPool<2>);
registry_core::submit!(AvgPool<3>);

impl<const N: usize> LayerClass for AvgPool<N> {
    fn check(&self) -> Result<(), Refusal> {
        check_window(self.kernel_size, self.stride, self.padding, [1; N])?;
        match self.divisor_override {
            Some(_) if N == 1 => Err(Refusal::argument("`AvgPool1d` has no `divisor_override`")
                .with_hint("leave it out, or use `AvgPool2d`")),
            Some(0) => Err(Refusal::argument("`divisor_override` cannot be 0")
                .with_hint("leave it out to divide by the number of pixels")),
            _ => Ok(()),
        }
    }

    fn output(&self, input: &[i64]) -> Result<Vec<i64>, Refusal> {
        let kernel = self.kernel_size.each();
        // Over volumes no window is larger than they are, whatever is added.
        if let (3, Ok((_, size))) = (N, image(input, N))
            && let Some(at) = (0..N).find(|at| size[*at] < kernel[*at])
        {
            return Err(too_large(kernel[at], size[at]));
        }
        windows(
            input,
            kernel,
            self.stride.unwrap_or(self.kernel_size).each(),
            self.padding.each(),
            [1; N],
            self.ceil_mode,
        )
    }
}

fn check_window<const N: usize>(
    kernel: Size<N>,
    stride: Option<Size<N>>,
    padding: Size<N>,
    dilation: [i64; N],
) -> Result<(), Refusal> {
    let kernel = kernel.at_least(1, "kernel_size")?;
    if let Some(stride) = stride {
        stride.at_least(1, "stride")?;
    }
    let padding = padding.at_least(0, "padding")?;
    for at in 0..N {
        let most = reach(kernel[at], dilation[at]) / 2;
        if padding[at] > most {
            return Err(
                Refusal::argument(format!("`padding` cannot be {}", padding[at]))
                    .with_hint(format!("choose half of the window, {most}, at most")),
            );
        }
    }
    Ok(())
}

/// The shape of what is found in windows.
fn windows<const N: usize>(
    input: &[i64],
    kernel: [i64; N],
    stride: [i64; N],
    padding: [i64; N],
    dilation: [i64; N],
    over_the_edge: bool,
) -> Result<Vec<i64>, Refusal> {
    let (lead, size) = image(input, N)?;
    not_empty(lead, size)?;
    let mut output = lead.to_vec();
    for at in 0..N {
        let padded = size[at].saturating_add(2 * padding[at]);
        let reach = reach(kernel[at], dilation[at]);
        let free = padded - reach;
        let up = if over_the_edge { stride[at] - 1 } else { 0 };
        let mut count = free.saturating_add(up).div_euclid(stride[at].max(1)) + 1;
        // A window does not begin in the padding behind the image.
        if over_the_edge
            && (count - 1).saturating_mul(stride[at]) >= size[at].saturating_add(padding[at])
        {
            count -= 1;
        }
        if count < 1 {
            return Err(too_large(reach, padded));
        }
        output.push(count);
    }
    Ok(output)
}

/// The batch may be empty, and nothing else.
pub(super) fn not_empty(lead: &[i64], image: &[i64]) -> Result<(), Refusal> {
    let channels = &lead[lead.len() - 1..];
    if channels.iter().chain(image).any(|size| *size == 0) {
        return Err(Refusal::shape("expected pixels, found none"));
    }
    Ok(())
}
