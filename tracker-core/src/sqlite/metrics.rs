//! Metrics: points and summaries of series.

use rusqlite::Transaction;

use super::fault::Fault;
use super::summaries::{self, Kept};
use super::upkeep::advance;
use super::{SqliteStore, aggregate_row, points};
use crate::error::Result;
use crate::ports::{AggregateKey, Batch, Mark, MetricStore};
use crate::series::Series;
use crate::summary::Summary;

impl MetricStore for SqliteStore {
    fn add_metrics(&self, batches: &[Batch], mark: Option<Mark>) -> Result<Vec<AggregateKey>> {
        self.write("add metrics", |transaction| {
            if let Some(mark) = mark
                && !advance(transaction, mark)?
            {
                return Ok(Vec::new());
            }
            let mut missing = Vec::new();
            for batch in batches {
                match aggregate_row(transaction, &batch.aggregate) {
                    Ok(aggregate) => {
                        for series in &batch.series {
                            add(transaction, aggregate, series)?;
                        }
                    }
                    Err(Fault::Known(_)) => missing.push(batch.aggregate.clone()),
                    Err(fault) => return Err(fault),
                }
            }
            Ok(missing)
        })
    }

    fn history(&self, key: &AggregateKey, name: &str, phase: &str) -> Result<Series> {
        let mut points = Series::new(name, phase);
        self.read("read a history", |transaction| {
            let aggregate = aggregate_row(transaction, key)?;
            match Kept::find(transaction, aggregate, name, phase)? {
                Some(kept) => points::read(transaction, &kept, &mut points),
                None => Ok(()),
            }
        })?;
        points.sort();
        Ok(points)
    }

    fn summary(&self, key: &AggregateKey, name: &str, phase: &str) -> Result<Option<Summary>> {
        self.read("read a summary", |transaction| {
            let aggregate = aggregate_row(transaction, key)?;
            let kept = Kept::find(transaction, aggregate, name, phase)?;
            Ok(kept.map(|kept| kept.summary))
        })
    }

    fn summaries(&self, key: &AggregateKey) -> Result<Vec<Summary>> {
        self.read("list summaries", |transaction| {
            let aggregate = aggregate_row(transaction, key)?;
            let series = Kept::all(transaction, aggregate)?.into_iter();
            Ok(series.map(|kept| kept.summary).collect())
        })
    }

    fn clear_metrics(&self, key: &AggregateKey) -> Result<()> {
        self.write("clear metrics", |transaction| {
            let aggregate = aggregate_row(transaction, key)?;
            transaction
                .prepare_cached("DELETE FROM series WHERE aggregate = ?")?
                .execute([aggregate])?;
            Ok(())
        })
    }
}

/// Adds points to their series, which is made where there is none.
fn add(transaction: &Transaction<'_>, aggregate: i64, series: &Series) -> Result<(), Fault> {
    let Some(added) = Summary::of_series(series) else {
        return Ok(());
    };
    let kept = Kept::find(transaction, aggregate, series.name(), series.phase())?;
    let (chunked, before, summary) = match kept {
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
    let moved = points::chunked(chunked, summary.count);
    let row = summaries::put(transaction, aggregate, &summary, moved)?;
    if moved == chunked {
        points::append(transaction, row, before, series)
    } else {
        points::compact(transaction, row, (chunked, before), series)
    }
}
