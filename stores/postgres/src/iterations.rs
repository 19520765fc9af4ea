//! The table of iterations.

use tracker_core::{Iteration, Uuid};

use crate::changes::Key;
use crate::column::{column, get, parsed, written};
use crate::failure::Failure;
use crate::session::Session;
use crate::text::column as stored;

/// Replaces the iteration of the same hash and phase, or appends.
pub(crate) fn put(session: &mut Session, key: Key, iteration: &Iteration) -> Result<(), Failure> {
    let hash = iteration.hash();
    session.execute(
        "INSERT INTO iterations (experiment, aggregate, phase, scheme, hash, epoch, record)
         VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (experiment, aggregate, phase, scheme, hash)
         DO UPDATE SET epoch = excluded.epoch, record = excluded.record",
        &[
            &key.experiment,
            &key.aggregate,
            &stored(&iteration.phase),
            &stored(hash.scheme()),
            &stored(hash.as_str()),
            &column(iteration.epoch),
            // As it was found by, so that it need not be worked out again.
            &written(&iteration.clone().set_hash(hash.clone()))?,
        ],
    )?;
    Ok(())
}

/// Removes all iterations of an aggregate.
pub(crate) fn clear(session: &mut Session, key: Key) -> Result<(), Failure> {
    session.execute(
        "DELETE FROM iterations WHERE experiment = $1 AND aggregate = $2",
        &[&key.experiment, &key.aggregate],
    )?;
    Ok(())
}

/// The iterations of an aggregate in the order they were appended.
pub(crate) fn select(session: &mut Session, aggregate: Uuid) -> Result<Vec<Iteration>, Failure> {
    let rows = session.query(
        "SELECT i.record FROM aggregates AS a
         JOIN iterations AS i ON i.experiment = a.experiment AND i.aggregate = a.aggregate
         WHERE a.aggregate = $1 ORDER BY i.place",
        &[&aggregate],
    )?;
    let records = rows.iter();
    records
        .map(|row| parsed(get(row, 0)?, "iteration"))
        .collect()
}
