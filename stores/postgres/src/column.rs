//! Values as columns hold them.

use postgres::Row;
use postgres::types::FromSql;
use tracker_core::{Micros, Timestamp};

use crate::failure::Failure;
use crate::text::{self, original};

/// A count as a column holds it; the domain has seen to the range.
pub(crate) fn column(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// A count from a column.
pub(crate) fn count(column: i64) -> Result<u64, Failure> {
    u64::try_from(column).map_err(|_| Failure::Damaged(format!("the count {column} is negative")))
}

/// A number of points from a column.
pub(crate) fn size(column: i64) -> Result<usize, Failure> {
    usize::try_from(column)
        .map_err(|_| Failure::Damaged(format!("the number of points {column} is out of range")))
}

/// The value of a column; another type than it should have is damage.
pub(crate) fn get<'r, T: FromSql<'r>>(row: &'r Row, column: usize) -> Result<T, Failure> {
    row.try_get(column)
        .map_err(|problem| Failure::Damaged(format!("column {column} of a row: {problem}")))
}

/// The text of a column.
pub(crate) fn text(row: &Row, column: usize) -> Result<String, Failure> {
    Ok(original(get(row, column)?))
}

/// A time as a column of microseconds holds it: none that could not be read again.
pub(crate) fn micros(time: Timestamp) -> i64 {
    Micros::from(time).get()
}

/// The time in a column of microseconds.
pub(crate) fn time(row: &Row, column: usize) -> Result<Timestamp, Failure> {
    let microseconds: i64 = get(row, column)?;
    moment(microseconds).map(Micros::timestamp)
}

/// The time of so many microseconds.
pub(crate) fn moment(microseconds: i64) -> Result<Micros, Failure> {
    Micros::new(microseconds)
        .ok_or_else(|| Failure::Damaged(format!("the time {microseconds} is out of range")))
}

/// The JSON in a column of text; nearly always it is empty.
pub(crate) fn json<T: Default + serde::de::DeserializeOwned>(
    row: &Row,
    column: usize,
    what: &str,
) -> Result<T, Failure> {
    match get::<&str>(row, column)? {
        "{}" | "[]" => Ok(T::default()),
        text => parsed(text, what),
    }
}

/// What a JSON text says.
pub(crate) fn parsed<T: serde::de::DeserializeOwned>(text: &str, what: &str) -> Result<T, Failure> {
    serde_json::from_str(&text::original(text))
        .map_err(|problem| Failure::Damaged(format!("the {what} `{text}`: {problem}")))
}

/// A value as a column of JSON text holds it.
pub(crate) fn written(value: &impl serde::Serialize) -> Result<String, Failure> {
    let json = serde_json::to_string(value);
    json.map(|json| text::column(&json).into_owned())
        .map_err(|problem| Failure::Damaged(problem.to_string()))
}

/// What stands in a column of each of these.
pub(crate) fn list<'r, R, T>(rows: &'r [R], value: impl Fn(&'r R) -> T) -> Vec<T> {
    rows.iter().map(value).collect()
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
