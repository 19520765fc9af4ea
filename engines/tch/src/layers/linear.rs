//! Layers that multiply with a matrix.

use super::init::weight_and_bias;
use crate::{Module, TorchError, module_t};
use registry_core::register;
use tch::{Tensor, nn};

/// `y = x W' + b`.
#[derive(Debug)]
pub struct Linear {
    weight: Tensor,
    bias: Option<Tensor>,
}

#[register(exclude = "vs", registry = Module)]
impl Linear {
    /// A layer from `in_features` to `out_features`.
    ///
    /// # Errors
    ///
    /// Where a size is negative, or there is no memory for the weights.
    pub fn new(
        vs: &nn::Path<'_>,
        in_features: i64,
        out_features: i64,
        #[register(default = true, skip_default)] bias: bool,
    ) -> Result<Self, TorchError> {
        let bias = bias.then_some(out_features);
        let (weight, bias) = weight_and_bias(vs, &[out_features, in_features], bias)?;
        Ok(Self { weight, bias })
    }
}

impl Module for Linear {
    fn try_forward_t(&self, xs: &Tensor, _train: bool) -> Result<Tensor, TorchError> {
        xs.f_linear(&self.weight, self.bias.as_ref())
            .map_err(TorchError::of("Linear", xs))
    }
}

module_t!(Linear);
