//! `entia runs`: runs in a table.

use std::io::{self, Write};

use console::style;
use tracker_core::ports::{Detail, Row};
use tracker_core::query::{Condition, Cursor, Directions, Field, Page, archived, created, status};
use tracker_core::{Error as TrackerError, Experiment, Query};

use super::{runs_table, strangers};
use crate::document::RunDocument;
use crate::error::{Error, Result};
use crate::options::Runs;
use crate::output::Output;
use crate::store::Store;
use crate::text;

/// As many runs are shown where nobody says how many.
const LIMIT: usize = 50;
/// What was left out is counted up to so many: a store may have a hundred thousand runs.
const COUNTED: usize = 1_000;

pub(crate) fn run(store: &Store, options: &Runs, output: &mut Output) -> Result<()> {
    let (experiment, asked) = chosen(store, options)?;
    let experiment = experiment.as_ref();
    let fields = options.columns.iter().map(|field| field.trim().parse());
    let fields: Vec<Field> = fields.collect::<tracker_core::Result<_>>()?;
    let only = narrowed(asked.clone(), options);
    let excerpt = Excerpt::new(only, options.limit);
    let detail = if output.json {
        Detail::ALL
    } else {
        runs_table::detail(&fields).union(&asked.detail())
    };
    let Page { items, next } = found(store, experiment, &excerpt.query, detail)?;
    let rows = excerpt.in_order(items);
    let left_out = next
        .map(|next| excerpt.left_out(store, experiment, next))
        .transpose()?;
    if output.json {
        // Who has said how many knows.
        if let Some(left_out) = left_out.filter(|_| excerpt.is_default) {
            // Nobody is left to tell when standard error is closed.
            let _ = writeln!(io::stderr(), "{}", text::note(&left_out));
        }
        return output.document(&RunDocument::all(&rows));
    }
    if rows.is_empty() {
        let text = if excerpt.asked == Query::new() {
            "No runs yet. The program that trains creates them: `experiment.track(&model)`."
        } else {
            "No run is like that."
        };
        writeln!(output, "{text}")?;
        return strangers::write(store, experiment, &asked, &rows, output);
    }
    let experiments = store.experiments(None)?;
    let records: Vec<_> = experiments.iter().map(Experiment::record).collect();
    let table = if options.columns.is_empty() {
        runs_table::table(&rows, &asked.detail(), &records, output.width.is_some())
    } else {
        runs_table::table_of(&fields, &rows, &Directions::of(&records))
    };
    output.table(table)?;
    if let Some(left_out) = left_out {
        writeln!(output, "{}", style(left_out).dim())?;
    }
    strangers::write(store, experiment, &asked, &rows, output)
}

/// So many of the runs that are asked for.
struct Excerpt {
    asked: Query,
    query: Query,
    /// Whether nobody said an order, so that the newest are shown, in the order of their creation.
    is_newest: bool,
    /// Whether nobody said how many.
    is_default: bool,
}

impl Excerpt {
    fn new(asked: Query, limit: Option<usize>) -> Self {
        let is_default = limit.is_none() && asked.most().is_none();
        let limit = match (limit, asked.most()) {
            (Some(0), _) | (None, Some(_)) => None,
            (Some(limit), _) => Some(limit),
            (None, None) => Some(LIMIT),
        };
        let is_newest = asked.orders().is_empty() && asked.cursor().is_none();
        let query = match limit {
            Some(limit) if is_newest => asked.clone().order_by(created().desc()).limit(limit),
            Some(limit) => asked.clone().limit(limit),
            None => asked.clone(),
        };
        Self {
            asked,
            query,
            is_newest,
            is_default,
        }
    }

    fn in_order(&self, mut rows: Vec<(String, Row)>) -> Vec<(String, Row)> {
        if self.is_newest {
            rows.sort_by_key(|(_, row)| row.aggregate.order());
        }
        rows
    }

    /// How many runs more there are, and how they can be seen.
    fn left_out(
        &self,
        store: &Store,
        experiment: Option<&Experiment>,
        next: Cursor,
    ) -> Result<String> {
        let text = next.to_string();
        let rest = self.query.clone().limit(COUNTED).after(next);
        let rest = found(store, experiment, &rest, Detail::NONE)?;
        let is_from_query = self.query == self.asked;
        let (thing, order) = if self.is_newest && !is_from_query {
            ("older run", "order by created desc ")
        } else {
            ("more run", "")
        };
        let runs = text::plural(rest.len(), thing);
        let are = match (&rest.next, rest.len()) {
            (Some(_), _) => "are more than",
            (None, 1) => "is",
            (None, _) => "are",
        };
        let all = if is_from_query {
            ""
        } else {
            "see all with `--limit 0`, or "
        };
        Ok(format!(
            "there {are} {runs}: {all}end the query with `{order}after {text}`"
        ))
    }
}

/// What is found of runs, with the names of their experiments, in the order of the query.
pub(super) fn found(
    store: &Store,
    experiment: Option<&Experiment>,
    query: &Query,
    detail: Detail,
) -> Result<Page<(String, Row)>> {
    let (items, next) = match experiment {
        Some(experiment) => {
            let found = experiment.aggregates().rows_with(query, detail)?;
            let name = experiment.name();
            let items = found.items.into_iter().map(|row| (name.clone(), row));
            (items.collect(), found.next)
        }
        None => {
            let found = store.tracker.experiments().rows_with(query, detail)?;
            let items = found.items.into_iter().map(|(of, row)| (of.name(), row));
            (items.collect(), found.next)
        }
    };
    Ok(Page { items, next })
}

/// The query with what the other options ask for.
fn narrowed(mut query: Query, options: &Runs) -> Query {
    let statuses = options
        .status
        .iter()
        .map(|wanted| status().eq(wanted.as_str()));
    if let Some(condition) = statuses.reduce(Condition::or) {
        query = query.filter(condition);
    }
    if options.archived {
        query = query.filter(archived().exists());
    }
    query
}

/// The experiment, or nothing for all, and the query. What stands alone is a query where it reads
/// as one and no experiment has that name.
fn chosen(store: &Store, options: &Runs) -> Result<(Option<Experiment>, Query)> {
    let query: Query = options.query.as_deref().unwrap_or_default().parse()?;
    let Some(name) = options.experiment.as_deref() else {
        return Ok((None, query));
    };
    let named = match store.experiment(name) {
        Err(Error::Tracker(TrackerError::Missing { .. })) if options.query.is_none() => {
            match name.parse() {
                Ok(query) => return Ok((None, query)),
                Err(slip)
                    if name.starts_with("order by ") || name.contains(['=', '<', '>', '~']) =>
                {
                    return Err(slip.into());
                }
                Err(_) => store.experiment(name),
            }
        }
        named => named,
    };
    Ok((Some(named?), query))
}
