//! The table of aggregates.

use rusqlite::{OptionalExtension, Transaction, params};
use uuid::Uuid;

use super::annotations::{self, Table};
use super::fault::Fault;
use super::modules::{self, Owner};
use super::{SqliteStore, aggregate_row, column, count, table, unique};
use crate::annotations::Annotation;
use crate::error::{Error, Result};
use crate::module::Module;
use crate::ports::{AggregateKey, AggregateRecord, AggregateStore, Columns, Row};

impl AggregateStore for SqliteStore {
    fn create_aggregate(
        &self,
        experiment: Uuid,
        record: &AggregateRecord,
        modules: &[Module],
    ) -> Result<()> {
        self.write("create an aggregate", |transaction| {
            let mut statement = transaction.prepare_cached(
                "INSERT INTO aggregates (experiment, id, epoch, created, tags, notes)
                 SELECT row, ?, ?, ?, ?, ? FROM experiments WHERE uuid = ?",
            )?;
            let AggregateRecord {
                id,
                epoch,
                created,
                annotations,
            } = record;
            let inserted = statement.execute(params![
                id,
                column(*epoch),
                created.as_microsecond(),
                annotations::tags(annotations)?,
                annotations.notes,
                experiment.to_string(),
            ]);
            if unique(inserted, || Error::aggregate_taken(id))? == 0 {
                return Err(Error::no_experiment(experiment).into());
            }
            let owner = Owner::Aggregate(transaction.last_insert_rowid());
            modules.iter().try_for_each(|module| {
                let kind = Some(module.kind.as_str());
                modules::insert(transaction, owner, kind, &module.record, module.epoch)
            })
        })
    }

    fn aggregate(&self, key: &AggregateKey) -> Result<Option<AggregateRecord>> {
        self.read("read an aggregate", |transaction| find(transaction, key))
    }

    fn aggregates(&self, experiment: Uuid) -> Result<Vec<AggregateRecord>> {
        self.read("list the aggregates", |transaction| {
            let records = select(transaction, &experiment.to_string())?.into_iter();
            Ok(records.map(|(_, record)| record).collect())
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

    fn table(&self, experiment: Uuid, columns: &Columns) -> Result<Vec<Row>> {
        self.read("read the table of runs", |transaction| {
            table::read(transaction, experiment, columns)
        })
    }

    fn annotate_aggregate(&self, key: &AggregateKey, change: &Annotation) -> Result<()> {
        self.write("annotate an aggregate", |transaction| {
            let row = [aggregate_row(transaction, key)?];
            annotations::change(transaction, Table::Aggregates, "row = ?", row, change)?;
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

/// What [`record`] reads, in its order. By place, for a lookup by name costs as much as the value.
const COLUMNS: &str = "row, id, epoch, created, tags, notes";

/// The aggregates of an experiment in the order they were created, each with its row.
pub(super) fn select(
    transaction: &Transaction<'_>,
    experiment: &str,
) -> Result<Vec<(i64, AggregateRecord)>, Fault> {
    let mut statement = transaction.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM aggregates
         WHERE experiment = (SELECT row FROM experiments WHERE uuid = ?) ORDER BY row",
    ))?;
    let mut rows = statement.query([experiment])?;
    let mut records = Vec::new();
    while let Some(row) = rows.next()? {
        records.push((row.get(0)?, record(row)?));
    }
    Ok(records)
}

fn find(
    transaction: &Transaction<'_>,
    key: &AggregateKey,
) -> Result<Option<AggregateRecord>, Fault> {
    transaction
        .prepare_cached(&format!(
            "SELECT {COLUMNS} FROM aggregates
             WHERE experiment = (SELECT row FROM experiments WHERE uuid = ?) AND id = ?",
        ))?
        .query_row(params![key.experiment.to_string(), key.id], |row| {
            Ok(record(row))
        })
        .optional()?
        .transpose()
}

fn record(row: &rusqlite::Row<'_>) -> Result<AggregateRecord, Fault> {
    Ok(AggregateRecord {
        id: row.get(1)?,
        epoch: count(row.get(2)?)?,
        created: annotations::created(row, 3)?,
        annotations: annotations::read(row, 4)?,
    })
}
