//! The table of artifacts. One of no epoch stands there with the epoch -1.

use postgres::Row;
use tracker_core::Uuid;
use tracker_core::ports::ArtifactRecord;

use crate::changes::Key;
use crate::column::{column, count, get, micros, text, time};
use crate::failure::Failure;
use crate::session::Session;
use crate::text::column as stored;

/// Replaces the artifact of the same name and epoch, or appends.
pub(crate) fn put(
    session: &mut Session,
    key: Key,
    artifact: &ArtifactRecord,
) -> Result<(), Failure> {
    session.execute(
        "INSERT INTO artifacts (experiment, aggregate, name, epoch, hash, size, media_type, created)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
         ON CONFLICT (experiment, aggregate, name, epoch) DO UPDATE SET
             hash = excluded.hash, size = excluded.size, media_type = excluded.media_type,
             created = excluded.created",
        &[
            &key.experiment,
            &key.aggregate,
            &stored(&artifact.name),
            &epoch(artifact.epoch),
            &stored(&artifact.hash),
            &column(artifact.size),
            &stored(&artifact.media_type),
            &micros(artifact.created),
        ],
    )?;
    Ok(())
}

/// Removes an artifact; one that is not there is no error.
pub(crate) fn remove(
    session: &mut Session,
    key: Key,
    name: &str,
    at: Option<u64>,
) -> Result<(), Failure> {
    session.execute(
        "DELETE FROM artifacts
         WHERE experiment = $1 AND aggregate = $2 AND name = $3 AND epoch = $4",
        &[&key.experiment, &key.aggregate, &stored(name), &epoch(at)],
    )?;
    Ok(())
}

/// The artifacts of an aggregate in the order they were appended.
pub(crate) fn select(
    session: &mut Session,
    aggregate: Uuid,
) -> Result<Vec<ArtifactRecord>, Failure> {
    let rows = session.query(
        "SELECT r.name, r.epoch, r.hash, r.size, r.media_type, r.created FROM aggregates AS a
         JOIN artifacts AS r ON r.experiment = a.experiment AND r.aggregate = a.aggregate
         WHERE a.aggregate = $1 ORDER BY r.place",
        &[&aggregate],
    )?;
    let artifact = |row: &Row| {
        Ok(ArtifactRecord {
            name: text(row, 0)?,
            // Below 0 there is none.
            epoch: u64::try_from(get::<i64>(row, 1)?).ok(),
            hash: text(row, 2)?,
            size: count(get(row, 3)?)?,
            media_type: text(row, 4)?,
            created: time(row, 5)?,
        })
    };
    rows.iter().map(artifact).collect()
}

fn epoch(epoch: Option<u64>) -> i64 {
    epoch.map_or(-1, column)
}
