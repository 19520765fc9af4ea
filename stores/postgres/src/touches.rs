//! The table of what was changed, by rising numbers.
//!
//! A number is that of the transaction, counted from the `origin` of the store, with a place within
//! it behind. Transactions have their numbers when they begin to write and end in any order, so the
//! numbers from that of the first one on that still runs are not told yet: what comes to be seen later
//! is among these, since whoever ends later runs now or has not begun.
//!
//! Only those that write to this store count, else a transaction of hours in another database of the
//! server would keep everything back. They hold a lock that says so, from before they have a number:
//! who has a number and not the lock is none of them. Who runs is asked for afterwards, with what is
//! told, so whoever is not known is waited for.

use std::collections::BTreeMap;

use postgres::Row;
use tracker_core::Uuid;
use tracker_core::ports::{Change, Touch, Touched};

use crate::begin::Places;
use crate::column::{column, count, get};
use crate::failure::Failure;
use crate::schema::LOCK;
use crate::session::Session;

/// So many places a transaction has, as `{PLACES}` in statements: 47 bits are left for its number,
/// enough for 40 years of 100,000 a second, and beyond that the server refuses the product. What has
/// no place left shares the last one.
const PLACES: u32 = 1 << 16;

/// What a list of changes touches: the experiment, then the aggregate or once more the experiment,
/// and whether it is gone.
#[derive(Default)]
pub(crate) struct Touches(BTreeMap<(Uuid, Uuid), bool>);

impl Touches {
    /// Takes in a change that is about to be made, while it is known whose an aggregate is; of the
    /// removal of an experiment, [`end`](Self::end) hears.
    pub(crate) fn add(&mut self, change: &Change, places: &Places) {
        let key = match (change.touches(), change) {
            (_, Change::RemoveExperiment { .. }) | (Touched::Nothing, _) => return,
            (Touched::Experiment(id), _) => (id, id),
            (Touched::Aggregate(uuid), Change::CreateAggregate { record, .. }) => {
                (record.experiment, uuid)
            }
            (Touched::Aggregate(uuid), _) => match places.get(&uuid) {
                Some(experiment) => (*experiment, uuid),
                // It is not there: skipped, or refused when it is made.
                None => return,
            },
        };
        let removed = matches!(change, Change::RemoveAggregate { .. });
        self.0.insert(key, removed);
    }

    /// Takes in that an experiment was removed. What it had is not told any more.
    pub(crate) fn end(&mut self, session: &mut Session, experiment: Uuid) -> Result<(), Failure> {
        self.0.retain(|(of, _), _| *of != experiment);
        self.0.insert((experiment, experiment), true);
        session.execute(
            "DELETE FROM touches WHERE experiment = $1 AND aggregate <> $1",
            &[&experiment],
        )?;
        Ok(())
    }

    /// Gives them the numbers of the transaction. Who touches an experiment or an aggregate has locked
    /// it, so nobody waits here.
    pub(crate) fn write(self, session: &mut Session) -> Result<(), Failure> {
        if self.0.is_empty() {
            return Ok(());
        }
        let (keys, removed): (Vec<_>, Vec<bool>) = self.0.into_iter().unzip();
        let (experiments, aggregates): (Vec<Uuid>, Vec<Uuid>) = keys.into_iter().unzip();
        session.execute(
            &format!(
                "INSERT INTO touches (experiment, aggregate, number, removed)
                 SELECT experiment, aggregate,
                     (pg_current_xact_id()::text::bigint - origin) * {PLACES}
                         + least(place, {PLACES}) - 1,
                     removed
                 FROM store, unnest($1::uuid[], $2::uuid[], $3::boolean[])
                     WITH ORDINALITY AS new (experiment, aggregate, removed, place)
                 ON CONFLICT (experiment, aggregate) DO UPDATE SET
                     number = excluded.number, removed = excluded.removed"
            ),
            &[&experiments, &aggregates, &removed],
        )?;
        Ok(())
    }
}

/// The newest number. While there are some that are not told yet, it is the last before these: the
/// one that was told before may be theirs now.
pub(crate) fn newest(session: &mut Session) -> Result<u64, Failure> {
    let others = others(session)?;
    let first_open = first_open();
    let rows = session.query(
        &format!("SELECT least(coalesce(max(number), 0), {first_open} - 1) FROM touches"),
        &[&others],
    )?;
    rows.first().map_or(Ok(0), |row| count(get(row, 0)?))
}

/// What was changed since a number. Those that share a number are told together.
pub(crate) fn after(
    session: &mut Session,
    number: u64,
    limit: usize,
) -> Result<Vec<Touch>, Failure> {
    let others = others(session)?;
    let rows = session.query(
        &format!(
            "SELECT number, experiment, aggregate, removed FROM touches
             WHERE number < {} AND number > $2 ORDER BY number FETCH FIRST ($3) ROWS WITH TIES",
            first_open()
        ),
        &[&others, &column(number), &column(limit as u64)],
    )?;
    let touch = |row: &Row| {
        let (experiment, aggregate): (Uuid, Uuid) = (get(row, 1)?, get(row, 2)?);
        Ok(Touch {
            number: count(get(row, 0)?)?,
            experiment,
            aggregate: (aggregate != experiment).then_some(aggregate),
            removed: get(row, 3)?,
        })
    };
    rows.iter().map(touch).collect()
}

/// The transactions that write, and not to this store, by the lower half of their numbers. A server
/// that follows another one does not know them.
fn others(session: &mut Session) -> Result<Vec<i64>, Failure> {
    let rows = session.query(
        &format!(
            "SELECT transactionid::text::bigint
             FROM (
                 SELECT locktype, transactionid, mode, bool_or(
                     locktype = 'advisory' AND objsubid = 1
                     AND (classid::bigint << 32 | objid::bigint) = {LOCK}
                     AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
                 ) OVER (PARTITION BY virtualtransaction) AS is_ours
                 FROM pg_locks
             ) AS locks
             WHERE locktype = 'transactionid' AND mode = 'ExclusiveLock' AND NOT is_ours"
        ),
        &[],
    )?;
    rows.iter().map(|row| get(row, 0)).collect()
}

/// An expression for the first number that is not told yet, where `$1` are those who do not count. A
/// server that follows another one knows only of the first that still runs.
fn first_open() -> String {
    format!(
        "(SELECT (CASE WHEN pg_is_in_recovery()
                 THEN pg_snapshot_xmin(pg_current_snapshot())::text::bigint
                 ELSE coalesce(
                     (SELECT min(xid::text::bigint)
                      FROM pg_snapshot_xip(pg_current_snapshot()) AS running (xid)
                      WHERE xid::text::bigint & 4294967295 <> ALL ($1::bigint[])),
                     pg_snapshot_xmax(pg_current_snapshot())::text::bigint)
             END - origin) * {PLACES} FROM store)"
    )
}

/// Whether there are numbers that the server has not come to: its transactions have smaller ones
/// than those of the server from which the store was copied.
pub(crate) fn is_ahead(session: &mut Session) -> Result<bool, Failure> {
    let rows = session.query(
        &format!(
            "SELECT EXISTS (SELECT 1 FROM store, touches WHERE number / {PLACES} + origin
                 >= pg_snapshot_xmax(pg_current_snapshot())::text::bigint)"
        ),
        &[],
    )?;
    rows.first().map_or(Ok(false), |row| get(row, 0))
}

/// Moves the origin so that the next number is above all that are there, while nobody writes.
pub(crate) fn catch_up(session: &mut Session) -> Result<(), Failure> {
    session.run(&format!(
        "START TRANSACTION; SELECT pg_advisory_xact_lock({LOCK});
         UPDATE store SET origin = least(origin, pg_current_xact_id()::text::bigint - 1
             - (SELECT coalesce(max(number), 0) / {PLACES} FROM touches))"
    ))?;
    Ok(())
}
