//! A schedule on its way.

use crate::scheduler::SchedulerClass;
use crate::schedulers::Plateau;
use crate::{Refusal, Scheduler};
use registry_core::Entity;
use serde::{Deserialize, Serialize};

/// A schedule on its way: what [`Scheduler::start`] gives. It is written with its state, so that a
/// checkpoint can keep it.
///
/// # Examples
///
/// ```
/// use registry_nn::{Schedule, Scheduler};
/// use registry_nn::optimizers::SGD;
/// use registry_nn::schedulers::ReduceLROnPlateau;
///
/// let scheduler = Scheduler::from(ReduceLROnPlateau::new().with_patience(0));
/// let mut schedule = scheduler.start(&SGD::new().with_lr(1.0).into())?;
/// schedule.step(Some(0.5))?;
/// let kept = serde_json::to_string(&schedule)?;
/// assert_eq!(schedule.step(Some(0.5))?, 0.1);
///
/// let mut again: Schedule = serde_json::from_str(&kept)?;
/// assert_eq!(again.step(Some(0.4))?, 1.0);
/// assert!(schedule.step(None).unwrap_err().hint().contains("loss"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Schedule {
    scheduler: Scheduler,
    base: f64,
    steps: i64,
    plateau: Option<Plateau>,
}

impl Schedule {
    pub(crate) fn new(scheduler: Scheduler, base: f64) -> Self {
        let plateau = match scheduler {
            Scheduler::ReduceLROnPlateau(_) => Some(Plateau::new(base)),
            _ => None,
        };
        Self {
            scheduler,
            base,
            steps: 0,
            plateau,
        }
    }

    /// The learning rate now; an optimizer is given it before its first step too.
    pub fn lr(&self) -> f64 {
        match &self.plateau {
            Some(plateau) => plateau.lr(),
            None => self.scheduler.lr(self.base, self.steps),
        }
    }

    /// The momentum now, or the first of `betas`; none where the optimizer keeps its own.
    pub fn momentum(&self) -> Option<f64> {
        self.scheduler.momentum(self.steps)
    }

    /// How many steps were made.
    pub fn steps(&self) -> i64 {
        self.steps
    }

    /// Makes a step, after an epoch or after a batch, as the schedule was written for, and gives the
    /// learning rate from then on. `value` is what [`ReduceLROnPlateau`](crate::schedulers::ReduceLROnPlateau)
    /// looks at, as the loss of the epoch; the others do not.
    ///
    /// # Errors
    ///
    /// Where a value is missing, or the schedule is at its end.
    pub fn step(&mut self, value: Option<f64>) -> Result<f64, Refusal> {
        if self.scheduler.last_step() == Some(self.steps) {
            return Err(
                Refusal::argument(format!("the schedule ends after {} steps", self.steps))
                    .with_hint("give it as many steps as the training has")
                    .of(self.scheduler.name()),
            );
        }
        if let (Scheduler::ReduceLROnPlateau(class), Some(plateau)) =
            (&self.scheduler, &mut self.plateau)
        {
            let value = value.ok_or_else(|| {
                Refusal::argument("a step needs a value that becomes better or not")
                    .with_hint("give the loss of the epoch: `schedule.step(Some(loss))`")
                    .of(self.scheduler.name())
            })?;
            plateau.step(class, value);
        }
        self.steps += 1;
        Ok(self.lr())
    }
}
