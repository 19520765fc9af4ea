//! Sizes, as PyTorch has them and as candle has them.

use crate::Result;
use candle_core::Tensor;

/// A size; none that was checked is negative.
pub(crate) fn size(size: i64) -> Result<usize> {
    Ok(usize::try_from(size)?)
}

/// Several.
pub(crate) fn sizes(all: &[i64]) -> Result<Vec<usize>> {
    all.iter().copied().map(size).collect()
}

/// The shape of a tensor.
pub(crate) fn shape_of(xs: &Tensor) -> Vec<i64> {
    xs.dims()
        .iter()
        .map(|size| size.cast_signed() as i64)
        .collect()
}

/// A size as a number to compute with.
#[expect(clippy::cast_precision_loss, reason = "no tensor has 2^53 elements")]
pub(crate) fn number(size: usize) -> f64 {
    size as f64
}
