//! Journals, durability, and a look at the whole file.

use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};
use uuid::Uuid;

use super::fault::Fault;
use super::summaries::{self, Kept};
use super::{SqliteStore, column, count, lock, points, schema, transact};
use crate::error::{Error, Result};
use crate::ports::{Mark, Upkeep};
use crate::series::Series;
use crate::summary::Summary;

impl Upkeep for SqliteStore {
    fn position(&self, journal: Uuid) -> Result<u64> {
        self.read("read the position of a journal", |transaction| {
            reached(transaction, journal)
        })
    }

    fn forget(&self, journal: Uuid) -> Result<()> {
        self.write("forget a journal", |transaction| {
            transaction
                .prepare_cached("DELETE FROM journals WHERE uuid = ?")?
                .execute([journal.to_string()])?;
            Ok(())
        })
    }

    /// Commits do not wait for the disk, so one is made that does.
    ///
    /// What any process has committed stands in the log, or was brought from there into the
    /// database. With `FULL`, a commit that changes a page waits until the whole log is on the disk,
    /// no matter who wrote it. The log is written over from its beginning only once all of it has
    /// been brought into the database, and with `NORMAL`, too, that is done by first waiting for the
    /// log and then for the database. So the commit needs a page to change: it writes the mark of
    /// the tracker where it stands already.
    fn sync(&self) -> Result<()> {
        let action = "wait for the disk";
        let refuse = |cause: io::Error| Error::Store {
            action: action.to_owned(),
            place: self.path.display().to_string(),
            hint: match cause.kind() {
                io::ErrorKind::NotFound => "put the file back, or open the store again",
                _ => "see that the disk is mounted and sound",
            }
            .to_owned(),
            cause: Arc::new(cause),
        };
        self.file.check().map_err(refuse)?;
        commit_to_disk(&mut lock(&self.writer))
            .map_err(|fault| fault.explain(&self.path, action))?;
        // The log keeps its name as long as this store is open.
        if !self.named.load(Ordering::Acquire) {
            self.file.sync_folder().map_err(refuse)?;
            self.named.store(true, Ordering::Release);
        }
        Ok(())
    }

    fn check(&self) -> Result<Vec<String>> {
        self.read("check the store", |transaction| {
            let mut problems = check_file(transaction)?;
            // Nothing in a broken file can be trusted.
            if problems.is_empty() {
                check_references(transaction, &mut problems)?;
                check_series(transaction, &mut problems)?;
            }
            Ok(problems)
        })
    }
}

/// The position up to which a journal has been moved.
fn reached(transaction: &Transaction<'_>, journal: Uuid) -> Result<u64, Fault> {
    let position = transaction
        .prepare_cached("SELECT position FROM journals WHERE uuid = ?")?
        .query_row([journal.to_string()], |row| row.get(0))
        .optional()?;
    count(position.unwrap_or(0))
}

/// Sets the position of a journal; `false` where it has been reached already.
pub(super) fn advance(transaction: &Transaction<'_>, mark: Mark) -> Result<bool, Fault> {
    if mark.position <= reached(transaction, mark.journal)? {
        return Ok(false);
    }
    transaction
        .prepare_cached("INSERT OR REPLACE INTO journals (uuid, position) VALUES (?, ?)")?
        .execute(params![mark.journal.to_string(), column(mark.position)])?;
    Ok(true)
}

fn commit_to_disk(connection: &mut Connection) -> Result<(), Fault> {
    connection.pragma_update(None, "synchronous", "FULL")?;
    let done = transact(connection, TransactionBehavior::Immediate, schema::mark);
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    done
}

fn check_file(transaction: &Transaction<'_>) -> Result<Vec<String>, Fault> {
    let mut statement = transaction.prepare("PRAGMA integrity_check")?;
    let lines = statement.query_map([], |row| row.get::<_, String>(0))?;
    let mut problems = lines.collect::<Result<Vec<_>, _>>()?;
    problems.retain(|line| line != "ok");
    Ok(problems)
}

fn check_references(
    transaction: &Transaction<'_>,
    problems: &mut Vec<String>,
) -> Result<(), Fault> {
    let mut statement = transaction.prepare("PRAGMA foreign_key_check")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let (table, parent): (String, String) = (row.get(0)?, row.get(2)?);
        problems.push(format!("a row of `{table}` belongs to none of `{parent}`"));
    }
    Ok(())
}

/// Reads every point, and sees that the summaries agree with them.
fn check_series(transaction: &Transaction<'_>, problems: &mut Vec<String>) -> Result<(), Fault> {
    let mut statement = transaction.prepare(&format!(
        "SELECT {}, aggregates.id FROM series JOIN aggregates ON aggregates.row = aggregate
         ORDER BY series.row",
        summaries::COLUMNS
    ))?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let found = Kept::read(row).and_then(|kept| check_points(transaction, &kept));
        match found {
            Ok(()) => {}
            Err(Fault::Damaged(problem)) => {
                let (name, phase): (String, String) = (row.get("name")?, row.get("phase")?);
                let aggregate: String = row.get("id")?;
                problems.push(format!(
                    "the metric `{name}` of the phase `{phase}` of the aggregate `{aggregate}`: \
                     {problem}"
                ));
            }
            Err(fault) => return Err(fault),
        }
    }
    Ok(())
}

fn check_points(transaction: &Transaction<'_>, kept: &Kept) -> Result<(), Fault> {
    let mut points = Series::new(kept.summary.name(), kept.summary.phase());
    points::read(transaction, kept, &mut points)?;
    match Summary::of_series(&points) {
        Some(summary) if summary == kept.summary => Ok(()),
        _ => Err(Fault::Damaged(
            "its summary is not that of its points".to_owned(),
        )),
    }
}
