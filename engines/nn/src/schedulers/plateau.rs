//! A schedule that looks at what comes of the training.

use crate::Refusal;
use crate::scheduler::SchedulerClass;
use registry_core::Entity;
use serde::{Deserialize, Serialize};

/// Times `factor` when a value has not become better for some steps.
#[derive(Clone, Debug, PartialEq, Entity)]
#[register(registry = SchedulerClass, new, check = SchedulerClass::check, skip_default)]
pub struct ReduceLROnPlateau {
    /// Which values are better.
    #[register(default)]
    pub mode: Better,
    /// The factor; below 1.
    #[register(default = 0.1)]
    pub factor: f64,
    /// How many steps without a better value are borne.
    #[register(default = 10)]
    pub patience: i64,
    /// By how much a value has to be better.
    #[register(default = 1e-4)]
    pub threshold: f64,
    /// What `threshold` is.
    #[register(default)]
    pub threshold_mode: Threshold,
    /// For how many steps after a change nothing is counted.
    #[register(default = 0)]
    pub cooldown: i64,
    /// The lowest learning rate.
    #[register(default = 0.0)]
    pub min_lr: f64,
    /// Smaller changes are not made.
    #[register(default = 1e-8)]
    pub eps: f64,
}

/// Which values are better.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Better {
    /// Smaller ones, as of a loss.
    #[default]
    Min,
    /// Larger ones, as of an accuracy.
    Max,
}

/// What a threshold is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Threshold {
    /// A share of the best value.
    #[default]
    Rel,
    /// A difference.
    Abs,
}

impl ReduceLROnPlateau {
    fn is_better(&self, value: f64, best: f64) -> bool {
        match (self.mode, self.threshold_mode) {
            (Better::Min, Threshold::Rel) => value < best * (1.0 - self.threshold),
            (Better::Min, Threshold::Abs) => value < best - self.threshold,
            (Better::Max, Threshold::Rel) => value > best * (self.threshold + 1.0),
            (Better::Max, Threshold::Abs) => value > best + self.threshold,
        }
    }
}

impl SchedulerClass for ReduceLROnPlateau {
    fn check(&self) -> Result<(), Refusal> {
        if self.factor >= 1.0 {
            return Err(
                Refusal::argument(format!("`factor` cannot be {}", self.factor))
                    .with_hint("choose less than 1"),
            );
        }
        Ok(())
    }

    /// That of the start: what becomes of it depends on values.
    fn lr(&self, base: f64, _steps: i64) -> f64 {
        base
    }
}

/// What a [`ReduceLROnPlateau`] has seen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Plateau {
    lr: f64,
    /// None before the first value that is one.
    best: Option<f64>,
    bad_steps: i64,
    cooldown: i64,
}

impl Plateau {
    pub(crate) fn new(lr: f64) -> Self {
        Self {
            lr,
            best: None,
            bad_steps: 0,
            cooldown: 0,
        }
    }

    pub(crate) fn lr(&self) -> f64 {
        self.lr
    }

    pub(crate) fn step(&mut self, class: &ReduceLROnPlateau, value: f64) {
        let worst = match class.mode {
            Better::Min => f64::INFINITY,
            Better::Max => f64::NEG_INFINITY,
        };
        if class.is_better(value, self.best.unwrap_or(worst)) {
            self.best = Some(value);
            self.bad_steps = 0;
        } else {
            self.bad_steps += 1;
        }
        if self.cooldown > 0 {
            self.cooldown -= 1;
            self.bad_steps = 0;
        }
        if self.bad_steps > class.patience {
            let lr = (self.lr * class.factor).max(class.min_lr);
            if self.lr - lr > class.eps {
                self.lr = lr;
            }
            self.cooldown = class.cooldown;
            self.bad_steps = 0;
        }
    }
}
