//! The suite that holds an engine against PyTorch: what the real PyTorch computed, and [`check`].
//!
//! An engine is what builds a [`Layer`], a [`Criterion`] or an [`Optimizer`] in a framework. It
//! implements [`Engine`], and its tests call [`check`]:
//!
//! ```
//! use registry_nn::conformance::{self, Array, Engine, LayerResult, LayerRun, OptimizerRun};
//! use registry_nn::{Criterion, Layer, Optimizer, Refusal};
//!
//! /// It knows one layer.
//! struct Nothing;
//!
//! impl Engine for Nothing {
//!     fn name(&self) -> &str {
//!         "nothing"
//!     }
//!
//!     fn layer(&mut self, layer: &Layer, run: &LayerRun) -> Result<LayerResult, Refusal> {
//!         match layer {
//!             Layer::Identity(_) => Ok(LayerResult {
//!                 output: run.input.clone(),
//!                 gradients: [("input".to_owned(), run.probe.clone())].into(),
//!                 state: [].into(),
//!             }),
//!             _ => Err(Refusal::unsupported("nothing", "this layer", "choose `Identity`")),
//!         }
//!     }
//!
//!     fn criterion(&mut self, _: &Criterion, _: &[Array]) -> Result<LayerResult, Refusal> {
//!         Err(Refusal::unsupported("nothing", "losses", "choose another engine"))
//!     }
//!
//!     fn optimizer(&mut self, _: &Optimizer, _: &OptimizerRun) -> Result<Vec<Array>, Refusal> {
//!         Err(Refusal::unsupported("nothing", "optimizers", "choose another engine"))
//!     }
//! }
//!
//! let report = conformance::check(&mut Nothing)?;
//! assert!(report.failed().is_empty());
//! assert!(report.to_string().contains("| `Identity` | 1 of 1 | |"));
//! # Ok::<(), serde_json::Error>(())
//! ```
//!
//! Where an engine cannot do something it refuses with [`Refusal::unsupported`], and the report lists
//! that; everything else that is not what PyTorch gives has failed.

mod array;
mod cases;
mod report;

pub use array::Array;
pub use cases::{
    CriterionCase, LayerCase, OptimizerCase, ScheduleCase, criteria, layers, optimizers, schedules,
};
pub use report::{Outcome, Report, Verdict};

use crate::{Criterion, Layer, Optimizer, Refusal, RefusalKind};
use registry_core::Entity;
use std::collections::BTreeMap;

/// What builds descriptions in a framework.
pub trait Engine {
    /// How it is called in messages.
    fn name(&self) -> &str;

    /// Builds a layer, gives it the weights of `run`, and computes its output and gradients.
    ///
    /// # Errors
    ///
    /// Where it does not support the layer or an argument of it.
    fn layer(&mut self, layer: &Layer, run: &LayerRun) -> Result<LayerResult, Refusal>;

    /// Computes a loss of inputs, as many as [`Criterion::inputs`] has, and the gradients of those that
    /// are numbers to learn from, by their names. The loss may have several elements; gradients are then
    /// those of its [probe](Array::probe). The state stays empty.
    ///
    /// # Errors
    ///
    /// Where it does not support the loss or an argument of it.
    fn criterion(
        &mut self,
        criterion: &Criterion,
        inputs: &[Array],
    ) -> Result<LayerResult, Refusal>;

    /// Moves a variable, and gives its value after each step.
    ///
    /// # Errors
    ///
    /// Where it does not support the optimizer or an argument of it.
    fn optimizer(
        &mut self,
        optimizer: &Optimizer,
        run: &OptimizerRun,
    ) -> Result<Vec<Array>, Refusal>;
}

/// What a layer is run with.
#[derive(Clone, Debug)]
pub struct LayerRun {
    /// Whether it is trained.
    pub train: bool,
    /// Its variables, by PyTorch's names.
    pub state: BTreeMap<String, Array>,
    /// What goes in.
    pub input: Array,
    /// What the output is multiplied with before it is summed, for gradients.
    pub probe: Array,
}

/// What a layer or a loss gives.
#[derive(Clone, Debug, Default)]
pub struct LayerResult {
    /// What comes out.
    pub output: Array,
    /// The gradient of the sum of the output times the probe: of `input`, where it is no whole numbers,
    /// and of each variable, by its name. What has no gradient may be left out, or zero.
    pub gradients: BTreeMap<String, Array>,
    /// The variables after the run, by PyTorch's names. `num_batches_tracked` may be left out.
    pub state: BTreeMap<String, Array>,
}

/// What an optimizer is run with.
#[derive(Clone, Debug)]
pub struct OptimizerRun {
    /// The value of the variable at first.
    pub start: Array,
    /// Its gradient in each step.
    pub gradients: Vec<Array>,
    /// The learning rate of each step.
    pub lrs: Vec<f64>,
}

/// Runs every case of PyTorch's in an engine.
///
/// # Errors
///
/// Where the vectors cannot be read, which is a mistake here and not of the engine.
pub fn check(engine: &mut impl Engine) -> Result<Report, serde_json::Error> {
    let mut report = Report::new(engine.name());
    for case in layers()? {
        let outcome = judge(engine.layer(&case.layer, &case.run()), |found| {
            case.compare(&found)
        });
        report.add(case.layer.name(), &case.arguments, outcome);
    }
    for case in criteria()? {
        let outcome = judge(engine.criterion(&case.criterion, &case.inputs), |found| {
            case.compare(&found)
        });
        report.add(case.criterion.name(), &case.arguments, outcome);
    }
    for case in optimizers()? {
        let outcome = judge(engine.optimizer(&case.optimizer, &case.run), |found| {
            case.compare(&found)
        });
        report.add(case.optimizer.name(), &case.arguments, outcome);
    }
    Ok(report)
}

fn judge<T>(result: Result<T, Refusal>, compare: impl FnOnce(T) -> Result<(), String>) -> Outcome {
    match result {
        Ok(found) => compare(found).map_or_else(Outcome::Failed, |()| Outcome::Passed),
        Err(refusal) if refusal.kind() == RefusalKind::Unsupported => Outcome::Unsupported(refusal),
        Err(refusal) => Outcome::Failed(refusal.to_string()),
    }
}
