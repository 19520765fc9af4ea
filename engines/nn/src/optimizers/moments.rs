//! Adam, and what was made of it.

use super::not_negative;
use crate::Refusal;
use crate::optimizer::OptimizerClass;
use registry_core::Entity;

/// Adam: steps in units of the gradients' moving root mean square.
#[derive(Clone, Debug, PartialEq, Entity)]
#[register(registry = OptimizerClass, new, check = OptimizerClass::check)]
pub struct Adam {
    /// The learning rate.
    #[register(default = 0.001)]
    pub lr: f64,
    /// What is kept of the mean of the gradients, and of their mean square.
    #[register(default = (0.9, 0.999), skip_default)]
    pub betas: (f64, f64),
    /// Added to the root.
    #[register(default = 1e-8, skip_default)]
    pub eps: f64,
    /// The share of a weight that is added to its gradient.
    #[register(default = 0.0, skip_default)]
    pub weight_decay: f64,
    /// Whether the largest mean square counts, and not the last one.
    #[register(default = false, skip_default)]
    pub amsgrad: bool,
}

/// Adam with a weight decay that the gradients take no part in.
#[derive(Clone, Debug, PartialEq, Entity)]
#[register(registry = OptimizerClass, new, check = OptimizerClass::check)]
pub struct AdamW {
    /// The learning rate.
    #[register(default = 0.001)]
    pub lr: f64,
    /// What is kept of the mean of the gradients, and of their mean square.
    #[register(default = (0.9, 0.999), skip_default)]
    pub betas: (f64, f64),
    /// Added to the root.
    #[register(default = 1e-8, skip_default)]
    pub eps: f64,
    /// The share of a weight that is taken away, times `lr`.
    #[register(default = 0.01, skip_default)]
    pub weight_decay: f64,
    /// Whether the largest mean square counts, and not the last one.
    #[register(default = false, skip_default)]
    pub amsgrad: bool,
}

/// Adamax: steps in units of the gradients' moving largest.
#[derive(Clone, Debug, PartialEq, Entity)]
#[register(registry = OptimizerClass, new, check = OptimizerClass::check)]
pub struct Adamax {
    /// The learning rate.
    #[register(default = 0.002)]
    pub lr: f64,
    /// What is kept of the mean of the gradients, and of their largest.
    #[register(default = (0.9, 0.999), skip_default)]
    pub betas: (f64, f64),
    /// Added to the gradients' sizes.
    #[register(default = 1e-8, skip_default)]
    pub eps: f64,
    /// The share of a weight that is added to its gradient.
    #[register(default = 0.0, skip_default)]
    pub weight_decay: f64,
}

/// Adam with Nesterov's momentum.
#[derive(Clone, Debug, PartialEq, Entity)]
#[register(registry = OptimizerClass, new, check = OptimizerClass::check)]
pub struct NAdam {
    /// The learning rate.
    #[register(default = 0.002)]
    pub lr: f64,
    /// What is kept of the mean of the gradients, and of their mean square.
    #[register(default = (0.9, 0.999), skip_default)]
    pub betas: (f64, f64),
    /// Added to the root.
    #[register(default = 1e-8, skip_default)]
    pub eps: f64,
    /// The share of a weight that is added to its gradient.
    #[register(default = 0.0, skip_default)]
    pub weight_decay: f64,
    /// How fast the momentum comes.
    #[register(default = 0.004, skip_default)]
    pub momentum_decay: f64,
    /// Whether the weight decay is that of [`AdamW`].
    #[register(default = false, skip_default)]
    pub decoupled_weight_decay: bool,
}

/// Adam that warms up by itself: it scales no steps before the mean square can be trusted.
#[derive(Clone, Debug, PartialEq, Entity)]
#[register(registry = OptimizerClass, new, check = OptimizerClass::check)]
pub struct RAdam {
    /// The learning rate.
    #[register(default = 0.001)]
    pub lr: f64,
    /// What is kept of the mean of the gradients, and of their mean square.
    #[register(default = (0.9, 0.999), skip_default)]
    pub betas: (f64, f64),
    /// Added to the root.
    #[register(default = 1e-8, skip_default)]
    pub eps: f64,
    /// The share of a weight that is added to its gradient.
    #[register(default = 0.0, skip_default)]
    pub weight_decay: f64,
    /// Whether the weight decay is that of [`AdamW`].
    #[register(default = false, skip_default)]
    pub decoupled_weight_decay: bool,
}

macro_rules! with_moments {
    ($($name:ident $(($further:ident))?),+) => {$(
        impl OptimizerClass for $name {
            fn check(&self) -> Result<(), Refusal> {
                not_negative(&[
                    ("lr", self.lr),
                    ("eps", self.eps),
                    ("weight_decay", self.weight_decay),
                    $((stringify!($further), self.$further),)?
                ])?;
                for (parameter, beta) in [("betas[0]", self.betas.0), ("betas[1]", self.betas.1)] {
                    if !(0.0..1.0).contains(&beta) {
                        return Err(Refusal::argument(format!("`{parameter}` cannot be {beta}"))
                            .with_hint("give 0 or more, and less than 1"));
                    }
                }
                Ok(())
            }

            fn lr(&self) -> f64 {
                self.lr
            }

            fn momentum(&self) -> Option<f64> {
                Some(self.betas.0)
            }
        }
    )+};
}

with_moments!(Adam, AdamW, Adamax, NAdam(momentum_decay), RAdam);
