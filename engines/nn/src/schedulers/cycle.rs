//! A schedule that goes up once.

use super::{number, positive};
use crate::Refusal;
use crate::scheduler::SchedulerClass;
use crate::size::probability;
use registry_core::Entity;
use serde::{Deserialize, Serialize};
use std::f64::consts::PI;

/// Up to `max_lr` and down, once over the whole training; the momentum goes the other way. The learning
/// rate of the optimizer counts for nothing.
#[derive(Clone, Debug, PartialEq, Entity)]
#[register(registry = SchedulerClass, new, check = SchedulerClass::check, skip_default)]
pub struct OneCycleLR {
    /// The highest learning rate.
    pub max_lr: f64,
    /// All steps; or `epochs` times `steps_per_epoch`.
    #[register(default)]
    pub total_steps: Option<i64>,
    /// The epochs.
    #[register(default)]
    pub epochs: Option<i64>,
    /// The steps of an epoch.
    #[register(default)]
    pub steps_per_epoch: Option<i64>,
    /// The share of the steps that go up.
    #[register(default = 0.3)]
    pub pct_start: f64,
    /// The curve.
    #[register(default)]
    pub anneal_strategy: Annealing,
    /// Whether the momentum changes too.
    #[register(default = true)]
    pub cycle_momentum: bool,
    /// The momentum at the top.
    #[register(default = 0.85)]
    pub base_momentum: f64,
    /// The momentum at the start and at the end.
    #[register(default = 0.95)]
    pub max_momentum: f64,
    /// How many times smaller than the highest the learning rate is at the start.
    #[register(default = 25.0)]
    pub div_factor: f64,
    /// How many times smaller than at the start it is at the end.
    #[register(default = 1e4)]
    pub final_div_factor: f64,
    /// Whether it goes down as slowly as up, and then on to the end.
    #[register(default = false)]
    pub three_phase: bool,
}

/// The curve of a [`OneCycleLR`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Annealing {
    /// A cosine.
    #[default]
    Cos,
    /// A line.
    Linear,
}

impl OneCycleLR {
    /// All steps; none where they are not given.
    fn total(&self) -> Option<i64> {
        let by_epoch = || self.epochs?.checked_mul(self.steps_per_epoch?);
        self.total_steps.or_else(by_epoch)
    }

    /// A value that is first `low`, then `high` and at the end `last`, after so many steps.
    fn value(&self, steps: i64, [low, high, last]: [f64; 3]) -> f64 {
        let (total, steps) = (number(self.total().unwrap_or(1)), number(steps));
        let up = self.pct_start * total - 1.0;
        let phases = if self.three_phase {
            let down = 2.0 * self.pct_start * total - 2.0;
            &[(up, low, high), (down, high, low), (total - 1.0, low, last)][..]
        } else {
            &[(up, low, high), (total - 1.0, high, last)]
        };
        let mut begin = 0.0;
        for (index, (end, from, to)) in phases.iter().enumerate() {
            if steps <= *end || index + 1 == phases.len() {
                let share = (steps - begin) / (end - begin);
                return match self.anneal_strategy {
                    Annealing::Cos => to + (from - to) / 2.0 * ((PI * share).cos() + 1.0),
                    Annealing::Linear => (to - from) * share + from,
                };
            }
            begin = *end;
        }
        last
    }
}

impl SchedulerClass for OneCycleLR {
    fn check(&self) -> Result<(), Refusal> {
        if self.total_steps.is_none() {
            for (parameter, steps) in [
                ("epochs", self.epochs),
                ("steps_per_epoch", self.steps_per_epoch),
            ] {
                steps.map_or(Ok(()), |steps| positive(steps, parameter))?;
            }
        }
        match self.total() {
            Some(total) => positive(total, "total_steps")?,
            None => {
                return Err(Refusal::argument("the number of steps is not known")
                    .with_hint("give `total_steps`, or `epochs` and `steps_per_epoch`"));
            }
        }
        probability(self.pct_start, "pct_start")
    }

    fn lr(&self, _base: f64, steps: i64) -> f64 {
        let low = self.max_lr / self.div_factor;
        self.value(steps, [low, self.max_lr, low / self.final_div_factor])
    }

    fn momentum(&self, steps: i64) -> Option<f64> {
        let (low, high) = (self.base_momentum, self.max_momentum);
        self.cycle_momentum
            .then(|| self.value(steps, [high, low, high]))
    }

    fn last_step(&self) -> Option<i64> {
        self.total()
    }
}
