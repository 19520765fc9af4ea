//! The tables, and how old files come to have them.

use std::path::Path;

use rusqlite::{Connection, OptionalExtension, Transaction};

use tracker_core::{StoreProblem, Uuid};

use crate::facts;
use crate::failure::{Failure, unusable};

/// Marks a file as the tracker's: `ENTI`.
const APPLICATION: i64 = 0x454E_5449;

/// What brings a file from each version to the next. An entry that was released is never changed.
const MIGRATIONS: &[&str] = &[VERSION_1, VERSION_2, VERSION_3];

/// The newest version.
#[expect(clippy::cast_possible_wrap, reason = "there are a handful")]
pub(crate) const KNOWN: i64 = MIGRATIONS.len() as i64;

/// Numbers are kept as integers that order as the floats do, see `number.rs`; times are
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

/// A uuid for each aggregate of an older version: its row, and what is random in the id of its
/// experiment. So it is the same however often it is made, no other store has it, and the uuids order
/// as the aggregates were created.
const UUID: &str = "unhex(printf('%08x%04x8', aggregates.row >> 16, aggregates.row & 65535)
    || substr(experiments.uuid, 16, 3) || '8' || substr(experiments.uuid, 21, 3)
    || substr(experiments.uuid, 25, 12))";

/// The life of a run: uuids, names, parameters, definitions, attempts and artifacts. Series name
/// their metric by its row in `metrics`, one for each name and phase of an experiment, so that
/// indexes order the runs of an experiment by each extreme; `facts` has what else is searched for. The
/// one row of `identity` tells the store from every other. `touches` has the newest change of each
/// experiment, whose uuid is that of its experiment then, and of each aggregate; the removed ones too.
const VERSION_3: &str = "
CREATE TABLE identity (uuid BLOB NOT NULL) STRICT;
INSERT INTO identity VALUES (randomblob(16));

ALTER TABLE experiments ADD COLUMN definitions TEXT NOT NULL DEFAULT '{}';

ALTER TABLE aggregates ADD COLUMN uuid BLOB NOT NULL DEFAULT x'';
ALTER TABLE aggregates ADD COLUMN name TEXT NOT NULL DEFAULT '';
ALTER TABLE aggregates ADD COLUMN archived INTEGER NOT NULL DEFAULT 0;
ALTER TABLE aggregates ADD COLUMN params TEXT NOT NULL DEFAULT '{}';
ALTER TABLE aggregates ADD COLUMN definitions TEXT NOT NULL DEFAULT '{}';
UPDATE aggregates SET uuid = (SELECT {uuid} FROM experiments WHERE row = experiment);
CREATE UNIQUE INDEX aggregates_by_uuid ON aggregates (uuid);
CREATE INDEX aggregates_in_order ON aggregates (experiment, created, uuid);
CREATE INDEX aggregates_by_time ON aggregates (created, uuid);
CREATE INDEX aggregates_by_id ON aggregates (id);
CREATE INDEX aggregates_that_define ON aggregates (experiment) WHERE definitions <> '{}';

CREATE TABLE metrics (
    row INTEGER PRIMARY KEY,
    experiment INTEGER NOT NULL REFERENCES experiments ON DELETE CASCADE,
    name TEXT NOT NULL,
    phase TEXT NOT NULL,
    UNIQUE (experiment, name, phase)
) STRICT;
INSERT INTO metrics (experiment, name, phase)
    SELECT DISTINCT experiment, name, phase FROM series
    JOIN (SELECT row AS owner, experiment FROM aggregates) ON owner = series.aggregate;

CREATE TABLE new_series (
    row INTEGER PRIMARY KEY,
    aggregate INTEGER NOT NULL REFERENCES aggregates ON DELETE CASCADE,
    metric INTEGER NOT NULL REFERENCES metrics,
    count INTEGER NOT NULL,
    chunked INTEGER NOT NULL,
    min INTEGER,
    min_epoch INTEGER,
    min_step INTEGER,
    max INTEGER,
    max_epoch INTEGER,
    max_step INTEGER,
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
    UNIQUE (aggregate, metric)
) STRICT;
INSERT INTO new_series
    SELECT series.row, aggregate, metrics.row, count, chunked, min, NULL, NULL, max, NULL, NULL,
        first_epoch, first_step, first_time, first_number, first_json,
        last_epoch, last_step, last_time, last_number, last_json
    FROM series
    JOIN aggregates ON aggregates.row = aggregate
    JOIN metrics ON metrics.experiment = aggregates.experiment
        AND metrics.name = series.name AND metrics.phase = series.phase;
DROP TABLE series;
ALTER TABLE new_series RENAME TO series;
CREATE INDEX series_by_min ON series (metric, min);
CREATE INDEX series_by_max ON series (metric, max);
CREATE INDEX series_by_last ON series (metric, last_number);

CREATE TABLE attempts (
    row INTEGER PRIMARY KEY,
    aggregate INTEGER NOT NULL REFERENCES aggregates ON DELETE CASCADE,
    uuid BLOB NOT NULL,
    started INTEGER NOT NULL,
    seen INTEGER NOT NULL,
    ended INTEGER,
    outcome TEXT NOT NULL,
    reason TEXT NOT NULL,
    place TEXT NOT NULL,
    process INTEGER NOT NULL,
    process_started INTEGER NOT NULL,
    provenance TEXT NOT NULL,
    UNIQUE (aggregate, uuid)
) STRICT;
CREATE INDEX attempts_of_aggregate ON attempts (aggregate);

CREATE TABLE artifacts (
    row INTEGER PRIMARY KEY,
    aggregate INTEGER NOT NULL REFERENCES aggregates ON DELETE CASCADE,
    name TEXT NOT NULL,
    epoch INTEGER,
    hash TEXT NOT NULL,
    size INTEGER NOT NULL,
    media_type TEXT NOT NULL,
    created INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX artifacts_by_name ON artifacts (aggregate, name, ifnull(epoch, -1));

CREATE TABLE fields (
    row INTEGER PRIMARY KEY,
    sort INTEGER NOT NULL,
    kind TEXT NOT NULL,
    path TEXT NOT NULL,
    UNIQUE (sort, kind, path)
) STRICT;

CREATE TABLE facts (
    aggregate INTEGER NOT NULL REFERENCES aggregates ON DELETE CASCADE,
    field INTEGER NOT NULL REFERENCES fields,
    value ANY,
    PRIMARY KEY (aggregate, field)
) STRICT, WITHOUT ROWID;
CREATE INDEX facts_by_value ON facts (field, value);

CREATE TABLE settings (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE touches (
    uuid BLOB PRIMARY KEY,
    number INTEGER NOT NULL UNIQUE,
    experiment BLOB NOT NULL,
    removed INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX touches_of_experiment ON touches (experiment);
";

/// What makes the tables of version 2 look as those of version 3 for this connection alone, which
/// reads what it cannot change. Names without a schema mean these first.
const VIEWS_OF_2: &str = "
CREATE TEMP VIEW experiments AS SELECT *, '{}' AS definitions FROM main.experiments;
CREATE TEMP VIEW aggregates AS
    SELECT aggregates.*, {uuid} AS uuid, '' AS name, 0 AS archived, '{}' AS params,
        '{}' AS definitions
    FROM main.aggregates AS aggregates
    JOIN main.experiments AS experiments ON experiments.row = aggregates.experiment;
CREATE TEMP TABLE metrics (row INTEGER PRIMARY KEY, experiment, name, phase,
    UNIQUE (experiment, name, phase));
INSERT INTO temp.metrics (experiment, name, phase)
    SELECT DISTINCT experiment, name, phase FROM main.series AS series
    JOIN main.aggregates AS aggregates ON aggregates.row = series.aggregate;
CREATE TEMP VIEW series AS
    SELECT series.*, metrics.row AS metric, NULL AS min_epoch, NULL AS min_step,
        NULL AS max_epoch, NULL AS max_step
    FROM main.series AS series
    JOIN main.aggregates AS aggregates ON aggregates.row = series.aggregate
    JOIN temp.metrics AS metrics ON metrics.experiment = aggregates.experiment
        AND metrics.name = series.name AND metrics.phase = series.phase;
CREATE TEMP TABLE identity (uuid);
CREATE TEMP TABLE attempts (row INTEGER PRIMARY KEY, aggregate, uuid, started, seen, ended, outcome,
    reason, place, process, process_started, provenance);
CREATE TEMP TABLE artifacts (row INTEGER PRIMARY KEY, aggregate, name, epoch, hash, size, media_type,
    created);
CREATE TEMP TABLE settings (key PRIMARY KEY, value);
CREATE TEMP TABLE touches (uuid PRIMARY KEY, number UNIQUE, experiment, removed);
";

/// What makes the tables of version 1 look as those of version 2, before the views above.
const VIEWS_OF_1: &str = "
CREATE TEMP VIEW old_experiments AS
    SELECT experiments.*, ifnull((SELECT min(first_time) FROM main.series
        JOIN main.aggregates ON aggregates.row = series.aggregate
        WHERE experiment = experiments.row), 0) AS created, '{}' AS tags, '' AS notes
    FROM main.experiments AS experiments;
CREATE TEMP VIEW old_aggregates AS
    SELECT aggregates.*, ifnull((SELECT min(first_time) FROM main.series
        WHERE series.aggregate = aggregates.row), 0) AS created, '{}' AS tags, '' AS notes
    FROM main.aggregates AS aggregates;
CREATE TEMP VIEW old_series AS SELECT series.*, 0 AS chunked FROM main.series AS series;
CREATE TEMP TABLE chunks (row INTEGER PRIMARY KEY, series, first, count, columns);
CREATE TEMP TABLE journals (uuid PRIMARY KEY, position);
";

/// The version of the file, 0 for an empty one; refuses a file that this version cannot read.
pub(crate) fn version(transaction: &Transaction<'_>, path: &Path) -> Result<i64, Failure> {
    let number = |sql: &str| transaction.query_row(sql, [], |row| row.get::<_, i64>(0));
    let application = number("PRAGMA application_id")?;
    let version = number("PRAGMA user_version")?;
    let empty = number("SELECT count(*) FROM main.sqlite_schema")? == 0;
    if application != APPLICATION && !(application == 0 && version == 0 && empty) {
        let found = "it is the SQLite database of another program".to_owned();
        return Err(unusable(path, StoreProblem::Foreign { found }).into());
    }
    if version > KNOWN {
        let problem = StoreProblem::TooNew {
            found: version,
            known: KNOWN,
            package: env!("CARGO_PKG_NAME"),
        };
        return Err(unusable(path, problem).into());
    }
    Ok(version)
}

/// What tells the store from every other; none in a file of an older version that is only read.
pub(crate) fn identity(transaction: &Transaction<'_>) -> Result<Option<Uuid>, Failure> {
    let mut statement = transaction.prepare_cached("SELECT uuid FROM identity")?;
    let bytes = statement.query_row([], |row| row.get::<_, [u8; 16]>(0));
    Ok(bytes.optional()?.map(Uuid::from_bytes))
}

/// Brings the file to the newest version. Another process may have done so since the version was
/// first read, so it is read again, now under the write lock. Foreign keys must not be looked after
/// meanwhile: a table that is laid anew would take with it what belongs to it.
pub(crate) fn migrate(transaction: &Transaction<'_>, path: &Path) -> Result<(), Failure> {
    let from = usize::try_from(version(transaction, path)?).unwrap_or(0);
    for migration in MIGRATIONS.iter().skip(from) {
        transaction.execute_batch(&with_uuid(migration))?;
    }
    if from < MIGRATIONS.len() {
        facts::fill(transaction)?;
    }
    mark(transaction)?;
    transaction.pragma_update(None, "user_version", KNOWN)?;
    Ok(())
}

/// Makes an older file look as one of the newest version to this connection, without changing it.
/// What is only there to be found faster is not there, see [`has_facts`].
pub(crate) fn view(connection: &Connection, version: i64) -> Result<(), Failure> {
    if version == 1 {
        connection.execute_batch(VIEWS_OF_1)?;
        let mut views = with_uuid(VIEWS_OF_2);
        for table in ["experiments", "aggregates", "series"] {
            views = views.replace(&format!("main.{table}"), &format!("temp.old_{table}"));
        }
        connection.execute_batch(&views)?;
    } else if version == 2 {
        connection.execute_batch(&with_uuid(VIEWS_OF_2))?;
    }
    Ok(())
}

/// Whether a file of this version has the table of facts.
pub(crate) fn has_facts(version: i64) -> bool {
    version >= 3
}

fn with_uuid(sql: &str) -> String {
    sql.replace("{uuid}", UUID)
}

/// Marks the file as the tracker's; the page it stands in is written even where it stands already.
pub(crate) fn mark(transaction: &Transaction<'_>) -> Result<(), Failure> {
    transaction.pragma_update(None, "application_id", APPLICATION)?;
    Ok(())
}
