//! The tables, and how old files come to have them.

use std::path::Path;

use rusqlite::Transaction;

use super::fault::Fault;
use crate::error::Error;

/// Marks a file as the tracker's: `ENTI`.
const APPLICATION: i64 = 0x454E_5449;

/// What brings a file from each version to the next. An entry that was released is never changed.
const MIGRATIONS: &[&str] = &[VERSION_1, VERSION_2];

/// The newest version.
#[expect(clippy::cast_possible_wrap, reason = "there are a handful")]
pub(super) const KNOWN: i64 = MIGRATIONS.len() as i64;

/// Numbers are kept as integers that order as the floats do, see `metrics.rs`; times are
/// microseconds since 1970, UTC. A module belongs to an aggregate or to an iteration; one without
/// a kind is the dataset of its iteration.
const VERSION_1: &str = "
CREATE TABLE experiments (
    row INTEGER PRIMARY KEY,
    uuid TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE aggregates (
    row INTEGER PRIMARY KEY,
    experiment INTEGER NOT NULL REFERENCES experiments ON DELETE CASCADE,
    id TEXT NOT NULL,
    epoch INTEGER NOT NULL DEFAULT 0,
    UNIQUE (experiment, id)
) STRICT;

CREATE TABLE iterations (
    row INTEGER PRIMARY KEY,
    aggregate INTEGER NOT NULL REFERENCES aggregates ON DELETE CASCADE,
    phase TEXT NOT NULL,
    scheme TEXT NOT NULL,
    hash TEXT NOT NULL,
    epoch INTEGER NOT NULL,
    arguments TEXT NOT NULL,
    UNIQUE (aggregate, phase, scheme, hash)
) STRICT;

CREATE TABLE modules (
    row INTEGER PRIMARY KEY,
    aggregate INTEGER REFERENCES aggregates ON DELETE CASCADE,
    iteration INTEGER REFERENCES iterations ON DELETE CASCADE,
    kind TEXT,
    epoch INTEGER NOT NULL,
    name TEXT NOT NULL,
    scheme TEXT NOT NULL,
    hash TEXT NOT NULL,
    arguments TEXT NOT NULL,
    exact TEXT,
    signature TEXT NOT NULL,
    CHECK ((aggregate IS NULL) <> (iteration IS NULL)),
    CHECK (kind IS NOT NULL OR iteration IS NOT NULL)
) STRICT;
CREATE INDEX modules_of_aggregate ON modules (aggregate, kind) WHERE aggregate IS NOT NULL;
CREATE INDEX modules_of_iteration ON modules (iteration) WHERE iteration IS NOT NULL;

CREATE TABLE series (
    row INTEGER PRIMARY KEY,
    aggregate INTEGER NOT NULL REFERENCES aggregates ON DELETE CASCADE,
    name TEXT NOT NULL,
    phase TEXT NOT NULL,
    count INTEGER NOT NULL,
    min INTEGER,
    max INTEGER,
    first_epoch INTEGER NOT NULL,
    first_step INTEGER NOT NULL,
    first_time INTEGER NOT NULL,
    first_number INTEGER,
    first_json TEXT,
    last_epoch INTEGER NOT NULL,
    last_step INTEGER NOT NULL,
    last_time INTEGER NOT NULL,
    last_number INTEGER,
    last_json TEXT,
    UNIQUE (aggregate, name, phase)
) STRICT;

CREATE TABLE points (
    series INTEGER NOT NULL REFERENCES series ON DELETE CASCADE,
    epoch INTEGER NOT NULL,
    step INTEGER NOT NULL,
    arrival INTEGER NOT NULL,
    time INTEGER NOT NULL,
    number INTEGER,
    json TEXT,
    PRIMARY KEY (series, epoch, step, arrival),
    CHECK ((number IS NULL) <> (json IS NULL))
) STRICT, WITHOUT ROWID;
";

/// When things were created, what people say of them, how far journals have been moved, and points
/// in chunks. What version 1 has not kept is taken from the first point, or left at 1970. `tags` is
/// a JSON object of texts. `points` is laid anew in the order of arrival, see `points.rs`.
const VERSION_2: &str = "
ALTER TABLE experiments ADD COLUMN created INTEGER NOT NULL DEFAULT 0;
ALTER TABLE experiments ADD COLUMN tags TEXT NOT NULL DEFAULT '{}';
ALTER TABLE experiments ADD COLUMN notes TEXT NOT NULL DEFAULT '';

ALTER TABLE aggregates ADD COLUMN created INTEGER NOT NULL DEFAULT 0;
ALTER TABLE aggregates ADD COLUMN tags TEXT NOT NULL DEFAULT '{}';
ALTER TABLE aggregates ADD COLUMN notes TEXT NOT NULL DEFAULT '';
UPDATE aggregates SET created = ifnull(
    (SELECT min(first_time) FROM series WHERE series.aggregate = aggregates.row), 0);
UPDATE experiments SET created = ifnull(
    (SELECT min(created) FROM aggregates WHERE experiment = experiments.row AND created <> 0), 0);

CREATE TABLE journals (
    uuid TEXT PRIMARY KEY,
    position INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

ALTER TABLE series ADD COLUMN chunked INTEGER NOT NULL DEFAULT 0;

CREATE TABLE chunks (
    row INTEGER PRIMARY KEY,
    series INTEGER NOT NULL REFERENCES series ON DELETE CASCADE,
    first INTEGER NOT NULL,
    count INTEGER NOT NULL,
    columns BLOB NOT NULL,
    UNIQUE (series, first)
) STRICT;

CREATE TABLE rows (
    series INTEGER NOT NULL REFERENCES series ON DELETE CASCADE,
    arrival INTEGER NOT NULL,
    epoch INTEGER NOT NULL,
    step INTEGER NOT NULL,
    time INTEGER NOT NULL,
    number INTEGER,
    json TEXT,
    PRIMARY KEY (series, arrival),
    CHECK ((number IS NULL) <> (json IS NULL))
) STRICT, WITHOUT ROWID;
INSERT INTO rows SELECT series, arrival, epoch, step, time, number, json FROM points
    ORDER BY series, arrival;
DROP TABLE points;
ALTER TABLE rows RENAME TO points;
";

/// The version of the file, 0 for an empty one; refuses a file that this version cannot read.
pub(super) fn version(transaction: &Transaction<'_>, path: &Path) -> Result<i64, Fault> {
    let number = |sql: &str| transaction.query_row(sql, [], |row| row.get::<_, i64>(0));
    let application = number("PRAGMA application_id")?;
    let version = number("PRAGMA user_version")?;
    let empty = number("SELECT count(*) FROM sqlite_schema")? == 0;
    if application != APPLICATION && !(application == 0 && version == 0 && empty) {
        let problem = "it is the SQLite database of another program".to_owned();
        return Err(Error::NotAStore {
            path: path.to_path_buf(),
            problem,
        }
        .into());
    }
    if version > KNOWN {
        let path = path.to_path_buf();
        return Err(Error::TooNew {
            path,
            found: version,
            known: KNOWN,
        }
        .into());
    }
    Ok(version)
}

/// Brings the file to the newest version. Another process may have done so since the version was
/// first read, so it is read again, now under the write lock.
pub(super) fn migrate(transaction: &Transaction<'_>, path: &Path) -> Result<(), Fault> {
    let from = usize::try_from(version(transaction, path)?).unwrap_or(0);
    for migration in MIGRATIONS.iter().skip(from) {
        transaction.execute_batch(migration)?;
    }
    mark(transaction)?;
    transaction.pragma_update(None, "user_version", KNOWN)?;
    Ok(())
}

/// Marks the file as the tracker's; the page it stands in is written even where it stands already.
pub(super) fn mark(transaction: &Transaction<'_>) -> Result<(), Fault> {
    transaction.pragma_update(None, "application_id", APPLICATION)?;
    Ok(())
}
