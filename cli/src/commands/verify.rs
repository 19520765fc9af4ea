//! `entia verify`: whether the records of runs agree with their hashes.

use std::io::Write;

use console::style;
use serde::Serialize;
use tracker_core::{Disagreement, Error as TrackerError};

use crate::error::{Error, Result};
use crate::options::Verify;
use crate::output::Output;
use crate::store::{Run, Store};
use crate::text;

#[derive(Serialize)]
struct Verdict {
    experiment: String,
    id: String,
    agrees: bool,
    disagreements: Vec<Disagreement>,
}

pub(crate) fn run(store: &Store, options: &Verify, output: &mut Output) -> Result<()> {
    let experiment = options.experiment.as_deref();
    let runs = if options.runs.is_empty() {
        store.runs(experiment)?
    } else {
        let named = options.runs.iter().map(|id| store.run(id, experiment));
        named.collect::<Result<_>>()?
    };
    let mut verdicts = Vec::new();
    let mut hint = None;
    for run in &runs {
        let disagreements = match run.aggregate.verify() {
            Ok(()) => Vec::new(),
            Err(error @ TrackerError::Disagrees { .. }) => {
                hint = error
                    .to_string()
                    .split_once("\nhint: ")
                    .map(|parts| parts.1.to_owned());
                disagreements(error)
            }
            Err(error) => return Err(error.into()),
        };
        if !output.json && !disagreements.is_empty() {
            report(run, &disagreements, output)?;
        }
        verdicts.push(Verdict {
            experiment: run.experiment.name(),
            id: run.aggregate.id().to_owned(),
            agrees: disagreements.is_empty(),
            disagreements,
        });
    }
    if output.json {
        output.document(&verdicts)?;
    }
    let bad = verdicts.iter().filter(|verdict| !verdict.agrees).count();
    let checked = text::plural(verdicts.len(), "run");
    match hint {
        Some(hint) => Err(Error::Found(format!(
            "the records of {bad} of {checked} do not give their hashes\nhint: {hint}"
        ))),
        None if output.json => Ok(()),
        None => Ok(writeln!(
            output,
            "{checked} checked: every record gives its hash."
        )?),
    }
}

fn disagreements(error: TrackerError) -> Vec<Disagreement> {
    match error {
        TrackerError::Disagrees { disagreements, .. } => disagreements,
        _ => Vec::new(),
    }
}

fn report(run: &Run, disagreements: &[Disagreement], output: &mut Output) -> Result<()> {
    let id = style(text::line(run.aggregate.id())).yellow();
    let experiment = style(text::line(&run.experiment.name())).cyan();
    writeln!(output, "{id}  {experiment}")?;
    for disagreement in disagreements {
        writeln!(output, "  {}", text::line(&disagreement.to_string()))?;
    }
    Ok(())
}
