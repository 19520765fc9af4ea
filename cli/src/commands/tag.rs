//! `entia tag`: sets and removes tags of runs.

use std::collections::BTreeSet;

use registry_core::nearest;
use tracker_core::ports::{Change, Row};
use tracker_core::{Annotation, Error as TrackerError};

use super::remove::would_be;
use super::select::{self, Runs};
use crate::confirm::confirm;
use crate::error::{Error, Result};
use crate::options::Tag;
use crate::output::Output;
use crate::store::Store;
use crate::text;

pub(crate) fn run(store: &Store, options: &Tag, output: &mut Output) -> Result<()> {
    let (names, tags) = match &options.query {
        Some(_) => (None, options.first.iter().chain(&options.tags)),
        None => (options.first.as_ref(), None.iter().chain(&options.tags)),
    };
    let tags: Vec<(&str, &str)> = tags
        .map(|tag| tag.split_once('=').unwrap_or((tag, "")))
        .collect();
    if tags.is_empty() && options.remove.is_empty() {
        return Err(Error::NoTag);
    }
    let experiment = options.experiment.as_deref();
    let runs = match &options.query {
        Some(query) => select::found(store, query, experiment, None, output)?,
        None => select::named(store, names.into_iter().chain(&options.also), experiment)?,
    };
    if !runs.is_empty() {
        check(&runs, &tags, &options.remove)?;
        if options.query.is_some() {
            confirm(&would_be(&runs, "tagged", "in"), options.yes)?;
        }
        select::apply(store, &changes(&runs, &tags, &options.remove))?;
    }
    let one = |_: &str, row: &Row| match text::tags(&row.aggregate.annotations.tags) {
        tags if tags.is_empty() => format!("{} has no tags now", row.aggregate.id),
        tags => format!("{} has the tags {tags}", row.aggregate.id),
    };
    select::tell(
        &select::again(store, &runs)?,
        one,
        |many| format!("{many} have new tags"),
        output,
    )
}

fn changes(runs: &Runs, set: &[(&str, &str)], remove: &[String]) -> Vec<Change> {
    let mut changes = Vec::new();
    for (_, row) in runs {
        let aggregate = row.aggregate.uuid;
        let annotate = |annotation| Change::Annotate {
            aggregate,
            annotation,
        };
        changes.extend(set.iter().map(|(tag, value)| {
            annotate(Annotation::SetTag {
                tag: (*tag).to_owned(),
                value: (*value).to_owned(),
            })
        }));
        changes.extend(
            remove
                .iter()
                .map(|tag| annotate(Annotation::RemoveTag { tag: tag.clone() })),
        );
    }
    changes
}

/// Tags that begin so are set by the server alone; one that was set before can be removed.
const OWN: &str = "entia.";

/// Refuses tags without a name or of the server, and the removal of those that no run has, before any is changed.
fn check(runs: &Runs, set: &[(&str, &str)], remove: &[String]) -> Result<()> {
    for (tag, value) in set {
        let (tag, value) = ((*tag).to_owned(), (*value).to_owned());
        if tag.starts_with(OWN) {
            return Err(Error::OwnTag { tag });
        }
        Annotation::SetTag { tag, value }.check()?;
    }
    let there = runs
        .iter()
        .flat_map(|(_, row)| row.aggregate.annotations.tags.keys());
    let named = set.iter().map(|(tag, _)| *tag);
    let known: BTreeSet<&str> = there.map(String::as_str).chain(named).collect();
    let Some(missing) = remove.iter().find(|tag| !known.contains(tag.as_str())) else {
        return Ok(());
    };
    let (place, it_has) = match &runs[..] {
        [(_, row)] => (format!("the run `{}`", row.aggregate.id), "it has"),
        runs => (
            format!("the set of {}", text::plural(runs.len(), "run")),
            "they have",
        ),
    };
    let known: Vec<&str> = known.into_iter().collect();
    let hint = match (nearest(missing, known.iter().copied()), known.is_empty()) {
        (Some(near), _) => format!("did you mean `{near}`?"),
        (None, true) => format!("{it_has} no tags"),
        (None, false) => format!("{it_has} the tags `{}`", known.join("`, `")),
    };
    Err(Error::Tracker(TrackerError::Missing {
        what: "tag",
        name: missing.clone(),
        place,
        hint,
    }))
}
