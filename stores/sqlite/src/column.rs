//! Values as columns hold them.

use rusqlite::Row;
use tracker_core::{Micros, Timestamp, Uuid};

use crate::failure::Failure;

/// A count as a column holds it; the domain has seen to the range.
pub(crate) fn column(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// A count from a column.
pub(crate) fn count(column: i64) -> Result<u64, Failure> {
    u64::try_from(column).map_err(|_| Failure::Damaged(format!("the count {column} is negative")))
}

/// A time as a column of microseconds holds it: none that could not be read again.
pub(crate) fn micros(time: Timestamp) -> i64 {
    Micros::from(time).get()
}

/// The time in a column of microseconds.
pub(crate) fn time(row: &Row<'_>, column: usize) -> Result<Timestamp, Failure> {
    let microseconds: i64 = row.get(column)?;
    Micros::new(microseconds)
        .map(Micros::timestamp)
        .ok_or_else(|| Failure::Damaged(format!("the time {microseconds} is out of range")))
}

/// The uuid in a column of 16 bytes.
pub(crate) fn uuid(row: &Row<'_>, column: usize) -> Result<Uuid, Failure> {
    let value = row.get_ref(column)?;
    let bytes = value.as_blob().map_err(rusqlite::Error::from)?;
    Uuid::from_slice(bytes).map_err(|problem| Failure::Damaged(format!("a uuid: {problem}")))
}

/// The JSON in a column of text; nearly always it is empty.
pub(crate) fn json<T: Default + serde::de::DeserializeOwned>(
    row: &Row<'_>,
    column: usize,
    what: &str,
) -> Result<T, Failure> {
    let value = row.get_ref(column)?;
    match value.as_str().map_err(rusqlite::Error::from)? {
        "{}" => Ok(T::default()),
        text => serde_json::from_str(text)
            .map_err(|problem| Failure::Damaged(format!("the {what} `{text}`: {problem}"))),
    }
}

/// A value as a column of JSON text holds it.
pub(crate) fn text(value: &impl serde::Serialize) -> Result<String, Failure> {
    serde_json::to_string(value).map_err(|problem| Failure::Damaged(problem.to_string()))
}

#[cfg(test)]
mod tests {
    use super::{Micros, Timestamp, micros};

    #[test]
    fn what_is_written_can_be_read() {
        for time in [Timestamp::MIN, Timestamp::UNIX_EPOCH, Timestamp::MAX] {
            assert!(Micros::new(micros(time)).is_some(), "{time}");
        }
    }
}
