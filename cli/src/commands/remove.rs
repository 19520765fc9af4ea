//! `entia archive`, `restore`, `remove` and `remove-experiment`: what goes out of sight.

use std::io::Write;

use tracker_core::ports::{Change, Row};
use tracker_core::query;

use super::select::{self, Runs};
use crate::confirm::confirm;
use crate::error::Result;
use crate::options::{Asked, RemoveExperiment, Several};
use crate::output::Output;
use crate::store::Store;
use crate::text;

pub(crate) fn archive(store: &Store, options: &Asked, output: &mut Output) -> Result<()> {
    let runs = selected(store, &options.runs, output)?;
    if !runs.is_empty() {
        // One that is named is meant, and `restore` brings it back.
        let is_meant = options.runs.query.is_none() && runs.len() == 1;
        confirm(&would_be(&runs, "archived", "in"), options.yes || is_meant)?;
        set_archived(store, &runs, true)?;
    }
    let one = |_: &str, row: &Row| format!("{} is archived", row.aggregate.id);
    select::tell(
        &select::again(store, &runs)?,
        one,
        |many| format!("{many} are archived"),
        output,
    )
}

pub(crate) fn restore(store: &Store, options: &Several, output: &mut Output) -> Result<()> {
    let experiment = options.experiment.as_deref();
    let runs = match &options.query {
        Some(query) => {
            let archived = Some(query::archived().eq(true));
            select::found(store, query, experiment, archived, output)?
        }
        None => select::named(store, &options.runs, experiment)?,
    };
    set_archived(store, &runs, false)?;
    let one = |_: &str, row: &Row| format!("{} is restored", row.aggregate.id);
    select::tell(
        &select::again(store, &runs)?,
        one,
        |many| format!("{many} are restored"),
        output,
    )
}

pub(crate) fn remove(store: &Store, options: &Asked, output: &mut Output) -> Result<()> {
    let runs = selected(store, &options.runs, output)?;
    if !runs.is_empty() {
        let of_what = if runs.len() == 1 { "its" } else { "their" };
        let what = format!(
            "{} with all {of_what} points",
            would_be(&runs, "removed", "from")
        );
        confirm(&what, options.yes)?;
        let removed = runs.iter().map(|(_, row)| Change::RemoveAggregate {
            aggregate: row.aggregate.uuid,
        });
        select::apply(store, &removed.collect::<Vec<_>>())?;
    }
    let one = |experiment: &str, row: &Row| {
        format!("{} is removed from `{experiment}`", row.aggregate.id)
    };
    select::tell(&runs, one, |many| format!("{many} are removed"), output)
}

fn selected(store: &Store, options: &Several, output: &mut Output) -> Result<Runs> {
    let experiment = options.experiment.as_deref();
    match &options.query {
        Some(query) => select::found(store, query, experiment, None, output),
        None => select::named(store, &options.runs, experiment),
    }
}

fn set_archived(store: &Store, runs: &Runs, archived: bool) -> Result<()> {
    let changes = runs.iter().map(|(_, row)| Change::Archive {
        aggregate: row.aggregate.uuid,
        archived,
    });
    select::apply(store, &changes.collect::<Vec<_>>())
}

/// What is about to happen: it names the one run, or counts them.
pub(super) fn would_be(runs: &Runs, done: &str, place: &str) -> String {
    match &runs[..] {
        [(experiment, row)] => {
            format!(
                "`{}` would be {done} {place} `{experiment}`",
                row.aggregate.id
            )
        }
        runs => format!("{} would be {done}", text::plural(runs.len(), "run")),
    }
}

pub(crate) fn remove_experiment(
    store: &Store,
    options: &RemoveExperiment,
    output: &mut Output,
) -> Result<()> {
    let experiment = store.experiment(&options.experiment)?;
    let name = experiment.name();
    let all = query::archived().exists();
    let runs = experiment
        .aggregates()
        .find(tracker_core::Query::new().filter(all))?;
    let runs = text::plural(runs.len(), "run");
    let what = format!("the experiment `{name}` would be removed with {runs} and all their points");
    confirm(&what, options.yes)?;
    experiment.remove()?;
    store.tracker.flush()?;
    if output.json {
        return super::experiments::run(store, output);
    }
    let text = format!("`{name}` is removed with {runs}");
    Ok(writeln!(output, "{}", text::line(&text))?)
}
