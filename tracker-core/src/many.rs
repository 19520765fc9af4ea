//! Reads what belongs to many aggregates, in few calls.

use std::ops::Range;

use uuid::Uuid;

use crate::error::{Error, ErrorKind, Result};
use crate::ports::{AggregateRecord, Detail, ExperimentRecord, Scope, Store};

/// The lists of so many aggregates are asked for at once.
pub(crate) const MANY: usize = 500;

/// Gives the lists of aggregates to `see`, as many of them together as the store gives, with their
/// place among all. `read` is one of the methods of a store that read several, as
/// [`Store::iterations_of`].
pub(crate) fn each_group<T>(
    aggregates: &[Uuid],
    read: impl Fn(&[Uuid]) -> Result<Vec<Vec<T>>>,
    mut see: impl FnMut(Range<usize>, Vec<Vec<T>>) -> Result<()>,
) -> Result<()> {
    let mut first = 0;
    while let Some(aggregate) = aggregates.get(first) {
        let asked = &aggregates[first..aggregates.len().min(first + MANY)];
        let lists = read(asked)?;
        if lists.is_empty() || lists.len() > asked.len() {
            return Err(Error::Damaged {
                place: "the store".to_owned(),
                problem: format!("it gives no list for the aggregate `{aggregate}`"),
            });
        }
        let next = first + lists.len();
        see(first..next, lists)?;
        first = next;
    }
    Ok(())
}

/// As [`each_group`], with each aggregate by itself.
pub(crate) fn each_list<T>(
    aggregates: &[Uuid],
    read: impl Fn(&[Uuid]) -> Result<Vec<Vec<T>>>,
    mut see: impl FnMut(Uuid, Vec<T>) -> Result<()>,
) -> Result<()> {
    each_group(aggregates, read, |group, lists| {
        let mut lists = aggregates[group].iter().zip(lists);
        lists.try_for_each(|(aggregate, list)| see(*aggregate, list))
    })
}

/// The records that cannot be read, a sentence each.
pub(crate) fn unreadable(store: &dyn Store) -> Result<Vec<String>> {
    match read_all(store) {
        // Which they are is looked for one by one.
        Err(error) if error.kind() == ErrorKind::Damaged => damaged(store),
        read => read.map(|()| Vec::new()),
    }
}

/// Reads every record once.
fn read_all(store: &dyn Store) -> Result<()> {
    store.experiments()?;
    let rows = store.rows(&Scope::All, &Detail::NONE)?;
    let all: Vec<Uuid> = rows.iter().map(|row| row.aggregate.uuid).collect();
    for part in all.chunks(MANY) {
        store.rows(&Scope::Uuids(part.to_vec()), &Detail::ALL)?;
    }
    each_list(&all, |some| store.iterations_of(some), |_, _| Ok(()))?;
    each_list(&all, |some| store.attempts_of(some), |_, _| Ok(()))?;
    each_list(&all, |some| store.artifacts_of(some), |_, _| Ok(()))
}

/// As [`unreadable`], record by record.
fn damaged(store: &dyn Store) -> Result<Vec<String>> {
    let mut problems = Vec::new();
    let Some(experiments) = readable(store.experiments(), "", &mut problems)? else {
        return Ok(problems);
    };
    for ExperimentRecord { id, name, .. } in experiments {
        let place = format!("the experiment `{name}`: ");
        let rows = store.rows(&Scope::Experiment(id), &Detail::NONE);
        for row in readable(rows, &place, &mut problems)?.unwrap_or_default() {
            let AggregateRecord { id, uuid, .. } = row.aggregate;
            let place = format!("the aggregate `{id}` of `{name}`: ");
            let whole = store.rows(&Scope::Uuids(vec![uuid]), &Detail::ALL);
            readable(whole, &place, &mut problems)?;
            readable(store.iterations(uuid), &place, &mut problems)?;
            readable(store.attempts(uuid), &place, &mut problems)?;
            readable(store.artifacts(uuid), &place, &mut problems)?;
        }
    }
    Ok(problems)
}

/// What was read; or nothing, and one more problem, where it is damaged.
fn readable<T>(read: Result<T>, place: &str, problems: &mut Vec<String>) -> Result<Option<T>> {
    match read {
        Ok(read) => Ok(Some(read)),
        Err(error) if error.kind() == ErrorKind::Damaged => {
            let problem = match error {
                Error::Damaged { problem, .. } => problem,
                // A server says no more than it may.
                Error::Store { cause, .. } => cause.to_string(),
                error => error.to_string(),
            };
            problems.push(format!("{place}{problem}"));
            Ok(None)
        }
        Err(error) => Err(error),
    }
}
