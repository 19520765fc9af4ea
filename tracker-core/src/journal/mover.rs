//! Gives what was gathered to the store: at once where it takes all, else step by step.

use uuid::Uuid;

use super::gather::{Batch, Step};
use super::shared::Shared;
use super::trouble;
use crate::error::{Error, Result};
use crate::ports::{Applied, Change, Mark, Store};

/// The way of the thread into the store; it goes on until the store has answered.
pub(super) struct Mover<'a> {
    pub(super) shared: &'a Shared,
    pub(super) store: &'a dyn Store,
    /// The requests that were seen.
    pub(super) served: u64,
    /// So many words of a journal are given to the store at once: fewer, once something before it has
    /// said that they were too many.
    pub(super) most: u64,
}

/// The thread is to end, and the store has not answered.
pub(super) struct Ended;

impl<'a> Mover<'a> {
    pub(super) fn new(shared: &'a Shared, store: &'a dyn Store) -> Self {
        Self {
            shared,
            store,
            served: 0,
            most: u64::MAX,
        }
    }

    /// Asks the store until it answers; an error is a refusal.
    pub(super) fn ask<T>(
        &mut self,
        ask: impl Fn(&dyn Store) -> Result<T>,
    ) -> Result<Result<T>, Ended> {
        self.ask_until(trouble::is_refusal, ask)
    }

    fn ask_until<T>(
        &mut self,
        is_answer: impl Fn(&Error) -> bool,
        ask: impl Fn(&dyn Store) -> Result<T>,
    ) -> Result<Result<T>, Ended> {
        loop {
            match ask(self.store) {
                Err(error) if !is_answer(&error) => {
                    self.served = self.shared.failed(self.served, error).ok_or(Ended)?;
                }
                answer => {
                    self.shared.answered();
                    return Ok(answer);
                }
            }
        }
    }

    /// Makes changes, which are too many for one call only where fewer can be made.
    fn apply(
        &mut self,
        changes: &[Change],
        mark: Mark,
        is_divisible: bool,
    ) -> Result<Result<Applied>, Ended> {
        let is_answer = |error: &Error| {
            trouble::is_refusal(error) || is_divisible && trouble::is_too_long(error)
        };
        self.ask_until(is_answer, |store| store.apply(changes, Some(mark)))
    }

    /// Makes the changes, and sets the position of the journal, which was moved to `reached`. What the
    /// store refuses is told by its position, and the rest is made all the same, unless `refused` stops
    /// it there. Gives the position behind what was made, where the next step is to be gathered anew,
    /// since it is too long.
    pub(super) fn make<E: From<Ended>>(
        &mut self,
        journal: Uuid,
        mut reached: u64,
        batch: &Batch,
        mut refused: impl FnMut(u64, &[Change], Error) -> Result<(), E>,
    ) -> Result<Option<u64>, E> {
        let mut parts: Vec<_> = std::iter::once(0..batch.steps.len()).collect();
        while let Some(part) = parts.pop() {
            let steps = &batch.steps[part.clone()];
            let Some(Step { end, position, .. }) = steps.last() else {
                continue;
            };
            let (position, words) = (*position, position.saturating_sub(reached));
            let middle = part.start + steps.len() / 2;
            if words > self.most && steps.len() > 1 {
                parts.extend([middle..part.end, part.start..middle]);
                continue;
            }
            let before = part.start.checked_sub(1);
            let first = before.map_or(0, |before| batch.steps[before].end);
            let changes = &batch.changes[first..*end];
            let mark = Mark { journal, position };
            let is_divisible = steps.len() > 1 || steps[0].is_divisible;
            match self.apply(changes, mark, is_divisible)? {
                Ok(applied) => {
                    for aggregate in applied.missing {
                        refused(position, changes, Error::no_aggregate(aggregate))?;
                    }
                    reached = position;
                }
                Err(error) if is_divisible && trouble::is_too_long(&error) => {
                    self.most = words / 2;
                    if steps.len() == 1 {
                        return Ok(Some(reached));
                    }
                    parts.push(part);
                }
                Err(_) if steps.len() > 1 => parts.extend(part.rev().map(|step| step..step + 1)),
                Err(refusal) => {
                    refused(position, changes, refusal)?;
                    // Else a later process would try again what was refused.
                    let _ = self.apply(&[], mark, false)?;
                    reached = position;
                }
            }
        }
        Ok(None)
    }
}
