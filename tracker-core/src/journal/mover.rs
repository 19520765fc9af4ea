//! Gives what was gathered to the store: at once where it takes all, else step by step.

use uuid::Uuid;

use super::gather::Batch;
use super::shared::Shared;
use super::trouble;
use crate::error::{Error, Result};
use crate::ports::{Change, Mark, Store};

/// The way of the thread into the store; it goes on until the store has answered.
pub(super) struct Mover<'a> {
    pub(super) shared: &'a Shared,
    pub(super) store: &'a dyn Store,
    /// The requests that were seen.
    pub(super) served: u64,
}

/// The thread is to end, and the store has not answered.
pub(super) struct Ended;

impl Mover<'_> {
    /// Asks the store until it answers; an error is a refusal.
    pub(super) fn ask<T>(
        &mut self,
        ask: impl Fn(&dyn Store) -> Result<T>,
    ) -> Result<Result<T>, Ended> {
        loop {
            match ask(self.store) {
                Err(error) if !trouble::is_refusal(&error) => {
                    self.served = self.shared.failed(self.served, error).ok_or(Ended)?;
                }
                answer => {
                    self.shared.answered();
                    return Ok(answer);
                }
            }
        }
    }

    /// Makes the changes, and sets the position of the journal. What the store refuses is told by
    /// its position, and the rest is made all the same.
    pub(super) fn make(
        &mut self,
        journal: Uuid,
        batch: &Batch,
        mut refused: impl FnMut(u64, Error),
    ) -> Result<(), Ended> {
        let mut step = |changes: &[Change], position, refused: &mut dyn FnMut(u64, Error)| {
            let mark = Some(Mark { journal, position });
            let answer = self.ask(|store| store.apply(changes, mark))?;
            Ok(match answer {
                Ok(applied) => {
                    for aggregate in applied.missing {
                        refused(position, Error::no_aggregate(aggregate));
                    }
                    None
                }
                Err(refusal) => Some(refusal),
            })
        };
        let Some((_, end)) = batch.steps.last() else {
            return Ok(());
        };
        if batch.steps.len() > 1 && step(&batch.changes, *end, &mut refused)?.is_none() {
            return Ok(());
        }
        let mut from = 0;
        for (to, position) in &batch.steps {
            if let Some(refusal) = step(&batch.changes[from..*to], *position, &mut refused)? {
                refused(*position, refusal);
                // Else a later process would try again what was refused.
                step(&[], *position, &mut refused)?;
            }
            from = *to;
        }
        Ok(())
    }
}
