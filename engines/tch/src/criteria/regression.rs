//! Losses of numbers.
//!
//! As in PyTorch, an input and a target of different shapes are broadcast.

use super::{Criterion, Reduction};
use crate::TorchError;
use registry_core::Entity;
use tch::{TchError, Tensor};

/// The square of the difference.
#[derive(Clone, Debug, Entity)]
#[register(registry = Criterion, new, skip_default)]
pub struct MSELoss {
    /// What becomes of the losses of the elements.
    #[register(default, keyword)]
    pub reduction: Reduction,
}

impl Criterion for MSELoss {
    fn loss(&self, input: &Tensor, target: &Tensor) -> Result<Tensor, TorchError> {
        broadcast("MSELoss", input, target, |input, target| {
            input.f_mse_loss(target, self.reduction.into())
        })
    }
}

/// The absolute value of the difference.
#[derive(Clone, Debug, Entity)]
#[register(registry = Criterion, new, skip_default)]
pub struct L1Loss {
    /// What becomes of the losses of the elements.
    #[register(default, keyword)]
    pub reduction: Reduction,
}

impl Criterion for L1Loss {
    fn loss(&self, input: &Tensor, target: &Tensor) -> Result<Tensor, TorchError> {
        broadcast("L1Loss", input, target, |input, target| {
            input.f_l1_loss(target, self.reduction.into())
        })
    }
}

/// The absolute value of the difference, less half of `beta`; where it is below `beta`, its square
/// through `2 * beta`.
#[derive(Clone, Debug, Entity)]
#[register(registry = Criterion, new, skip_default)]
pub struct SmoothL1Loss {
    /// What becomes of the losses of the elements.
    #[register(default, keyword)]
    pub reduction: Reduction,
    /// Where the square ends; not negative.
    #[register(default = 1.0)]
    pub beta: f64,
}

impl Criterion for SmoothL1Loss {
    fn loss(&self, input: &Tensor, target: &Tensor) -> Result<Tensor, TorchError> {
        broadcast("SmoothL1Loss", input, target, |input, target| {
            input.f_smooth_l1_loss(target, self.reduction.into(), self.beta)
        })
    }
}

/// [`SmoothL1Loss`] times `delta`, which takes the place of `beta`.
#[derive(Clone, Debug, Entity)]
#[register(registry = Criterion, new, skip_default)]
pub struct HuberLoss {
    /// What becomes of the losses of the elements.
    #[register(default)]
    pub reduction: Reduction,
    /// Where the square ends; positive.
    #[register(default = 1.0)]
    pub delta: f64,
}

impl Criterion for HuberLoss {
    fn loss(&self, input: &Tensor, target: &Tensor) -> Result<Tensor, TorchError> {
        broadcast("HuberLoss", input, target, |input, target| {
            input.f_huber_loss(target, self.reduction.into(), self.delta)
        })
    }
}

/// The loss of both in one shape: libtorch's alone would give a gradient in that shape, and not in
/// the input's.
fn broadcast(
    name: &str,
    input: &Tensor,
    target: &Tensor,
    loss: impl FnOnce(&Tensor, &Tensor) -> Result<Tensor, TchError>,
) -> Result<Tensor, TorchError> {
    Tensor::f_broadcast_tensors(&[input, target])
        .and_then(|both| loss(&both[0], &both[1]))
        .map_err(TorchError::of_loss(name, input, target))
}
