//! Points on their way into series.

use std::collections::{BTreeMap, HashMap};

use tracker_core::{Series, Summary, Uuid, chunk};

use crate::changes::Key;
use crate::chunks::{self, New};
use crate::column::column;
use crate::failure::Failure;
use crate::session::Session;
use crate::summaries::{self, Kept};

/// A series of an experiment: its aggregate, its name and its phase.
pub(crate) type Name<'n> = (Uuid, &'n str, &'n str);

/// What was read of series.
pub(crate) type Named<T> = HashMap<(Uuid, String, String), T>;

/// Points of a series, and the number of the first.
type Points<'n> = (Name<'n>, i64, Series);

/// Takes out what was read of a series.
pub(crate) fn take<T>(read: &mut Named<T>, (aggregate, name, phase): Name<'_>) -> Option<T> {
    read.remove(&(aggregate, name.to_owned(), phase.to_owned()))
}

/// Adds points to series, which are made where there are none.
pub(crate) fn add(session: &mut Session, points: &[(Key, &Series)]) -> Result<(), Failure> {
    let mut added: BTreeMap<Uuid, BTreeMap<Name<'_>, Series>> = BTreeMap::new();
    for (key, series) in points.iter().filter(|(_, series)| !series.is_empty()) {
        let name = (key.aggregate, series.name(), series.phase());
        let of = added.entry(key.experiment).or_default().entry(name);
        of.or_insert_with(|| Series::new(series.name(), series.phase()))
            .append(series);
    }
    for (experiment, added) in added {
        add_to(session, experiment, added)?;
    }
    Ok(())
}

/// Adds points to series of one experiment: a statement for all of them, whatever is done.
fn add_to(
    session: &mut Session,
    experiment: Uuid,
    added: BTreeMap<Name<'_>, Series>,
) -> Result<(), Failure> {
    let names: Vec<Name<'_>> = added.keys().copied().collect();
    let mut before = summaries::find(session, experiment, &names)?;
    let (mut after, mut new, mut packed) = (Vec::new(), Vec::new(), Vec::new());
    for (name, points) in added {
        let Some(summary) = Summary::of_series(&points) else {
            continue;
        };
        let (had, count, summary) = match take(&mut before, name) {
            Some(Kept {
                packed,
                summary: mut all,
            }) => {
                let count = all.count;
                all.append(summary);
                (packed, count, all)
            }
            None => (0, 0, summary),
        };
        let has = chunk::target(had, summary.count);
        if has == had || count == 0 {
            new.push((name, column(count) + 1, points));
        } else {
            packed.push((name, had, points));
        }
        let kept = Kept {
            packed: has,
            summary,
        };
        after.push((name.0, kept));
    }
    summaries::put(session, experiment, &after)?;
    pack(session, experiment, packed, &mut new)?;
    let mut chunks = New::default();
    for (name, first, points) in &new {
        chunks.add(*name, *first, points)?;
    }
    chunks.insert(session, experiment)
}

/// Takes out those points that belong into chunks with new ones, and puts them before these. Each
/// series comes with how many of its points are packed.
fn pack<'n>(
    session: &mut Session,
    experiment: Uuid,
    series: Vec<(Name<'n>, u64, Series)>,
    all: &mut Vec<Points<'n>>,
) -> Result<(), Failure> {
    if series.is_empty() {
        return Ok(());
    }
    let wanted: Vec<(Name<'_>, u64)> = series
        .iter()
        .map(|(name, packed, _)| (*name, *packed))
        .collect();
    let mut taken = chunks::take(session, experiment, &wanted)?;
    for (name, packed, points) in series {
        let chunks = take(&mut taken, name).unwrap_or_default();
        let first = chunks.first().map_or(column(packed) + 1, |one| one.first);
        let mut moved = Series::new(name.1, name.2);
        chunks::append_to(&mut moved, &chunks, first)?;
        moved.append(&points);
        all.push((name, first, moved));
    }
    Ok(())
}

/// Removes all points of an aggregate.
pub(crate) fn clear(session: &mut Session, key: Key) -> Result<(), Failure> {
    for sql in [
        "DELETE FROM chunks WHERE experiment = $1 AND aggregate = $2",
        "DELETE FROM series WHERE experiment = $1 AND aggregate = $2",
    ] {
        session.execute(sql, &[&key.experiment, &key.aggregate])?;
    }
    Ok(())
}
