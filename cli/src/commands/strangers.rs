//! Names in a query that no run has.

use std::collections::BTreeSet;

use registry_core::nearest;
use tracker_core::ports::{Detail, Row};
use tracker_core::query::{Condition, Directions, Field, Target, created, hash, metric, tag};
use tracker_core::{Experiment, Query};

use super::runs::found;
use crate::error::Result;
use crate::store::Store;
use crate::text;

/// What may be meant is looked for among as many of the newest runs: a store may have a hundred
/// thousand.
const NEWEST: usize = 200;

/// A name that no run has.
#[derive(PartialEq)]
enum Stranger {
    Series {
        name: String,
        phase: String,
    },
    Kind(String),
    /// An argument of a module, a parameter or a tag.
    Value(Field),
}

/// Says what the query asks for that no run has at all: a slip in a name finds nothing, or orders
/// by nothing, without being wrong.
pub(super) fn notes(
    store: &Store,
    experiment: Option<&Experiment>,
    query: &Query,
    rows: &[(String, Row)],
) -> Result<Vec<String>> {
    let mut strangers: Vec<Stranger> = Vec::new();
    for stranger in query.fields().into_iter().flat_map(asked) {
        let is_known = strangers.iter().any(|known| stranger.is_of(known));
        if !is_known && !stranger.is_in(rows) && stranger.is_nowhere(store, experiment)? {
            strangers.push(stranger);
        }
    }
    if strangers.is_empty() {
        return Ok(Vec::new());
    }
    let newest = Query::new().order_by(created().desc()).limit(NEWEST);
    let newest = found(store, experiment, &newest, Detail::ALL)?.items;
    let strangers = strangers.into_iter();
    let notes = strangers.map(|stranger| {
        let meant = stranger.meant(&newest);
        let meant = meant.map_or_else(String::new, |meant| format!("; did you mean `{meant}`?"));
        text::line(&format!("no run has {}{meant}", stranger.described()))
    });
    Ok(notes.collect())
}

/// What a run must have to have a field.
fn asked(field: &Field) -> Vec<Stranger> {
    match field.target() {
        Target::Metric { name, phase, .. } => vec![Stranger::Series {
            name: name.clone(),
            phase: phase.clone(),
        }],
        Target::Component(kind) | Target::Hash(kind) => vec![Stranger::Kind(kind.clone())],
        Target::Argument { kind, .. } => {
            vec![Stranger::Kind(kind.clone()), Stranger::Value(field.clone())]
        }
        Target::Tag(_) | Target::Param(_) => vec![Stranger::Value(field.clone())],
        _ => Vec::new(),
    }
}

impl Stranger {
    /// Whether it is this one, or an argument of it.
    fn is_of(&self, other: &Self) -> bool {
        let of_kind = match (self, other) {
            (Self::Value(field), Self::Kind(other)) => {
                matches!(field.target(), Target::Argument { kind, .. } if kind == other)
            }
            _ => false,
        };
        of_kind || self == other
    }

    fn is_in(&self, rows: &[(String, Row)]) -> bool {
        let mut rows = rows.iter().map(|(_, row)| row);
        match self {
            Self::Series { name, phase } => rows.any(|row| {
                let mut summaries = row.summaries.iter();
                summaries.any(|of| of.name() == name && of.phase() == phase)
            }),
            Self::Kind(kind) => rows.any(|row| row.modules.iter().any(|of| of.kind == *kind)),
            Self::Value(field) => rows.any(|row| field.of(row, &Directions::default()).is_some()),
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
            Self::Value(field) => field.clone().exists(),
        }
    }

    fn described(&self) -> String {
        match self {
            Self::Series { name, phase } => format!("the metric `{}`", text::series(name, phase)),
            Self::Kind(kind) => format!("a module of the kind `{kind}`"),
            Self::Value(field) => format!("`{field}`"),
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
            Self::Value(field) => {
                let all = || rows.iter().flat_map(|(_, row)| values(field.target(), row));
                let words = field.to_string().replace('"', "");
                // A name with dots of its own is one, and not a way into an object.
                let same = |known: &Field| known.to_string().replace('"', "") == words;
                if let Some(dotted) = all().find(same) {
                    return Some(dotted.to_string());
                }
                let known: BTreeSet<String> = all().map(|field| field.to_string()).collect();
                let near = nearest(&field.to_string(), known.iter().map(String::as_str));
                near.map(str::to_owned)
            }
        }
    }
}

/// The fields of this sort that a run has.
fn values(target: &Target, row: &Row) -> Vec<Field> {
    let run = &row.aggregate;
    match target {
        Target::Argument { kind, .. } => {
            let modules = row.modules.iter().filter(|module| module.kind == *kind);
            let names = modules.flat_map(|module| module.arguments().iter());
            let argument = |name: &str| Target::Argument {
                kind: kind.clone(),
                path: vec![name.to_owned()],
            };
            names.map(|(name, _)| argument(name).into()).collect()
        }
        Target::Tag(_) => run.annotations.tags.keys().map(tag).collect(),
        Target::Param(_) => {
            let names = run.params.keys();
            names
                .map(|name| Target::Param(vec![name.clone()]).into())
                .collect()
        }
        _ => Vec::new(),
    }
}
