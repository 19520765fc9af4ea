//! `entia export`: every point as a row.

use std::io::{IsTerminal, stdout};

use tracker_core::Experiment;

use crate::error::{Error, Result};
use crate::export::{Rows, format_of, rows, whole_file};
use crate::options::{Export, Format};
use crate::output::Output;
use crate::store::Store;

pub(crate) fn run(store: &Store, options: &Export, output: &mut Output) -> Result<()> {
    let experiments = store.experiments(options.experiment.as_deref())?;
    let of_file = options.output.as_deref().and_then(format_of);
    let fallback = if output.json {
        Format::Jsonl
    } else {
        Format::Csv
    };
    let format = options.format.or(of_file).unwrap_or(fallback);
    match &options.output {
        Some(path) => whole_file(path, |file| write(&experiments, rows(format, file)?)),
        None if format == Format::Parquet && stdout().is_terminal() => {
            Err(Error::ParquetInTerminal)
        }
        None => write(&experiments, rows(format, output)?),
    }
}

/// Writes series by series, so that no more than one is in memory.
fn write(experiments: &[Experiment], mut rows: Box<dyn Rows + '_>) -> Result<()> {
    for experiment in experiments {
        let name = experiment.name();
        for run in experiment.aggregates().list()? {
            let metrics = run.metrics();
            for summary in metrics.summaries()? {
                let series = metrics.history(summary.name(), summary.phase())?;
                rows.write(&name, run.id(), &series)?;
            }
        }
    }
    rows.finish()
}
