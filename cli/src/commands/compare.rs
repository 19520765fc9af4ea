//! `entia compare`: in what runs differ.

use std::io::Write;

use console::style;
use entia_report::{Column, Table};
use registry_core::Value;
use tracker_core::{Compared, Comparison};

use crate::error::Result;
use crate::options::Compare;
use crate::output::Output;
use crate::series::labels;
use crate::store::{Run, Store};
use crate::text;

pub(crate) fn run(store: &Store, options: &Compare, output: &mut Output) -> Result<()> {
    let runs = named(store, options)?;
    let aggregates: Vec<_> = runs.iter().map(|run| &run.aggregate).collect();
    let comparison = Comparison::of(&aggregates)?;
    if output.json {
        return output.document(&comparison);
    }
    if comparison.is_empty() {
        let text = text::line(&comparison.to_string());
        writeln!(output, "{text}.")?;
    }
    let equal = comparison.equal.len();
    if options.all {
        let all = [comparison.differences, comparison.equal].concat();
        return output.table(table(&all, &labels(&runs)));
    }
    if !comparison.differences.is_empty() {
        output.table(table(&comparison.differences, &labels(&runs)))?;
        let values = text::plural(equal, "value");
        let are = if equal == 1 { "is" } else { "are" };
        let note = format!("{values} {are} equal: see all with `--all`");
        writeln!(output, "{}", style(note).dim())?;
    }
    Ok(())
}

/// The runs, each of the experiment that stands in its place; the last one holds for the rest.
fn named(store: &Store, options: &Compare) -> Result<Vec<Run>> {
    let last = options.experiment.last();
    let experiments = options
        .experiment
        .iter()
        .map(Some)
        .chain(std::iter::repeat(last));
    let named = options.runs.iter().zip(experiments);
    named
        .map(|(run, experiment)| store.run(run, experiment.map(String::as_str)))
        .collect()
}

fn table(rows: &[Compared], labels: &[String]) -> Table {
    let mut columns = vec![Column::text("").flexible()];
    columns.extend(
        labels
            .iter()
            .map(|label| Column::text(label).flexible().left_out(1)),
    );
    let mut table = Table::new(columns);
    for Compared { name, values } in rows {
        let mut cells = vec![name.clone()];
        cells.extend(shown(values));
        table.row(cells);
    }
    table
}

/// Numbers with the digits that a table needs, unless those that differ would look the same.
fn shown(values: &[Option<Value>]) -> Vec<String> {
    let cells = |shown: fn(&Value) -> String| -> Vec<String> {
        let cell = |value: &Option<Value>| value.as_ref().map_or_else(|| "-".to_owned(), shown);
        values.iter().map(cell).collect()
    };
    let short = cells(text::short);
    let is_lost =
        |left: usize, right: usize| short[left] == short[right] && values[left] != values[right];
    if (0..values.len()).any(|left| (0..left).any(|right| is_lost(left, right))) {
        return cells(text::argument);
    }
    short
}
