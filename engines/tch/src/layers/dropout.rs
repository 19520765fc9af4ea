//! Layers that leave elements out while training.

use super::in_place;
use crate::{Module, TorchError, module_t};
use registry_core::Entity;
use tch::Tensor;

/// Sets each element to zero with probability `p` while training, and scales the others up.
#[derive(Clone, Debug, Entity)]
#[register(registry = Module, new, skip_default)]
pub struct Dropout {
    /// The probability.
    #[register(default = 0.5)]
    pub p: f64,
    /// Whether the output is written into the input as well.
    #[register(default = false)]
    pub inplace: bool,
}

impl Module for Dropout {
    fn try_forward_t(&self, xs: &Tensor, train: bool) -> Result<Tensor, TorchError> {
        in_place(self.inplace, xs, |xs| xs.f_dropout(self.p, train))
            .map_err(TorchError::of("Dropout", xs))
    }
}

module_t!(Dropout);
