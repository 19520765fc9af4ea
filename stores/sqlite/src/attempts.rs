//! The table of attempts.

use rusqlite::{Row, Transaction, params};
use tracker_core::ports::{AttemptRecord, AttemptState};
use tracker_core::{Error, Outcome, Timestamp, Uuid};

use crate::column::{json, micros, text, time, uuid};
use crate::failure::Failure;

/// What [`state`] reads, in its order.
pub(crate) const STATE: &str = "attempts.started, attempts.seen, attempts.ended, attempts.outcome,
     attempts.reason, attempts.place, attempts.process, attempts.process_started";

/// Replaces the attempt of the same id, or appends.
pub(crate) fn put(
    transaction: &Transaction<'_>,
    aggregate: i64,
    attempt: &AttemptRecord,
) -> Result<(), Failure> {
    let AttemptRecord {
        id,
        state,
        provenance,
    } = attempt;
    let (outcome, reason) = words(&state.outcome);
    transaction
        .prepare_cached(
            "INSERT INTO attempts (aggregate, uuid, started, seen, ended, outcome, reason, place,
                 process, process_started, provenance)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
             ON CONFLICT (aggregate, uuid) DO UPDATE SET
                 started = excluded.started, seen = excluded.seen, ended = excluded.ended,
                 outcome = excluded.outcome, reason = excluded.reason, place = excluded.place,
                 process = excluded.process, process_started = excluded.process_started,
                 provenance = excluded.provenance",
        )?
        .execute(params![
            aggregate,
            id.as_bytes(),
            micros(state.started),
            micros(state.seen),
            state.ended.map(micros),
            outcome,
            reason,
            state.place,
            state.process,
            state.process_started.cast_signed(),
            text(provenance)?,
        ])?;
    Ok(())
}

/// Takes in a sign of life, or the end.
pub(crate) fn update(
    transaction: &Transaction<'_>,
    aggregate: i64,
    id: Uuid,
    seen: Timestamp,
    outcome: &Outcome,
) -> Result<(), Failure> {
    let (word, reason) = words(outcome);
    let ended = (*outcome != Outcome::Running).then(|| micros(seen));
    let updated = transaction
        .prepare_cached(
            "UPDATE attempts SET
                 seen = iif(ended IS NULL, ?3, seen), outcome = iif(ended IS NULL, ?4, outcome),
                 reason = iif(ended IS NULL, ?5, reason), ended = ifnull(ended, ?6)
             WHERE aggregate = ?1 AND uuid = ?2",
        )?
        .execute(params![
            aggregate,
            id.as_bytes(),
            micros(seen),
            word,
            reason,
            ended
        ])?;
    match updated {
        0 => Err(Error::no_attempt(id).into()),
        _ => Ok(()),
    }
}

/// The attempts on an aggregate in the order they were appended.
pub(crate) fn select(
    transaction: &Transaction<'_>,
    aggregate: i64,
) -> Result<Vec<AttemptRecord>, Failure> {
    let mut statement = transaction.prepare_cached(&format!(
        "SELECT {STATE}, uuid, provenance FROM attempts WHERE aggregate = ? ORDER BY row"
    ))?;
    let mut rows = statement.query([aggregate])?;
    let mut attempts = Vec::new();
    while let Some(row) = rows.next()? {
        attempts.push(AttemptRecord {
            id: uuid(row, 8)?,
            state: state(row, 0)?,
            provenance: json(row, 9, "provenance")?,
        });
    }
    Ok(attempts)
}

/// How an attempt stands, in the columns from `at` on.
pub(crate) fn state(row: &Row<'_>, at: usize) -> Result<AttemptState, Failure> {
    let word: String = row.get(at + 3)?;
    let outcome = match word.as_str() {
        "running" => Outcome::Running,
        "finished" => Outcome::Finished,
        "failed" => Outcome::Failed {
            reason: row.get(at + 4)?,
        },
        other => return Err(Failure::Damaged(format!("there is no outcome `{other}`"))),
    };
    let has_ended = row.get::<_, Option<i64>>(at + 2)?.is_some();
    Ok(AttemptState {
        started: time(row, at)?,
        seen: time(row, at + 1)?,
        ended: has_ended.then(|| time(row, at + 2)).transpose()?,
        outcome,
        place: row.get(at + 5)?,
        process: row.get(at + 6)?,
        process_started: row.get::<_, i64>(at + 7)?.cast_unsigned(),
    })
}

fn words(outcome: &Outcome) -> (&'static str, &str) {
    match outcome {
        Outcome::Running => ("running", ""),
        Outcome::Finished => ("finished", ""),
        Outcome::Failed { reason } => ("failed", reason),
    }
}
