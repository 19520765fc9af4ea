//! Histories: whole, or as much of them as a chart shows.

use tracker_core::ports::{Histories, History};
use tracker_core::{Series, Uuid, chunk};

use crate::changes::Key;
use crate::chunks::{self, Stored};
use crate::column::{column, count, get};
use crate::failure::Failure;
use crate::series;
use crate::session::Session;
use crate::summaries::{self, Kept};

/// A series with all its chunks.
struct Found {
    kept: Kept,
    chunks: Vec<Stored>,
}

impl Found {
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
        chunks::append_to(&mut points, &self.chunks, 1)?;
        if points.len() as u64 != summary.count {
            let problem = format!("{} points are there of {}", points.len(), summary.count);
            return Err(Failure::Damaged(problem));
        }
        Ok(points)
    }

    /// As many points as are wanted; nothing where all must be decoded for it.
    fn thin(&self, wanted: &Histories, aggregate: Uuid) -> Result<Option<History>, Failure> {
        let Kept { packed, summary } = &self.kept;
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
    match find(session, aggregate, name, phase)? {
        Some(found) => found.whole(),
        None => Ok(Series::new(name, phase)),
    }
}

/// Several series, each thinned as it is wanted.
pub(crate) fn read(session: &mut Session, wanted: &Histories) -> Result<Vec<History>, Failure> {
    let mut histories = Vec::new();
    for aggregate in &wanted.aggregates {
        for (name, phase) in &wanted.series {
            let found = find(session, *aggregate, name, phase)?;
            let thinned = match &found {
                Some(found) => found.thin(wanted, *aggregate)?,
                None => None,
            };
            histories.push(match (thinned, &found) {
                (Some(history), _) => history,
                (None, Some(found)) => wanted.take(*aggregate, found.whole()?),
                (None, None) => wanted.take(*aggregate, Series::new(name, phase)),
            });
        }
    }
    Ok(histories)
}

fn find(
    session: &mut Session,
    aggregate: Uuid,
    name: &str,
    phase: &str,
) -> Result<Option<Found>, Failure> {
    let rows = session.query(
        "SELECT experiment FROM aggregates WHERE aggregate = $1",
        &[&aggregate],
    )?;
    let Some(row) = rows.first() else {
        return Ok(None);
    };
    let key = Key {
        experiment: get(row, 0)?,
        aggregate,
    };
    let name_of = (aggregate, name, phase);
    let mut kept = summaries::find(session, key.experiment, &[name_of])?;
    let Some(kept) = series::take(&mut kept, name_of) else {
        return Ok(None);
    };
    let chunks = chunks::all(session, key, name, phase)?;
    Ok(Some(Found { kept, chunks }))
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
        let found = find(session, get(row, 1)?, &name, &phase);
        let agrees = found.and_then(|found| agrees(found.as_ref()));
        match agrees {
            Ok(()) => {}
            Err(Failure::Damaged(problem)) => problems.push(format!(
                "the metric `{name}` of the phase `{phase}` of the aggregate `{id}`: {problem}"
            )),
            Err(fault) => return Err(fault),
        }
    }
    Ok(problems)
}

fn agrees(found: Option<&Found>) -> Result<(), Failure> {
    let Some(found) = found else {
        return Ok(());
    };
    match tracker_core::Summary::of_series(&found.arrived()?) {
        Some(summary) if summary.agrees_with(&found.kept.summary) => Ok(()),
        _ => Err(Failure::Damaged(
            "its summary is not that of its points".to_owned(),
        )),
    }
}
