//! Rows of modules and datasets.

use registry_core::{Hash, Metadata};
use rusqlite::{OptionalExtension, Row, Transaction, params};

use tracker_core::ModuleRecord;

use crate::column::{column, count};
use crate::failure::Failure;

/// Whose module it is.
#[derive(Clone, Copy)]
pub(crate) enum Owner {
    Aggregate(i64),
    Iteration(i64),
}

/// Appends a module; one without a kind is the dataset of an iteration.
pub(crate) fn insert(
    transaction: &Transaction<'_>,
    owner: Owner,
    kind: Option<&str>,
    record: &Metadata,
    epoch: u64,
) -> Result<(), Failure> {
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

/// Appends a module of a kind.
pub(crate) fn append(
    transaction: &Transaction<'_>,
    owner: Owner,
    module: &ModuleRecord,
) -> Result<(), Failure> {
    let kind = Some(module.kind.as_str());
    insert(transaction, owner, kind, &module.record, module.epoch)
}

/// Replaces the newest module of the kind where it has the same hash, else appends.
pub(crate) fn put(
    transaction: &Transaction<'_>,
    aggregate: i64,
    module: &ModuleRecord,
) -> Result<(), Failure> {
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
        _ => append(transaction, Owner::Aggregate(aggregate), module),
    }
}

/// Name and hash are the same; what identity leaves out may have changed.
fn update(transaction: &Transaction<'_>, row: i64, module: &ModuleRecord) -> Result<(), Failure> {
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
pub(crate) const COLUMNS: &str = "modules.kind, modules.epoch, modules.name, modules.scheme,
     modules.hash, modules.arguments, modules.exact, modules.signature";

/// The modules of an owner in the order they were appended, each with its kind.
pub(crate) fn select(
    transaction: &Transaction<'_>,
    owner: Owner,
) -> Result<Vec<(Option<String>, Metadata, u64)>, Failure> {
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
pub(crate) fn read(row: &Row<'_>) -> Result<(Option<String>, Metadata, u64), Failure> {
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
