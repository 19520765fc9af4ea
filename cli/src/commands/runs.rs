//! `entia runs`: runs in a table.

use std::io::{self, Write};

use tracker_core::ports::{Detail, Row};
use tracker_core::query::{Condition, Cursor, Directions, Field, Page, archived, created, status};
use tracker_core::{Error as TrackerError, Experiment, Query};

use super::{runs_table, strangers};
use crate::document::{self, ColumnsDocument, RunsDocument};
use crate::error::{Error, Result};
use crate::options::Runs;
use crate::output::Output;
use crate::store::Store;
use crate::text;

/// As many runs are shown where nobody says how many.
const LIMIT: usize = 50;

pub(crate) fn run(store: &Store, options: &Runs, output: &mut Output) -> Result<()> {
    let (experiment, asked) = chosen(store, options)?;
    let experiment = experiment.as_ref();
    let fields = options.columns.iter().map(|fields| Field::list(fields));
    let fields = fields.collect::<tracker_core::Result<Vec<_>>>()?.concat();
    let excerpt = Excerpt::new(narrowed(asked.clone(), options), options.limit);
    let detail = if output.json && fields.is_empty() {
        Detail::ALL
    } else {
        runs_table::detail(&fields).union(&asked.detail())
    };
    let Page { items, next } = found(store, experiment, &excerpt.query, detail)?;
    let rows = excerpt.in_order(items);
    let mut notes = Vec::new();
    if let Some(next) = &next {
        let left_out = excerpt.left_out(store, experiment, next, output.json)?;
        // Who has said how many knows. Nobody is left to tell when standard error is closed.
        if output.json && excerpt.is_default {
            let _ = writeln!(io::stderr(), "{}", text::note(&left_out));
        }
        notes.push(left_out);
    }
    let is_empty = rows.is_empty() && next.is_none();
    if !is_empty || excerpt.asked != Query::new() {
        let named = fields.iter().cloned().fold(asked.clone(), Query::order_by);
        notes.extend(strangers::notes(store, experiment, &named, &rows)?);
    }
    let records = || -> Result<Vec<_>> {
        let experiments = store.experiments(None)?;
        Ok(experiments.iter().map(Experiment::record).collect())
    };
    if output.json {
        let next = next.map(|next| next.to_string());
        if fields.is_empty() {
            let runs = document::all(&rows);
            return output.document(&RunsDocument { runs, next, notes });
        }
        let directions = Directions::of(&records()?);
        let runs = rows.iter();
        let runs = runs.map(|(of, row)| ColumnsDocument::new(of, row, &fields, &directions));
        let runs = runs.collect();
        return output.document(&RunsDocument { runs, next, notes });
    }
    if is_empty {
        let text = if excerpt.asked == Query::new() {
            "No runs yet. The program that trains creates them: in Rust with \
             `experiment.track(&model)`, with MLflow's client by `mlflow.start_run()`."
        } else {
            "No run is like that."
        };
        writeln!(output, "{text}")?;
    } else if !rows.is_empty() {
        let length = store.id_length(&rows)?;
        let table = if fields.is_empty() {
            let in_terminal = output.width.is_some();
            runs_table::table(&rows, &asked.detail(), &records()?, length, in_terminal)
        } else {
            runs_table::table_of(&fields, &rows, &Directions::of(&records()?), length)
        };
        output.table(table)?;
    }
    notes.iter().try_for_each(|note| output.remark(note))
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

    /// How many runs more there are, and how they can be seen: by a program also page by page.
    fn left_out(
        &self,
        store: &Store,
        experiment: Option<&Experiment>,
        next: &Cursor,
        json: bool,
    ) -> Result<String> {
        let mut rest = self.query.clone().after(next.clone());
        rest = rest.limit(usize::MAX);
        let rest = match experiment {
            Some(experiment) => experiment.aggregates().count(rest)?,
            None => store.tracker.experiments().count(rest)?,
        };
        let rest = usize::try_from(rest).unwrap_or(usize::MAX);
        let is_from_query = self.query == self.asked;
        let (thing, order) = if self.is_newest && !is_from_query {
            ("older run", "order by created desc ")
        } else {
            ("more run", "")
        };
        let runs = text::plural(rest, thing);
        let are = if rest == 1 { "is" } else { "are" };
        let all = if is_from_query {
            "raise the `limit` of the query"
        } else {
            "see all with `--limit 0`"
        };
        // The place itself has too many digits to be typed.
        let page = if json {
            format!(", or end the query with `{order}after NEXT`, where NEXT is `next`")
        } else {
            String::new()
        };
        Ok(format!("there {are} {runs}: {all}{page}"))
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

/// Whether a text that does not read as a query is meant as one, rather than as the name of an
/// experiment.
fn is_like_a_query(text: &str) -> bool {
    const BEGINNINGS: [&str; 7] = [
        "order ", "limit ", "not ", "metric.", "param.", "tag.", "hash.",
    ];
    const WORDS: [&str; 4] = [" in ", " exists", " like ", " contains "];
    let text = text.to_lowercase();
    text.contains(['=', '<', '>', '~'])
        || BEGINNINGS
            .iter()
            .any(|beginning| text.starts_with(beginning))
        || WORDS.iter().any(|word| text.contains(word))
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
                Err(slip) if is_like_a_query(name) => return Err(slip.into()),
                Err(_) => store.experiment(name),
            }
        }
        named => named,
    };
    Ok((Some(named?), query))
}
