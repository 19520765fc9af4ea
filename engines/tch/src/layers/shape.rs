//! Layers that leave the elements as they are.

use crate::{Module, TorchError, module_t};
use registry_core::Entity;
use tch::Tensor;

/// Joins the dimensions from `start_dim` to `end_dim` into one.
#[derive(Clone, Debug, Entity)]
#[register(registry = Module, new, skip_default)]
pub struct Flatten {
    /// The first of them.
    #[register(default = 1)]
    pub start_dim: i64,
    /// The last of them; negative numbers count from the end.
    #[register(default = -1)]
    pub end_dim: i64,
}

impl Module for Flatten {
    fn try_forward_t(&self, xs: &Tensor, _train: bool) -> Result<Tensor, TorchError> {
        xs.f_flatten(self.start_dim, self.end_dim)
            .map_err(TorchError::of("Flatten", xs))
    }
}

/// Gives its input.
#[derive(Clone, Debug, Entity)]
#[register(registry = Module)]
pub struct Identity;

impl Module for Identity {
    fn try_forward_t(&self, xs: &Tensor, _train: bool) -> Result<Tensor, TorchError> {
        Ok(xs.shallow_clone())
    }
}

module_t!(Flatten, Identity);
