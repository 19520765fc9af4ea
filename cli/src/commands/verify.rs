//! `entia verify`: whether the records of runs agree with their hashes.

use std::io::Write;

use console::style;
use serde::Serialize;
use tracker_core::ports::Detail;
use tracker_core::{Disagreement, Uuid};

use super::{runs, select};
use crate::error::{Error, Result};
use crate::options::Verify;
use crate::output::Output;
use crate::store::{Store, everything};
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
        let experiment = experiment.map(|name| store.experiment(name)).transpose()?;
        runs::found(store, experiment.as_ref(), &everything(), Detail::NONE)?.items
    } else {
        select::named(store, &options.runs, experiment)?
    };
    let uuids: Vec<Uuid> = runs.iter().map(|(_, row)| row.aggregate.uuid).collect();
    let found = store.tracker.disagreements(&uuids)?;
    let mut verdicts = Vec::new();
    for ((experiment, row), disagreements) in runs.into_iter().zip(found) {
        let verdict = Verdict {
            experiment,
            id: row.aggregate.id,
            agrees: disagreements.is_empty(),
            disagreements,
        };
        if !output.json && !verdict.agrees {
            report(&verdict, output)?;
        }
        verdicts.push(verdict);
    }
    if output.json {
        output.document(&verdicts)?;
    }
    let bad = verdicts.iter().filter(|verdict| !verdict.agrees).count();
    let checked = text::plural(verdicts.len(), "run");
    match verdicts.into_iter().rfind(|verdict| !verdict.agrees) {
        Some(last) => Err(Error::Found(format!(
            "the records of {bad} of {checked} do not give their hashes\nhint: {}",
            hint(last)
        ))),
        None if output.json => Ok(()),
        None => Ok(writeln!(
            output,
            "{checked} checked: every record gives its hash."
        )?),
    }
}

/// What to do about it, as the library has it.
fn hint(verdict: Verdict) -> String {
    let error = tracker_core::Error::Disagrees {
        aggregate: verdict.id,
        disagreements: verdict.disagreements,
    };
    let text = error.to_string();
    let hint = text.split_once("\nhint: ");
    hint.map_or_else(String::new, |(_, hint)| hint.to_owned())
}

fn report(verdict: &Verdict, output: &mut Output) -> Result<()> {
    let id = style(text::line(&verdict.id)).yellow();
    let experiment = style(text::line(&verdict.experiment)).cyan();
    writeln!(output, "{id}  {experiment}")?;
    for disagreement in &verdict.disagreements {
        writeln!(output, "  {}", text::line(&disagreement.to_string()))?;
    }
    Ok(())
}
