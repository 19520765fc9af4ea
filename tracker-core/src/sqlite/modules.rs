//! Rows of modules and datasets.

use registry_core::{Hash, Metadata};
use rusqlite::{OptionalExtension, Row, Transaction, params};

use super::fault::Fault;
use super::{column, count};
use crate::module::Module;

/// Whose module it is.
#[derive(Clone, Copy)]
pub(super) enum Owner {
    Aggregate(i64),
    Iteration(i64),
}

/// Appends a module; one without a kind is the dataset of an iteration.
pub(super) fn insert(
    transaction: &Transaction<'_>,
    owner: Owner,
    kind: Option<&str>,
    record: &Metadata,
    epoch: u64,
) -> Result<(), Fault> {
    let (aggregate, iteration) = match owner {
        Owner::Aggregate(row) => (Some(row), None),
        Owner::Iteration(row) => (None, Some(row)),
    };
    transaction
        .prepare_cached(
            "INSERT INTO modules
             (aggregate, iteration, kind, epoch, name, scheme, hash, arguments, exact, signature)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )?
        .execute(params![
            aggregate,
            iteration,
            kind,
            column(epoch),
            record.name,
            record.hash.scheme(),
            record.hash.as_str(),
            record.arguments.to_string(),
            record.exact.as_ref().map(ToString::to_string),
            record.signature,
        ])?;
    Ok(())
}

/// Replaces the newest module of the kind where it has the same hash, else appends.
pub(super) fn put(
    transaction: &Transaction<'_>,
    aggregate: i64,
    module: &Module,
) -> Result<(), Fault> {
    let newest: Option<(i64, String, String)> = transaction
        .prepare_cached(
            "SELECT row, scheme, hash FROM modules WHERE aggregate = ? AND kind = ?
             ORDER BY row DESC LIMIT 1",
        )?
        .query_row(params![aggregate, module.kind], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })
        .optional()?;
    let hash = module.hash();
    match newest {
        Some((row, scheme, text)) if scheme == hash.scheme() && text == hash.as_str() => {
            update(transaction, row, module)
        }
        _ => {
            let owner = Owner::Aggregate(aggregate);
            insert(
                transaction,
                owner,
                Some(&module.kind),
                &module.record,
                module.epoch,
            )
        }
    }
}

/// Name and hash are the same; what identity leaves out may have changed.
fn update(transaction: &Transaction<'_>, row: i64, module: &Module) -> Result<(), Fault> {
    let record = &module.record;
    transaction
        .prepare_cached(
            "UPDATE modules SET epoch = ?, name = ?, arguments = ?, exact = ?, signature = ?
             WHERE row = ?",
        )?
        .execute(params![
            column(module.epoch),
            record.name,
            record.arguments.to_string(),
            record.exact.as_ref().map(ToString::to_string),
            record.signature,
            row,
        ])?;
    Ok(())
}

/// What [`read`] reads, in its order.
pub(super) const COLUMNS: &str = "modules.kind, modules.epoch, modules.name, modules.scheme,
     modules.hash, modules.arguments, modules.exact, modules.signature";

/// The modules of an owner in the order they were appended, each with its kind.
pub(super) fn select(
    transaction: &Transaction<'_>,
    owner: Owner,
) -> Result<Vec<(Option<String>, Metadata, u64)>, Fault> {
    let (condition, row) = match owner {
        Owner::Aggregate(row) => ("aggregate = ?", row),
        Owner::Iteration(row) => ("iteration = ?", row),
    };
    let mut statement = transaction.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM modules WHERE {condition} ORDER BY row"
    ))?;
    let mut rows = statement.query([row])?;
    let mut modules = Vec::new();
    while let Some(row) = rows.next()? {
        modules.push(read(row)?);
    }
    Ok(modules)
}

/// The kind, the record and the epoch of a module.
pub(super) fn read(row: &Row<'_>) -> Result<(Option<String>, Metadata, u64), Fault> {
    let exact: Option<String> = row.get(6)?;
    let record = Metadata {
        name: row.get(2)?,
        hash: Hash::custom(row.get::<_, String>(3)?, row.get::<_, String>(4)?),
        arguments: row.get::<_, String>(5)?.parse()?,
        exact: exact.map(|text| text.parse()).transpose()?,
        signature: row.get(7)?,
    };
    Ok((row.get(0)?, record, count(row.get(1)?)?))
}
