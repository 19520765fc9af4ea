//! Layers that leave elements out while training.

use crate::Refusal;
use crate::layer::LayerClass;
use crate::size::probability;
use registry_core::Entity;

/// Sets elements to zero with probability `p` while training, and scales the others up: each on its own
/// where `N` is 0, else whole channels of images of `N` dimensions.
#[derive(Clone, Debug, PartialEq, Entity)]
#[register(
    name = ["Dropout", "Dropout1d", "Dropout2d", "Dropout3d"][N],
    exclude = "N", registry = LayerClass, new, check = LayerClass::check, skip_default
)]
pub struct DropoutOf<const N: usize> {
    /// The probability.
    #[register(default = 0.5)]
    pub p: f64,
    /// Whether the output is written into the input as well.
    #[register(default = false)]
    pub inplace: bool,
}

/// Leaves out elements.
pub type Dropout = DropoutOf<0>;
/// Leaves out channels of `(channels, length)`.
pub type Dropout1d = DropoutOf<1>;
/// Leaves out channels of `(channels, height, width)`.
pub type Dropout2d = DropoutOf<2>;
/// Leaves out channels of `(channels, depth, height, width)`.
pub type Dropout3d = DropoutOf<3>;

registry_core::submit!(DropoutOf<0>);
registry_core::submit!(DropoutOf<1>);
registry_core::submit!(DropoutOf<2>);
registry_core::submit!(DropoutOf<3>);

impl<const N: usize> LayerClass for DropoutOf<N> {
    fn check(&self) -> Result<(), Refusal> {
        probability(self.p, "p")
    }

    fn output(&self, input: &[i64]) -> Result<Vec<i64>, Refusal> {
        // PyTorch warns of other numbers of dimensions with images, and takes them.
        if N == 1 {
            super::image(input, N)?;
        }
        Ok(input.to_vec())
    }
}
