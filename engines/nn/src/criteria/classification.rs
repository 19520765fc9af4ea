//! Losses of classes.

use super::Reduction;
use crate::Refusal;
use crate::criterion::CriterionClass;
use crate::size::{at_least, probability};
use registry_core::Entity;

/// The cross entropy between scores and classes, or probabilities of classes.
#[derive(Clone, Debug, PartialEq, Entity)]
#[register(registry = CriterionClass, new, check = CriterionClass::check, skip_default)]
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

/// The negative of the log probability that each target class has.
#[derive(Clone, Debug, PartialEq, Entity)]
#[register(registry = CriterionClass, new, skip_default)]
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

impl CriterionClass for CrossEntropyLoss {
    fn check(&self) -> Result<(), Refusal> {
        probability(self.label_smoothing, "label_smoothing")
    }

    fn output(&self, shapes: &[&[i64]]) -> Result<Vec<i64>, Refusal> {
        let [input, target] = [shapes[0], shapes[1]];
        let each = by_class(input, self.weight.as_ref())?;
        // A target of the shape of the input holds probabilities.
        if input == target || each == target {
            return Ok(self.reduction.of(each));
        }
        Err(wrong_target(&each))
    }
}

impl CriterionClass for NLLLoss {
    fn output(&self, shapes: &[&[i64]]) -> Result<Vec<i64>, Refusal> {
        let each = by_class(shapes[0], self.weight.as_ref())?;
        if each == shapes[1] {
            return Ok(self.reduction.of(each));
        }
        Err(wrong_target(&each))
    }
}

fn wrong_target(each: &[i64]) -> Refusal {
    Refusal::shape(format!("expected a target of the shape {each:?}"))
}

/// The shape of an input without its classes, which are the second dimension, or the only one.
fn by_class(input: &[i64], weight: Option<&Vec<f64>>) -> Result<Vec<i64>, Refusal> {
    let (classes, each) = match input {
        [] => return Err(Refusal::shape("expected one dimension or more, found none")),
        [classes] => (classes, Vec::new()),
        [batch, classes, image @ ..] => (classes, [&[*batch], image].concat()),
    };
    match weight.map(Vec::len) {
        Some(count) if i64::try_from(count) != Ok(*classes) => Err(Refusal::shape(format!(
            "`weight` has {count} numbers for {classes} classes"
        ))),
        _ => Ok(each),
    }
}

/// The negative of the log probability that sequences have whose elements are not aligned with those of
/// the input: connectionist temporal classification.
#[derive(Clone, Debug, PartialEq, Entity)]
#[register(registry = CriterionClass, new, check = CriterionClass::check, skip_default)]
pub struct CTCLoss {
    /// The class that stands for none.
    #[register(default = 0)]
    pub blank: i64,
    /// What becomes of the losses of the sequences; for the mean they are divided by their lengths.
    #[register(default)]
    pub reduction: Reduction,
    /// Whether a sequence that is too long for the input counts as nothing.
    #[register(default = false)]
    pub zero_infinity: bool,
}

impl CriterionClass for CTCLoss {
    fn check(&self) -> Result<(), Refusal> {
        at_least(self.blank, 0, "blank")
    }

    fn inputs(&self) -> &'static [&'static str] {
        &["log_probs", "targets", "input_lengths", "target_lengths"]
    }

    fn output(&self, shapes: &[&[i64]]) -> Result<Vec<i64>, Refusal> {
        let [log_probs, targets] = [shapes[0], shapes[1]];
        let (batch, classes): (&[i64], _) = match log_probs {
            [_, classes] => (&[], classes),
            [_, batch, classes] => (std::slice::from_ref(batch), classes),
            _ => return Err(Refusal::shape("expected `log_probs` of 2 dimensions or 3")),
        };
        if self.blank >= *classes {
            return Err(Refusal::shape(format!(
                "`blank` is {}, and there are {classes} classes",
                self.blank
            )));
        }
        let in_batch = targets.len() == 2 && targets[..1] == *batch;
        if targets.len() != 1 && !in_batch {
            return Err(Refusal::shape(
                "expected `targets` of one dimension, or one row for each sequence",
            ));
        }
        let is_one = |shape: &[i64]| shape == batch || (batch.is_empty() && shape == [1]);
        if !is_one(shapes[2]) || !is_one(shapes[3]) {
            return Err(Refusal::shape("expected one length for each sequence"));
        }
        Ok(self.reduction.of(batch.to_vec()))
    }
}
