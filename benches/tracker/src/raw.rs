//! The same points as rows of a table, with `rusqlite` and nothing else.

use std::time::Instant;

use rusqlite::{Connection, params};

use crate::Result;
use crate::points::Stored;
use crate::sample::{PHASE, SERIES, points};
use crate::scratch::{Place, size};

/// Rows in a transaction.
const ROWS: usize = 10_000;

/// No index slows the table down, and no history could be read from it soon.
const SCHEMA: &str = "CREATE TABLE points (
    series INTEGER, phase TEXT, epoch INTEGER, step INTEGER, time INTEGER, value REAL
)";

pub(crate) fn round(place: &Place, n: u64) -> Result<Stored> {
    let scratch = place.scratch()?;
    let mut connection = Connection::open(scratch.path().join("raw.db"))?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    connection.execute_batch(SCHEMA)?;
    let start = Instant::now();
    insert(&mut connection, n)?;
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
    let seconds = start.elapsed().as_secs_f64();
    connection.close().map_err(|(_, error)| error)?;
    Ok(Stored::new(n, seconds, size(scratch.path())?))
}

fn insert(connection: &mut Connection, n: u64) -> Result<()> {
    let mut points = points(n, SERIES.len()).peekable();
    while points.peek().is_some() {
        let transaction = connection.transaction()?;
        let mut statement =
            transaction.prepare_cached("INSERT INTO points VALUES (?, ?, ?, ?, ?, ?)")?;
        for point in points.by_ref().take(ROWS) {
            statement.execute(params![
                i64::try_from(point.series)?,
                PHASE,
                i64::try_from(point.epoch)?,
                point.step,
                point.microseconds,
                point.value,
            ])?;
        }
        drop(statement);
        transaction.commit()?;
    }
    Ok(())
}
