//! `entia metrics`: the learning curves of runs.

use std::io::Write;
use std::path::Path;

use entia_report::{Figure, How, Wanted, X, chart, picture};
use serde::Serialize;
use tracker_core::{Micros, Series};

use crate::error::{Error, Result};
use crate::options::{Along, Metrics};
use crate::output::Output;
use crate::series::Named;
use crate::store::Store;
use crate::target::Target;
use crate::text;

/// The columns of a chart that goes to no terminal.
const PIPED_WIDTH: usize = 80;

/// The file that was written.
#[derive(Serialize)]
struct Picture {
    file: String,
    charts: usize,
}

/// A series, and the run that it is of.
#[derive(Serialize)]
struct OfRun<'a> {
    aggregate: &'a str,
    #[serde(flatten)]
    series: Series,
}

pub(crate) fn run(store: &Store, options: &Metrics, output: &mut Output) -> Result<()> {
    let named = Named::of(store, &options.words, options.experiment.as_deref())?;
    let series = named.series()?;
    if output.json && options.svg.is_none() {
        return output.document(&histories(&named, &series)?);
    }
    let how = How {
        x: options.x.map(Along::axis),
        log: options.log,
        smooth: options.smooth.unwrap_or(0.0),
    };
    if how.x == Some(X::Time) {
        check_times(&named, &series)?;
    }
    let figure = Figure::read(store.tracker.store()?, &series, &how)?;
    if figure.panels.is_empty() {
        return Err(nothing(&named, &series, options.log));
    }
    match &options.svg {
        Some(path) => save(path, &figure, output),
        None => draw(&figure, output),
    }
}

/// Every point.
fn histories<'a>(named: &'a Named, series: &[Wanted]) -> Result<Vec<OfRun<'a>>> {
    let of_run = |wanted: &Wanted| {
        let mut runs = named.runs.iter().map(|run| &run.aggregate);
        let run = runs.find(|run| run.uuid() == wanted.aggregate)?;
        let series = run
            .metrics()
            .history(wanted.summary.name(), wanted.summary.phase());
        Some(series.map(|series| OfRun {
            aggregate: run.id(),
            series,
        }))
    };
    Ok(series
        .iter()
        .filter_map(of_run)
        .collect::<tracker_core::Result<_>>()?)
}

fn check_times(named: &Named, series: &[Wanted]) -> Result<()> {
    let is_unknown = |wanted: &&Wanted| !Micros::from(wanted.summary.first.time).is_known();
    let Some(unknown) = series.iter().find(is_unknown) else {
        return Ok(());
    };
    let mut runs = named.runs.iter().map(|run| &run.aggregate);
    let run = runs.find(|run| run.uuid() == unknown.aggregate);
    Err(Error::NoTimes {
        run: run.map_or_else(String::new, |run| run.id().to_owned()),
    })
}

fn draw(figure: &Figure, output: &mut Output) -> Result<()> {
    let width = output.width.unwrap_or(PIPED_WIDTH);
    let charts: Vec<String> = figure
        .panels
        .iter()
        .map(|panel| chart(panel, width))
        .collect();
    write!(output, "{}", charts.join("\n"))?;
    if !figure.left_out.is_empty() {
        writeln!(output)?;
    }
    for left_out in &figure.left_out {
        writeln!(output, "{left_out}")?;
    }
    Ok(())
}

fn save(path: &Path, figure: &Figure, output: &mut Output) -> Result<()> {
    let target = Target::of(path);
    target.write(output, |out| Ok(out.write_all(picture(figure).as_bytes())?))?;
    if target == Target::StandardOutput {
        return Ok(());
    }
    if output.json {
        return output.document(&Picture {
            file: path.display().to_string(),
            charts: figure.panels.len(),
        });
    }
    let charts = text::plural(figure.panels.len(), "chart");
    Ok(writeln!(output, "{}: {charts}", path.display())?)
}

fn nothing(named: &Named, series: &[Wanted], log: bool) -> Error {
    let runs: Vec<&str> = named.runs.iter().map(|run| run.aggregate.id()).collect();
    Error::NothingToDraw {
        run: runs.join("`, `"),
        hint: if series.is_empty() {
            "it has no metrics yet"
        } else if log {
            "its values are not positive, NaN, infinite or JSON; leave out `--log`, or see `--json`"
        } else {
            "its values are NaN, infinite or JSON; `--json` prints them"
        },
    }
}
