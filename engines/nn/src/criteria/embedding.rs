//! Losses of what is near and what is far.

use super::{Reduction, together};
use crate::Refusal;
use crate::criterion::CriterionClass;
use registry_core::Entity;

/// One less the cosine of two vectors where the target is 1; where it is -1, what the cosine is above
/// `margin`.
#[derive(Clone, Debug, PartialEq, Entity)]
#[register(registry = CriterionClass, new, skip_default)]
pub struct CosineEmbeddingLoss {
    /// How alike two vectors may be that should not.
    #[register(default = 0.0)]
    pub margin: f64,
    /// What becomes of the losses of the pairs.
    #[register(default, keyword)]
    pub reduction: Reduction,
}

impl CriterionClass for CosineEmbeddingLoss {
    fn inputs(&self) -> &'static [&'static str] {
        &["input1", "input2", "target"]
    }

    fn output(&self, shapes: &[&[i64]]) -> Result<Vec<i64>, Refusal> {
        let target = shapes[2];
        if target.len() > 1 || shapes[..2].iter().any(|it| it.len() != target.len() + 1) {
            return Err(Refusal::shape(
                "expected two vectors and a number, or a batch of them",
            ));
        }
        let vectors = together(&shapes[..2])?;
        let each = together(&[&vectors[..target.len()], target])?;
        Ok(self.reduction.of(each))
    }
}

/// The input where the target is 1; where it is -1, what it lacks of `margin`.
#[derive(Clone, Debug, PartialEq, Entity)]
#[register(registry = CriterionClass, new, skip_default)]
pub struct HingeEmbeddingLoss {
    /// How large a distance should be that is not small.
    #[register(default = 1.0)]
    pub margin: f64,
    /// What becomes of the losses of the elements.
    #[register(default, keyword)]
    pub reduction: Reduction,
}

impl CriterionClass for HingeEmbeddingLoss {
    fn output(&self, shapes: &[&[i64]]) -> Result<Vec<i64>, Refusal> {
        together(shapes).map(|each| self.reduction.of(each))
    }
}

/// What the first number lacks of being larger than the second by `margin`, where the target is 1; the
/// other way round where it is -1.
#[derive(Clone, Debug, PartialEq, Entity)]
#[register(registry = CriterionClass, new, skip_default)]
pub struct MarginRankingLoss {
    /// How much larger it should be.
    #[register(default = 0.0)]
    pub margin: f64,
    /// What becomes of the losses of the pairs.
    #[register(default, keyword)]
    pub reduction: Reduction,
}

impl CriterionClass for MarginRankingLoss {
    fn inputs(&self) -> &'static [&'static str] {
        &["input1", "input2", "target"]
    }

    fn output(&self, shapes: &[&[i64]]) -> Result<Vec<i64>, Refusal> {
        if shapes.iter().any(|shape| shape.len() != shapes[0].len()) {
            return Err(Refusal::shape(
                "expected inputs and a target of as many dimensions",
            ));
        }
        together(shapes).map(|each| self.reduction.of(each))
    }
}

/// What the distance of `anchor` and `negative` lacks of being larger by `margin` than that of `anchor`
/// and `positive`.
#[derive(Clone, Debug, PartialEq, Entity)]
#[register(registry = CriterionClass, new, check = CriterionClass::check, skip_default)]
pub struct TripletMarginLoss {
    /// How much larger it should be; positive.
    #[register(default = 1.0)]
    pub margin: f64,
    /// What distance is: the root of this order.
    #[register(default = 2.0)]
    pub p: f64,
    /// Added to the differences, so that no distance is zero.
    #[register(default = 1e-6)]
    pub eps: f64,
    /// Whether the distance of `positive` and `negative` counts where it is smaller.
    #[register(default = false)]
    pub swap: bool,
    /// What becomes of the losses of the triplets.
    #[register(default, keyword)]
    pub reduction: Reduction,
}

impl CriterionClass for TripletMarginLoss {
    fn check(&self) -> Result<(), Refusal> {
        if self.margin <= 0.0 {
            return Err(
                Refusal::argument(format!("`margin` cannot be {}", self.margin))
                    .with_hint("choose more than 0"),
            );
        }
        Ok(())
    }

    fn inputs(&self) -> &'static [&'static str] {
        &["anchor", "positive", "negative"]
    }

    fn output(&self, shapes: &[&[i64]]) -> Result<Vec<i64>, Refusal> {
        if shapes.iter().any(|shape| shape.len() != shapes[0].len()) {
            return Err(Refusal::shape("expected vectors of as many dimensions"));
        }
        let mut each = together(shapes)?;
        each.pop();
        Ok(self.reduction.of(each))
    }
}
