//! Gradient descent.

use super::{Optimizer, TorchOptimizer, not_negative};
use crate::TorchError;
use registry_core::register;
use tch::COptimizer;
use tch::nn::VarStore;

/// Stochastic gradient descent, with momentum where it is not 0.
///
/// # Errors
///
/// Where `lr`, `momentum` or `weight_decay` is negative; where `nesterov` has no momentum, or a
/// dampening; where `vs` has no trainable variables.
#[register(name = "SGD", exclude = "vs", registry = Optimizer)]
pub fn sgd(
    vs: &VarStore,
    #[register(default = 0.001)] lr: f64,
    #[register(default = 0.0, skip_default)] momentum: f64,
    #[register(default = 0.0, skip_default)] dampening: f64,
    #[register(default = 0.0, skip_default)] weight_decay: f64,
    #[register(default = false, skip_default)] nesterov: bool,
) -> Result<TorchOptimizer, TorchError> {
    not_negative(
        "SGD",
        &[
            ("lr", lr),
            ("momentum", momentum),
            ("weight_decay", weight_decay),
        ],
    )?;
    if nesterov && (momentum == 0.0 || dampening != 0.0) {
        return Err(TorchError::new(
            "`nesterov` of `SGD` is set without a momentum, or with a dampening\n\
             hint: give a `momentum` above 0, and leave out `dampening`",
        ));
    }
    let optimizer = COptimizer::sgd(lr, momentum, dampening, weight_decay, nesterov)?;
    TorchOptimizer::new("SGD", optimizer, lr, vs)
}
