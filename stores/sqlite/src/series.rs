//! Points on their way into a series.

use rusqlite::{OptionalExtension, Transaction};
use tracker_core::{Series, Summary, Uuid, chunk};

use crate::failure::Failure;
use crate::points;
use crate::summaries::{self, Kept};

/// Adds points to the series of an aggregate, which are made where there are none; `false` where
/// there is no such aggregate.
pub(crate) fn add_all(
    transaction: &Transaction<'_>,
    aggregate: Uuid,
    series: &[Series],
) -> Result<bool, Failure> {
    let found = transaction
        .prepare_cached("SELECT row, experiment FROM aggregates WHERE uuid = ?")?
        .query_row([aggregate.as_bytes()], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let Some((aggregate, experiment)) = found else {
        return Ok(false);
    };
    for series in series {
        add(transaction, aggregate, experiment, series)?;
    }
    Ok(true)
}

fn add(
    transaction: &Transaction<'_>,
    aggregate: i64,
    experiment: i64,
    series: &Series,
) -> Result<(), Failure> {
    let Some(added) = Summary::of_series(series) else {
        return Ok(());
    };
    let metric = summaries::metric(transaction, experiment, series.name(), series.phase())?;
    let (chunked, before, summary) = match Kept::find(transaction, aggregate, metric)? {
        Some(Kept {
            chunked,
            mut summary,
            ..
        }) => {
            let before = summary.count;
            summary.append(added);
            (chunked, before, summary)
        }
        None => (0, 0, added),
    };
    let moved = chunk::target(chunked, summary.count);
    let row = summaries::put(transaction, aggregate, metric, &summary, moved)?;
    if moved == chunked {
        points::append(transaction, row, before, series)
    } else {
        points::compact(transaction, row, (chunked, before), series)
    }
}
