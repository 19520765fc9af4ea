//! Histories: whole, or as much of them as a chart shows.

use rusqlite::Transaction;
use tracker_core::ports::{Histories, History};
use tracker_core::{Series, Uuid};

use crate::aggregates;
use crate::failure::Failure;
use crate::points;
use crate::summaries::Kept;

/// The points of one series in their order; none where there is no such series.
pub(crate) fn whole(
    transaction: &Transaction<'_>,
    aggregate: Uuid,
    name: &str,
    phase: &str,
) -> Result<Series, Failure> {
    let mut points = Series::new(name, phase);
    if let Some(kept) = find(transaction, aggregate, name, phase)? {
        points::read(transaction, &kept, &mut points)?;
        points.sort();
    }
    Ok(points)
}

/// Several series, each thinned as it is wanted.
pub(crate) fn read(
    transaction: &Transaction<'_>,
    wanted: &Histories,
) -> Result<Vec<History>, Failure> {
    let mut histories = Vec::new();
    for aggregate in &wanted.aggregates {
        for (name, phase) in &wanted.series {
            let kept = find(transaction, *aggregate, name, phase)?;
            let thinned = match &kept {
                Some(kept) => points::thin(transaction, kept, wanted, *aggregate)?,
                None => None,
            };
            histories.push(match thinned {
                Some(history) => history,
                None => {
                    let series = whole(transaction, *aggregate, name, phase)?;
                    wanted.take(*aggregate, series)
                }
            });
        }
    }
    Ok(histories)
}

fn find(
    transaction: &Transaction<'_>,
    aggregate: Uuid,
    name: &str,
    phase: &str,
) -> Result<Option<Kept>, Failure> {
    match aggregates::find(transaction, aggregate)? {
        Some(row) => Kept::named(transaction, row, name, phase),
        None => Ok(None),
    }
}
