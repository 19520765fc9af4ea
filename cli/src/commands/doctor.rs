//! `entia doctor`: whether a store is sound, and what processes that died have left.

use std::io::Write;

use console::style;
use serde::Serialize;
use tracker_core::{ErrorKind, JournalInfo, Tracker};

use crate::error::{Error, Result};
use crate::options::Options;
use crate::output::Output;
use crate::store::{self, Store};
use crate::text;

#[derive(Serialize)]
struct Report {
    store: String,
    problems: Vec<String>,
    journals: Vec<Journal>,
    /// Contents of artifacts that nothing refers to.
    unreferenced: Unreferenced,
}

#[derive(Serialize)]
struct Unreferenced {
    contents: usize,
    bytes: u64,
}

#[derive(Serialize)]
struct Journal {
    path: String,
    /// Whether it belongs to a process that runs.
    live: bool,
    points: Option<u64>,
    /// Whether its points have just been moved into the store.
    recovered: bool,
}

pub(crate) fn run(options: &Options, output: &mut Output) -> Result<()> {
    // Opening the store to write moves the points of dead processes into it, so that must be seen
    // first.
    let address = store::address(options).ok_or(Error::NoAddress)?;
    let before = Tracker::read(address)?.journals()?;
    let store = match Store::change(options) {
        // What can be read can be looked at.
        Err(Error::Tracker(error))
            if matches!(error.kind(), ErrorKind::Unavailable | ErrorKind::Denied) =>
        {
            Store::read(options)?
        }
        opened => opened?,
    };
    let after = store.tracker.journals()?;
    let problems = store.tracker.check()?;
    let unreferenced = store.tracker.unreferenced_artifacts()?;
    let report = Report {
        unreferenced: Unreferenced {
            contents: unreferenced.len(),
            bytes: unreferenced.iter().map(|content| content.size).sum(),
        },
        store: store.address,
        journals: before
            .iter()
            .map(|journal| Journal::new(journal, &after))
            .collect(),
        problems,
    };
    if output.json {
        output.document(&report)?;
    } else {
        write(&report, output)?;
    }
    verdict(&report)
}

fn write(report: &Report, output: &mut Output) -> Result<()> {
    writeln!(output, "{}", style(&report.store).cyan())?;
    if report.problems.is_empty() {
        writeln!(output, "  {} the store is sound", style("✓").green())?;
    }
    for problem in &report.problems {
        writeln!(output, "  {} {}", style("✗").red(), text::line(problem))?;
    }
    let Unreferenced { contents, bytes } = report.unreferenced;
    if contents > 0 {
        let contents = text::plural(contents, "content");
        writeln!(
            output,
            "  {} {contents} of artifacts, {}, that nothing refers to",
            style("•").cyan(),
            text::bytes(bytes)
        )?;
    }
    if report.journals.is_empty() {
        writeln!(
            output,
            "  {} no process has left a journal",
            style("✓").green()
        )?;
    }
    for journal in &report.journals {
        let points = match journal.points {
            Some(points) => text::plural(usize::try_from(points).unwrap_or(usize::MAX), "point"),
            None => "an unknown number of points".to_owned(),
        };
        let (mark, state) = match journal {
            Journal { live: true, .. } => (
                style("•").cyan(),
                "in use by a process that runs".to_owned(),
            ),
            Journal {
                recovered: true, ..
            } => (
                style("✓").green(),
                format!("left by a process that died; {points} are in the store now"),
            ),
            Journal {
                points: Some(_), ..
            } => (
                style("•").cyan(),
                format!(
                    "left by a process that died; {points} wait in it until the store can be \
                     written"
                ),
            ),
            _ => (
                style("✗").red(),
                format!("left by a process that died, with {points} that cannot be read"),
            ),
        };
        writeln!(output, "  {mark} {}: {state}", journal.path)?;
    }
    Ok(())
}

fn verdict(report: &Report) -> Result<()> {
    let stuck = |journal: &&Journal| !journal.live && journal.points.is_none();
    if !report.problems.is_empty() {
        let problems = text::plural(report.problems.len(), "problem");
        return Err(Error::Found(format!(
            "`{}` has {problems}\nhint: restore it from a copy; something else than the tracker has \
             written to it",
            report.store
        )));
    }
    match report.journals.iter().find(stuck) {
        Some(journal) => Err(Error::Found(format!(
            "the journal `{}` cannot be read\nhint: a newer version may have written it; open the \
             store with that version",
            journal.path
        ))),
        None => Ok(()),
    }
}

impl Journal {
    fn new(journal: &JournalInfo, after: &[JournalInfo]) -> Self {
        Self {
            path: journal.path.display().to_string(),
            live: journal.live,
            points: journal.points,
            recovered: !journal.live && after.iter().all(|left| left.path != journal.path),
        }
    }
}
