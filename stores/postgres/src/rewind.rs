//! Takes an aggregate back to an epoch.

use tracker_core::{Series, Summary, chunk};

use crate::aggregates;
use crate::changes::Key;
use crate::chunks::{self, New, Stored};
use crate::column::{column, text};
use crate::failure::Failure;
use crate::session::Session;
use crate::summaries::{self, Kept};
use crate::text::column as stored;

/// Sets the epoch, and removes what is of a later one.
pub(crate) fn rewind(session: &mut Session, key: Key, epoch: u64) -> Result<(), Failure> {
    aggregates::set_epoch(session, key, epoch)?;
    let Key {
        experiment,
        aggregate,
    } = key;
    for sql in [
        "DELETE FROM iterations WHERE experiment = $1 AND aggregate = $2 AND epoch > $3",
        "DELETE FROM artifacts WHERE experiment = $1 AND aggregate = $2 AND epoch > $3",
    ] {
        session.execute(sql, &[&experiment, &aggregate, &column(epoch)])?;
    }
    // A history ends with its last epoch.
    let rows = session.query(
        "DELETE FROM series WHERE experiment = $1 AND aggregate = $2 AND last_epoch > $3
         RETURNING name, phase",
        &[&experiment, &aggregate, &column(epoch)],
    )?;
    for row in &rows {
        cut(session, key, &text(row, 0)?, &text(row, 1)?, epoch)?;
    }
    Ok(())
}

/// Writes a series anew without the points of later epochs.
fn cut(
    session: &mut Session,
    key: Key,
    name: &str,
    phase: &str,
    epoch: u64,
) -> Result<(), Failure> {
    let rows = session.query(
        "DELETE FROM chunks
         WHERE experiment = $1 AND aggregate = $2 AND name = $3 AND phase = $4
         RETURNING first, count, columns, json",
        &[
            &key.experiment,
            &key.aggregate,
            &stored(name),
            &stored(phase),
        ],
    )?;
    let chunks = rows.iter().map(|row| Stored::read(row, 0));
    let mut chunks = chunks.collect::<Result<Vec<_>, _>>()?;
    chunks.sort_unstable_by_key(|one| one.first);
    let mut points = Series::new(name, phase);
    chunks::append_to(&mut points, &chunks, 1)?;
    points.retain(|at| at.epoch <= epoch);
    let Some(summary) = Summary::of_series(&points) else {
        return Ok(());
    };
    let packed = chunk::target(0, summary.count);
    let kept = Kept { packed, summary };
    summaries::put(session, key.experiment, &[(key.aggregate, kept)])?;
    let mut new = New::default();
    new.add((key.aggregate, name, phase), 1, &points)?;
    new.insert(session, key.experiment)
}
