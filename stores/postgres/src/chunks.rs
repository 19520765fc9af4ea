//! The table of chunks, which holds the points.
//!
//! The points of a series are numbered from 1 as they arrive, and each stands in a chunk that says
//! with which number it begins. The first of them are packed: thousands in a chunk. Those that
//! arrived later stand as they came, a chunk for each call, until there are enough of them to be
//! packed. Values that are no numbers stand beside the chunk, each with its place there.

use std::collections::HashMap;

use postgres::Row;
use registry_core::Value;
use tracker_core::chunk::{self, Chunk};
use tracker_core::{Series, Uuid};

use crate::column::{column, get, list, parsed, size, text, written};
use crate::failure::Failure;
use crate::series::{Name, Named};
use crate::session::Session;
use crate::summaries::Kept;
use crate::text::column as stored;

/// A row of the table.
pub(crate) struct Stored {
    pub(crate) first: i64,
    count: usize,
    columns: Vec<u8>,
    json: Vec<(usize, Value)>,
}

impl Stored {
    /// What stands in the columns from `at` on: first, count, columns, JSON.
    pub(crate) fn read(row: &Row, at: usize) -> Result<Self, Failure> {
        let json: Option<&str> = get(row, at + 3)?;
        Ok(Self {
            first: get(row, at)?,
            count: size(get(row, at + 1)?)?,
            columns: get::<&[u8]>(row, at + 2)?.to_vec(),
            json: match json {
                Some(json) => parsed(json, "values")?,
                None => Vec::new(),
            },
        })
    }

    pub(crate) fn has_json(&self) -> bool {
        !self.json.is_empty()
    }

    /// The chunk, checked and not decoded yet.
    pub(crate) fn open(&self) -> Result<Chunk<'_>, Failure> {
        Ok(Chunk::open(&self.columns, self.count)?)
    }
}

/// The points of these chunks, which follow each other from `first` on, behind those of a series.
pub(crate) fn append_to(points: &mut Series, chunks: &[Stored], first: i64) -> Result<(), Failure> {
    check(chunks, first)?;
    let mut start = points.len();
    let count: usize = chunks.iter().map(|one| one.count).sum();
    if count > chunk::LONG {
        let opened = chunks.iter().map(Stored::open);
        points.extend(chunk::decode(&opened.collect::<Result<Vec<_>, _>>()?)?)?;
    } else {
        points.reserve(count);
        for one in chunks {
            one.open()?.append_to(points)?;
        }
    }
    for one in chunks {
        for (index, json) in &one.json {
            if *index >= one.count {
                return Err(Failure::Damaged("a value is out of its place".to_owned()));
            }
            points.set_json(start + index, json.clone());
        }
        start += one.count;
    }
    Ok(())
}

/// Sees that no chunk is missing between two others, nor before the first.
fn check(chunks: &[Stored], mut first: i64) -> Result<(), Failure> {
    for one in chunks {
        if one.first != first {
            return Err(Failure::Damaged(format!(
                "no chunk ends before point {}",
                one.first
            )));
        }
        // A damaged count asks for no more memory than a chunk has.
        if one.count > chunk::MOST {
            return Err(Failure::Damaged(
                "a chunk claims too many points".to_owned(),
            ));
        }
        first += column(one.count as u64);
    }
    Ok(())
}

/// All chunks of these series, each with its experiment, in the order of their points.
pub(crate) fn of<'s>(
    session: &mut Session,
    series: impl Iterator<Item = (&'s (Uuid, String, String), &'s (Uuid, Kept))>,
) -> Result<Named<Vec<Stored>>, Failure> {
    let series: Vec<_> = series.collect();
    let rows = session.query(
        "SELECT c.aggregate, c.name, c.phase, first, count, columns, json
         FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[])
             AS wanted (experiment, aggregate, name, phase)
         JOIN chunks AS c ON c.experiment = wanted.experiment AND c.aggregate = wanted.aggregate
             AND c.name = wanted.name AND c.phase = wanted.phase
         ORDER BY c.first",
        &[
            &list(&series, |(_, (experiment, _))| *experiment),
            &list(&series, |(name, _)| name.0),
            &list(&series, |(name, _)| stored(&name.1)),
            &list(&series, |(name, _)| stored(&name.2)),
        ],
    )?;
    named(&rows)
}

/// The chunks in rows of an aggregate, a name, a phase and a chunk.
fn named(rows: &[Row]) -> Result<Named<Vec<Stored>>, Failure> {
    let mut chunks: Named<Vec<Stored>> = HashMap::new();
    for row in rows {
        let name = (get(row, 0)?, text(row, 1)?, text(row, 2)?);
        chunks.entry(name).or_default().push(Stored::read(row, 3)?);
    }
    Ok(chunks)
}

/// Takes those chunks out of series of an experiment that are not full: the last of the packed ones,
/// perhaps, and all behind them. Each series comes with how many of its points are packed.
pub(crate) fn take(
    session: &mut Session,
    experiment: Uuid,
    series: &[(Name<'_>, u64)],
) -> Result<Named<Vec<Stored>>, Failure> {
    // A chunk that is not full, and ends with the last packed point, begins behind this.
    let behind = |packed: u64| column(packed) - column(chunk::FULL as u64) + 1;
    let rows = session.query(
        "DELETE FROM chunks AS c
         USING unnest($2::uuid[], $3::text[], $4::text[], $5::bigint[])
             AS wanted (aggregate, name, phase, behind)
         WHERE c.experiment = $1 AND c.aggregate = wanted.aggregate AND c.name = wanted.name
             AND c.phase = wanted.phase AND c.first > behind
         RETURNING c.aggregate, c.name, c.phase, first, count, columns, json",
        &[
            &experiment,
            &list(series, |(name, _)| name.0),
            &list(series, |(name, _)| stored(name.1)),
            &list(series, |(name, _)| stored(name.2)),
            &list(series, |(_, packed)| behind(*packed)),
        ],
    )?;
    let mut taken = named(&rows)?;
    for chunks in taken.values_mut() {
        chunks.sort_unstable_by_key(|one| one.first);
    }
    Ok(taken)
}

/// Chunks on their way into the table.
#[derive(Default)]
pub(crate) struct New<'p> {
    aggregates: Vec<Uuid>,
    names: Vec<std::borrow::Cow<'p, str>>,
    phases: Vec<std::borrow::Cow<'p, str>>,
    firsts: Vec<i64>,
    counts: Vec<i64>,
    columns: Vec<Vec<u8>>,
    json: Vec<Option<String>>,
}

impl<'p> New<'p> {
    /// Adds points of a series, whose numbers begin with `first`.
    pub(crate) fn add(
        &mut self,
        (aggregate, name, phase): Name<'p>,
        mut first: i64,
        points: &Series,
    ) -> Result<(), Failure> {
        for start in (0..points.len()).step_by(chunk::MOST) {
            let range = start..points.len().min(start + chunk::MOST);
            let count = column(range.len() as u64);
            let json = points.json().iter();
            let json: Vec<(usize, &Value)> = json
                .filter(|(index, _)| range.contains(index))
                .map(|(index, json)| (index - start, json))
                .collect();
            self.json.push(if json.is_empty() {
                None
            } else {
                Some(written(&json)?)
            });
            self.aggregates.push(aggregate);
            self.names.push(stored(name));
            self.phases.push(stored(phase));
            self.firsts.push(first);
            self.counts.push(count);
            self.columns.push(chunk::encode(points, range)?);
            first += count;
        }
        Ok(())
    }

    /// Inserts them, of one experiment.
    pub(crate) fn insert(&self, session: &mut Session, experiment: Uuid) -> Result<(), Failure> {
        session.execute(
            "INSERT INTO chunks (experiment, aggregate, name, phase, first, count, columns, json)
             SELECT $1, * FROM unnest($2::uuid[], $3::text[], $4::text[], $5::bigint[],
                 $6::bigint[], $7::bytea[], $8::text[])",
            &[
                &experiment,
                &self.aggregates,
                &self.names,
                &self.phases,
                &self.firsts,
                &self.counts,
                &self.columns,
                &self.json,
            ],
        )?;
        Ok(())
    }
}
