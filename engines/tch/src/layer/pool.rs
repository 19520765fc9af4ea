//! Layers that look at windows of an image.

use crate::TorchError;
use registry_nn::OutputSize;
use registry_nn::layers::{AvgPool, MaxPool};
use tch::Tensor;

pub(super) fn max<const N: usize>(it: &MaxPool<N>, xs: &Tensor) -> Result<Tensor, TorchError> {
    let kernel = it.kernel_size.each();
    let stride = it.stride.map_or(kernel, registry_nn::Size::each);
    let (padding, dilation, over) = (it.padding.each(), it.dilation.each(), it.ceil_mode);
    Ok(match N {
        1 => xs.f_max_pool1d(kernel, stride, padding, dilation, over)?,
        2 => xs.f_max_pool2d(kernel, stride, padding, dilation, over)?,
        _ => xs.f_max_pool3d(kernel, stride, padding, dilation, over)?,
    })
}

pub(super) fn average<const N: usize>(it: &AvgPool<N>, xs: &Tensor) -> Result<Tensor, TorchError> {
    let kernel = it.kernel_size.each();
    let stride = it.stride.map_or(kernel, registry_nn::Size::each);
    let (padding, over, counted) = (it.padding.each(), it.ceil_mode, it.count_include_pad);
    let divisor = it.divisor_override;
    Ok(match N {
        1 => xs.f_avg_pool1d(kernel, stride, padding, over, counted)?,
        2 => xs.f_avg_pool2d(kernel, stride, padding, over, counted, divisor)?,
        _ => xs.f_avg_pool3d(kernel, stride, padding, over, counted, divisor)?,
    })
}

pub(super) fn adaptive_max<const N: usize>(
    size: OutputSize<N>,
    xs: &Tensor,
) -> Result<Tensor, TorchError> {
    let size = given(size, xs)?;
    let (largest, _) = match N {
        1 => xs.f_adaptive_max_pool1d(size)?,
        2 => xs.f_adaptive_max_pool2d(size)?,
        _ => xs.f_adaptive_max_pool3d(size)?,
    };
    Ok(largest)
}

pub(super) fn adaptive_average<const N: usize>(
    size: OutputSize<N>,
    xs: &Tensor,
) -> Result<Tensor, TorchError> {
    let size = given(size, xs)?;
    Ok(match N {
        1 => xs.f_adaptive_avg_pool1d(size)?,
        2 => xs.f_adaptive_avg_pool2d(size)?,
        _ => xs.f_adaptive_avg_pool3d(size)?,
    })
}

/// The size of the output, the sides of the input put in where none is given.
fn given<const N: usize>(size: OutputSize<N>, xs: &Tensor) -> Result<[i64; N], TorchError> {
    let sides = xs.size();
    let (true, Some(image)) = (sides.len() > N, sides.last_chunk::<N>()) else {
        return Err(TorchError::new("expected an image with channels"));
    };
    let mut output = *image;
    for (side, wanted) in output.iter_mut().zip(size.each()) {
        *side = wanted.unwrap_or(*side);
    }
    Ok(output)
}
