//! Copies the iterations and attempts of many aggregates.

use std::collections::HashMap;

use uuid::Uuid;

use super::check::check_iterations;
use super::missing::missing_iterations;
use super::{Copy, Pair, Progress};
use crate::error::Result;
use crate::many::{each_group, each_list};
use crate::ports::Change;
use crate::records::AttemptRecord;

impl<F: FnMut(&Progress) -> bool> Copy<'_, F> {
    pub(super) fn iterations(&mut self, pairs: &[Pair<'_>]) -> Result<()> {
        let (source, target) = (self.source, self.target);
        let read = |some: &[Uuid]| source.iterations_of(some);
        let in_target = |some: &[Uuid]| target.iterations_of(some);
        each_group(&sources(pairs), read, |place, lists| {
            let group = filled(&pairs[place], &lists);
            let there = lists_of(group.iter().filter(|(pair, _)| !pair.is_new), in_target)?;
            let mut changes = Vec::new();
            for (pair, iterations) in &group {
                let there = there.get(&pair.to).map_or(&[][..], Vec::as_slice);
                let missing = missing_iterations(iterations, there).into_iter();
                self.imported.iterations += missing.len() as u64;
                changes.extend(missing.map(|iteration| Change::PutIteration {
                    aggregate: pair.to,
                    iteration: iteration.clone(),
                }));
            }
            self.make_all(changes)?;
            let back = lists_of(group.iter(), in_target)?;
            for (pair, iterations) in &group {
                let back = back.get(&pair.to).map_or(&[][..], Vec::as_slice);
                check_iterations(iterations, back, pair.is_new, &pair.place)?;
            }
            Ok(())
        })
    }

    /// Copies the attempts that are not there, or that stood another way.
    pub(super) fn attempts(&mut self, pairs: &[Pair<'_>]) -> Result<()> {
        let (source, target) = (self.source, self.target);
        let read = |some: &[Uuid]| source.attempts_of(some);
        each_group(&sources(pairs), read, |place, lists| {
            let group = filled(&pairs[place], &lists);
            let known = group.iter().filter(|(pair, _)| !pair.is_new);
            let there = lists_of(known, |some: &[Uuid]| target.attempts_of(some))?;
            let is_known = |pair: &Pair<'_>, attempt: &AttemptRecord| {
                let mut there = there.get(&pair.to).into_iter().flatten();
                let same = there.find(|other| other.id == attempt.id);
                same.is_some_and(|same| same.state.seen >= attempt.state.seen)
            };
            let all = group.iter();
            let all = all.flat_map(|(pair, attempts)| attempts.iter().map(move |of| (pair, of)));
            let missing = all.filter(|(pair, attempt)| !is_known(pair, attempt));
            self.make_all(missing.map(|(pair, attempt)| Change::PutAttempt {
                aggregate: pair.to,
                attempt: attempt.clone(),
            }))
        })
    }
}

/// The uuids in the source.
pub(super) fn sources(pairs: &[Pair<'_>]) -> Vec<Uuid> {
    pairs.iter().map(|pair| pair.from).collect()
}

/// The aggregates of which the source has something, with that.
pub(super) fn filled<'p, 'r, T>(
    pairs: &'p [Pair<'r>],
    lists: &'p [Vec<T>],
) -> Vec<(&'p Pair<'r>, &'p [T])> {
    let all = pairs.iter().zip(lists.iter().map(Vec::as_slice));
    all.filter(|(_, list)| !list.is_empty()).collect()
}

/// What the target has of these aggregates.
pub(super) fn lists_of<'p, 'r: 'p, T, L: 'p>(
    group: impl Iterator<Item = &'p (&'p Pair<'r>, L)>,
    read: impl Fn(&[Uuid]) -> Result<Vec<Vec<T>>>,
) -> Result<HashMap<Uuid, Vec<T>>> {
    let uuids: Vec<Uuid> = group.map(|(pair, _)| pair.to).collect();
    let mut lists = HashMap::new();
    each_list(&uuids, read, |aggregate, list| {
        lists.insert(aggregate, list);
        Ok(())
    })?;
    Ok(lists)
}
