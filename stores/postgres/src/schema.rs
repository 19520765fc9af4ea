//! The tables, and how a store comes to have them.

use tracker_core::{Error, ErrorKind, StoreProblem, Uuid};

use crate::column::get;
use crate::failure::{Failure, unusable};
use crate::session::Session;

/// What brings a store from each version to the next. An entry that was released is never changed.
const MIGRATIONS: &[&str] = &[VERSION_1];

/// The key of the lock that whoever writes to a store shares, and whoever changes its tables has to
/// itself.
pub(crate) const LOCK: &str = "hashtextextended('entia ' || current_schema, 0)";

/// The newest version.
#[expect(clippy::cast_possible_wrap, reason = "there are a handful")]
const KNOWN: i64 = MIGRATIONS.len() as i64;

/// Every key of what belongs to an experiment begins with it. Numbers that are searched for are kept
/// as integers that order as the floats do, see `number.rs`; times are microseconds since 1970, UTC.
/// Texts order by their bytes, and have no NUL, see `text.rs`; `tags`, `params`, `definitions`,
/// `modules`, `provenance` and `record` are JSON. What was appended earlier has the smaller `place`.
///
/// `touches` has the newest change of each experiment and aggregate, also of those that are gone, see
/// `touches.rs`.
///
/// Tables refer to each other by no constraint: who changes what belongs to an aggregate has locked
/// its row, and who creates an aggregate that of its experiment.
const VERSION_1: &str = r#"
CREATE TABLE store (
    id uuid PRIMARY KEY,
    version bigint NOT NULL,
    origin bigint NOT NULL
);
CREATE SEQUENCE places;

CREATE TABLE experiments (
    experiment uuid PRIMARY KEY,
    name text COLLATE "C" NOT NULL UNIQUE,
    created bigint NOT NULL,
    tags text NOT NULL,
    notes text NOT NULL,
    definitions text NOT NULL
);

CREATE TABLE aggregates (
    experiment uuid NOT NULL,
    aggregate uuid NOT NULL,
    id text COLLATE "C" NOT NULL,
    name text COLLATE "C" NOT NULL,
    epoch bigint NOT NULL,
    created bigint NOT NULL,
    archived boolean NOT NULL,
    tags text NOT NULL,
    notes text NOT NULL,
    params text NOT NULL,
    definitions text NOT NULL,
    modules text NOT NULL,
    PRIMARY KEY (experiment, aggregate),
    UNIQUE (experiment, id)
);
CREATE INDEX aggregates_by_uuid ON aggregates (aggregate);
CREATE INDEX aggregates_by_id ON aggregates (id);
CREATE INDEX aggregates_by_time ON aggregates (created, aggregate);
CREATE INDEX aggregates_in_order ON aggregates (experiment, created, aggregate);
CREATE INDEX aggregates_that_define ON aggregates (experiment) WHERE definitions <> '{}';

CREATE TABLE attempts (
    experiment uuid NOT NULL,
    aggregate uuid NOT NULL,
    attempt uuid NOT NULL,
    place bigint NOT NULL DEFAULT nextval('places'),
    started bigint NOT NULL,
    seen bigint NOT NULL,
    ended bigint,
    outcome text NOT NULL,
    reason text NOT NULL,
    machine text NOT NULL,
    process bigint NOT NULL,
    process_started bigint NOT NULL,
    provenance text NOT NULL,
    PRIMARY KEY (experiment, aggregate, attempt)
);
CREATE INDEX attempts_in_order ON attempts (experiment, aggregate, place);

CREATE TABLE iterations (
    experiment uuid NOT NULL,
    aggregate uuid NOT NULL,
    phase text COLLATE "C" NOT NULL,
    scheme text COLLATE "C" NOT NULL,
    hash text COLLATE "C" NOT NULL,
    place bigint NOT NULL DEFAULT nextval('places'),
    epoch bigint NOT NULL,
    record text NOT NULL,
    PRIMARY KEY (experiment, aggregate, phase, scheme, hash)
);

CREATE TABLE artifacts (
    experiment uuid NOT NULL,
    aggregate uuid NOT NULL,
    name text COLLATE "C" NOT NULL,
    epoch bigint NOT NULL,
    place bigint NOT NULL DEFAULT nextval('places'),
    hash text NOT NULL,
    size bigint NOT NULL,
    media_type text NOT NULL,
    created bigint NOT NULL,
    PRIMARY KEY (experiment, aggregate, name, epoch)
);

CREATE TABLE series (
    experiment uuid NOT NULL,
    aggregate uuid NOT NULL,
    name text COLLATE "C" NOT NULL,
    phase text COLLATE "C" NOT NULL,
    count bigint NOT NULL,
    packed bigint NOT NULL,
    min bigint,
    min_epoch bigint,
    min_step bigint,
    max bigint,
    max_epoch bigint,
    max_step bigint,
    first_epoch bigint NOT NULL,
    first_step bigint NOT NULL,
    first_time bigint NOT NULL,
    first_number bigint,
    first_json text,
    last_epoch bigint NOT NULL,
    last_step bigint NOT NULL,
    last_time bigint NOT NULL,
    last_number bigint,
    last_json text,
    PRIMARY KEY (experiment, aggregate, name, phase)
);
CREATE INDEX series_by_min ON series (experiment, name, phase, min);
CREATE INDEX series_by_max ON series (experiment, name, phase, max);
CREATE INDEX series_by_last ON series (experiment, name, phase, last_number);

CREATE TABLE chunks (
    experiment uuid NOT NULL,
    aggregate uuid NOT NULL,
    name text COLLATE "C" NOT NULL,
    phase text COLLATE "C" NOT NULL,
    first bigint NOT NULL,
    count bigint NOT NULL,
    columns bytea NOT NULL,
    json text,
    PRIMARY KEY (experiment, aggregate, name, phase, first)
);
ALTER TABLE chunks ALTER COLUMN columns SET STORAGE EXTERNAL;

CREATE TABLE facts (
    experiment uuid NOT NULL,
    aggregate uuid NOT NULL,
    field text COLLATE "C" NOT NULL,
    value bytea,
    PRIMARY KEY (experiment, aggregate, field)
);
CREATE INDEX facts_by_value ON facts (experiment, field, value);

CREATE TABLE touches (
    experiment uuid NOT NULL,
    aggregate uuid NOT NULL,
    number bigint NOT NULL,
    removed boolean NOT NULL,
    PRIMARY KEY (experiment, aggregate)
);
CREATE INDEX touches_in_order ON touches (number);

CREATE TABLE settings (
    key text COLLATE "C" PRIMARY KEY,
    value text NOT NULL
);

CREATE TABLE journals (
    journal uuid PRIMARY KEY,
    position bigint NOT NULL
);

CREATE TABLE contents (
    hash text COLLATE "C" PRIMARY KEY,
    content uuid NOT NULL,
    size bigint NOT NULL,
    stored bigint NOT NULL
);
CREATE TABLE pieces (
    content uuid NOT NULL,
    number bigint NOT NULL,
    bytes bytea NOT NULL,
    PRIMARY KEY (content, number)
);
ALTER TABLE pieces ALTER COLUMN bytes SET STORAGE EXTERNAL;
"#;

/// The tables whose rows belong to an aggregate, and to its experiment.
pub(crate) const OF_AGGREGATES: [&str; 7] = [
    "aggregates",
    "attempts",
    "iterations",
    "artifacts",
    "series",
    "chunks",
    "facts",
];

/// A store that is there: its id, and the version of its tables.
struct Found {
    id: Uuid,
    version: i64,
}

/// The id of the store in a schema, which must be of a version that is known; nothing where there is
/// none, or an older one.
pub(crate) fn find(
    session: &mut Session,
    schema: &str,
    place: &str,
) -> Result<Option<Uuid>, Failure> {
    let found = look(session, schema, place)?;
    Ok(found.and_then(|found| (found.version == KNOWN).then_some(found.id)))
}

/// Makes the tables, or brings them to the newest version. Of several programs one does so, and the
/// others wait for it.
pub(crate) fn migrate(session: &mut Session, schema: &str, place: &str) -> Result<Uuid, Failure> {
    session.run(&format!(
        "START TRANSACTION; SELECT pg_advisory_xact_lock(hashtextextended('entia {schema}', 0))"
    ))?;
    let found = look(session, schema, place)?;
    let from = found.as_ref().map_or(0, |found| found.version);
    let id = found.map_or_else(Uuid::new_v4, |found| found.id);
    if from == 0 {
        check_schema(session, schema, place)?;
    }
    for migration in MIGRATIONS.iter().skip(usize::try_from(from).unwrap_or(0)) {
        session.run(migration)?;
    }
    session.run(&format!(
        "INSERT INTO store (id, version, origin)
         VALUES ('{id}', {KNOWN}, pg_current_xact_id()::text::bigint - 1)
         ON CONFLICT (id) DO UPDATE SET version = excluded.version"
    ))?;
    Ok(id)
}

fn look(session: &mut Session, schema: &str, place: &str) -> Result<Option<Found>, Failure> {
    // As the tables of the server have it: what it remembers of them can be from before the lock.
    let is_there = session.query(
        "SELECT EXISTS (SELECT 1 FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
             WHERE nspname = $1 AND relname = 'store')",
        &[&schema],
    )?;
    if !is_there.first().is_some_and(|row| row.get(0)) {
        return Ok(None);
    }
    // By its whole name, so that a schema that may not be looked into says so.
    let rows = session.run(&format!("SELECT id, version FROM {schema}.store"))?;
    let found = rows.iter().find_map(|message| match message {
        postgres::SimpleQueryMessage::Row(row) => Some(Found {
            id: row.get("id")?.parse().ok()?,
            version: row.get("version")?.parse().ok()?,
        }),
        _ => None,
    });
    let Some(found) = found else {
        return Err(foreign(schema, place));
    };
    if found.version > KNOWN {
        let problem = StoreProblem::TooNew {
            found: found.version,
            known: KNOWN,
            package: env!("CARGO_PKG_NAME"),
        };
        return Err(unusable(place, problem).into());
    }
    Ok(Some(found))
}

/// Sees that a store can be made in a schema, and makes the schema where it is missing.
fn check_schema(session: &mut Session, schema: &str, place: &str) -> Result<(), Failure> {
    let rows = session.query(
        "SELECT current_setting('server_encoding'),
             EXISTS (SELECT 1 FROM pg_namespace WHERE nspname = $1),
             EXISTS (SELECT 1 FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
                 WHERE nspname = $1)",
        &[&schema],
    )?;
    let Some(row) = rows.first() else {
        return Err(Failure::Damaged("the server does not answer".to_owned()));
    };
    let encoding: String = get(row, 0)?;
    if encoding != "UTF8" {
        return Err(Error::Store {
            kind: ErrorKind::Invalid,
            action: "make a store".to_owned(),
            place: place.to_owned(),
            cause: Box::<dyn std::error::Error + Send + Sync>::from(format!(
                "the database has the encoding {encoding}"
            ))
            .into(),
            hint: "create the database with `createdb --encoding UTF8 --template template0`"
                .to_owned(),
        }
        .into());
    }
    if get(row, 2)? {
        return Err(foreign(schema, place));
    }
    // Who may not create schemas can be given one.
    if !get::<bool>(row, 1)? {
        session.run(&format!("CREATE SCHEMA {schema}"))?;
    }
    Ok(())
}

fn foreign(schema: &str, place: &str) -> Failure {
    let found = format!("the schema `{schema}` has tables of another program");
    unusable(place, StoreProblem::Foreign { found }).into()
}
