//! The table of artifacts.

use rusqlite::{Transaction, params};
use tracker_core::ports::ArtifactRecord;

use crate::column::{column, count, micros, time};
use crate::failure::Failure;

/// Replaces the artifact of the same name and epoch, or appends.
pub(crate) fn put(
    transaction: &Transaction<'_>,
    aggregate: i64,
    artifact: &ArtifactRecord,
) -> Result<(), Failure> {
    transaction
        .prepare_cached(
            "INSERT INTO artifacts (aggregate, name, epoch, hash, size, media_type, created)
             VALUES (?, ?, ?, ?, ?, ?, ?)
             ON CONFLICT (aggregate, name, ifnull(epoch, -1)) DO UPDATE SET
                 hash = excluded.hash, size = excluded.size, media_type = excluded.media_type,
                 created = excluded.created",
        )?
        .execute(params![
            aggregate,
            artifact.name,
            artifact.epoch.map(column),
            artifact.hash,
            column(artifact.size),
            artifact.media_type,
            micros(artifact.created),
        ])?;
    Ok(())
}

/// Removes an artifact; one that is not there is no error.
pub(crate) fn remove(
    transaction: &Transaction<'_>,
    aggregate: i64,
    name: &str,
    epoch: Option<u64>,
) -> Result<(), Failure> {
    transaction
        .prepare_cached(
            "DELETE FROM artifacts
             WHERE aggregate = ? AND name = ? AND ifnull(epoch, -1) = ifnull(?, -1)",
        )?
        .execute(params![aggregate, name, epoch.map(column)])?;
    Ok(())
}

/// The artifacts of an aggregate in the order they were appended.
pub(crate) fn select(
    transaction: &Transaction<'_>,
    aggregate: i64,
) -> Result<Vec<ArtifactRecord>, Failure> {
    let mut statement = transaction.prepare_cached(
        "SELECT name, epoch, hash, size, media_type, created FROM artifacts
         WHERE aggregate = ? ORDER BY row",
    )?;
    let mut rows = statement.query([aggregate])?;
    let mut artifacts = Vec::new();
    while let Some(row) = rows.next()? {
        artifacts.push(ArtifactRecord {
            name: row.get(0)?,
            epoch: row.get::<_, Option<i64>>(1)?.map(count).transpose()?,
            hash: row.get(2)?,
            size: count(row.get(3)?)?,
            media_type: row.get(4)?,
            created: time(row, 5)?,
        });
    }
    Ok(artifacts)
}
