//! Layers that multiply with a matrix.

use crate::layer::LayerClass;
use crate::size::at_least;
use crate::state::weight_and_bias;
use crate::{Refusal, Variable};
use registry_core::Entity;

/// `y = x W' + b`.
#[derive(Clone, Debug, PartialEq, Entity)]
#[register(registry = LayerClass, new, check = LayerClass::check, skip_default)]
pub struct Linear {
    /// How many numbers come in.
    pub in_features: i64,
    /// How many go out.
    pub out_features: i64,
    /// Whether there is a `b`.
    #[register(default = true)]
    pub bias: bool,
}

impl LayerClass for Linear {
    fn check(&self) -> Result<(), Refusal> {
        at_least(self.in_features, 0, "in_features")?;
        at_least(self.out_features, 0, "out_features")
    }

    fn output(&self, input: &[i64]) -> Result<Vec<i64>, Refusal> {
        let [lead @ .., features] = input else {
            return Err(Refusal::shape("expected one dimension or more, found none"));
        };
        last(*features, self.in_features)?;
        Ok([lead, &[self.out_features]].concat())
    }

    fn state(&self) -> Vec<Variable> {
        let bias = self.bias.then_some(self.out_features);
        weight_and_bias(&[self.out_features, self.in_features], bias)
    }
}

/// The last dimension is as large as the layer has it.
pub(super) fn last(found: i64, expected: i64) -> Result<(), Refusal> {
    if found == expected {
        return Ok(());
    }
    Err(Refusal::shape(format!(
        "expected {expected} features in the last dimension, found {found}"
    )))
}
