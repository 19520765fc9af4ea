//! Losses of distributions.

use super::{Reduction, together};
use crate::Refusal;
use crate::criterion::CriterionClass;
use registry_core::Entity;
use serde::{Deserialize, Serialize};

/// The Kullback-Leibler divergence of the target from the input, which is log probabilities.
#[derive(Clone, Debug, PartialEq, Entity)]
#[register(registry = CriterionClass, new, skip_default)]
pub struct KLDivLoss {
    /// What becomes of the losses of the elements.
    #[register(default, keyword)]
    pub reduction: DivergenceReduction,
    /// Whether the target is log probabilities too.
    #[register(default = false)]
    pub log_target: bool,
}

/// What becomes of the losses of the elements of a distribution.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DivergenceReduction {
    /// Nothing: the output has one for each.
    None,
    /// Their sum, divided by the size of the first dimension: the mean of the divergences.
    BatchMean,
    /// Their mean.
    #[default]
    Mean,
    /// Their sum.
    Sum,
}

impl CriterionClass for KLDivLoss {
    fn output(&self, shapes: &[&[i64]]) -> Result<Vec<i64>, Refusal> {
        let each = together(shapes)?;
        match self.reduction {
            DivergenceReduction::None => Ok(each),
            DivergenceReduction::BatchMean if shapes[0].is_empty() => {
                Err(Refusal::shape("`batchmean` needs a batch"))
            }
            _ => Ok(Vec::new()),
        }
    }
}

/// The negative log probability of the target under normal distributions, whose means are the input.
#[derive(Clone, Debug, PartialEq, Entity)]
#[register(registry = CriterionClass, new, skip_default)]
pub struct GaussianNLLLoss {
    /// Whether the constant part is counted.
    #[register(default = false, keyword)]
    pub full: bool,
    /// The smallest variance.
    #[register(default = 1e-6)]
    pub eps: f64,
    /// What becomes of the losses of the elements.
    #[register(default)]
    pub reduction: Reduction,
}

impl CriterionClass for GaussianNLLLoss {
    fn inputs(&self) -> &'static [&'static str] {
        &["input", "target", "var"]
    }

    fn output(&self, shapes: &[&[i64]]) -> Result<Vec<i64>, Refusal> {
        let [input, target, var] = [shapes[0], shapes[1], shapes[2]];
        let each = together(&[input, target])?;
        if var != input && !is_shared(var, input) {
            return Err(Refusal::shape(
                "expected `var` of the shape of `input`, or with a dimension of 1 in place of one",
            ));
        }
        Ok(self.reduction.of(each))
    }
}

/// Whether all elements along a dimension have one variance; the last dimension may be left out for it.
fn is_shared(var: &[i64], input: &[i64]) -> bool {
    let others = var.iter().zip(input).filter(|(one, other)| one != other);
    let sum = others
        .map(|(one, _)| *one)
        .try_fold(0_i64, i64::checked_add);
    let is_one = var.len() == input.len() && sum == Some(1);
    is_one || input.split_last().is_some_and(|(_, row)| row == var)
}

/// The negative log probability of the target under Poisson distributions, whose means are the input or
/// its exponential.
#[derive(Clone, Debug, PartialEq, Entity)]
#[register(registry = CriterionClass, new, skip_default)]
pub struct PoissonNLLLoss {
    /// Whether the input is the logarithm of the means.
    #[register(default = true)]
    pub log_input: bool,
    /// Whether Stirling's formula for the factorial of the target is counted.
    #[register(default = false)]
    pub full: bool,
    /// Added to the means before their logarithm is taken.
    #[register(default = 1e-8, keyword)]
    pub eps: f64,
    /// What becomes of the losses of the elements.
    #[register(default)]
    pub reduction: Reduction,
}

impl CriterionClass for PoissonNLLLoss {
    fn output(&self, shapes: &[&[i64]]) -> Result<Vec<i64>, Refusal> {
        together(shapes).map(|each| self.reduction.of(each))
    }
}
