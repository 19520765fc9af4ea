//! The tables of points: most stand in chunks, the last to arrive in rows.
//!
//! The points of a series are numbered from 1 as they arrive. Chunks hold the first of them without
//! a gap, and rows the rest; a JSON value stays in its row for good, and its place in a chunk holds
//! a NaN. So the place of a point says when it arrived, and nothing else has to.

use std::collections::HashMap;

use rusqlite::{OptionalExtension, Row, Transaction, params};

use tracker_core::chunk::{self, Chunk, number, ordered};
use tracker_core::ports::{Histories, History};
use tracker_core::{Micros, Moment, Series, Uuid};

use crate::column::{column, count, text};
use crate::failure::Failure;
use crate::summaries::Kept;

/// Adds points behind those of the series, which has not counted them yet.
pub(crate) fn append(
    transaction: &Transaction<'_>,
    series: i64,
    before: u64,
    points: &Series,
) -> Result<(), Failure> {
    insert(transaction, series, before, points, 0..points.len())
}

/// Adds points behind those of the series, and moves all that stand in rows into chunks.
pub(crate) fn compact(
    transaction: &Transaction<'_>,
    series: i64,
    (chunked, before): (u64, u64),
    points: &Series,
) -> Result<(), Failure> {
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
) -> Result<(), Failure> {
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
            points.steps()[index],
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
) -> Result<Option<i64>, Failure> {
    transaction
        .prepare_cached(
            "SELECT first, count, columns FROM chunks WHERE series = ? ORDER BY first DESC LIMIT 1",
        )?
        .query_row([series], |row| {
            let (first, held): (_, i64) = (row.get(0)?, row.get(1)?);
            if size(held).is_ok_and(|held| held >= chunk::FULL) {
                return Ok(Ok(None));
            }
            let columns = row.get_ref(2)?.as_blob()?;
            let mut decode = || -> Result<(), Failure> {
                Ok(Chunk::open(columns, size(held)?)?.append_to(points)?)
            };
            Ok(decode().map(|()| Some(first)))
        })
        .optional()?
        .transpose()
        .map(Option::flatten)
}

/// All points of a series in the order they arrived.
pub(crate) fn read(
    transaction: &Transaction<'_>,
    kept: &Kept,
    points: &mut Series,
) -> Result<(), Failure> {
    if kept.chunked > chunk::LONG as u64 {
        let blobs = blobs(transaction, kept)?;
        points.extend(chunk::decode(&opened(&blobs)?)?)?;
    } else {
        // Each as SQLite holds it, without a copy.
        points.reserve(size(column(kept.summary.count))?.min(chunk::LONG + chunk::FULL));
        each_chunk(transaction, kept, |blob, count| {
            Ok(Chunk::open(blob, count)?.append_to(points)?)
        })?;
    }
    read_rows(transaction, kept, points)
}

/// As many points of a series as are wanted; nothing where all must be read for it.
pub(crate) fn thin(
    transaction: &Transaction<'_>,
    kept: &Kept,
    wanted: &Histories,
    aggregate: Uuid,
) -> Result<Option<History>, Failure> {
    let json = transaction
        .prepare_cached("SELECT 1 FROM points WHERE series = ? AND json IS NOT NULL LIMIT 1")?
        .query_row([kept.row], |_| Ok(()))
        .optional()?;
    if json.is_some() || wanted.most.is_none() || kept.chunked == 0 {
        return Ok(None);
    }
    let summary = &kept.summary;
    let mut rest = Series::new(summary.name(), summary.phase());
    rows(
        transaction,
        kept.row,
        kept.chunked,
        column(kept.chunked) + 1,
        &mut rest,
    )?;
    let blobs = blobs(transaction, kept)?;
    let ends = (summary.first.moment(), summary.last.moment());
    Ok(chunk::thin(
        wanted,
        aggregate,
        &opened(&blobs)?,
        &rest,
        ends,
    )?)
}

/// The chunks, as they were written.
fn opened(blobs: &[(Vec<u8>, usize)]) -> Result<Vec<Chunk<'_>>, Failure> {
    let chunks = blobs.iter().map(|(blob, count)| Chunk::open(blob, *count));
    Ok(chunks.collect::<Result<_, _>>()?)
}

/// The bytes of each chunk of a series, and how many points there are in it.
fn blobs(transaction: &Transaction<'_>, kept: &Kept) -> Result<Vec<(Vec<u8>, usize)>, Failure> {
    let mut blobs = Vec::new();
    each_chunk(transaction, kept, |blob, count| {
        blobs.push((blob.to_vec(), count));
        Ok(())
    })?;
    Ok(blobs)
}

/// Shows the bytes of each chunk of a series, with how many points there are in it, in the order its
/// points arrived.
fn each_chunk(
    transaction: &Transaction<'_>,
    kept: &Kept,
    mut act: impl FnMut(&[u8], usize) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let mut statement = transaction.prepare_cached(
        "SELECT first, count, columns FROM chunks WHERE series = ? ORDER BY first",
    )?;
    let mut chunks = statement.query([kept.row])?;
    let mut points = 0;
    while let Some(row) = chunks.next()? {
        let (blob, count) = chunk_in(row, points)?;
        act(blob, count)?;
        points += count;
    }
    check_chunked(kept, points)
}

/// The bytes of a chunk whose columns are `first`, `count` and `columns`, behind so many points of its
/// series, and how many points there are in it.
fn chunk_in<'r>(row: &'r Row<'_>, before: usize) -> Result<(&'r [u8], usize), Failure> {
    let first: i64 = row.get(0)?;
    if first != column(before as u64) + 1 {
        return Err(Failure::Damaged(format!(
            "no chunk ends before point {first}"
        )));
    }
    let count = size(row.get(1)?)?;
    // A damaged count asks for no more memory than a chunk has.
    if count > chunk::MOST {
        return Err(Failure::Damaged(
            "a chunk claims too many points".to_owned(),
        ));
    }
    let blob = row.get_ref(2)?.as_blob().map_err(rusqlite::Error::from)?;
    Ok((blob, count))
}

/// Sees that no chunk is missing.
fn check_chunked(kept: &Kept, points: usize) -> Result<(), Failure> {
    if points as u64 == kept.chunked {
        return Ok(());
    }
    let problem = format!("chunks hold {points} points of {}", kept.chunked);
    Err(Failure::Damaged(problem))
}

/// All points of several series in the order they arrived, by the rows of the series: a statement for
/// the chunks of all, and one for the points that stand in rows.
pub(crate) fn read_several(
    transaction: &Transaction<'_>,
    several: &[&Kept],
) -> Result<HashMap<i64, Series>, Failure> {
    let mut found: HashMap<i64, Series> = several
        .iter()
        .map(|kept| {
            let summary = &kept.summary;
            (kept.row, Series::new(summary.name(), summary.phase()))
        })
        .collect();
    let rows: Vec<i64> = several.iter().map(|kept| kept.row).collect();
    let rows = text(&rows)?;
    each_of(
        transaction,
        "SELECT first, count, columns, series FROM chunks
         WHERE series IN (SELECT value FROM json_each(?)) ORDER BY series, first",
        &rows,
        &mut found,
        |row, points| {
            let (blob, count) = chunk_in(row, points.len())?;
            Ok(Chunk::open(blob, count)?.append_to(points)?)
        },
    )?;
    for kept in several {
        check_chunked(kept, found.get(&kept.row).map_or(0, Series::len))?;
    }
    each_of(
        transaction,
        "SELECT arrival, epoch, step, time, number, json, series FROM points
         WHERE series IN (SELECT value FROM json_each(?)) ORDER BY series, arrival",
        &rows,
        &mut found,
        |row, points| add_row(row, 1, points),
    )?;
    for kept in several {
        check_count(kept, found.get(&kept.row).map_or(0, Series::len))?;
    }
    Ok(found)
}

/// Hands on each row with the series that its last column names.
fn each_of(
    transaction: &Transaction<'_>,
    sql: &str,
    series: &str,
    found: &mut HashMap<i64, Series>,
    act: impl Fn(&Row<'_>, &mut Series) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let mut statement = transaction.prepare_cached(sql)?;
    let last = statement.column_count() - 1;
    let mut rows = statement.query([series])?;
    while let Some(row) = rows.next()? {
        if let Some(points) = found.get_mut(&row.get(last)?) {
            act(row, points)?;
        }
    }
    Ok(())
}

/// The points of a series that stand in no chunk, behind those that do, and all JSON values.
fn read_rows(
    transaction: &Transaction<'_>,
    kept: &Kept,
    points: &mut Series,
) -> Result<(), Failure> {
    rows(transaction, kept.row, 0, 1, points)?;
    check_count(kept, points.len())
}

/// Sees that no point is missing.
fn check_count(kept: &Kept, points: usize) -> Result<(), Failure> {
    let count = kept.summary.count;
    if points as u64 == count {
        return Ok(());
    }
    let problem = format!("{points} points are there of {count}");
    Err(Failure::Damaged(problem))
}

/// Adds the points that stand in rows, after the one with the number `after`; `points` begins with
/// the number `first`.
fn rows(
    transaction: &Transaction<'_>,
    series: i64,
    after: u64,
    first: i64,
    points: &mut Series,
) -> Result<(), Failure> {
    let mut statement = transaction.prepare_cached(
        "SELECT arrival, epoch, step, time, number, json FROM points
         WHERE series = ? AND arrival > ? ORDER BY arrival",
    )?;
    let mut rows = statement.query([series, column(after)])?;
    while let Some(row) = rows.next()? {
        add_row(row, first, points)?;
    }
    Ok(())
}

/// Adds the point in the columns `arrival`, `epoch`, `step`, `time`, `number` and `json`; `points`
/// begins with the number `first`.
fn add_row(row: &Row<'_>, first: i64, points: &mut Series) -> Result<(), Failure> {
    let arrival: i64 = row.get(0)?;
    let index = size(arrival.saturating_sub(first))?;
    let bits: Option<i64> = row.get(4)?;
    if index == points.len() {
        let time: i64 = row.get(3)?;
        let at = Moment {
            epoch: count(row.get(1)?)?,
            step: row.get(2)?,
            time: Micros::new(time).ok_or_else(|| format!("the time {time} is out of range"))?,
        };
        points.push_number(at, bits.map_or(f64::NAN, number));
    } else if index > points.len() || bits.is_some() {
        return Err(Failure::Damaged(format!(
            "point {arrival} is out of its place"
        )));
    }
    if bits.is_none() {
        points.set_json(index, row.get::<_, String>(5)?.parse()?);
    }
    Ok(())
}

fn size(column: i64) -> Result<usize, Failure> {
    usize::try_from(column)
        .map_err(|_| Failure::Damaged(format!("the number of points {column} is out of range")))
}
