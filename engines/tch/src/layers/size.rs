//! Sizes of kernels, strides and paddings.

use crate::TorchError;
use serde::{Deserialize, Serialize};

/// One number for every dimension of an image, or one for each.
///
/// # Examples
///
/// ```
/// use registry_tch::layers::Size;
///
/// let (square, wide): (Size<2>, Size<2>) = (3.into(), [3, 5].into());
/// assert_eq!((square.each(), wide.each()), ([3, 3], [3, 5]));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    untagged,
    expecting = "expected an integer, or a list with one for each dimension"
)]
pub enum Size<const N: usize>
where
    [i64; N]: Serialize + for<'d> Deserialize<'d>,
{
    /// The same for every dimension.
    All(i64),
    /// One for each.
    Each([i64; N]),
}

impl<const N: usize> Size<N>
where
    [i64; N]: Serialize + for<'d> Deserialize<'d>,
{
    /// The numbers of the dimensions.
    pub fn each(self) -> [i64; N] {
        match self {
            Self::All(size) => [size; N],
            Self::Each(sizes) => sizes,
        }
    }

    /// The numbers, none of which may be below `least`, nor so large that libtorch's sums overflow.
    pub(super) fn at_least(self, least: i64, parameter: &str) -> Result<[i64; N], TorchError> {
        let each = self.each();
        let most = i64::from(i32::MAX);
        match each.iter().find(|size| !(least..=most).contains(*size)) {
            None => Ok(each),
            Some(size) => Err(TorchError::new(format!(
                "`{parameter}` cannot be {size}\nhint: choose {least} or more, {most} at most"
            ))),
        }
    }
}

impl<const N: usize> From<i64> for Size<N>
where
    [i64; N]: Serialize + for<'d> Deserialize<'d>,
{
    fn from(size: i64) -> Self {
        Self::All(size)
    }
}

impl<const N: usize> From<[i64; N]> for Size<N>
where
    [i64; N]: Serialize + for<'d> Deserialize<'d>,
{
    fn from(sizes: [i64; N]) -> Self {
        Self::Each(sizes)
    }
}
