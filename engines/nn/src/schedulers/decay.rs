//! Schedules that go down by a factor.

use super::{positive, power};
use crate::Refusal;
use crate::scheduler::SchedulerClass;
use registry_core::Entity;

/// Times `gamma` after each `step_size` steps.
#[derive(Clone, Debug, PartialEq, Entity)]
#[register(registry = SchedulerClass, new, check = SchedulerClass::check, skip_default)]
pub struct StepLR {
    /// How many steps it stays the same.
    pub step_size: i64,
    /// The factor.
    #[register(default = 0.1)]
    pub gamma: f64,
}

impl SchedulerClass for StepLR {
    fn check(&self) -> Result<(), Refusal> {
        positive(self.step_size, "step_size")
    }

    fn lr(&self, base: f64, steps: i64) -> f64 {
        base * power(self.gamma, steps / self.step_size.max(1))
    }
}

/// Times `gamma` after each of some numbers of steps.
#[derive(Clone, Debug, PartialEq, Entity)]
#[register(registry = SchedulerClass, new, skip_default)]
pub struct MultiStepLR {
    /// After how many steps, each counted from the start.
    pub milestones: Vec<i64>,
    /// The factor.
    #[register(default = 0.1)]
    pub gamma: f64,
}

impl SchedulerClass for MultiStepLR {
    fn lr(&self, base: f64, steps: i64) -> f64 {
        let passed = self
            .milestones
            .iter()
            .filter(|at| (0..=steps).contains(*at));
        passed.fold(base, |lr, _| lr * self.gamma)
    }
}

/// Times `gamma` after each step.
#[derive(Clone, Debug, PartialEq, Entity)]
#[register(registry = SchedulerClass, new)]
pub struct ExponentialLR {
    /// The factor.
    pub gamma: f64,
}

impl SchedulerClass for ExponentialLR {
    fn lr(&self, base: f64, steps: i64) -> f64 {
        base * power(self.gamma, steps)
    }
}
