//! Losses of yes and no.

use super::{Criterion, Reduction, weights};
use crate::TorchError;
use registry_core::Entity;
use tch::Tensor;

/// The cross entropy between probabilities and targets, both in `0.0..=1.0`.
#[derive(Clone, Debug, Entity)]
#[register(registry = Criterion, new, skip_default)]
pub struct BCELoss {
    /// What each element along the last dimension counts.
    #[register(default)]
    pub weight: Option<Vec<f64>>,
    /// What becomes of the losses of the elements.
    #[register(default, keyword)]
    pub reduction: Reduction,
}

impl Criterion for BCELoss {
    fn loss(&self, input: &Tensor, target: &Tensor) -> Result<Tensor, TorchError> {
        let loss = || -> Result<_, TorchError> {
            same_shape(input, target)?;
            let weight = weights(self.weight.as_deref(), input)?
                .map(|weight| weight.f_expand_as(target))
                .transpose()?;
            Ok(input.f_binary_cross_entropy(target, weight, self.reduction.into())?)
        };
        loss().map_err(TorchError::of_loss("BCELoss", input, target))
    }
}

/// The cross entropy between targets in `0.0..=1.0` and the sigmoid of scores.
#[derive(Clone, Debug, Entity)]
#[register(registry = Criterion, new, skip_default)]
pub struct BCEWithLogitsLoss {
    /// What each element along the last dimension counts.
    #[register(default)]
    pub weight: Option<Vec<f64>>,
    /// What becomes of the losses of the elements.
    #[register(default, keyword)]
    pub reduction: Reduction,
    /// What a yes counts, for each element along the last dimension.
    #[register(default)]
    pub pos_weight: Option<Vec<f64>>,
}

impl Criterion for BCEWithLogitsLoss {
    fn loss(&self, input: &Tensor, target: &Tensor) -> Result<Tensor, TorchError> {
        let loss = || -> Result<_, TorchError> {
            same_shape(input, target)?;
            let weight = weights(self.weight.as_deref(), input)?;
            let pos_weight = weights(self.pos_weight.as_deref(), input)?;
            let reduction = self.reduction.into();
            Ok(input.f_binary_cross_entropy_with_logits(target, weight, pos_weight, reduction)?)
        };
        loss().map_err(TorchError::of_loss("BCEWithLogitsLoss", input, target))
    }
}

/// libtorch would broadcast; PyTorch refuses.
fn same_shape(input: &Tensor, target: &Tensor) -> Result<(), TorchError> {
    if input.size() == target.size() {
        return Ok(());
    }
    Err(TorchError::new(
        "the target must have the shape of the input",
    ))
}
