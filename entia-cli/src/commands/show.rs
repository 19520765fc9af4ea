//! `entia show`: a run with all it holds but its points.

use std::io::{self, Write};

use console::style;
use tracker_core::ports::Row;
use tracker_core::{Iteration, Module};

use crate::error::Result;
use crate::json::RunJson;
use crate::options::RunName;
use crate::output::Output;
use crate::store::Store;
use crate::table::{Column, Table};
use crate::text;

/// Names of arguments stand in as much room, unless one needs more.
const NAME: usize = 12;

pub(crate) fn run(store: &Store, name: &RunName, output: &mut Output) -> Result<()> {
    let run = store.run(&name.id, name.experiment.as_deref())?;
    let row = run.row()?;
    let iterations = run.aggregate.iterations().list()?;
    let experiment = run.experiment.name();
    if output.json {
        return output.document(&RunJson::new(&experiment, &row, Some(&iterations)));
    }
    head(&experiment, &row, output)?;
    for module in &row.modules {
        write_module(module, output)?;
    }
    metrics(&row, output)?;
    if !iterations.is_empty() {
        heading("iterations", output)?;
        for iteration in &iterations {
            writeln!(output, "{}", text::line(&pass(iteration)))?;
        }
    }
    Ok(())
}

fn head(experiment: &str, row: &Row, output: &mut Output) -> io::Result<()> {
    let run = &row.aggregate;
    let created = match output.width {
        Some(_) => format!("{} ({})", run.created, text::ago(run.created)),
        None => run.created.to_string(),
    };
    for (name, value) in [
        ("run", style(text::line(&run.id)).yellow().to_string()),
        (
            "experiment",
            style(text::line(experiment)).cyan().to_string(),
        ),
        ("epoch", run.epoch.to_string()),
        ("created", created),
        ("tags", text::line(&text::tags(&run.annotations.tags))),
        (
            "notes",
            text::lines(run.annotations.notes.trim_end()).replace('\n', "\n            "),
        ),
    ] {
        if !value.is_empty() {
            writeln!(output, "{} {value}", style(format!("{name:<11}")).dim())?;
        }
    }
    Ok(())
}

fn heading(text: &str, output: &mut Output) -> io::Result<()> {
    writeln!(output, "\n{}", style(text).bold())
}

/// A component, with an argument on each line.
fn write_module(module: &Module, output: &mut Output) -> io::Result<()> {
    let hash = text::short_id(module.hash().as_str(), text::telling([]));
    let about = text::line(&format!("{hash}, epoch {}", module.epoch));
    writeln!(
        output,
        "\n{} {}  {}",
        style(text::line(&module.kind)).bold(),
        style(text::line(module.name())).green(),
        style(about).dim()
    )?;
    let arguments = module.arguments();
    let widest = arguments.names().map(|name| name.chars().count()).max();
    let widest = widest.unwrap_or(0).max(NAME);
    for (name, value) in arguments.iter() {
        let (name, value) = (text::line(name), text::line(&text::argument(value)));
        writeln!(output, "  {name:<widest$}  {value}")?;
    }
    Ok(())
}

fn metrics(row: &Row, output: &mut Output) -> io::Result<()> {
    if row.summaries.is_empty() {
        return writeln!(output, "\nno metrics yet");
    }
    writeln!(output)?;
    let mut table = Table::new(vec![
        Column::text("METRIC"),
        Column::number("POINTS"),
        Column::number("FIRST").optional(),
        Column::number("LAST"),
        Column::number("MIN"),
        Column::number("MAX"),
    ]);
    for summary in &row.summaries {
        let bound = |bound: Option<f64>| bound.map_or_else(String::new, text::number);
        table.row(vec![
            text::series(summary.name(), summary.phase()),
            text::count(summary.count),
            text::value(&summary.first.value),
            text::value(&summary.last.value),
            bound(summary.min),
            bound(summary.max),
        ]);
    }
    let width = output.width;
    table.write(output, width).map(drop)
}

/// An iteration in a line: `train  epoch 3  Digits(true)  batch_size=64`.
fn pass(iteration: &Iteration) -> String {
    let dataset = iteration.dataset.as_ref().map(text::call);
    let arguments = iteration.arguments.members().unwrap_or_default();
    let arguments = arguments
        .iter()
        .map(|(name, value)| format!("{name}={}", text::argument(value)));
    let parts = [
        format!("{:<NAME$}", iteration.phase),
        format!("epoch {}", iteration.epoch),
    ];
    let all: Vec<String> = parts.into_iter().chain(dataset).chain(arguments).collect();
    format!("  {}", all.join("  "))
}
