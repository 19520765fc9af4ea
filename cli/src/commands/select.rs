//! Several runs: those that are named, or those that a query finds.

use std::io::Write;

use tracker_core::Query;
use tracker_core::ports::{Change, Detail, Row};
use tracker_core::query::Condition;

use super::{runs, strangers};
use crate::document;
use crate::error::{Error, Result};
use crate::output::Output;
use crate::store::Store;
use crate::text;

/// Runs with the names of their experiments.
pub(super) type Runs = Vec<(String, Row)>;

/// The runs that are named, each once, with all their modules and summaries.
pub(super) fn named<'n>(
    store: &Store,
    names: impl IntoIterator<Item = &'n String>,
    experiment: Option<&str>,
) -> Result<Runs> {
    let mut uuids = Vec::new();
    for name in names {
        let uuid = store.record(name, experiment)?.uuid;
        if !uuids.contains(&uuid) {
            uuids.push(uuid);
        }
    }
    with_experiments(store, store.rows(uuids)?)
}

/// The runs that a query finds, and that are so as `also` says. Where there are none, the names in
/// the query that no run has are said, and nothing is left to do.
pub(super) fn found(
    store: &Store,
    query: &str,
    experiment: Option<&str>,
    also: Option<Condition>,
    output: &mut Output,
) -> Result<Runs> {
    let query: Query = query.parse()?;
    if query == Query::new() {
        return Err(Error::NoCondition);
    }
    let experiment = experiment.map(|name| store.experiment(name)).transpose()?;
    let only = also.map_or_else(|| query.clone(), |also| query.clone().filter(also));
    let page = runs::found(store, experiment.as_ref(), &only, Detail::ALL)?;
    if page.items.is_empty() && !output.json {
        writeln!(output, "No run is like that.")?;
        for note in strangers::notes(store, experiment.as_ref(), &query, &[])? {
            output.remark(&note)?;
        }
    }
    Ok(page.items)
}

/// Makes the changes of these runs in one step: all of them, or none.
pub(super) fn apply(store: &Store, changes: &[Change]) -> Result<()> {
    store.tracker.store()?.apply(changes, None)?.complete()?;
    Ok(store.tracker.flush()?)
}

/// Says what became of runs: a sentence about the one, or about so many.
pub(super) fn tell(
    runs: &[(String, Row)],
    one: impl FnOnce(&str, &Row) -> String,
    many: impl FnOnce(&str) -> String,
    output: &mut Output,
) -> Result<()> {
    if output.json {
        return output.document(&document::all(runs));
    }
    let text = match runs {
        // That none was found has been said.
        [] => return Ok(()),
        [(experiment, row)] => one(experiment, row),
        runs => many(&text::plural(runs.len(), "run")),
    };
    Ok(writeln!(output, "{}", text::line(&text))?)
}

/// The same runs as they are in the store now.
pub(super) fn again(store: &Store, runs: &[(String, Row)]) -> Result<Runs> {
    let uuids = runs.iter().map(|(_, row)| row.aggregate.uuid).collect();
    with_experiments(store, store.rows(uuids)?)
}

fn with_experiments(store: &Store, rows: Vec<Row>) -> Result<Runs> {
    let experiments = store.experiments(None)?;
    let name = |row: &Row| {
        let of = experiments
            .iter()
            .find(|of| of.id() == row.aggregate.experiment);
        of.map_or_else(String::new, tracker_core::Experiment::name)
    };
    Ok(rows.into_iter().map(|row| (name(&row), row)).collect())
}
