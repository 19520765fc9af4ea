//! The table of iterations.

use registry_core::Hash;
use rusqlite::{Row, Transaction, params};
use tracker_core::{Iteration, ModuleRecord};

use crate::column::{column, count};
use crate::failure::Failure;
use crate::modules::{self, Owner};

/// Replaces the iteration of the same hash and phase, or appends.
pub(crate) fn put(
    transaction: &Transaction<'_>,
    aggregate: i64,
    iteration: &Iteration,
) -> Result<(), Failure> {
    let row = upsert(transaction, aggregate, iteration)?;
    transaction
        .prepare_cached("DELETE FROM modules WHERE iteration = ?")?
        .execute([row])?;
    let owner = Owner::Iteration(row);
    if let Some(dataset) = &iteration.dataset {
        modules::insert(transaction, owner, None, dataset, iteration.epoch)?;
    }
    let mut modules = iteration.modules.iter();
    modules.try_for_each(|module| modules::append(transaction, owner, module))
}

/// The iterations of an aggregate in the order they were appended.
pub(crate) fn select(
    transaction: &Transaction<'_>,
    aggregate: i64,
) -> Result<Vec<Iteration>, Failure> {
    let mut statement = transaction.prepare_cached(
        "SELECT row, phase, epoch, scheme, hash, arguments FROM iterations
         WHERE aggregate = ? ORDER BY row",
    )?;
    let mut rows = statement.query([aggregate])?;
    let mut iterations = Vec::new();
    while let Some(row) = rows.next()? {
        iterations.push(read(transaction, row)?);
    }
    Ok(iterations)
}

fn upsert(
    transaction: &Transaction<'_>,
    aggregate: i64,
    iteration: &Iteration,
) -> Result<i64, Failure> {
    let hash = iteration.hash();
    let mut statement = transaction.prepare_cached(
        "INSERT INTO iterations (aggregate, phase, scheme, hash, epoch, arguments)
         VALUES (?, ?, ?, ?, ?, ?)
         ON CONFLICT (aggregate, phase, scheme, hash)
         DO UPDATE SET epoch = excluded.epoch, arguments = excluded.arguments
         RETURNING row",
    )?;
    let row = statement.query_row(
        params![
            aggregate,
            iteration.phase,
            hash.scheme(),
            hash.as_str(),
            column(iteration.epoch),
            iteration.arguments.as_str(),
        ],
        |row| row.get(0),
    )?;
    Ok(row)
}

fn read(transaction: &Transaction<'_>, row: &Row<'_>) -> Result<Iteration, Failure> {
    let hash = Hash::custom(row.get::<_, String>(3)?, row.get::<_, String>(4)?);
    let mut iteration =
        Iteration::new(row.get::<_, String>(1)?, count(row.get(2)?)?).set_hash(hash);
    iteration.arguments = row.get::<_, String>(5)?.parse()?;
    for (kind, record, epoch) in modules::select(transaction, Owner::Iteration(row.get(0)?))? {
        match kind {
            None => iteration.dataset = Some(record),
            Some(kind) => iteration.modules.push(ModuleRecord {
                kind,
                record,
                epoch,
            }),
        }
    }
    Ok(iteration)
}
