//! Names in a query that no run has.

use std::collections::BTreeSet;
use std::io::Write;

use console::style;
use registry_core::nearest;
use tracker_core::ports::{Detail, Row};
use tracker_core::query::{Condition, created, hash, metric};
use tracker_core::{Experiment, Query};

use super::runs::found;
use crate::error::Result;
use crate::output::Output;
use crate::store::Store;
use crate::text;

/// What may be meant is looked for among as many of the newest runs: a store may have a hundred
/// thousand.
const NEWEST: usize = 200;

/// A name that no run has.
enum Stranger {
    Series { name: String, phase: String },
    Kind(String),
}

/// Says what the query asks for that no run has at all: a slip in a name finds nothing, or orders
/// by nothing, without being wrong.
pub(super) fn write(
    store: &Store,
    experiment: Option<&Experiment>,
    query: &Query,
    rows: &[(String, Row)],
    output: &mut Output,
) -> Result<()> {
    let mut strangers = Vec::new();
    for stranger in asked(query) {
        if !stranger.is_in(rows) && stranger.is_nowhere(store, experiment)? {
            strangers.push(stranger);
        }
    }
    if strangers.is_empty() {
        return Ok(());
    }
    let newest = Query::new().order_by(created().desc()).limit(NEWEST);
    let newest = found(store, experiment, &newest, Detail::ALL)?.items;
    for stranger in strangers {
        let meant = stranger.meant(&newest);
        let meant = meant.map_or_else(String::new, |meant| format!("; did you mean `{meant}`?"));
        let note = text::line(&format!("no run has {}{meant}", stranger.described()));
        writeln!(output, "{}", style(note).dim())?;
    }
    Ok(())
}

/// The series and kinds of modules that a query names.
fn asked(query: &Query) -> Vec<Stranger> {
    let Detail { modules, series } = query.detail();
    let series = series.into_iter().flatten();
    let series = series.map(|(name, phase)| Stranger::Series { name, phase });
    let kinds = modules.into_iter().flatten().map(Stranger::Kind);
    series.chain(kinds).collect()
}

impl Stranger {
    fn is_in(&self, rows: &[(String, Row)]) -> bool {
        let mut rows = rows.iter().map(|(_, row)| row);
        match self {
            Self::Series { name, phase } => rows.any(|row| {
                let mut summaries = row.summaries.iter();
                summaries.any(|of| of.name() == name && of.phase() == phase)
            }),
            Self::Kind(kind) => rows.any(|row| row.modules.iter().any(|of| of.kind == *kind)),
        }
    }

    /// Whether none of all the runs has it; the store looks for one that has.
    fn is_nowhere(&self, store: &Store, experiment: Option<&Experiment>) -> Result<bool> {
        let query = Query::new().filter(self.exists()).limit(1);
        Ok(found(store, experiment, &query, Detail::NONE)?.is_empty())
    }

    fn exists(&self) -> Condition {
        match self {
            Self::Series { name, phase } => metric(name).phase(phase).count().exists(),
            Self::Kind(kind) => hash(kind).exists(),
        }
    }

    fn described(&self) -> String {
        match self {
            Self::Series { name, phase } => format!("the metric `{}`", text::series(name, phase)),
            Self::Kind(kind) => format!("a module of the kind `{kind}`"),
        }
    }

    /// What these runs have that may be meant.
    fn meant(&self, rows: &[(String, Row)]) -> Option<String> {
        let modules = || rows.iter().flat_map(|(_, row)| &row.modules);
        let summaries = || rows.iter().flat_map(|(_, row)| &row.summaries);
        match self {
            Self::Series { name, phase } => {
                let known: BTreeSet<String> = summaries()
                    .map(|summary| text::series(summary.name(), summary.phase()))
                    .collect();
                let near = nearest(&text::series(name, phase), known.iter().map(String::as_str));
                near.map(str::to_owned)
            }
            Self::Kind(kind) => {
                let kinds: BTreeSet<&str> = modules().map(|module| &*module.kind).collect();
                if let Some(near) = nearest(kind, kinds) {
                    return Some(near.to_owned());
                }
                if let Some(holder) = modules().find(|of| of.arguments().get(kind).is_some()) {
                    return Some(format!("{}.{kind}", holder.kind));
                }
                let metric = summaries().find(|summary| summary.name() == kind)?;
                let series = text::series(metric.name(), metric.phase());
                Some(format!("metric.{series}.last"))
            }
        }
    }
}
