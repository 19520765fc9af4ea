//! Everything that changes the learning rate while a model is trained.

use crate::Optimizer;
use crate::Refusal;
use crate::schedule::Schedule;
use crate::schedulers::{
    CosineAnnealingLR, CosineAnnealingWarmRestarts, ExponentialLR, LinearLR, MultiStepLR,
    OneCycleLR, PolynomialLR, ReduceLROnPlateau, SequentialLR, StepLR,
};
use crate::set::set;
use registry_core::{Entity, registry};
use std::fmt;

/// What a schedule is, as a function of the steps that were made.
///
/// It is the interface of the registry that lists all schedulers, `Registry::<dyn SchedulerClass>`; one
/// is held as [`Scheduler`].
#[registry]
pub trait SchedulerClass: fmt::Debug + Send + Sync {
    /// Whether its arguments can be, as PyTorch asks in `__init__`.
    ///
    /// # Errors
    ///
    /// Where they cannot.
    fn check(&self) -> Result<(), Refusal> {
        Ok(())
    }

    /// The learning rate after `steps` steps, where the optimizer began with `base`.
    fn lr(&self, base: f64, steps: i64) -> f64;

    /// The momentum after `steps` steps, or the first of `betas`; none where it stays as it is.
    fn momentum(&self, _steps: i64) -> Option<f64> {
        None
    }

    /// The last step that there is; none where it goes on.
    fn last_step(&self) -> Option<i64> {
        None
    }
}

set! {
    /// A schedule of the learning rate: a value for each class of `torch.optim.lr_scheduler`.
    ///
    /// No engine has to build it: [`start`](Self::start) gives the learning rates.
    ///
    /// # Examples
    ///
    /// ```
    /// use registry_nn::Scheduler;
    /// use registry_nn::optimizers::Adam;
    ///
    /// let step = r#"{"name": "StepLR", "arguments": {"step_size": 2, "gamma": 0.5}}"#;
    /// let scheduler: Scheduler = serde_json::from_str(step)?;
    /// let mut schedule = scheduler.start(&Adam::new().with_lr(0.25).into())?;
    /// assert_eq!(schedule.lr(), 0.25);
    /// // After each epoch:
    /// assert_eq!(schedule.step(None)?, 0.25);
    /// assert_eq!(schedule.step(None)?, 0.125);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub enum Scheduler of SchedulerClass {
        /// Smaller after each so many steps.
        StepLR(StepLR),
        /// Smaller after given steps.
        MultiStepLR(MultiStepLR),
        /// Smaller after each step.
        ExponentialLR(ExponentialLR),
        /// On a line.
        LinearLR(LinearLR),
        /// On a power of a line.
        PolynomialLR(PolynomialLR),
        /// On a cosine.
        CosineAnnealingLR(CosineAnnealingLR),
        /// On a cosine, again and again.
        CosineAnnealingWarmRestarts(CosineAnnealingWarmRestarts),
        /// Up once, and down.
        OneCycleLR(OneCycleLR),
        /// Smaller when nothing becomes better.
        ReduceLROnPlateau(ReduceLROnPlateau),
        /// One after the other.
        SequentialLR(SequentialLR),
    }
}

impl Scheduler {
    /// Begins the schedule of an optimizer.
    ///
    /// # Errors
    ///
    /// Where an argument cannot be, or the optimizer has no momentum that a schedule changes.
    pub fn start(&self, optimizer: &Optimizer) -> Result<Schedule, Refusal> {
        optimizer.check()?;
        self.check()?;
        if self.momentum(0).is_some() && optimizer.momentum().is_none() {
            let optimizer = optimizer.name();
            return Err(
                Refusal::argument(format!("`{optimizer}` has no momentum to change"))
                    .with_hint("set `cycle_momentum` to false")
                    .of(self.name()),
            );
        }
        Ok(Schedule::new(self.clone(), optimizer.lr()))
    }

    /// Whether all arguments can be. What is read from JSON has been asked already.
    ///
    /// # Errors
    ///
    /// Where one cannot.
    pub fn check(&self) -> Result<(), Refusal> {
        self.class()
            .check()
            .map_err(|refusal| refusal.of(self.name()))
    }
}

/// For the registry: as the class that it holds.
impl SchedulerClass for Scheduler {
    fn check(&self) -> Result<(), Refusal> {
        Self::check(self)
    }

    fn lr(&self, base: f64, steps: i64) -> f64 {
        self.class().lr(base, steps)
    }

    fn momentum(&self, steps: i64) -> Option<f64> {
        self.class().momentum(steps)
    }

    fn last_step(&self) -> Option<i64> {
        self.class().last_step()
    }
}
