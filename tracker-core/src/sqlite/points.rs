//! The tables of points: most stand in chunks, the last to arrive in rows.
//!
//! The points of a series are numbered from 1 as they arrive. Chunks hold the first of them without
//! a gap, and rows the rest; a JSON value stays in its row for good, and its place in a chunk holds
//! a NaN. So the place of a point says when it arrived, and nothing else has to.

use rusqlite::{OptionalExtension, Transaction, params};

use super::chunk;
use super::fault::Fault;
use super::number::{number, ordered};
use super::summaries::Kept;
use super::{column, count};
use crate::series::Series;

/// How many points of a series may stand in rows: few enough to read quickly, and enough that slow
/// logging does not write a chunk each time.
const ROWS: u64 = 1_024;

/// A chunk with fewer points is written anew, together with those behind it. From here on chunks
/// hardly get smaller by growing.
const FULL: i64 = 8_192;

/// Room is made for no more points than this before they are read: a damaged count must not ask for
/// all memory.
const ROOM: usize = 1 << 20;

/// How many of `count` points stand in chunks, when `chunked` did before some arrived.
pub(super) fn chunked(chunked: u64, count: u64) -> u64 {
    if count.saturating_sub(chunked) > ROWS {
        count
    } else {
        chunked
    }
}

/// Adds points behind those of the series, which has not counted them yet.
pub(super) fn append(
    transaction: &Transaction<'_>,
    series: i64,
    before: u64,
    points: &Series,
) -> Result<(), Fault> {
    insert(transaction, series, before, points, 0..points.len())
}

/// Adds points behind those of the series, and moves all that stand in rows into chunks.
pub(super) fn compact(
    transaction: &Transaction<'_>,
    series: i64,
    (chunked, before): (u64, u64),
    points: &Series,
) -> Result<(), Fault> {
    let mut moved = Series::new("", "");
    let mut first = small(transaction, series, &mut moved)?.unwrap_or(column(chunked) + 1);
    rows(transaction, series, chunked, first, &mut moved)?;
    transaction
        .prepare_cached("DELETE FROM points WHERE series = ? AND arrival > ? AND json IS NULL")?
        .execute([series, column(chunked)])?;
    let json = points.json().iter().map(|(index, _)| *index);
    insert(transaction, series, before, points, json)?;
    moved.append(points);

    let mut statement = transaction.prepare_cached(
        "INSERT OR REPLACE INTO chunks (series, first, count, columns) VALUES (?, ?, ?, ?)",
    )?;
    for start in (0..moved.len()).step_by(chunk::MOST) {
        let end = moved.len().min(start + chunk::MOST);
        let count = column((end - start) as u64);
        let columns = chunk::encode(&moved, start..end)?;
        statement.execute(params![series, first, count, columns])?;
        first += count;
    }
    Ok(())
}

/// Inserts the points at these indices as rows.
fn insert(
    transaction: &Transaction<'_>,
    series: i64,
    before: u64,
    points: &Series,
    indices: impl Iterator<Item = usize>,
) -> Result<(), Fault> {
    let mut statement = transaction.prepare_cached(
        "INSERT INTO points (series, arrival, epoch, step, time, number, json)
         VALUES (?, ?, ?, ?, ?, ?, ?)",
    )?;
    let mut json = points.json().iter().peekable();
    for index in indices {
        let json = json.next_if(|(at, _)| *at == index);
        let number = points.numbers()[index];
        statement.execute(params![
            series,
            column(before + 1 + index as u64),
            column(points.epochs()[index]),
            column(points.steps()[index]),
            points.times()[index],
            json.is_none().then_some(ordered(number)),
            json.map(|(_, json)| json.as_str()),
        ])?;
    }
    Ok(())
}

/// Reads the last chunk, and says where it begins, unless it is full.
fn small(
    transaction: &Transaction<'_>,
    series: i64,
    points: &mut Series,
) -> Result<Option<i64>, Fault> {
    transaction
        .prepare_cached(
            "SELECT first, count, columns FROM chunks WHERE series = ? ORDER BY first DESC LIMIT 1",
        )?
        .query_row([series], |row| {
            let (first, held): (_, i64) = (row.get(0)?, row.get(1)?);
            if held >= FULL {
                return Ok(Ok(None));
            }
            let columns = row.get_ref(2)?.as_blob()?;
            let mut decode = || chunk::decode(columns, size(held)?, points);
            Ok(decode().map(|()| Some(first)))
        })
        .optional()?
        .transpose()
        .map(Option::flatten)
}

/// All points of a series in the order they arrived.
pub(super) fn read(
    transaction: &Transaction<'_>,
    kept: &Kept,
    points: &mut Series,
) -> Result<(), Fault> {
    points.reserve(usize::try_from(kept.chunked).map_or(ROOM, |count| count.min(ROOM)));
    let mut statement = transaction.prepare_cached(
        "SELECT first, count, columns FROM chunks WHERE series = ? ORDER BY first",
    )?;
    let mut chunks = statement.query([kept.row])?;
    while let Some(row) = chunks.next()? {
        let first: i64 = row.get(0)?;
        if first != column(points.len() as u64) + 1 {
            return Err(Fault::Damaged(format!(
                "no chunk ends before point {first}"
            )));
        }
        let columns = row.get_ref(2)?;
        let columns = columns.as_blob().map_err(rusqlite::Error::from)?;
        chunk::decode(columns, size(row.get(1)?)?, points)?;
    }
    if points.len() as u64 != kept.chunked {
        let problem = format!("chunks hold {} points of {}", points.len(), kept.chunked);
        return Err(Fault::Damaged(problem));
    }
    rows(transaction, kept.row, 0, 1, points)?;
    if points.len() as u64 != kept.summary.count {
        let problem = format!(
            "{} points are there of {}",
            points.len(),
            kept.summary.count
        );
        return Err(Fault::Damaged(problem));
    }
    Ok(())
}

/// Adds the points that stand in rows, after the one with the number `after`; `points` begins with
/// the number `first`.
fn rows(
    transaction: &Transaction<'_>,
    series: i64,
    after: u64,
    first: i64,
    points: &mut Series,
) -> Result<(), Fault> {
    let mut statement = transaction.prepare_cached(
        "SELECT arrival, epoch, step, time, number, json FROM points
         WHERE series = ? AND arrival > ? ORDER BY arrival",
    )?;
    let mut rows = statement.query([series, column(after)])?;
    while let Some(row) = rows.next()? {
        let arrival: i64 = row.get(0)?;
        let index = size(arrival.saturating_sub(first))?;
        let bits: Option<i64> = row.get(4)?;
        if index == points.len() {
            let (epoch, step) = (count(row.get(1)?)?, count(row.get(2)?)?);
            points.push_number(epoch, step, row.get(3)?, bits.map_or(f64::NAN, number));
        } else if index > points.len() || bits.is_some() {
            return Err(Fault::Damaged(format!(
                "point {arrival} is out of its place"
            )));
        }
        if bits.is_none() {
            points.set_last_json(index, row.get::<_, String>(5)?.parse()?);
        }
    }
    Ok(())
}

fn size(column: i64) -> Result<usize, Fault> {
    usize::try_from(column)
        .map_err(|_| Fault::Damaged(format!("the number of points {column} is out of range")))
}
