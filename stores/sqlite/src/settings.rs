//! The table of settings.

use registry_core::Value;
use rusqlite::{Transaction, params};

use crate::failure::Failure;

/// Sets or removes a setting.
pub(crate) fn put(
    transaction: &Transaction<'_>,
    key: &str,
    value: Option<&Value>,
) -> Result<(), Failure> {
    match value {
        Some(value) => transaction
            .prepare_cached("INSERT OR REPLACE INTO settings (key, value) VALUES (?, ?)")?
            .execute(params![key, value.as_str()])?,
        None => transaction
            .prepare_cached("DELETE FROM settings WHERE key = ?")?
            .execute([key])?,
    };
    Ok(())
}

/// The settings whose keys begin so, in the order of the keys.
pub(crate) fn select(
    transaction: &Transaction<'_>,
    prefix: &str,
) -> Result<Vec<(String, Value)>, Failure> {
    let mut statement = transaction.prepare_cached(
        "SELECT key, value FROM settings WHERE key >= ?1 AND substr(key, 1, length(?1)) = ?1
         ORDER BY key",
    )?;
    let mut rows = statement.query([prefix])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let value: String = row.get(1)?;
        found.push((row.get(0)?, value.parse()?));
    }
    Ok(found)
}
