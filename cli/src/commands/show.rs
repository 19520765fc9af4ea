//! `entia show`: a run with all it holds but its points.

use std::collections::{BTreeMap, HashMap};
use std::io::{self, Write};

use console::style;
use entia_report::{Column, Table};
use registry_core::Value;
use tracker_core::documents::{WholeRun, metric_definitions};
use tracker_core::ports::{self, Histories, Row, Specials};
use tracker_core::{Definition, Direction, Iteration, MetricValue, Metrics, ModuleRecord, Summary};

use super::{artifacts, attempts};
use crate::error::Result;
use crate::options::RunName;
use crate::output::Output;
use crate::store::Store;
use crate::text;

/// Names stand in as much room, unless one needs more.
const NAME: usize = 12;

pub(crate) fn run(store: &Store, name: &RunName, output: &mut Output) -> Result<()> {
    let run = store.run(&name.id, name.experiment.as_deref())?;
    let uuid = run.aggregate.uuid();
    let rows = store.rows(vec![uuid])?;
    let experiment = run.experiment.name();
    let iterations = run.aggregate.iterations().list()?;
    let records = store.tracker.store()?;
    let (attempts, artifacts) = (records.attempts(uuid)?, records.artifacts(uuid)?);
    for row in &rows {
        let of = run.experiment.record();
        if output.json {
            let row = row.clone();
            let whole = WholeRun::new(&of, row, iterations, attempts, artifacts);
            return output.document(&whole);
        }
        let definitions = metric_definitions(&of, row);
        head(&experiment, row, output)?;
        if !row.aggregate.params.is_empty() {
            heading("parameters", output)?;
            let params = row.aggregate.params.iter();
            list(
                params.map(|(name, value)| (&**name, value)).collect(),
                output,
            )?;
        }
        for module in &row.modules {
            write_module(module, output)?;
        }
        let specials = specials(records, row)?;
        metrics(
            row,
            &definitions,
            &run.aggregate.metrics(),
            &specials,
            output,
        )?;
    }
    if !iterations.is_empty() {
        heading("iterations", output)?;
        for iteration in &iterations {
            writeln!(output, "{}", text::line(&pass(iteration)))?;
        }
    }
    attempts::write(&attempts, output)?;
    if !artifacts.is_empty() {
        writeln!(output)?;
        artifacts::write(&artifacts, output)?;
    }
    Ok(())
}

/// What of each series is NaN or infinite.
fn specials(store: &dyn ports::Store, row: &Row) -> Result<HashMap<(String, String), Specials>> {
    let named = |summary: &Summary| (summary.name().to_owned(), summary.phase().to_owned());
    let wanted = Histories {
        aggregates: vec![row.aggregate.uuid],
        series: row.summaries.iter().map(named).collect(),
        // The points are not looked at.
        most: Some(1),
        ..Histories::default()
    };
    let found = store.histories(&wanted)?.into_iter();
    let named = found.map(|of| {
        (
            (of.series.name().to_owned(), of.series.phase().to_owned()),
            of.specials,
        )
    });
    Ok(named.collect())
}

fn head(experiment: &str, row: &Row, output: &mut Output) -> io::Result<()> {
    let run = &row.aggregate;
    let created = match text::time(run.created, false) {
        time if time == "-" => "unknown".to_owned(),
        time if output.width.is_some() => format!("{time} ({})", text::ago(run.created)),
        time => time,
    };
    let duration = run
        .attempt
        .as_ref()
        .map(|attempt| text::duration(attempt.duration()));
    for (name, value) in [
        ("run", style(text::line(&run.id)).yellow().to_string()),
        ("name", text::line(&run.name)),
        ("uuid", run.uuid.to_string()),
        (
            "experiment",
            style(text::line(experiment)).cyan().to_string(),
        ),
        ("status", text::colored_status(run.status())),
        ("duration", duration.unwrap_or_default()),
        ("epoch", row.epoch().to_string()),
        ("created", created),
        ("archived", if run.archived { "yes" } else { "" }.to_owned()),
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
fn write_module(module: &ModuleRecord, output: &mut Output) -> io::Result<()> {
    let hash = text::short_id(module.hash().as_str(), text::telling([]));
    let about = text::line(&format!("{hash}, epoch {}", module.epoch));
    writeln!(
        output,
        "\n{} {}  {}",
        style(text::line(&module.kind)).bold(),
        style(text::line(module.name())).green(),
        style(about).dim()
    )?;
    list(module.arguments().iter().collect(), output)
}

/// Names and their values, one on each line.
fn list(values: Vec<(&str, &Value)>, output: &mut Output) -> io::Result<()> {
    let widest = values.iter().map(|(name, _)| name.chars().count()).max();
    let widest = widest.unwrap_or(0).max(NAME);
    for (name, value) in values {
        let (name, value) = (text::line(name), text::line(&text::argument(value)));
        writeln!(output, "  {name:<widest$}  {value}")?;
    }
    Ok(())
}

fn metrics(
    row: &Row,
    definitions: &BTreeMap<String, Definition>,
    metrics: &Metrics,
    specials: &HashMap<(String, String), Specials>,
    output: &mut Output,
) -> Result<()> {
    if row.summaries.is_empty() {
        return Ok(writeln!(output, "\nno metrics yet")?);
    }
    writeln!(output)?;
    // A program that counts no epochs counts steps.
    let by_step = row.epoch() == 0;
    let mut table = Table::new(vec![
        Column::text("METRIC").flexible_to(12),
        Column::number("POINTS").left_out(2),
        Column::number("FIRST").left_out(1),
        Column::number("LAST"),
        Column::number("MIN").left_out(4),
        Column::number("MAX").left_out(4),
        Column::number("BEST").left_out(3),
        Column::number(if by_step { "AT STEP" } else { "AT EPOCH" }).left_out(3),
        Column::text("BETTER").left_out(1),
        Column::text("NOT FINITE").flexible_to(14),
    ]);
    for summary in &row.summaries {
        let definition = definitions.get(summary.name()).cloned().unwrap_or_default();
        let value = |value: &MetricValue| text::measured(value, &definition.unit);
        let bound = |bound: Option<f64>| bound.map_or_else(String::new, |of| value(&of.into()));
        let series = text::series(summary.name(), summary.phase());
        // Where no direction is known, nothing is the best.
        let best = match definition.direction {
            Some(_) => metrics.best(summary.name(), summary.phase())?,
            None => None,
        };
        table.row(vec![
            match definition.unit.as_str() {
                unit if unit.is_empty() || text::is_scaled(unit) => series,
                unit => format!("{series} ({unit})"),
            },
            text::count(summary.count),
            value(&summary.first.value),
            value(&summary.last.value),
            bound(summary.min),
            bound(summary.max),
            bound(best.map(|(best, _)| best)),
            best.map_or_else(String::new, |(_, at)| {
                if by_step {
                    at.step.to_string()
                } else {
                    at.epoch.to_string()
                }
            }),
            better(&definition),
            specials
                .get(&(summary.name().to_owned(), summary.phase().to_owned()))
                .map_or_else(String::new, |of| text::not_finite(summary.count, of)),
        ]);
    }
    table.drop_empty();
    output.table(table)
}

/// The direction of a metric, and whether anybody said so.
fn better(definition: &Definition) -> String {
    let direction = match definition.direction {
        Some(Direction::Minimize) => "smaller",
        Some(Direction::Maximize) => "larger",
        None => "",
    };
    let guessed = if definition.guessed { " (guessed)" } else { "" };
    format!("{direction}{guessed}")
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
