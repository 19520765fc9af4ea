//! The table of experiments.

use rusqlite::{OptionalExtension, Row, params};
use uuid::Uuid;

use super::annotations::{self, Table};
use super::fault::Fault;
use super::{SqliteStore, unique};
use crate::annotations::Annotation;
use crate::error::{Error, Result};
use crate::ports::{ExperimentRecord, ExperimentStore};

impl ExperimentStore for SqliteStore {
    fn create_experiment(&self, record: &ExperimentRecord) -> Result<()> {
        self.write("create an experiment", |transaction| {
            let mut statement = transaction.prepare_cached(
                "INSERT INTO experiments (uuid, name, created, tags, notes) VALUES (?, ?, ?, ?, ?)",
            )?;
            let ExperimentRecord {
                id,
                name,
                created,
                annotations,
            } = record;
            let tags = annotations::tags(annotations)?;
            let created = created.as_microsecond();
            unique(
                statement.execute(params![
                    id.to_string(),
                    name,
                    created,
                    tags,
                    annotations.notes
                ]),
                || Error::experiment_taken(name),
            )?;
            Ok(())
        })
    }

    fn experiment(&self, name: &str) -> Result<Option<ExperimentRecord>> {
        self.read("read an experiment", |transaction| {
            transaction
                .prepare_cached(&format!("SELECT {COLUMNS} FROM experiments WHERE name = ?"))?
                .query_row([name], |row| Ok(record(row)))
                .optional()?
                .transpose()
        })
    }

    fn experiments(&self) -> Result<Vec<ExperimentRecord>> {
        self.read("list the experiments", |transaction| {
            let mut statement = transaction
                .prepare_cached(&format!("SELECT {COLUMNS} FROM experiments ORDER BY row"))?;
            let mut rows = statement.query([])?;
            let mut records = Vec::new();
            while let Some(row) = rows.next()? {
                records.push(record(row)?);
            }
            Ok(records)
        })
    }

    fn rename_experiment(&self, id: Uuid, name: &str) -> Result<()> {
        self.write("rename an experiment", |transaction| {
            let mut statement =
                transaction.prepare_cached("UPDATE experiments SET name = ? WHERE uuid = ?")?;
            let renamed = statement.execute(params![name, id.to_string()]);
            match unique(renamed, || Error::experiment_taken(name))? {
                0 => Err(Error::no_experiment(id).into()),
                _ => Ok(()),
            }
        })
    }

    fn annotate_experiment(&self, id: Uuid, change: &Annotation) -> Result<()> {
        self.write("annotate an experiment", |transaction| {
            let uuid = [id.to_string()];
            if annotations::change(transaction, Table::Experiments, "uuid = ?", uuid, change)? {
                return Ok(());
            }
            Err(Error::no_experiment(id).into())
        })
    }

    fn remove_experiment(&self, id: Uuid) -> Result<()> {
        self.write("remove an experiment", |transaction| {
            transaction
                .prepare_cached("DELETE FROM experiments WHERE uuid = ?")?
                .execute([id.to_string()])?;
            Ok(())
        })
    }
}

/// What [`record`] reads, in its order.
const COLUMNS: &str = "uuid, name, created, tags, notes";

fn record(row: &Row<'_>) -> Result<ExperimentRecord, Fault> {
    let uuid: String = row.get(0)?;
    let name: String = row.get(1)?;
    match Uuid::parse_str(&uuid) {
        Ok(id) => Ok(ExperimentRecord {
            id,
            name,
            created: annotations::created(row, 2)?,
            annotations: annotations::read(row, 3)?,
        }),
        Err(problem) => Err(Fault::Damaged(format!(
            "the id of the experiment `{name}`: {problem}"
        ))),
    }
}
