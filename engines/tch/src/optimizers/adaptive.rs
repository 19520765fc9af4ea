//! Optimizers that scale each step by the gradients that were.

use super::{Optimizer, TorchOptimizer, not_negative, refused};
use crate::TorchError;
use registry_core::register;
use tch::COptimizer;
use tch::nn::VarStore;

/// Adam: steps in units of the gradients' moving root mean square.
///
/// # Errors
///
/// Where `lr`, `eps` or `weight_decay` is negative, or a beta is not in `0.0..1.0`; where `vs` has
/// no trainable variables.
#[register(name = "Adam", exclude = "vs", registry = Optimizer)]
pub fn adam(
    vs: &VarStore,
    #[register(default = 0.001)] lr: f64,
    #[register(default = (0.9, 0.999), skip_default)] betas: (f64, f64),
    #[register(default = 1e-8, skip_default)] eps: f64,
    #[register(default = 0.0, skip_default)] weight_decay: f64,
    #[register(default = false, skip_default)] amsgrad: bool,
) -> Result<TorchOptimizer, TorchError> {
    check_adam("Adam", lr, betas, eps, weight_decay)?;
    let optimizer = COptimizer::adam(lr, betas.0, betas.1, weight_decay, eps, amsgrad)?;
    TorchOptimizer::new("Adam", optimizer, lr, vs)
}

/// Adam with a weight decay that the gradients take no part in.
///
/// # Errors
///
/// Where `lr`, `eps` or `weight_decay` is negative, or a beta is not in `0.0..1.0`; where `vs` has
/// no trainable variables.
#[register(name = "AdamW", exclude = "vs", registry = Optimizer)]
pub fn adamw(
    vs: &VarStore,
    #[register(default = 0.001)] lr: f64,
    #[register(default = (0.9, 0.999), skip_default)] betas: (f64, f64),
    #[register(default = 1e-8, skip_default)] eps: f64,
    #[register(default = 0.01, skip_default)] weight_decay: f64,
    #[register(default = false, skip_default)] amsgrad: bool,
) -> Result<TorchOptimizer, TorchError> {
    check_adam("AdamW", lr, betas, eps, weight_decay)?;
    let optimizer = COptimizer::adamw(lr, betas.0, betas.1, weight_decay, eps, amsgrad)?;
    TorchOptimizer::new("AdamW", optimizer, lr, vs)
}

fn check_adam(
    name: &str,
    lr: f64,
    betas: (f64, f64),
    eps: f64,
    weight_decay: f64,
) -> Result<(), TorchError> {
    not_negative(
        name,
        &[("lr", lr), ("eps", eps), ("weight_decay", weight_decay)],
    )?;
    for (parameter, beta) in [("betas[0]", betas.0), ("betas[1]", betas.1)] {
        if !(0.0..1.0).contains(&beta) {
            return Err(refused(name, parameter, beta, "0 or more, and less than 1"));
        }
    }
    Ok(())
}

/// `RMSprop`: divides each gradient by the moving root mean square of those before.
///
/// # Errors
///
/// Where `lr`, `alpha`, `eps`, `weight_decay` or `momentum` is negative; where `vs` has no
/// trainable variables.
#[register(name = "RMSprop", exclude = "vs", registry = Optimizer)]
pub fn rmsprop(
    vs: &VarStore,
    #[register(default = 0.01)] lr: f64,
    #[register(default = 0.99, skip_default)] alpha: f64,
    #[register(default = 1e-8, skip_default)] eps: f64,
    #[register(default = 0.0, skip_default)] weight_decay: f64,
    #[register(default = 0.0, skip_default)] momentum: f64,
    #[register(default = false, skip_default)] centered: bool,
) -> Result<TorchOptimizer, TorchError> {
    let parameters = [
        ("lr", lr),
        ("alpha", alpha),
        ("eps", eps),
        ("weight_decay", weight_decay),
        ("momentum", momentum),
    ];
    not_negative("RMSprop", &parameters)?;
    let optimizer = COptimizer::rms_prop(lr, alpha, eps, weight_decay, momentum, centered)?;
    TorchOptimizer::new("RMSprop", optimizer, lr, vs)
}
