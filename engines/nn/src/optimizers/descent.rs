//! Gradient descent.

use super::not_negative;
use crate::Refusal;
use crate::optimizer::OptimizerClass;
use registry_core::Entity;

/// Stochastic gradient descent, with momentum where it is not 0.
#[derive(Clone, Debug, PartialEq, Entity)]
#[register(registry = OptimizerClass, new, check = OptimizerClass::check)]
pub struct SGD {
    /// The learning rate.
    #[register(default = 0.001)]
    pub lr: f64,
    /// What is kept of the steps before.
    #[register(default = 0.0, skip_default)]
    pub momentum: f64,
    /// What a gradient does not count beside the steps before.
    #[register(default = 0.0, skip_default)]
    pub dampening: f64,
    /// The share of a weight that is added to its gradient.
    #[register(default = 0.0, skip_default)]
    pub weight_decay: f64,
    /// Whether the gradient is that of where the momentum leads.
    #[register(default = false, skip_default)]
    pub nesterov: bool,
}

impl OptimizerClass for SGD {
    fn check(&self) -> Result<(), Refusal> {
        not_negative(&[
            ("lr", self.lr),
            ("momentum", self.momentum),
            ("weight_decay", self.weight_decay),
        ])?;
        if self.nesterov && (self.momentum == 0.0 || self.dampening != 0.0) {
            return Err(Refusal::argument(
                "`nesterov` is set without a momentum, or with a dampening",
            )
            .with_hint("give a `momentum` above 0, and leave out `dampening`"));
        }
        Ok(())
    }

    fn lr(&self) -> f64 {
        self.lr
    }

    fn momentum(&self) -> Option<f64> {
        Some(self.momentum)
    }
}
