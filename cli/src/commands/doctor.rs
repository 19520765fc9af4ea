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
    /// Calls that changed something else.
    changes: Option<u64>,
    /// Whether what was in it has just been moved into the store.
    recovered: bool,
    /// Why it is kept, and not moved into the store.
    kept: Option<String>,
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
    // Waits until what is in journals was moved.
    let problems = store.tracker.check()?;
    let after = store.tracker.journals()?;
    let unreferenced = store.tracker.unreferenced_artifacts()?;
    let report = Report {
        unreferenced: Unreferenced {
            contents: unreferenced.len(),
            bytes: unreferenced.iter().map(|content| content.size).sum(),
        },
        store: store.address,
        journals: journals(&before, &after),
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
        let state = journal.state();
        let mark = match journal {
            Journal { live: true, .. } => style("•").cyan(),
            Journal {
                recovered: true, ..
            } => style("✓").green(),
            Journal {
                kept: None,
                points: Some(_),
                ..
            } => style("•").cyan(),
            _ => style("✗").red(),
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
        Some(Journal {
            path,
            kept: Some(reason),
            ..
        }) => Err(Error::Found(format!(
            "the journal `{path}` is kept: {}\nhint: remove the file when nothing in it is needed",
            text::line(reason)
        ))),
        Some(journal) => Err(Error::Found(format!(
            "the journal `{}` cannot be read\nhint: a newer version may have written it; open the \
             store with that version",
            journal.path
        ))),
        None => Ok(()),
    }
}

/// The journals that were there before, and those that were kept under another name.
fn journals(before: &[JournalInfo], after: &[JournalInfo]) -> Vec<Journal> {
    let is_new = |journal: &&JournalInfo| {
        let same = |other: &JournalInfo| other.path == journal.path;
        journal.kept.is_some() && !before.iter().any(same)
    };
    let is_renamed = |journal: &&JournalInfo| {
        let mut kept = journal.path.clone().into_os_string();
        kept.push(".kept");
        !after.iter().any(|other| other.path.as_os_str() == kept)
    };
    let old = before.iter().filter(is_renamed);
    let all = old.chain(after.iter().filter(is_new));
    all.map(|journal| Journal::new(journal, after)).collect()
}

impl Journal {
    fn new(journal: &JournalInfo, after: &[JournalInfo]) -> Self {
        Self {
            path: journal.path.display().to_string(),
            live: journal.live,
            points: journal.points,
            changes: journal.changes,
            kept: journal.kept.clone(),
            recovered: !journal.live && after.iter().all(|left| left.path != journal.path),
        }
    }

    fn state(&self) -> String {
        let plural =
            |count: u64, one: &str| text::plural(usize::try_from(count).unwrap_or(usize::MAX), one);
        let content = match (self.points, self.changes) {
            (Some(points), Some(0) | None) => plural(points, "point"),
            (Some(0), Some(changes)) => plural(changes, "change"),
            (Some(points), Some(changes)) => {
                format!(
                    "{} and {}",
                    plural(points, "point"),
                    plural(changes, "change")
                )
            }
            (None, _) => "an unknown number of points".to_owned(),
        };
        match self {
            Self { live: true, .. } => "in use by a process that runs".to_owned(),
            Self {
                recovered: true, ..
            } => format!("left by a process that died; {content} are in the store now"),
            Self {
                kept: Some(reason), ..
            } => format!(
                "left by a process that died, and kept: {}",
                text::line(reason)
            ),
            Self {
                points: Some(_), ..
            } => format!(
                "left by a process that died; {content} wait in it until the store can be written"
            ),
            _ => format!("left by a process that died, with {content} that cannot be read"),
        }
    }
}
