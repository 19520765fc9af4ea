//! `entia sync`: sends what programs that died have left on their way to servers.

use std::io::Write;

use console::style;
use serde::Serialize;
use tracker_core::{JournalInfo, Tracker, known_stores};

use crate::error::{Error, Result};
use crate::options::Options;
use crate::output::Output;
use crate::store;
use crate::text;

/// What became of the journals for a store, as `--json` prints it.
#[derive(Serialize)]
struct Report {
    store: String,
    /// How many journals of programs that died were there.
    journals: usize,
    /// How many points and other changes of them were sent.
    points: u64,
    changes: u64,
    /// How many are kept, and were not sent.
    kept: usize,
    /// Why nothing was sent, where that is so.
    problem: Option<String>,
}

pub(crate) fn run(address: Option<&str>, options: &Options, output: &mut Output) -> Result<()> {
    let addresses = match address {
        Some(address) => vec![address.to_owned()],
        None => all(options)?,
    };
    let reports: Vec<Report> = addresses.into_iter().map(sync).collect();
    if output.json {
        output.document(&reports)?;
    } else {
        for report in &reports {
            writeln!(output, "{} {}", style(&report.store).cyan(), said(report))?;
        }
        if reports.is_empty() {
            writeln!(output, "No program of this user has written to a server.")?;
        }
    }
    let failed = reports.iter().filter(|report| report.problem.is_some());
    let mut failed = failed.filter_map(|report| report.problem.clone());
    match failed.next() {
        Some(problem) => Err(Error::Found(problem)),
        None => Ok(()),
    }
}

/// The servers that programs of this user have written to, and the store that the options name.
fn all(options: &Options) -> Result<Vec<String>> {
    let known = known_stores()?.into_iter();
    let mut addresses: Vec<String> = known.map(|store| store.address).collect();
    if let Some(address) = store::address(options)
        && !addresses.iter().any(|known| known == address)
    {
        addresses.push(address.to_owned());
    }
    Ok(addresses)
}

fn sync(store: String) -> Report {
    let mut report = Report {
        store,
        journals: 0,
        points: 0,
        changes: 0,
        kept: 0,
        problem: None,
    };
    if let Err(error) = send(&mut report) {
        report.problem = Some(error.to_string());
    }
    report
}

fn send(report: &mut Report) -> tracker_core::Result<()> {
    // Opening the store to write sends what is left, so that must be seen first.
    let left = |journal: &JournalInfo| !journal.live && journal.kept.is_none();
    let mut before = Tracker::read(&report.store)?.journals()?;
    before.retain(left);
    report.journals = before.len();
    let tracker = Tracker::open_existing(&report.store)?;
    let flushed = tracker.flush();
    let after = tracker.journals()?;
    report.kept = after
        .iter()
        .filter(|journal| journal.kept.is_some())
        .count();
    for journal in before {
        if !after.iter().any(|other| other.path == journal.path) {
            report.points += journal.points.unwrap_or(0);
            report.changes += journal.changes.unwrap_or(0);
        }
    }
    flushed
}

fn said(report: &Report) -> String {
    let kept = match report.kept {
        0 => String::new(),
        kept => format!(
            "; {} kept, of which `entia doctor` tells more",
            text::plural(kept, "journal")
        ),
    };
    let plural = |number, thing| text::plural(usize::try_from(number).unwrap_or(usize::MAX), thing);
    match report {
        Report {
            problem: Some(problem),
            ..
        } => {
            let problem = problem.lines().next().unwrap_or_default();
            format!("{} {problem}{kept}", style("✗").red())
        }
        Report { journals: 0, .. } => format!("{} nothing waits{kept}", style("✓").green()),
        report => format!(
            "{} sent: {}, {}{kept}",
            style("✓").green(),
            plural(report.points, "point"),
            plural(report.changes, "other change"),
        ),
    }
}
