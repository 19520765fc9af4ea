//! The table of series, which holds their summaries.

use postgres::Row;
use tracker_core::chunk::{number, ordered};
use tracker_core::{Metric, MetricValue, Position, Summary, Uuid};

use crate::column::{column, count, get, list, moment, text};
use crate::failure::Failure;
use crate::series::{Name, Named};
use crate::session::Session;
use crate::text::{column as stored, original};

/// How many columns [`Kept::read`] reads.
pub(crate) const COLUMNS: usize = 20;

/// They, of a series `s`, and its aggregate behind them.
pub(crate) const SELECTED: &str = "s.name, s.phase, s.count, s.packed, s.min, s.max,
     s.first_epoch, s.first_step, s.first_time, s.first_number, s.first_json,
     s.last_epoch, s.last_step, s.last_time, s.last_number, s.last_json,
     s.min_epoch, s.min_step, s.max_epoch, s.max_step, s.aggregate";

/// A series, as its row has it.
pub(crate) struct Kept {
    /// How many of the points, the first to arrive, stand in chunks that are worth their while.
    pub(crate) packed: u64,
    pub(crate) summary: Summary,
}

impl Kept {
    pub(crate) fn read(row: &Row) -> Result<Self, Failure> {
        let (name, phase) = (text(row, 0)?, text(row, 1)?);
        let float = |at| Ok::<_, Failure>(get::<Option<i64>>(row, at)?.map(number));
        Ok(Self {
            packed: count(get(row, 3)?)?,
            summary: Summary {
                count: count(get(row, 2)?)?,
                min: float(4)?,
                max: float(5)?,
                first: point(row, 6, name.clone(), phase.clone())?,
                last: point(row, 11, name, phase)?,
                min_at: position(row, 16)?,
                max_at: position(row, 18)?,
            },
        })
    }
}

/// Those of these series of an experiment that are there.
pub(crate) fn find(
    session: &mut Session,
    experiment: Uuid,
    names: &[Name<'_>],
) -> Result<Named<Kept>, Failure> {
    let rows = session.query(
        &format!(
            "SELECT {SELECTED}
             FROM unnest($2::uuid[], $3::text[], $4::text[]) AS wanted (aggregate, name, phase)
             JOIN series AS s ON s.experiment = $1 AND s.aggregate = wanted.aggregate
                 AND s.name = wanted.name AND s.phase = wanted.phase"
        ),
        &[
            &experiment,
            &list(names, |name| name.0),
            &list(names, |name| stored(name.1)),
            &list(names, |name| stored(name.2)),
        ],
    )?;
    let kept = |row: &Row| {
        let kept = Kept::read(row)?;
        let (name, phase) = (kept.summary.name(), kept.summary.phase());
        let name = (get(row, COLUMNS)?, name.to_owned(), phase.to_owned());
        Ok((name, kept))
    };
    rows.iter().map(kept).collect()
}

/// Inserts these series of an experiment, each with its aggregate, or updates them.
pub(crate) fn put(
    session: &mut Session,
    experiment: Uuid,
    series: &[(Uuid, Kept)],
) -> Result<(), Failure> {
    let epoch = |at: Option<Position>| at.map(|at| column(at.epoch));
    let step = |at: Option<Position>| at.map(|at| at.step);
    let number = |metric: &Metric| metric.value.number().map(ordered);
    session.execute(
        "INSERT INTO series (experiment, aggregate, name, phase, count, packed, min, max,
             first_epoch, first_step, first_time, first_number, first_json,
             last_epoch, last_step, last_time, last_number, last_json,
             min_epoch, min_step, max_epoch, max_step)
         SELECT $1, * FROM unnest($2::uuid[], $3::text[], $4::text[], $5::bigint[], $6::bigint[],
             $7::bigint[], $8::bigint[],
             $9::bigint[], $10::bigint[], $11::bigint[], $12::bigint[], $13::text[],
             $14::bigint[], $15::bigint[], $16::bigint[], $17::bigint[], $18::text[],
             $19::bigint[], $20::bigint[], $21::bigint[], $22::bigint[])
         ON CONFLICT (experiment, aggregate, name, phase) DO UPDATE SET
             count = excluded.count, packed = excluded.packed,
             min = excluded.min, max = excluded.max,
             first_epoch = excluded.first_epoch, first_step = excluded.first_step,
             first_time = excluded.first_time, first_number = excluded.first_number,
             first_json = excluded.first_json,
             last_epoch = excluded.last_epoch, last_step = excluded.last_step,
             last_time = excluded.last_time, last_number = excluded.last_number,
             last_json = excluded.last_json,
             min_epoch = excluded.min_epoch, min_step = excluded.min_step,
             max_epoch = excluded.max_epoch, max_step = excluded.max_step",
        &[
            &experiment,
            &list(series, |(aggregate, _)| *aggregate),
            &list(series, |(_, it)| stored(it.summary.name())),
            &list(series, |(_, it)| stored(it.summary.phase())),
            &list(series, |(_, it)| column(it.summary.count)),
            &list(series, |(_, it)| column(it.packed)),
            &list(series, |(_, it)| it.summary.min.map(ordered)),
            &list(series, |(_, it)| it.summary.max.map(ordered)),
            &list(series, |(_, it)| column(it.summary.first.epoch)),
            &list(series, |(_, it)| it.summary.first.step),
            &list(series, |(_, it)| it.summary.first.time.as_microsecond()),
            &list(series, |(_, it)| number(&it.summary.first)),
            &list(series, |(_, it)| json(&it.summary.first)),
            &list(series, |(_, it)| column(it.summary.last.epoch)),
            &list(series, |(_, it)| it.summary.last.step),
            &list(series, |(_, it)| it.summary.last.time.as_microsecond()),
            &list(series, |(_, it)| number(&it.summary.last)),
            &list(series, |(_, it)| json(&it.summary.last)),
            &list(series, |(_, it)| epoch(it.summary.min_at)),
            &list(series, |(_, it)| step(it.summary.min_at)),
            &list(series, |(_, it)| epoch(it.summary.max_at)),
            &list(series, |(_, it)| step(it.summary.max_at)),
        ],
    )?;
    Ok(())
}

/// Where an extreme was measured.
fn position(row: &Row, at: usize) -> Result<Option<Position>, Failure> {
    let Some(epoch) = get::<Option<i64>>(row, at)? else {
        return Ok(None);
    };
    Ok(Some(Position {
        epoch: count(epoch)?,
        step: get(row, at + 1)?,
    }))
}

/// The point in the columns from `at` on: epoch, step, time, number, JSON.
fn point(row: &Row, at: usize, name: String, phase: String) -> Result<Metric, Failure> {
    let value = match get::<Option<i64>>(row, at + 3)? {
        Some(bits) => MetricValue::Number(number(bits)),
        None => MetricValue::Json(original(get(row, at + 4)?).parse()?),
    };
    Ok(Metric {
        name,
        phase,
        value,
        epoch: count(get(row, at)?)?,
        step: get(row, at + 1)?,
        time: moment(get(row, at + 2)?)?.timestamp(),
    })
}

fn json(metric: &Metric) -> Option<std::borrow::Cow<'_, str>> {
    match &metric.value {
        MetricValue::Number(_) => None,
        MetricValue::Json(json) => Some(stored(json.as_str())),
    }
}
