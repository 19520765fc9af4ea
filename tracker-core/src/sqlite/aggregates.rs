//! The table of aggregates.

use registry_core::Metadata;
use rusqlite::{OptionalExtension, Row, Transaction, params};
use uuid::Uuid;

use super::fault::Fault;
use super::modules::{self, Owner};
use super::{SqliteStore, aggregate_row, column, count};
use crate::error::Result;
use crate::module::Module;
use crate::ports::{AggregateKey, AggregateRecord, AggregateStore, no_experiment};

impl AggregateStore for SqliteStore {
    fn track(&self, key: &AggregateKey, model: &Metadata) -> Result<AggregateRecord> {
        self.write("track a model", |transaction| {
            transaction
                .prepare_cached(
                    "INSERT INTO aggregates (experiment, id)
                     SELECT row, ? FROM experiments WHERE uuid = ?
                     ON CONFLICT (experiment, id) DO NOTHING",
                )?
                .execute(params![key.id, key.experiment.to_string()])?;
            // Without the experiment there is nothing to insert, and nothing to find now.
            let record = find(transaction, key)?.ok_or_else(|| no_experiment(key.experiment))?;
            let module = Module {
                kind: "model".to_owned(),
                record: model.clone(),
                epoch: record.epoch,
            };
            modules::put(transaction, aggregate_row(transaction, key)?, &module)?;
            Ok(record)
        })
    }

    fn aggregate(&self, key: &AggregateKey) -> Result<Option<AggregateRecord>> {
        self.read("read an aggregate", |transaction| find(transaction, key))
    }

    fn aggregates(&self, experiment: Uuid) -> Result<Vec<AggregateRecord>> {
        self.read("list the aggregates", |transaction| {
            let mut statement = transaction.prepare_cached(
                "SELECT id, epoch FROM aggregates
                 JOIN experiments ON experiments.row = experiment
                 WHERE uuid = ? ORDER BY aggregates.row",
            )?;
            let mut rows = statement.query([experiment.to_string()])?;
            let mut records = Vec::new();
            while let Some(row) = rows.next()? {
                records.push(record(row)?);
            }
            Ok(records)
        })
    }

    fn set_epoch(&self, key: &AggregateKey, epoch: u64) -> Result<()> {
        self.write("set an epoch", |transaction| {
            let row = aggregate_row(transaction, key)?;
            transaction
                .prepare_cached("UPDATE aggregates SET epoch = ? WHERE row = ?")?
                .execute([column(epoch), row])?;
            Ok(())
        })
    }

    fn remove_aggregate(&self, key: &AggregateKey) -> Result<()> {
        self.write("remove an aggregate", |transaction| {
            transaction
                .prepare_cached(
                    "DELETE FROM aggregates WHERE id = ?
                     AND experiment = (SELECT row FROM experiments WHERE uuid = ?)",
                )?
                .execute(params![key.id, key.experiment.to_string()])?;
            Ok(())
        })
    }

    fn put_module(&self, key: &AggregateKey, module: &Module) -> Result<()> {
        self.write("put a module", |transaction| {
            modules::put(transaction, aggregate_row(transaction, key)?, module)
        })
    }

    fn modules(&self, key: &AggregateKey) -> Result<Vec<Module>> {
        self.read("list the modules", |transaction| {
            let owner = Owner::Aggregate(aggregate_row(transaction, key)?);
            let modules = modules::select(transaction, owner)?.into_iter();
            Ok(modules
                .map(|(kind, record, epoch)| Module {
                    kind: kind.unwrap_or_default(),
                    record,
                    epoch,
                })
                .collect())
        })
    }
}

fn find(
    transaction: &Transaction<'_>,
    key: &AggregateKey,
) -> Result<Option<AggregateRecord>, Fault> {
    transaction
        .prepare_cached(
            "SELECT id, epoch FROM aggregates JOIN experiments ON experiments.row = experiment
             WHERE uuid = ? AND id = ?",
        )?
        .query_row(params![key.experiment.to_string(), key.id], |row| {
            Ok(record(row))
        })
        .optional()?
        .transpose()
}

fn record(row: &Row<'_>) -> Result<AggregateRecord, Fault> {
    Ok(AggregateRecord {
        id: row.get(0)?,
        epoch: count(row.get(1)?)?,
    })
}
