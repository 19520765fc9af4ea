//! The table of what was changed, by rising numbers. Writers wait for each other, so the numbers
//! appear in their order.

use rusqlite::{Transaction, params};
use tracker_core::Uuid;
use tracker_core::ports::{Change, Touch, Touched};

use crate::column::{column, count, uuid};
use crate::failure::Failure;

/// Gives what a list of changes touches its next numbers, each once, and makes the changes by `make`.
pub(crate) fn with_touches(
    transaction: &Transaction<'_>,
    changes: &[Change],
    mut make: impl FnMut(&Change) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let mut touched = Vec::new();
    for change in changes {
        let is_end = matches!(
            change,
            Change::RemoveExperiment { .. } | Change::RemoveAggregate { .. }
        );
        let subject = change.touches();
        if is_end {
            // Whose aggregate it was is known as long as it is there.
            touched.retain(|other| *other != subject);
            touch(transaction, subject, true)?;
        } else if !touched.contains(&subject) {
            touched.push(subject);
        }
        make(change)?;
    }
    let mut touched = touched.into_iter();
    touched.try_for_each(|subject| touch(transaction, subject, false))
}

/// Gives an experiment or an aggregate the next number, where it is there.
fn touch(transaction: &Transaction<'_>, subject: Touched, removed: bool) -> Result<(), Failure> {
    let (uuid, experiment) = match subject {
        Touched::Experiment(id) => {
            let mut known =
                transaction.prepare_cached("SELECT 1 FROM experiments WHERE uuid = ?")?;
            if !known.exists([id.to_string()])? {
                return Ok(());
            }
            (id, id)
        }
        Touched::Aggregate(uuid) => {
            let mut owner = transaction.prepare_cached(
                "SELECT experiments.uuid FROM aggregates
                 JOIN experiments ON experiments.row = aggregates.experiment
                 WHERE aggregates.uuid = ?",
            )?;
            let mut rows = owner.query([uuid.as_bytes()])?;
            let Some(row) = rows.next()? else {
                return Ok(());
            };
            let id: String = row.get(0)?;
            (uuid, crate::experiments::id(&id, "")?)
        }
        Touched::Nothing => return Ok(()),
    };
    transaction
        .prepare_cached(
            "INSERT INTO touches (uuid, number, experiment, removed)
             VALUES (?, (SELECT ifnull(max(number), 0) + 1 FROM touches), ?, ?)
             ON CONFLICT (uuid) DO UPDATE SET number = excluded.number, removed = excluded.removed",
        )?
        .execute(params![uuid.as_bytes(), experiment.as_bytes(), removed])?;
    if removed && uuid == experiment {
        // Its aggregates go with it. They go last: the number must be above theirs.
        transaction
            .prepare_cached("DELETE FROM touches WHERE experiment = ?1 AND uuid <> ?1")?
            .execute([experiment.as_bytes()])?;
    }
    Ok(())
}

/// The newest number.
pub(crate) fn newest(transaction: &Transaction<'_>) -> Result<u64, Failure> {
    let newest = transaction
        .prepare_cached("SELECT ifnull(max(number), 0) FROM touches")?
        .query_row([], |row| row.get(0))?;
    count(newest)
}

/// What was changed since a number.
pub(crate) fn after(
    transaction: &Transaction<'_>,
    number: u64,
    limit: usize,
) -> Result<Vec<Touch>, Failure> {
    let mut statement = transaction.prepare_cached(
        "SELECT number, experiment, uuid, removed FROM touches WHERE number > ?
         ORDER BY number LIMIT ?",
    )?;
    let mut rows = statement.query(params![column(number), column(limit as u64)])?;
    let mut touched = Vec::new();
    while let Some(row) = rows.next()? {
        let (experiment, subject): (Uuid, Uuid) = (uuid(row, 1)?, uuid(row, 2)?);
        touched.push(Touch {
            number: count(row.get(0)?)?,
            experiment,
            aggregate: (subject != experiment).then_some(subject),
            removed: row.get(3)?,
        });
    }
    Ok(touched)
}
