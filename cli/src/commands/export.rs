//! `entia export`: every point as a row.

use std::io::{IsTerminal, stdout};

use tracker_core::Experiment;

use crate::error::{Error, Result};
use crate::export::{Rows, format_of, rows};
use crate::options::{Export, Format};
use crate::output::Output;
use crate::store::{Store, everything};
use crate::target::Target;

pub(crate) fn run(store: &Store, options: &Export, output: &mut Output) -> Result<()> {
    let experiments = store.experiments(options.experiment.as_deref())?;
    let format = format(options, output.json, stdout().is_terminal())?;
    target(options).write(output, |out| write(&experiments, rows(format, out)?))
}

fn target(options: &Export) -> Target {
    options
        .output
        .as_deref()
        .map_or(Target::StandardOutput, Target::of)
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

/// Writes series by series, so that no more than one is in memory.
fn write(experiments: &[Experiment], mut rows: Box<dyn Rows + '_>) -> Result<()> {
    for experiment in experiments {
        let name = experiment.name();
        for run in experiment.aggregates().find(everything())? {
            let metrics = run.metrics();
            for summary in metrics.summaries()? {
                let series = metrics.history(summary.name(), summary.phase())?;
                rows.write(&name, run.id(), &series)?;
            }
        }
    }
    rows.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_gets_no_parquet() {
        let mut options = Export {
            experiment: None,
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
