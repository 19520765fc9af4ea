//! Schedules one after the other.

use crate::scheduler::SchedulerClass;
use crate::{Refusal, Scheduler};
use registry_core::Entity;

/// Schedules one after the other; each begins with the learning rate of the optimizer.
#[derive(Clone, Debug, PartialEq, Entity)]
#[register(registry = SchedulerClass, new, check = SchedulerClass::check)]
pub struct SequentialLR {
    /// The schedules.
    pub schedulers: Vec<Scheduler>,
    /// After how many steps the next one begins, each counted from the start; one less than there are
    /// schedules.
    pub milestones: Vec<i64>,
}

impl SequentialLR {
    /// The schedule at a step, and the steps since it began.
    fn at(&self, steps: i64) -> Option<(&Scheduler, i64)> {
        let index = self.milestones.partition_point(|at| *at <= steps);
        let begin = index
            .checked_sub(1)
            .map_or(0, |before| self.milestones[before]);
        Some((self.schedulers.get(index)?, steps - begin))
    }
}

impl SchedulerClass for SequentialLR {
    fn check(&self) -> Result<(), Refusal> {
        if self.milestones.len() + 1 != self.schedulers.len() {
            let (schedules, milestones) = (self.schedulers.len(), self.milestones.len());
            return Err(Refusal::argument(format!(
                "{schedules} schedules cannot have {milestones} `milestones`"
            ))
            .with_hint("give the step at which each schedule begins but the first"));
        }
        if !self.milestones.is_sorted() {
            return Err(Refusal::argument("`milestones` has to be in order")
                .with_hint("give the smaller ones first"));
        }
        for (index, scheduler) in self.schedulers.iter().enumerate() {
            let wrong = match scheduler {
                Scheduler::ReduceLROnPlateau(_) => Some("it asks for a value with each step"),
                Scheduler::OneCycleLR(_) => Some("it spans the whole training"),
                Scheduler::SequentialLR(_) => Some("its schedules can stand here themselves"),
                _ => None,
            };
            let checked = wrong.map_or_else(
                || scheduler.check(),
                |why| {
                    Err(Refusal::argument("it cannot be one of several")
                        .with_hint(why)
                        .of(scheduler.name()))
                },
            );
            checked.map_err(|refusal| refusal.inside(&format!("schedulers[{index}]")))?;
        }
        Ok(())
    }

    fn lr(&self, base: f64, steps: i64) -> f64 {
        self.at(steps)
            .map_or(base, |(scheduler, since)| scheduler.lr(base, since))
    }
}
