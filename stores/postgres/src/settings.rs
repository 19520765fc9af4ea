//! The table of settings.

use postgres::Row;
use registry_core::Value;

use crate::column::{get, text};
use crate::failure::Failure;
use crate::session::Session;
use crate::text::column;

/// Sets or removes a setting.
pub(crate) fn put(session: &mut Session, key: &str, value: Option<&Value>) -> Result<(), Failure> {
    match value {
        Some(value) => session.execute(
            "INSERT INTO settings (key, value) VALUES ($1, $2)
             ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            &[&column(key), &value.as_str()],
        )?,
        None => session.execute("DELETE FROM settings WHERE key = $1", &[&column(key)])?,
    };
    Ok(())
}

/// The settings whose keys begin so, in the order of the keys.
pub(crate) fn select(session: &mut Session, prefix: &str) -> Result<Vec<(String, Value)>, Failure> {
    let rows = session.query(
        "SELECT key, value FROM settings WHERE key >= $1 AND starts_with(key, $1) ORDER BY key",
        &[&column(prefix)],
    )?;
    let setting = |row: &Row| Ok((text(row, 0)?, get::<&str>(row, 1)?.parse()?));
    rows.iter().map(setting).collect()
}
