//! Losses of yes and no.

use super::{Reduction, same};
use crate::Refusal;
use crate::criterion::CriterionClass;
use registry_core::Entity;

/// The cross entropy between probabilities and targets, both in `0.0..=1.0`.
#[derive(Clone, Debug, PartialEq, Entity)]
#[register(registry = CriterionClass, new, skip_default)]
pub struct BCELoss {
    /// What each element along the last dimension counts.
    #[register(default)]
    pub weight: Option<Vec<f64>>,
    /// What becomes of the losses of the elements.
    #[register(default, keyword)]
    pub reduction: Reduction,
}

/// The cross entropy between targets in `0.0..=1.0` and the sigmoid of scores.
#[derive(Clone, Debug, PartialEq, Entity)]
#[register(registry = CriterionClass, new, skip_default)]
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

impl CriterionClass for BCELoss {
    fn output(&self, shapes: &[&[i64]]) -> Result<Vec<i64>, Refusal> {
        let each = same(shapes)?;
        fits("weight", self.weight.as_ref(), &each)?;
        Ok(self.reduction.of(each))
    }
}

impl CriterionClass for BCEWithLogitsLoss {
    fn output(&self, shapes: &[&[i64]]) -> Result<Vec<i64>, Refusal> {
        let each = same(shapes)?;
        fits("weight", self.weight.as_ref(), &each)?;
        fits("pos_weight", self.pos_weight.as_ref(), &each)?;
        Ok(self.reduction.of(each))
    }
}

/// There is one weight, or one for each element along the last dimension.
fn fits(parameter: &str, weight: Option<&Vec<f64>>, each: &[i64]) -> Result<(), Refusal> {
    let Some(weight) = weight else {
        return Ok(());
    };
    let Some(last) = each.last() else {
        return Err(Refusal::shape(format!(
            "`{parameter}` needs a dimension to go along"
        )));
    };
    if weight.len() == 1 || i64::try_from(weight.len()) == Ok(*last) {
        return Ok(());
    }
    Err(Refusal::shape(format!(
        "`{parameter}` has {} numbers for a last dimension of {last}",
        weight.len()
    )))
}
