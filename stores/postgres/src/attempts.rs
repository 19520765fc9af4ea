//! The table of attempts.

use postgres::Row;
use tracker_core::ports::{AttemptRecord, AttemptState};
use tracker_core::{Error, Outcome, Timestamp, Uuid};

use crate::changes::Key;
use crate::column::{get, json, micros, text, time, written};
use crate::failure::Failure;
use crate::session::Session;
use crate::text::column;

/// What [`state`] reads, in its order.
pub(crate) const STATE: &str = "attempts.started, attempts.seen, attempts.ended, attempts.outcome,
     attempts.reason, attempts.machine, attempts.process, attempts.process_started";
/// How many columns that are.
pub(crate) const STATES: usize = 8;

/// Replaces the attempt of the same id, or appends.
pub(crate) fn put(session: &mut Session, key: Key, attempt: &AttemptRecord) -> Result<(), Failure> {
    let AttemptRecord {
        id,
        state,
        provenance,
    } = attempt;
    let (outcome, reason) = words(&state.outcome);
    session.execute(
        "INSERT INTO attempts (experiment, aggregate, attempt, started, seen, ended, outcome,
             reason, machine, process, process_started, provenance)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
         ON CONFLICT (experiment, aggregate, attempt) DO UPDATE SET
             started = excluded.started, seen = excluded.seen, ended = excluded.ended,
             outcome = excluded.outcome, reason = excluded.reason, machine = excluded.machine,
             process = excluded.process, process_started = excluded.process_started,
             provenance = excluded.provenance",
        &[
            &key.experiment,
            &key.aggregate,
            id,
            &micros(state.started),
            &micros(state.seen),
            &state.ended.map(micros),
            &outcome,
            &column(reason),
            &column(&state.place),
            &i64::from(state.process),
            &state.process_started.cast_signed(),
            &written(provenance)?,
        ],
    )?;
    Ok(())
}

/// Takes in a sign of life, or the end.
pub(crate) fn update(
    session: &mut Session,
    key: Key,
    id: Uuid,
    seen: Timestamp,
    outcome: &Outcome,
) -> Result<(), Failure> {
    let (word, reason) = words(outcome);
    let ended = (*outcome != Outcome::Running).then(|| micros(seen));
    let updated = session.execute(
        "UPDATE attempts SET
             seen = CASE WHEN ended IS NULL THEN $4 ELSE seen END,
             outcome = CASE WHEN ended IS NULL THEN $5 ELSE outcome END,
             reason = CASE WHEN ended IS NULL THEN $6 ELSE reason END,
             ended = coalesce(ended, $7)
         WHERE experiment = $1 AND aggregate = $2 AND attempt = $3",
        &[
            &key.experiment,
            &key.aggregate,
            &id,
            &micros(seen),
            &word,
            &column(reason),
            &ended,
        ],
    )?;
    match updated {
        0 => Err(Error::no_attempt(id).into()),
        _ => Ok(()),
    }
}

/// The attempts on an aggregate in the order they were appended.
pub(crate) fn select(
    session: &mut Session,
    aggregate: Uuid,
) -> Result<Vec<AttemptRecord>, Failure> {
    let rows = session.query(
        "SELECT attempts.started, attempts.seen, attempts.ended, attempts.outcome,
             attempts.reason, attempts.machine, attempts.process, attempts.process_started,
             attempts.attempt, attempts.provenance
         FROM aggregates AS a
         JOIN attempts ON attempts.experiment = a.experiment AND attempts.aggregate = a.aggregate
         WHERE a.aggregate = $1 ORDER BY attempts.place",
        &[&aggregate],
    )?;
    let attempt = |row: &Row| {
        Ok(AttemptRecord {
            id: get(row, STATES)?,
            state: state(row, 0)?,
            provenance: json(row, STATES + 1, "provenance")?,
        })
    };
    rows.iter().map(attempt).collect()
}

/// How an attempt stands, in the columns from `at` on.
pub(crate) fn state(row: &Row, at: usize) -> Result<AttemptState, Failure> {
    let outcome = match get::<&str>(row, at + 3)? {
        "running" => Outcome::Running,
        "finished" => Outcome::Finished,
        "failed" => Outcome::Failed {
            reason: text(row, at + 4)?,
        },
        other => return Err(Failure::Damaged(format!("there is no outcome `{other}`"))),
    };
    let has_ended = get::<Option<i64>>(row, at + 2)?.is_some();
    let process: i64 = get(row, at + 6)?;
    Ok(AttemptState {
        started: time(row, at)?,
        seen: time(row, at + 1)?,
        ended: has_ended.then(|| time(row, at + 2)).transpose()?,
        outcome,
        place: text(row, at + 5)?,
        process: u32::try_from(process)
            .map_err(|_| Failure::Damaged(format!("there is no process {process}")))?,
        process_started: get::<i64>(row, at + 7)?.cast_unsigned(),
    })
}

fn words(outcome: &Outcome) -> (&'static str, &str) {
    match outcome {
        Outcome::Running => ("running", ""),
        Outcome::Finished => ("finished", ""),
        Outcome::Failed { reason } => ("failed", reason),
    }
}
