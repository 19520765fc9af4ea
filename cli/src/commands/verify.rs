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
    /// Nothing where the run has no component that could agree.
    agrees: Option<bool>,
    disagreements: Vec<Disagreement>,
}

impl Verdict {
    fn is_bad(&self) -> bool {
        self.agrees == Some(false)
    }
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
            agrees: disagreements.as_ref().map(Vec::is_empty),
            disagreements: disagreements.unwrap_or_default(),
        };
        if !output.json && verdict.is_bad() {
            report(&verdict, output)?;
        }
        verdicts.push(verdict);
    }
    if output.json {
        output.document(&verdicts)?;
    }
    let bad = verdicts.iter().filter(|verdict| verdict.is_bad()).count();
    let of_components = |verdict: &&Verdict| verdict.agrees.is_some();
    let checked = verdicts.iter().filter(of_components).count();
    let all = verdicts.len();
    match verdicts.into_iter().rfind(Verdict::is_bad) {
        Some(last) => Err(Error::Found(format!(
            "the records of {bad} of {} do not give their hashes\nhint: {}",
            text::plural(checked, "run"),
            hint(last)
        ))),
        None if output.json => Ok(()),
        None => Ok(writeln!(output, "{}", verified(checked, all))?),
    }
}

/// What was verified, where all of it agrees.
fn verified(checked: usize, all: usize) -> String {
    let runs = text::plural(all, "run");
    match checked {
        _ if all == 0 => "Nothing to verify: there is no run.".to_owned(),
        0 if all == 1 => "Nothing to verify: the run has no component.".to_owned(),
        0 => format!("Nothing to verify: none of the {runs} has a component."),
        _ if checked == all => format!("{runs} checked: every record gives its hash."),
        1 => format!("1 of {runs} has components: every record gives its hash."),
        _ => format!(
            "{} of {runs} have components: every record gives its hash.",
            text::count(checked as u64)
        ),
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
