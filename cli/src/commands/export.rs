//! `entia export`: every point as a row.

use std::collections::{BTreeSet, HashMap};
use std::io::{IsTerminal, Write, stdout};

use registry_core::nearest;
use serde::Serialize;
use tracker_core::Uuid;
use tracker_core::ports::{Detail, Histories, History, Row};

use super::{runs, select};
use crate::error::{Error, Result};
use crate::export::{Wide, format_of, rows as rows_of};
use crate::options::{Export, Format};
use crate::output::Output;
use crate::series;
use crate::store::{Store, everything};
use crate::target::Target;
use crate::text;

/// The file that was written, as `--json` prints it.
#[derive(Serialize)]
struct Exported {
    file: String,
    points: usize,
}

pub(crate) fn run(store: &Store, options: &Export, output: &mut Output) -> Result<()> {
    let runs = chosen(store, options)?;
    let format = format(options, output.json, stdout().is_terminal())?;
    let target = target(options);
    let mut points = 0;
    target.write(output, |out| {
        points = write(store, &runs, options.wide, format, out)?;
        Ok(())
    })?;
    let Some(path) = options
        .output
        .as_ref()
        .filter(|_| target != Target::StandardOutput)
    else {
        return Ok(());
    };
    let file = path.display().to_string();
    if output.json {
        return output.document(&Exported { file, points });
    }
    let text = format!("{file}: {}", text::plural(points, "point"));
    Ok(writeln!(output, "{}", text::line(&text))?)
}

fn target(options: &Export) -> Target {
    options
        .output
        .as_deref()
        .map_or(Target::StandardOutput, Target::of)
}

/// The runs that are to be written, with the summaries of the series that are.
fn chosen(store: &Store, options: &Export) -> Result<Vec<(String, Row)>> {
    let detail = Detail {
        series: None,
        ..Detail::NONE
    };
    let experiment = options.experiment.as_deref();
    let mut chosen = if options.runs.is_empty() {
        let query = match &options.query {
            Some(query) => query.parse()?,
            None => everything(),
        };
        let experiment = experiment.map(|name| store.experiment(name)).transpose()?;
        runs::found(store, experiment.as_ref(), &query, detail)?.items
    } else {
        select::named(store, &options.runs, experiment)?
    };
    let summaries = chosen.iter().flat_map(|(_, row)| &row.summaries);
    let known: BTreeSet<String> = summaries
        .clone()
        .map(|summary| series::typed(summary.name(), summary.phase()))
        .collect();
    for name in &options.metrics {
        if !summaries
            .clone()
            .any(|summary| series::names_series(name, summary))
        {
            return Err(no_metric(name, &known));
        }
    }
    if !options.metrics.is_empty() {
        for (_, row) in &mut chosen {
            row.summaries.retain(|summary| {
                let mut names = options.metrics.iter();
                names.any(|name| series::names_series(name, summary))
            });
        }
    }
    Ok(chosen)
}

fn no_metric(name: &str, known: &BTreeSet<String>) -> Error {
    let names = || known.iter().map(String::as_str);
    Error::NoMetric {
        name: name.to_owned(),
        hint: match nearest(name, names()) {
            Some(near) => format!("did you mean `{near}`?"),
            None if known.is_empty() => "they have no metrics".to_owned(),
            None => format!(
                "their metrics are `{}`",
                names().collect::<Vec<_>>().join("`, `")
            ),
        },
    }
}

/// The format that is asked for, or that of the ending of the file.
fn format(options: &Export, json: bool, in_terminal: bool) -> Result<Format> {
    let of_file = match (options.format, &options.output) {
        (None, Some(path)) if target(options) == Target::File(path.clone()) => format_of(path)?,
        (format, _) => format,
    };
    match of_file {
        Some(Format::Parquet) if in_terminal && target(options) == Target::StandardOutput => {
            Err(Error::ParquetInTerminal)
        }
        Some(format) => Ok(format),
        None if json => Ok(Format::Jsonl),
        None => Ok(Format::Csv),
    }
}

/// Writes series by series, or with `wide` run by run, so that no more than those of one call of the
/// store are in memory; returns how many points there were.
fn write(
    store: &Store,
    runs: &[(String, Row)],
    wide: bool,
    format: Format,
    out: impl Write + Send,
) -> Result<usize> {
    let source = store.tracker.store()?;
    let of: HashMap<Uuid, &(String, Row)> =
        runs.iter().map(|run| (run.1.aggregate.uuid, run)).collect();
    let rows = || runs.iter().map(|(_, row)| row);
    let calls = Histories::whole(rows()).into_iter();
    // One call after the other; histories that are not there are left out.
    let found = calls.flat_map(|call| match source.histories(&call) {
        Ok(found) => found.into_iter().map(Ok).collect(),
        Err(error) => vec![Err(error)],
    });
    let found = found.filter(|found| !found.as_ref().is_ok_and(|of| of.series.is_empty()));
    let mut points = 0;
    let found = found.inspect(|found| points += found.as_ref().map_or(0, |of| of.series.len()));
    if wide {
        let mut table = Wide::new(rows(), format, out)?;
        let mut found = found.peekable();
        while let Some(first) = found.next().transpose()? {
            let run = first.aggregate;
            let mut series = vec![first.series];
            let is_of_run = |next: &tracker_core::Result<History>| {
                next.as_ref().is_ok_and(|next| next.aggregate == run)
            };
            while let Some(next) = found.next_if(is_of_run).transpose()? {
                series.push(next.series);
            }
            if let Some((experiment, row)) = of.get(&run) {
                table.write(experiment, &row.aggregate.id, &series)?;
            }
        }
        table.finish()?;
        return Ok(points);
    }
    let mut table = rows_of(format, out)?;
    for history in found {
        let history = history?;
        if let Some((experiment, row)) = of.get(&history.aggregate) {
            table.write(experiment, &row.aggregate.id, &history.series)?;
        }
    }
    table.finish()?;
    Ok(points)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_gets_no_parquet() {
        let mut options = Export {
            experiment: None,
            runs: Vec::new(),
            query: None,
            metrics: Vec::new(),
            wide: false,
            format: Some(Format::Parquet),
            output: None,
        };
        let refused = format(&options, false, true);
        assert!(matches!(refused, Err(Error::ParquetInTerminal)));
        assert_eq!(format(&options, false, false).unwrap(), Format::Parquet);
        options.output = Some("points.xls".into());
        assert_eq!(format(&options, false, true).unwrap(), Format::Parquet);
    }
}
