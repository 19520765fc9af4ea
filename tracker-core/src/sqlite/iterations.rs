//! The table of iterations.

use registry_core::Hash;
use rusqlite::{Row, Transaction, params};

use super::fault::Fault;
use super::modules::{self, Owner};
use super::{SqliteStore, aggregate_row, column, count};
use crate::error::Result;
use crate::iteration::Iteration;
use crate::module::Module;
use crate::ports::{AggregateKey, IterationStore};

impl IterationStore for SqliteStore {
    fn put_iteration(&self, key: &AggregateKey, iteration: &Iteration) -> Result<()> {
        self.write("put an iteration", |transaction| {
            let aggregate = aggregate_row(transaction, key)?;
            let row = upsert(transaction, aggregate, iteration)?;
            transaction
                .prepare_cached("DELETE FROM modules WHERE iteration = ?")?
                .execute([row])?;
            let owner = Owner::Iteration(row);
            if let Some(dataset) = &iteration.dataset {
                modules::insert(transaction, owner, None, dataset, iteration.epoch)?;
            }
            iteration.modules.iter().try_for_each(|module| {
                let kind = Some(module.kind.as_str());
                modules::insert(transaction, owner, kind, &module.record, module.epoch)
            })
        })
    }

    fn iterations(&self, key: &AggregateKey) -> Result<Vec<Iteration>> {
        self.read("list the iterations", |transaction| {
            let aggregate = aggregate_row(transaction, key)?;
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
        })
    }

    fn clear_iterations(&self, key: &AggregateKey) -> Result<()> {
        self.write("clear the iterations", |transaction| {
            let aggregate = aggregate_row(transaction, key)?;
            transaction
                .prepare_cached("DELETE FROM iterations WHERE aggregate = ?")?
                .execute([aggregate])?;
            Ok(())
        })
    }
}

fn upsert(
    transaction: &Transaction<'_>,
    aggregate: i64,
    iteration: &Iteration,
) -> Result<i64, Fault> {
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

fn read(transaction: &Transaction<'_>, row: &Row<'_>) -> Result<Iteration, Fault> {
    let hash = Hash::custom(row.get::<_, String>(3)?, row.get::<_, String>(4)?);
    let mut iteration =
        Iteration::new(row.get::<_, String>(1)?, count(row.get(2)?)?).set_hash(hash);
    iteration.arguments = row.get::<_, String>(5)?.parse()?;
    for (kind, record, epoch) in modules::select(transaction, Owner::Iteration(row.get(0)?))? {
        match kind {
            None => iteration.dataset = Some(record),
            Some(kind) => iteration.modules.push(Module {
                kind,
                record,
                epoch,
            }),
        }
    }
    Ok(iteration)
}
