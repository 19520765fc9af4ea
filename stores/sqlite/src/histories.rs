//! Histories: whole, or as much of them as a chart shows.

use std::collections::{HashMap, HashSet};

use rusqlite::{Transaction, params};
use serde_json::json;
use tracker_core::ports::{Histories, History};
use tracker_core::{Series, Uuid, chunk};

use crate::aggregates;
use crate::column::uuid;
use crate::failure::Failure;
use crate::points;
use crate::summaries::{self, Kept};

/// A series that has no more points is read with others.
const SHORT: u64 = chunk::FULL as u64;
/// So many points are read at once, or a few more.
const AT_ONCE: u64 = 1 << 16;

/// The points of one series in their order; none where there is no such series.
pub(crate) fn whole(
    transaction: &Transaction<'_>,
    aggregate: Uuid,
    name: &str,
    phase: &str,
) -> Result<Series, Failure> {
    let kept = match aggregates::find(transaction, aggregate)? {
        Some(row) => Kept::named(transaction, row, name, phase)?,
        None => None,
    };
    let mut points = Series::new(name, phase);
    if let Some(kept) = kept {
        points::read(transaction, &kept, &mut points)?;
        points.sort();
    }
    Ok(points)
}

/// Several series, each thinned as it is wanted. Short ones are read together.
pub(crate) fn read(
    transaction: &Transaction<'_>,
    wanted: &Histories,
) -> Result<Vec<History>, Failure> {
    let found = find(transaction, wanted)?;
    let mut names = wanted.aggregates.iter().flat_map(|aggregate| {
        let series = 0..wanted.series.len();
        series.map(|series| (*aggregate, series))
    });
    let mut histories = Vec::new();
    loop {
        let (mut group, mut short, mut count) = (Vec::new(), Vec::new(), 0);
        for name in names.by_ref() {
            group.push(name);
            if let Some(kept) = found.get(&name).filter(|kept| is_short(kept)) {
                short.push(kept);
                count += kept.summary.count;
            }
            if count >= AT_ONCE {
                break;
            }
        }
        if group.is_empty() {
            return Ok(histories);
        }
        let mut points = points::read_several(transaction, &short)?;
        for (aggregate, series) in group {
            let kept = found.get(&(aggregate, series));
            let read = kept.and_then(|kept| points.remove(&kept.row));
            histories.push(match (read, kept) {
                (Some(mut series), _) => {
                    series.sort();
                    wanted.take(aggregate, series)
                }
                (None, Some(kept)) => one(transaction, wanted, aggregate, kept)?,
                (None, None) => {
                    let (name, phase) = &wanted.series[series];
                    wanted.take(aggregate, Series::new(name, phase))
                }
            });
        }
    }
}

fn is_short(kept: &Kept) -> bool {
    kept.summary.count <= SHORT
}

/// One history, thinned as it is wanted.
fn one(
    transaction: &Transaction<'_>,
    wanted: &Histories,
    aggregate: Uuid,
    kept: &Kept,
) -> Result<History, Failure> {
    if let Some(history) = points::thin(transaction, kept, wanted, aggregate)? {
        return Ok(history);
    }
    let mut points = Series::new(kept.summary.name(), kept.summary.phase());
    points::read(transaction, kept, &mut points)?;
    points.sort();
    Ok(wanted.take(aggregate, points))
}

/// The series that are there, each by its aggregate and its index among those that are wanted.
fn find(
    transaction: &Transaction<'_>,
    wanted: &Histories,
) -> Result<HashMap<(Uuid, usize), Kept>, Failure> {
    let uuids: HashSet<String> = wanted
        .aggregates
        .iter()
        .map(|uuid| uuid.simple().to_string())
        .collect();
    let uuids = json!(uuids).to_string();
    let mut statement = transaction.prepare_cached(&format!(
        "SELECT {}, a.uuid FROM json_each(?) AS wanted
         CROSS JOIN aggregates AS a ON a.uuid = unhex(wanted.value)
         CROSS JOIN metrics ON metrics.experiment = a.experiment
         CROSS JOIN series ON series.aggregate = a.row AND series.metric = metrics.row
         WHERE metrics.name = ? AND metrics.phase = ?",
        summaries::COLUMNS
    ))?;
    let last = statement.column_count() - 1;
    let mut found = HashMap::new();
    for (index, (name, phase)) in wanted.series.iter().enumerate() {
        let mut rows = statement.query(params![uuids, name, phase])?;
        while let Some(row) = rows.next()? {
            found.insert((uuid(row, last)?, index), Kept::read(row)?);
        }
    }
    Ok(found)
}
