//! Takes an aggregate back to an epoch.

use rusqlite::{Transaction, params};
use tracker_core::{Series, Summary, Uuid, chunk};

use crate::aggregates;
use crate::column::column;
use crate::failure::Failure;
use crate::points;
use crate::summaries::{self, Kept};

/// Sets the epoch, and removes what is of a later one.
pub(crate) fn rewind(transaction: &Transaction<'_>, uuid: Uuid, epoch: u64) -> Result<(), Failure> {
    let aggregate = aggregates::row(transaction, uuid)?;
    aggregates::set(transaction, uuid, "epoch", column(epoch))?;
    for table in ["iterations", "artifacts"] {
        transaction
            .prepare_cached(&format!(
                "DELETE FROM {table} WHERE aggregate = ? AND epoch > ?"
            ))?
            .execute([aggregate, column(epoch)])?;
    }
    // A history ends with its last epoch.
    let mut statement = transaction.prepare_cached(&format!(
        "SELECT {}, metric FROM series JOIN metrics ON metrics.row = metric
         WHERE aggregate = ? AND last_epoch > ?",
        summaries::COLUMNS
    ))?;
    let mut rows = statement.query([aggregate, column(epoch)])?;
    let mut later = Vec::new();
    while let Some(row) = rows.next()? {
        later.push((Kept::read(row)?, row.get(21)?));
    }
    for (kept, metric) in later {
        cut(transaction, aggregate, metric, &kept, epoch)?;
    }
    Ok(())
}

/// Writes a series anew without the points of later epochs.
fn cut(
    transaction: &Transaction<'_>,
    aggregate: i64,
    metric: i64,
    kept: &Kept,
    epoch: u64,
) -> Result<(), Failure> {
    let mut series = Series::new(kept.summary.name(), kept.summary.phase());
    points::read(transaction, kept, &mut series)?;
    series.retain(|at| at.epoch <= epoch);
    transaction
        .prepare_cached("DELETE FROM series WHERE row = ?")?
        .execute(params![kept.row])?;
    let Some(summary) = Summary::of_series(&series) else {
        return Ok(());
    };
    let chunked = chunk::target(0, summary.count);
    let row = summaries::put(transaction, aggregate, metric, &summary, chunked)?;
    if chunked == 0 {
        points::append(transaction, row, 0, &series)
    } else {
        points::compact(transaction, row, (0, 0), &series)
    }
}
