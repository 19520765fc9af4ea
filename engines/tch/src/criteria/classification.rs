//! Losses of classes.

use super::{Criterion, Reduction, weights};
use crate::TorchError;
use registry_core::Entity;
use tch::Tensor;

/// The cross entropy between scores and classes, or probabilities of classes.
#[derive(Clone, Debug, Entity)]
#[register(registry = Criterion, new, skip_default)]
pub struct CrossEntropyLoss {
    /// What each class counts.
    #[register(default)]
    pub weight: Option<Vec<f64>>,
    /// The class that is no class.
    #[register(default = -100, keyword)]
    pub ignore_index: i64,
    /// What becomes of the losses of the elements.
    #[register(default)]
    pub reduction: Reduction,
    /// The share of the target that is spread over all classes.
    #[register(default = 0.0)]
    pub label_smoothing: f64,
}

impl Criterion for CrossEntropyLoss {
    fn loss(&self, input: &Tensor, target: &Tensor) -> Result<Tensor, TorchError> {
        weights(self.weight.as_deref(), input)
            .and_then(|weight| {
                input.f_cross_entropy_loss(
                    target,
                    weight,
                    self.reduction.into(),
                    self.ignore_index,
                    self.label_smoothing,
                )
            })
            .map_err(TorchError::of_loss("CrossEntropyLoss", input, target))
    }
}

/// The negative of the log probability that each target class has.
#[derive(Clone, Debug, Entity)]
#[register(registry = Criterion, new, skip_default)]
pub struct NLLLoss {
    /// What each class counts.
    #[register(default)]
    pub weight: Option<Vec<f64>>,
    /// The class that is no class.
    #[register(default = -100, keyword)]
    pub ignore_index: i64,
    /// What becomes of the losses of the elements.
    #[register(default)]
    pub reduction: Reduction,
}

impl Criterion for NLLLoss {
    fn loss(&self, input: &Tensor, target: &Tensor) -> Result<Tensor, TorchError> {
        weights(self.weight.as_deref(), input)
            .and_then(|weight| {
                input.f_nll_loss_nd(target, weight, self.reduction.into(), self.ignore_index)
            })
            .map_err(TorchError::of_loss("NLLLoss", input, target))
    }
}
