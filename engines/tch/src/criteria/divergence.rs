//! Losses of distributions.

use super::Criterion;
use crate::TorchError;
use registry_core::Entity;
use tch::Tensor;

/// The Kullback-Leibler divergence of the target from the input, which is log probabilities.
#[derive(Clone, Debug, Entity)]
#[register(registry = Criterion, new, skip_default)]
pub struct KLDivLoss {
    /// What becomes of the losses of the elements.
    #[register(default, keyword)]
    pub reduction: DivergenceReduction,
    /// Whether the target is log probabilities too.
    #[register(default = false)]
    pub log_target: bool,
}

/// What becomes of the losses of the elements of a distribution.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Entity)]
pub enum DivergenceReduction {
    /// Nothing: the output has one for each.
    #[register(name = "none")]
    None,
    /// Their sum, divided by the size of the first dimension: the mean of the divergences.
    #[register(name = "batchmean")]
    BatchMean,
    /// Their mean.
    #[default]
    #[register(name = "mean")]
    Mean,
    /// Their sum.
    #[register(name = "sum")]
    Sum,
}

impl Criterion for KLDivLoss {
    fn loss(&self, input: &Tensor, target: &Tensor) -> Result<Tensor, TorchError> {
        let reduction = match self.reduction {
            DivergenceReduction::None => tch::Reduction::None,
            DivergenceReduction::Mean => tch::Reduction::Mean,
            DivergenceReduction::BatchMean | DivergenceReduction::Sum => tch::Reduction::Sum,
        };
        let loss = input.f_kl_div(target, reduction, self.log_target);
        match (self.reduction, input.size().first()) {
            (DivergenceReduction::BatchMean, Some(size)) => {
                loss.and_then(|sum| sum.f_div_scalar(*size))
            }
            _ => loss,
        }
        .map_err(TorchError::of_loss("KLDivLoss", input, target))
    }
}
