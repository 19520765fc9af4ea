//! Losses of numbers.
//!
//! As in PyTorch, an input and a target of different shapes are broadcast.

use super::{Reduction, together};
use crate::Refusal;
use crate::criterion::CriterionClass;
use registry_core::Entity;

/// The square of the difference.
#[derive(Clone, Debug, PartialEq, Entity)]
#[register(registry = CriterionClass, new, skip_default)]
pub struct MSELoss {
    /// What becomes of the losses of the elements.
    #[register(default, keyword)]
    pub reduction: Reduction,
}

/// The absolute value of the difference.
#[derive(Clone, Debug, PartialEq, Entity)]
#[register(registry = CriterionClass, new, skip_default)]
pub struct L1Loss {
    /// What becomes of the losses of the elements.
    #[register(default, keyword)]
    pub reduction: Reduction,
}

/// The absolute value of the difference, less half of `beta`; where it is below `beta`, its square
/// through `2 * beta`. With a `beta` of 0 it is [`L1Loss`].
#[derive(Clone, Debug, PartialEq, Entity)]
#[register(registry = CriterionClass, new, check = CriterionClass::check, skip_default)]
pub struct SmoothL1Loss {
    /// What becomes of the losses of the elements.
    #[register(default, keyword)]
    pub reduction: Reduction,
    /// Where the square ends; not negative.
    #[register(default = 1.0)]
    pub beta: f64,
}

/// [`SmoothL1Loss`] times `delta`, which takes the place of `beta`.
#[derive(Clone, Debug, PartialEq, Entity)]
#[register(registry = CriterionClass, new, check = CriterionClass::check, skip_default)]
pub struct HuberLoss {
    /// What becomes of the losses of the elements.
    #[register(default)]
    pub reduction: Reduction,
    /// Where the square ends; positive.
    #[register(default = 1.0)]
    pub delta: f64,
}

impl CriterionClass for MSELoss {
    fn output(&self, shapes: &[&[i64]]) -> Result<Vec<i64>, Refusal> {
        together(shapes).map(|each| self.reduction.of(each))
    }
}

impl CriterionClass for L1Loss {
    fn output(&self, shapes: &[&[i64]]) -> Result<Vec<i64>, Refusal> {
        together(shapes).map(|each| self.reduction.of(each))
    }
}

impl CriterionClass for SmoothL1Loss {
    fn check(&self) -> Result<(), Refusal> {
        if self.beta < 0.0 {
            return Err(Refusal::argument(format!("`beta` cannot be {}", self.beta))
                .with_hint("choose 0 or more"));
        }
        Ok(())
    }

    fn output(&self, shapes: &[&[i64]]) -> Result<Vec<i64>, Refusal> {
        together(shapes).map(|each| self.reduction.of(each))
    }
}

impl CriterionClass for HuberLoss {
    fn check(&self) -> Result<(), Refusal> {
        if self.delta <= 0.0 {
            return Err(
                Refusal::argument(format!("`delta` cannot be {}", self.delta))
                    .with_hint("choose more than 0"),
            );
        }
        Ok(())
    }

    fn output(&self, shapes: &[&[i64]]) -> Result<Vec<i64>, Refusal> {
        together(shapes).map(|each| self.reduction.of(each))
    }
}
