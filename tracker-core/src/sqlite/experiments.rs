//! The table of experiments.

use rusqlite::{ErrorCode, params};
use uuid::Uuid;

use super::SqliteStore;
use super::fault::Fault;
use crate::error::{Error, Result};
use crate::ports::{ExperimentRecord, ExperimentStore, no_experiment};

impl ExperimentStore for SqliteStore {
    fn experiment(&self, name: &str) -> Result<ExperimentRecord> {
        self.write("read or create an experiment", |transaction| {
            transaction
                .prepare_cached(
                    "INSERT INTO experiments (uuid, name) VALUES (?, ?) ON CONFLICT (name) DO NOTHING",
                )?
                .execute(params![Uuid::new_v4().to_string(), name])?;
            let uuid: String = transaction
                .prepare_cached("SELECT uuid FROM experiments WHERE name = ?")?
                .query_row([name], |row| row.get(0))?;
            record(&uuid, name.to_owned())
        })
    }

    fn experiments(&self) -> Result<Vec<ExperimentRecord>> {
        self.read("list the experiments", |transaction| {
            let mut statement =
                transaction.prepare_cached("SELECT uuid, name FROM experiments ORDER BY row")?;
            let mut rows = statement.query([])?;
            let mut records = Vec::new();
            while let Some(row) = rows.next()? {
                records.push(record(
                    row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?,
                    row.get(1)?,
                )?);
            }
            Ok(records)
        })
    }

    fn rename_experiment(&self, id: Uuid, name: &str) -> Result<()> {
        self.write("rename an experiment", |transaction| {
            let mut statement =
                transaction.prepare_cached("UPDATE experiments SET name = ? WHERE uuid = ?")?;
            match statement.execute(params![name, id.to_string()]) {
                Ok(0) => Err(no_experiment(id).into()),
                Ok(_) => Ok(()),
                Err(error) if error.sqlite_error_code() == Some(ErrorCode::ConstraintViolation) => {
                    Err(Error::Taken {
                        name: name.to_owned(),
                    }
                    .into())
                }
                Err(error) => Err(error.into()),
            }
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

fn record(uuid: &str, name: String) -> Result<ExperimentRecord, Fault> {
    match Uuid::parse_str(uuid) {
        Ok(id) => Ok(ExperimentRecord { id, name }),
        Err(problem) => Err(Fault::Damaged(format!(
            "the id of the experiment `{name}`: {problem}"
        ))),
    }
}
