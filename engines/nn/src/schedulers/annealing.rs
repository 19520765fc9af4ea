//! Schedules on a curve.

use super::{number, positive};
use crate::Refusal;
use crate::scheduler::SchedulerClass;
use registry_core::Entity;
use std::f64::consts::PI;

/// On a line from `start_factor` to `end_factor`, both of which the learning rate is multiplied with.
#[derive(Clone, Debug, PartialEq, Entity)]
#[register(registry = SchedulerClass, new, check = SchedulerClass::check, skip_default)]
pub struct LinearLR {
    /// The factor at the start; above 0.
    #[register(default = 1.0 / 3.0)]
    pub start_factor: f64,
    /// The factor after `total_iters` steps.
    #[register(default = 1.0)]
    pub end_factor: f64,
    /// The steps of the line; after them it stays as it is.
    #[register(default = 5)]
    pub total_iters: i64,
}

impl SchedulerClass for LinearLR {
    fn check(&self) -> Result<(), Refusal> {
        let factors = [
            ("start_factor", self.start_factor),
            ("end_factor", self.end_factor),
        ];
        for (parameter, factor) in factors {
            let is_zero = factor == 0.0 && parameter == "start_factor";
            if !(0.0..=1.0).contains(&factor) || is_zero {
                return Err(
                    Refusal::argument(format!("`{parameter}` cannot be {factor}"))
                        .with_hint("choose a factor from 0 to 1; the first one above 0"),
                );
            }
        }
        positive(self.total_iters, "total_iters")
    }

    fn lr(&self, base: f64, steps: i64) -> f64 {
        let share = number(steps.min(self.total_iters)) / number(self.total_iters);
        base * (self.start_factor + (self.end_factor - self.start_factor) * share)
    }
}

/// On a power of a line to zero.
#[derive(Clone, Debug, PartialEq, Entity)]
#[register(registry = SchedulerClass, new, check = SchedulerClass::check, skip_default)]
pub struct PolynomialLR {
    /// The steps of the line; after them it stays zero.
    #[register(default = 5)]
    pub total_iters: i64,
    /// The power.
    #[register(default = 1.0)]
    pub power: f64,
}

impl SchedulerClass for PolynomialLR {
    fn check(&self) -> Result<(), Refusal> {
        positive(self.total_iters, "total_iters")
    }

    fn lr(&self, base: f64, steps: i64) -> f64 {
        let share = number(steps.min(self.total_iters)) / number(self.total_iters);
        base * (1.0 - share).powf(self.power)
    }
}

/// On a cosine to `eta_min` and, after `T_max` steps, up again.
#[derive(Clone, Debug, PartialEq, Entity)]
#[register(registry = SchedulerClass, new, check = SchedulerClass::check, skip_default)]
pub struct CosineAnnealingLR {
    /// After how many steps it is at its lowest.
    #[register(name = "T_max")]
    pub t_max: i64,
    /// How low that is.
    #[register(default = 0.0)]
    pub eta_min: f64,
}

impl SchedulerClass for CosineAnnealingLR {
    fn check(&self) -> Result<(), Refusal> {
        positive(self.t_max, "T_max")
    }

    fn lr(&self, base: f64, steps: i64) -> f64 {
        cosine(base, self.eta_min, number(steps) / number(self.t_max))
    }
}

/// On a cosine to `eta_min`, and from the top again.
#[derive(Clone, Debug, PartialEq, Entity)]
#[register(registry = SchedulerClass, new, check = SchedulerClass::check, skip_default)]
pub struct CosineAnnealingWarmRestarts {
    /// The steps until it begins again.
    #[register(name = "T_0")]
    pub t_0: i64,
    /// How many times longer it is each time.
    #[register(name = "T_mult", default = 1)]
    pub t_mult: i64,
    /// How low it goes.
    #[register(default = 0.0)]
    pub eta_min: f64,
}

impl SchedulerClass for CosineAnnealingWarmRestarts {
    fn check(&self) -> Result<(), Refusal> {
        positive(self.t_0, "T_0")?;
        positive(self.t_mult, "T_mult")
    }

    fn lr(&self, base: f64, steps: i64) -> f64 {
        let (mut since, mut length) = (steps, self.t_0.max(1));
        if self.t_mult <= 1 {
            since %= length;
        }
        while since >= length {
            since -= length;
            length = length.saturating_mul(self.t_mult);
        }
        cosine(base, self.eta_min, number(since) / number(length))
    }
}

fn cosine(base: f64, lowest: f64, share: f64) -> f64 {
    lowest + (base - lowest) * (1.0 + (PI * share).cos()) / 2.0
}
