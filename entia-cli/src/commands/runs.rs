//! `entia runs`: runs in a table.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;

use console::{Color, style};
use registry_core::{Value, nearest};
use tracker_core::ports::{Columns, Row};
use tracker_core::query::{Field, Page};
use tracker_core::{Error as TrackerError, Experiment, Query};

use crate::error::{Error, Result};
use crate::json::RunJson;
use crate::options::Runs;
use crate::output::Output;
use crate::store::Store;
use crate::table::{Column, Table};
use crate::text;

/// As many series are shown at most.
const SERIES: usize = 6;
/// A model with longer arguments, as a list of thousands, is cut in a pipe too; `show` has them.
const LONGEST: usize = 200;

pub(crate) fn run(store: &Store, options: &Runs, output: &mut Output) -> Result<()> {
    let (experiment, mut query) = chosen(store, options)?;
    if let Some(limit) = options.limit {
        query = query.limit(limit.get());
    }
    let fields = options.columns.iter().map(|field| field.trim().parse());
    let fields: Vec<Field> = fields.collect::<tracker_core::Result<_>>()?;
    let Page { items: rows, next } = found(store, experiment.as_ref(), &query)?;
    if output.json {
        let document: Vec<_> = rows
            .iter()
            .map(|(experiment, row)| RunJson::new(experiment, row, None))
            .collect();
        return output.document(&document);
    }
    if rows.is_empty() {
        let text = if query == Query::new() {
            "No runs yet. The program that trains creates them: `experiment.track(&model)`."
        } else {
            "No run is like that."
        };
        writeln!(output, "{text}")?;
        return strangers(store, experiment.as_ref(), &query, &rows, output);
    }
    let table = if options.columns.is_empty() {
        let series = shown_series(&rows, &query.columns());
        table(&rows, &series, output.width.is_some())
    } else {
        table_of(&fields, &rows)
    };
    let width = output.width;
    let left_out = table.write(output, width)?;
    if !left_out.is_empty() {
        let note = format!("no room for {}", left_out.join(", "));
        writeln!(output, "{}", style(note).dim())?;
    }
    if let Some(next) = next {
        let note = format!("there are more: end the query with `after {next}`");
        writeln!(output, "{}", style(note).dim())?;
    }
    strangers(store, experiment.as_ref(), &query, &rows, output)
}

/// The names of experiments beside the runs that are found, in the order of the query.
fn found(
    store: &Store,
    experiment: Option<&Experiment>,
    query: &Query,
) -> Result<Page<(String, Row)>> {
    let (items, next) = match experiment {
        Some(experiment) => {
            let found = experiment.aggregates().rows(query)?;
            let items = found.items.into_iter();
            (
                items.map(|row| (experiment.name(), row)).collect(),
                found.next,
            )
        }
        None => {
            let found = store.tracker.experiments().rows(query)?;
            let items = found.items.into_iter();
            (
                items.map(|(of, row)| (of.name(), row)).collect(),
                found.next,
            )
        }
    };
    Ok(Page { items, next })
}

/// Says what the query asks for that no run has at all: a slip in a name finds nothing, or orders
/// by nothing, without being wrong.
fn strangers(
    store: &Store,
    experiment: Option<&Experiment>,
    query: &Query,
    rows: &[(String, Row)],
    output: &mut Output,
) -> Result<()> {
    let asked = query.columns();
    if unknown(&asked, rows).is_empty() {
        return Ok(());
    }
    let all = found(store, experiment, &Query::new())?.items;
    for (what, hint) in unknown(&asked, &all) {
        let hint = hint.map_or_else(String::new, |hint| format!("; did you mean `{hint}`?"));
        let note = text::line(&format!("no run has {what}{hint}"));
        writeln!(output, "{}", style(note).dim())?;
    }
    Ok(())
}

/// The metrics and kinds that no row has, each with the one that may be meant.
fn unknown(asked: &Columns, rows: &[(String, Row)]) -> Vec<(String, Option<String>)> {
    let modules = || rows.iter().flat_map(|(_, row)| &row.modules);
    let summaries = || rows.iter().flat_map(|(_, row)| &row.summaries);
    let series: BTreeSet<String> = summaries()
        .map(|summary| text::series(summary.name(), summary.phase()))
        .collect();
    let kinds: BTreeSet<&str> = modules().map(|module| &*module.kind).collect();
    let mut unknown = Vec::new();
    for (name, phase) in asked.series.iter().flatten() {
        let name = text::series(name, phase);
        if !series.contains(&name) {
            let near = nearest(&name, series.iter().map(String::as_str));
            unknown.push((format!("the metric `{name}`"), near.map(str::to_owned)));
        }
    }
    for kind in asked.kinds.iter().flatten() {
        if kinds.contains(&**kind) {
            continue;
        }
        let holder = modules().find(|module| module.arguments().get(kind).is_some());
        let metric = summaries().find(|summary| summary.name() == kind);
        let meant = match (nearest(kind, kinds.iter().copied()), holder, metric) {
            (Some(near), ..) => Some(near.to_owned()),
            (_, Some(module), _) => Some(format!("{}.{kind}", module.kind)),
            (.., Some(metric)) => {
                let series = text::series(metric.name(), metric.phase());
                Some(format!("metric.{series}.last"))
            }
            _ => None,
        };
        unknown.push((format!("a module of the kind `{kind}`"), meant));
    }
    unknown
}

/// The experiment, or nothing for all, and the query. What stands alone is a query where it reads
/// as one and no experiment has that name.
fn chosen(store: &Store, options: &Runs) -> Result<(Option<Experiment>, Query)> {
    let query: Query = options.query.as_deref().unwrap_or_default().parse()?;
    let Some(name) = options.experiment.as_deref() else {
        return Ok((None, query));
    };
    let named = match store.experiments(Some(name)) {
        Err(Error::Tracker(TrackerError::Missing { .. })) if options.query.is_none() => {
            match name.parse() {
                Ok(query) => return Ok((None, query)),
                Err(slip)
                    if name.starts_with("order by ") || name.contains(['=', '<', '>', '~']) =>
                {
                    return Err(slip.into());
                }
                Err(_) => store.experiments(Some(name)),
            }
        }
        named => named,
    };
    Ok((named?.pop(), query))
}

/// The names and phases of the series that the query is about, then of those that most runs have;
/// a value that is no number has no room in a table.
fn shown_series(rows: &[(String, Row)], asked: &Columns) -> Vec<(String, String)> {
    let mut counts: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    let summaries = rows.iter().flat_map(|(_, row)| &row.summaries);
    for summary in summaries.filter(|summary| summary.last.value.number().is_some()) {
        *counts.entry((summary.name(), summary.phase())).or_default() += 1;
    }
    let mut common: Vec<_> = counts.into_iter().collect();
    // Among as common ones, what was measured on other data than that of the training tells more.
    common.sort_by_key(|((name, phase), count)| {
        (
            !asked.has_series(name, phase),
            Reverse(*count),
            *phase == "train",
        )
    });
    common
        .into_iter()
        .take(SERIES)
        .map(|((name, phase), _)| (name.to_owned(), phase.to_owned()))
        .collect()
}

/// A column for each field.
fn table_of(fields: &[Field], rows: &[(String, Row)]) -> Table {
    let cell = |field: &Field, row: &Row| field.of(row).as_ref().map_or_else(String::new, shown);
    let is_number = |cell: &String| cell.parse::<f64>().is_ok();
    let (mut columns, mut cells) = first_columns(rows);
    for field in fields {
        let column: Vec<String> = rows.iter().map(|(_, row)| cell(field, row)).collect();
        let title = field.to_string();
        columns.push(if column.iter().any(is_number) {
            Column::number(&title).optional()
        } else {
            Column::text(&title).optional()
        });
        for (cells, cell) in cells.iter_mut().zip(column) {
            cells.push(cell);
        }
    }
    let mut table = Table::new(columns);
    for cells in cells {
        table.row(cells);
    }
    table
}

/// A number with the fewest digits that it or a table needs, any other value as an argument.
fn shown(value: &Value) -> String {
    let exact = text::argument(value);
    match value.to::<f64>().map(text::number) {
        Ok(number) if number.len() < exact.len() => number,
        _ => exact,
    }
}

/// The columns that say which run it is, and their cells for each row.
fn first_columns(rows: &[(String, Row)]) -> (Vec<Column>, Vec<Vec<String>>) {
    let one_experiment = rows.iter().all(|(experiment, _)| *experiment == rows[0].0);
    let length = text::telling(rows.iter().map(|(_, row)| &*row.aggregate.id));
    let mut columns = vec![Column::text("RUN").colored(Color::Yellow)];
    if !one_experiment {
        columns.push(Column::text("EXPERIMENT").colored(Color::Cyan));
    }
    let cells = rows.iter().map(|(experiment, row)| {
        let mut cells = vec![text::short_id(&row.aggregate.id, length).to_owned()];
        cells.extend((!one_experiment).then(|| experiment.clone()));
        cells
    });
    let cells = cells.collect();
    (columns, cells)
}

fn table(rows: &[(String, Row)], series: &[(String, String)], in_terminal: bool) -> Table {
    let (mut columns, first) = first_columns(rows);
    columns.extend([
        Column::text("MODEL").flexible(),
        Column::number("EPOCH"),
        Column::text("CREATED"),
    ]);
    for (name, phase) in series {
        let title = if in_terminal {
            format!("{name}\n{phase}")
        } else {
            text::series(name, phase)
        };
        columns.push(Column::number(&title).optional());
    }
    columns.push(Column::text("TAGS").flexible());

    let mut table = Table::new(columns);
    for ((_, row), mut cells) in rows.iter().zip(first) {
        let run = &row.aggregate;
        let model = row.modules.iter().rfind(|module| module.kind == "model");
        cells.extend([
            model.map_or_else(String::new, |model| {
                text::cut(text::call(&model.record), LONGEST)
            }),
            run.epoch.to_string(),
            text::time(run.created, in_terminal),
        ]);
        for (name, phase) in series {
            let of_series = row.summaries.iter().find(|summary| {
                (summary.name(), summary.phase()) == (name.as_str(), phase.as_str())
            });
            cells.push(of_series.map_or_else(String::new, |of| text::value(&of.last.value)));
        }
        cells.push(text::tags(&run.annotations.tags));
        table.row(cells);
    }
    table.drop_empty();
    table
}
