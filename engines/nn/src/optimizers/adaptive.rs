//! Optimizers that divide each gradient by what those before were.

use super::not_negative;
use crate::Refusal;
use crate::optimizer::OptimizerClass;
use registry_core::Entity;

/// `RMSprop`: divides each gradient by the moving root mean square of those before.
#[derive(Clone, Debug, PartialEq, Entity)]
#[register(registry = OptimizerClass, new, check = OptimizerClass::check)]
pub struct RMSprop {
    /// The learning rate.
    #[register(default = 0.01)]
    pub lr: f64,
    /// What is kept of the mean square.
    #[register(default = 0.99, skip_default)]
    pub alpha: f64,
    /// Added to the root.
    #[register(default = 1e-8, skip_default)]
    pub eps: f64,
    /// The share of a weight that is added to its gradient.
    #[register(default = 0.0, skip_default)]
    pub weight_decay: f64,
    /// What is kept of the steps before.
    #[register(default = 0.0, skip_default)]
    pub momentum: f64,
    /// Whether the variance is taken for the mean square.
    #[register(default = false, skip_default)]
    pub centered: bool,
}

impl OptimizerClass for RMSprop {
    fn check(&self) -> Result<(), Refusal> {
        not_negative(&[
            ("lr", self.lr),
            ("alpha", self.alpha),
            ("eps", self.eps),
            ("weight_decay", self.weight_decay),
            ("momentum", self.momentum),
        ])
    }

    fn lr(&self) -> f64 {
        self.lr
    }

    fn momentum(&self) -> Option<f64> {
        Some(self.momentum)
    }
}

/// Adagrad: divides each gradient by the root of the sum of the squares of all before.
#[derive(Clone, Debug, PartialEq, Entity)]
#[register(registry = OptimizerClass, new, check = OptimizerClass::check)]
pub struct Adagrad {
    /// The learning rate.
    #[register(default = 0.01)]
    pub lr: f64,
    /// By how much it shrinks with each step.
    #[register(default = 0.0, skip_default)]
    pub lr_decay: f64,
    /// The share of a weight that is added to its gradient.
    #[register(default = 0.0, skip_default)]
    pub weight_decay: f64,
    /// What the sum begins with.
    #[register(default = 0.0, skip_default)]
    pub initial_accumulator_value: f64,
    /// Added to the root.
    #[register(default = 1e-10, skip_default)]
    pub eps: f64,
}

impl OptimizerClass for Adagrad {
    fn check(&self) -> Result<(), Refusal> {
        not_negative(&[
            ("lr", self.lr),
            ("lr_decay", self.lr_decay),
            ("weight_decay", self.weight_decay),
            ("initial_accumulator_value", self.initial_accumulator_value),
            ("eps", self.eps),
        ])
    }

    fn lr(&self) -> f64 {
        self.lr
    }

    fn momentum(&self) -> Option<f64> {
        None
    }
}
