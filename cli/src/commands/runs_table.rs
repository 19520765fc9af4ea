//! The table of `entia runs`.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use console::Color;
use entia_report::{Column, Table};
use tracker_core::ports::{Detail, ExperimentRecord, Row};
use tracker_core::query::{Directions, Field};
use tracker_core::{Definition, Query, Summary};

use crate::text;

/// As many series are shown at most.
const SERIES: usize = 6;
/// A model with longer arguments, as a list of thousands, is cut in a pipe too; `show` has them.
const LONGEST: usize = 200;

/// What a table needs of each run: that of these fields, or of all that is shown without any.
pub(super) fn detail(fields: &[Field]) -> Detail {
    if fields.is_empty() {
        return Detail {
            modules: Some(vec!["model".to_owned()]),
            ..Detail::ALL
        };
    }
    let fields = fields.iter().cloned();
    fields.fold(Query::new(), Query::order_by).detail()
}

/// A column for each field.
pub(super) fn table_of(
    fields: &[Field],
    rows: &[(String, Row)],
    directions: &Directions,
    id_length: usize,
) -> Table {
    let cell = |field: &Field, row: &Row| {
        let value = field.of(row, directions);
        value.as_ref().map_or_else(String::new, text::short)
    };
    let is_number = |cell: &String| cell.parse::<f64>().is_ok();
    let (mut columns, mut cells) = first_columns(rows, id_length);
    for field in fields {
        let column: Vec<String> = rows.iter().map(|(_, row)| cell(field, row)).collect();
        let title = field.to_string();
        columns.push(if column.iter().any(is_number) {
            Column::number(&title).left_out(1)
        } else {
            Column::text(&title).left_out(1)
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

/// The columns that say which run it is, and their cells for each row. So many characters of its id
/// name a run.
fn first_columns(rows: &[(String, Row)], id_length: usize) -> (Vec<Column>, Vec<Vec<String>>) {
    let one_experiment = rows.iter().all(|(experiment, _)| *experiment == rows[0].0);
    // What is left of a longer id can be typed too: a mark stands in the place of the last character.
    let run = Column::text("RUN").colored(Color::Yellow);
    let mut columns = vec![run.flexible_to(id_length + 1)];
    if !one_experiment {
        columns.push(Column::text("EXPERIMENT").colored(Color::Cyan).flexible());
    }
    let cells = rows.iter().map(|(experiment, row)| {
        let mut cells = vec![text::short_id(&row.aggregate.id, id_length).to_owned()];
        cells.extend((!one_experiment).then(|| experiment.clone()));
        cells
    });
    let cells = cells.collect();
    (columns, cells)
}

/// The names and phases of the series that the query is about, then of those that most runs have;
/// a value that is no number has no room in a table.
fn shown_series(rows: &[(String, Row)], asked: &Detail) -> Vec<(String, String)> {
    let mut counts: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    let summaries = rows.iter().flat_map(|(_, row)| &row.summaries);
    for summary in summaries.filter(|summary| summary.last.value.number().is_some()) {
        *counts.entry((summary.name(), summary.phase())).or_default() += 1;
    }
    let mut common: Vec<_> = counts.into_iter().collect();
    // Among as common ones, what was measured on other data than that of the training tells more,
    // and what the machine did tells least.
    common.sort_by_key(|((name, phase), count)| {
        (
            !asked.has_series(name, phase),
            *phase == "system",
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

/// All that a table shows where nobody chooses; `asked` is what the query is about.
pub(super) fn table(
    rows: &[(String, Row)],
    asked: &Detail,
    experiments: &[ExperimentRecord],
    id_length: usize,
    in_terminal: bool,
) -> Table {
    let series = shown_series(rows, asked);
    let (mut columns, first) = first_columns(rows, id_length);
    columns.extend([
        // As the first columns of the last turn, they stay when all metrics are gone.
        Column::text("NAME").flexible().left_out(3),
        Column::text("STATUS")
            .colored_by(text::status_color)
            .left_out(3),
        Column::number("DURATION").left_out(1),
        Column::text("MODEL").flexible().left_out(1),
        Column::number("EPOCH").left_out(2),
        Column::text("CREATED").left_out(1),
    ]);
    for (name, phase) in &series {
        let title = if in_terminal {
            format!("{name}\n{phase}")
        } else {
            text::series(name, phase)
        };
        columns.push(Column::number(&title).left_out(3));
    }
    columns.push(Column::text("TAGS").flexible().left_out(1));

    let mut table = Table::new(columns);
    for ((_, row), mut cells) in rows.iter().zip(first) {
        cells.extend(about(row, in_terminal));
        for (name, phase) in &series {
            let of_series = row.summaries.iter().find(|summary| {
                (summary.name(), summary.phase()) == (name.as_str(), phase.as_str())
            });
            let unit = unit(name, row, experiments);
            let value = |of: &Summary| text::measured(&of.last.value, &unit);
            cells.push(of_series.map_or_else(String::new, value));
        }
        cells.push(text::tags(&row.aggregate.annotations.tags));
        table.row(cells);
    }
    table.drop_empty();
    table
}

/// The unit of a metric, as the run or else its experiment says.
fn unit(metric: &str, row: &Row, experiments: &[ExperimentRecord]) -> String {
    let of_run = row.aggregate.definitions.get(metric);
    let mut experiments = experiments.iter();
    let experiment = experiments.find(|of| of.id == row.aggregate.experiment);
    let shared = experiment.and_then(|of| of.definitions.get(metric));
    Definition::of(metric, of_run.into_iter().chain(shared)).unit
}

/// The cells from the name to the time.
fn about(row: &Row, in_terminal: bool) -> [String; 6] {
    let run = &row.aggregate;
    let duration = run
        .attempt
        .as_ref()
        .map(|attempt| text::duration(attempt.duration()));
    let model = row.modules.iter().rfind(|module| module.kind == "model");
    let model = model.map(|model| text::cut(text::call(&model.record), LONGEST));
    [
        run.name.clone(),
        text::status(run.status()).to_owned(),
        duration.unwrap_or_default(),
        model.unwrap_or_default(),
        row.epoch().to_string(),
        text::time(run.created, in_terminal),
    ]
}
