//! `entia export`: every point as a row.

use std::collections::BTreeSet;
use std::io::{IsTerminal, Write, stdout};

use registry_core::nearest;
use tracker_core::ports::{Detail, Row};

use super::{runs, select};
use crate::error::{Error, Result};
use crate::export::{Wide, format_of, rows};
use crate::options::{Export, Format};
use crate::output::Output;
use crate::series;
use crate::store::{Store, everything};
use crate::target::Target;

pub(crate) fn run(store: &Store, options: &Export, output: &mut Output) -> Result<()> {
    let runs = chosen(store, options)?;
    let format = format(options, output.json, stdout().is_terminal())?;
    target(options).write(output, |out| write(store, &runs, options.wide, format, out))
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

/// Writes series by series, or with `wide` run by run, so that no more is in memory.
fn write(
    store: &Store,
    runs: &[(String, Row)],
    wide: bool,
    format: Format,
    out: impl Write + Send,
) -> Result<()> {
    let source = store.tracker.store()?;
    let histories = |row: &Row| {
        let uuid = row.aggregate.uuid;
        let series = row.summaries.iter();
        let series = series.map(|of| (of.name().to_owned(), of.phase().to_owned()));
        let series: Vec<_> = series.collect();
        series
            .into_iter()
            .map(move |(name, phase)| source.history(uuid, &name, &phase))
    };
    if wide {
        let mut table = Wide::new(runs.iter().map(|(_, row)| row), format, out)?;
        for (experiment, row) in runs {
            let series = histories(row).collect::<tracker_core::Result<Vec<_>>>()?;
            table.write(experiment, &row.aggregate.id, &series)?;
        }
        return table.finish();
    }
    let mut table = rows(format, out)?;
    for (experiment, row) in runs {
        for series in histories(row) {
            table.write(experiment, &row.aggregate.id, &series?)?;
        }
    }
    table.finish()
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
