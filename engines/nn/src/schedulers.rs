//! The schedules of `torch.optim.lr_scheduler`, under its names, with its parameters and defaults.
//!
//! `last_epoch` is no parameter: a [`Schedule`](crate::Schedule) is kept with its state.

mod annealing;
mod cycle;
mod decay;
mod plateau;
mod sequence;

pub use annealing::{CosineAnnealingLR, CosineAnnealingWarmRestarts, LinearLR, PolynomialLR};
pub use cycle::{Annealing, OneCycleLR};
pub use decay::{ExponentialLR, MultiStepLR, StepLR};
pub(crate) use plateau::Plateau;
pub use plateau::{Better, ReduceLROnPlateau, Threshold};
pub use sequence::SequentialLR;

use crate::Refusal;

/// A schedule has steps.
fn positive(steps: i64, parameter: &str) -> Result<(), Refusal> {
    if steps > 0 {
        return Ok(());
    }
    Err(
        Refusal::argument(format!("`{parameter}` cannot be {steps}"))
            .with_hint("a schedule has steps: choose 1 or more"),
    )
}

/// Steps as a number to compute with.
#[expect(clippy::cast_precision_loss, reason = "nobody makes 2^53 steps")]
fn number(steps: i64) -> f64 {
    steps as f64
}

/// `factor` to the power of a number of steps.
fn power(factor: f64, steps: i64) -> f64 {
    factor.powf(number(steps))
}
