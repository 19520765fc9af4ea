//! Histories: whole, or as much of them as a chart shows.

use std::collections::HashMap;

use postgres::Row;
use tracker_core::ports::{Histories, History};
use tracker_core::{Series, Uuid, chunk};

use crate::chunks::{self, Stored};
use crate::column::{column, count, get, list};
use crate::failure::Failure;
use crate::series::{Name, Named};
use crate::session::Session;
use crate::summaries::{self, Kept};
use crate::text::column as stored;

/// So many points are read at once; a longer history is read by itself.
const AT_ONCE: u64 = 1 << 16;

/// A series with all its chunks.
struct Found<'f> {
    kept: &'f Kept,
    chunks: &'f [Stored],
}

impl Found<'_> {
    /// The points in their order.
    fn whole(&self) -> Result<Series, Failure> {
        let mut points = self.arrived()?;
        points.sort();
        Ok(points)
    }

    /// The points as they arrived.
    fn arrived(&self) -> Result<Series, Failure> {
        let summary = &self.kept.summary;
        let mut points = Series::new(summary.name(), summary.phase());
        chunks::append_to(&mut points, self.chunks, 1)?;
        if points.len() as u64 != summary.count {
            let problem = format!("{} points are there of {}", points.len(), summary.count);
            return Err(Failure::Damaged(problem));
        }
        Ok(points)
    }

    /// As many points as are wanted; nothing where all must be decoded for it.
    fn thin(&self, wanted: &Histories, aggregate: Uuid) -> Result<Option<History>, Failure> {
        let Kept { packed, summary } = self.kept;
        if *packed == 0 || wanted.most.is_none() || self.chunks.iter().any(Stored::has_json) {
            return Ok(None);
        }
        let first = column(*packed) + 1;
        let loose = self.chunks.partition_point(|one| one.first < first);
        let (packed, loose) = self.chunks.split_at(loose);
        let mut rest = Series::new(summary.name(), summary.phase());
        chunks::append_to(&mut rest, loose, first)?;
        let opened = packed.iter().map(Stored::open);
        let opened = opened.collect::<Result<Vec<_>, _>>()?;
        let ends = (summary.first.moment(), summary.last.moment());
        Ok(chunk::thin(wanted, aggregate, &opened, &rest, ends)?)
    }
}

/// The points of one series in their order; none where there is no such series.
pub(crate) fn whole(
    session: &mut Session,
    aggregate: Uuid,
    name: &str,
    phase: &str,
) -> Result<Series, Failure> {
    #[expect(
        clippy::redundant_closure_for_method_calls,
        reason = "the method is of one lifetime"
    )]
    let whole = one(session, (aggregate, name, phase), |found| found.whole())?;
    Ok(whole.unwrap_or_else(|| Series::new(name, phase)))
}

/// What is made of one series, where there is one.
fn one<T>(
    session: &mut Session,
    (aggregate, name, phase): Name<'_>,
    make: impl FnOnce(&Found<'_>) -> Result<T, Failure>,
) -> Result<Option<T>, Failure> {
    let kept = find(session, &Histories::of(aggregate, name, phase))?;
    let chunks = chunks::of(session, kept.iter())?;
    let Some((name, (_, kept))) = kept.iter().next() else {
        return Ok(None);
    };
    let found = Found {
        kept,
        chunks: chunks.get(name).map_or(&[], Vec::as_slice),
    };
    make(&found).map(Some)
}

/// Several series, each thinned as it is wanted. Those of few points are read together.
pub(crate) fn read(session: &mut Session, wanted: &Histories) -> Result<Vec<History>, Failure> {
    let kept = find(session, wanted)?;
    let mut names = wanted.aggregates.iter().flat_map(|aggregate| {
        let series = wanted.series.iter();
        series.map(|(name, phase)| (*aggregate, name.clone(), phase.clone()))
    });
    let mut histories = Vec::new();
    loop {
        let (mut group, mut there, mut count) = (Vec::new(), HashMap::new(), 0);
        for name in names.by_ref() {
            if let Some((name, found)) = kept.get_key_value(&name) {
                there.insert(name, found);
                count += found.1.summary.count;
            }
            group.push(name);
            if count >= AT_ONCE {
                break;
            }
        }
        if group.is_empty() {
            return Ok(histories);
        }
        let chunks = chunks::of(session, there.into_iter())?;
        for name in group {
            let found = kept.get(&name).map(|(_, kept)| Found {
                kept,
                chunks: chunks.get(&name).map_or(&[], Vec::as_slice),
            });
            histories.push(taken(wanted, name, found.as_ref())?);
        }
    }
}

/// As much of a series as is wanted.
fn taken(
    wanted: &Histories,
    (aggregate, name, phase): (Uuid, String, String),
    found: Option<&Found<'_>>,
) -> Result<History, Failure> {
    let Some(found) = found else {
        return Ok(wanted.take(aggregate, Series::new(name, phase)));
    };
    match found.thin(wanted, aggregate)? {
        Some(history) => Ok(history),
        None => Ok(wanted.take(aggregate, found.whole()?)),
    }
}

/// The series that are there, each with its experiment.
fn find(session: &mut Session, wanted: &Histories) -> Result<Named<(Uuid, Kept)>, Failure> {
    let rows = session.query(
        &format!(
            "SELECT {}, s.experiment FROM unnest($1::uuid[]) AS wanted (aggregate)
             JOIN aggregates AS a ON a.aggregate = wanted.aggregate
             JOIN series AS s ON s.experiment = a.experiment AND s.aggregate = a.aggregate
             JOIN unnest($2::text[], $3::text[]) AS m (name, phase)
                 ON s.name = m.name AND s.phase = m.phase",
            summaries::SELECTED
        ),
        &[
            &wanted.aggregates,
            &list(&wanted.series, |(name, _)| stored(name)),
            &list(&wanted.series, |(_, phase)| stored(phase)),
        ],
    )?;
    let found = |row: &Row| {
        let kept = Kept::read(row)?;
        let (name, phase) = (kept.summary.name(), kept.summary.phase());
        let name = (
            get(row, summaries::COLUMNS)?,
            name.to_owned(),
            phase.to_owned(),
        );
        Ok((name, (get(row, summaries::COLUMNS + 1)?, kept)))
    };
    rows.iter().map(found).collect()
}

/// Reads every point of every series, and sees that the summaries agree with them: what is wrong, a
/// sentence each.
pub(crate) fn problems(session: &mut Session) -> Result<Vec<String>, Failure> {
    let mut problems = Vec::new();
    let rows = session.query(
        "SELECT a.id, s.aggregate, s.name, s.phase, s.count FROM series AS s
         LEFT JOIN aggregates AS a ON a.experiment = s.experiment AND a.aggregate = s.aggregate
         ORDER BY s.experiment, s.aggregate, s.name, s.phase",
        &[],
    )?;
    for row in &rows {
        let (name, phase) = (crate::column::text(row, 2)?, crate::column::text(row, 3)?);
        let id: Option<&str> = get(row, 0)?;
        let Some(id) = id.map(crate::text::original) else {
            problems.push(format!("the metric `{name}` belongs to no aggregate"));
            continue;
        };
        count(get(row, 4)?)?;
        match one(session, (get(row, 1)?, &name, &phase), agrees) {
            Ok(_) => {}
            Err(Failure::Damaged(problem)) => problems.push(format!(
                "the metric `{name}` of the phase `{phase}` of the aggregate `{id}`: {problem}"
            )),
            Err(fault) => return Err(fault),
        }
    }
    Ok(problems)
}

fn agrees(found: &Found<'_>) -> Result<(), Failure> {
    match tracker_core::Summary::of_series(&found.arrived()?) {
        Some(summary) if summary.agrees_with(&found.kept.summary) => Ok(()),
        _ => Err(Failure::Damaged(
            "its summary is not that of its points".to_owned(),
        )),
    }
}
