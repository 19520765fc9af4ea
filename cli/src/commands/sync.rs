//! `entia sync`: sends what programs that died have left on their way to servers.

use std::io::Write;

use console::style;
use serde::Serialize;
use tracker_core::{JournalInfo, Tracker, known_stores, shown};

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
    let reports: Vec<Report> = match address {
        Some(address) => vec![sync(address)],
        None => sync_all(store::address(options))?,
    };
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
    let problems: Vec<String> = reports
        .into_iter()
        .filter_map(|report| report.problem)
        .collect();
    if problems.is_empty() {
        return Ok(());
    }
    Err(Error::Found(problems.join("\n")))
}

/// Sends what waits for the store of the options, and for every other that programs of this user have
/// written to.
fn sync_all(named: Option<&str>) -> Result<Vec<Report>> {
    let mut reports = Vec::new();
    for known in known_stores()? {
        let named = named.filter(|named| shown(named) == known.address);
        let left = known.journals_left()?;
        // Nothing is asked of a server for which nothing waits: it may be gone for ever.
        reports.push(if left == 0 {
            Report::new(&known.address)
        } else if let Some(named) = named {
            sync(named)
        } else if let Some((reason, note)) = unasked(&known.address) {
            let (store, journals) = (&known.address, text::plural(left, "journal"));
            Report {
                problem: Some(format!(
                    "{journals} for `{store}` not sent: {reason}\nhint: type `entia sync {store}`{note}"
                )),
                ..Report::new(&known.address)
            }
        } else {
            sync(&known.address)
        });
    }
    let is_there = |address: &str| reports.iter().any(|report| report.store == address);
    if let Some(address) = named
        && !is_there(&shown(address))
    {
        reports.push(sync(address));
    }
    Ok(reports)
}

/// Why a store is not opened that nobody has named, where that is so, and what to do about it beside
/// naming it.
fn unasked(address: &str) -> Option<(&'static str, &'static str)> {
    let has_token = std::env::var_os("ENTIA_TOKEN").is_some_and(|token| !token.is_empty());
    if address.contains("***") {
        let note = ", with the password in the place of `***`";
        Some(("its password is kept nowhere", note))
    } else if has_token && address.starts_with("http") {
        Some(("ENTIA_TOKEN may not be meant for it", ""))
    } else {
        None
    }
}

fn sync(address: &str) -> Report {
    let mut report = Report::new(&shown(address));
    let sent = send(address, &mut report);
    if let Err(error) = sent {
        report.problem = Some(error.to_string());
    } else if report.kept > 0 {
        report.problem = Some(format!(
            "{} for `{}` kept, and not sent\nhint: `entia --store {} doctor` says why",
            text::plural(report.kept, "journal"),
            report.store,
            report.store
        ));
    }
    report
}

fn send(address: &str, report: &mut Report) -> tracker_core::Result<()> {
    // Opening the store to write sends what is left, so that must be seen first.
    let left = |journal: &JournalInfo| !journal.live && journal.kept.is_none();
    let mut before = Tracker::read(address)?.journals()?;
    before.retain(left);
    report.journals = before.len();
    let tracker = Tracker::open_existing(address)?;
    let flushed = tracker.flush();
    let after = tracker.journals()?;
    report.kept = after
        .iter()
        .filter(|journal| journal.kept.is_some())
        .count();
    for journal in before {
        let mut kept = journal.path.clone().into_os_string();
        kept.push(".kept");
        let is_left =
            |other: &JournalInfo| other.path == journal.path || other.path.as_os_str() == kept;
        if !after.iter().any(is_left) {
            report.points += journal.points.unwrap_or(0);
            report.changes += journal.changes.unwrap_or(0);
        }
    }
    flushed
}

impl Report {
    fn new(store: &str) -> Self {
        Self {
            store: store.to_owned(),
            journals: 0,
            points: 0,
            changes: 0,
            kept: 0,
            problem: None,
        }
    }
}

fn said(report: &Report) -> String {
    let plural = |number, thing| text::plural(usize::try_from(number).unwrap_or(usize::MAX), thing);
    match report {
        // Why not is what the command ends with.
        Report {
            problem: Some(_), ..
        } => format!("{} not sent", style("✗").red()),
        Report { journals: 0, .. } => format!("{} nothing waits", style("✓").green()),
        report => format!(
            "{} sent: {}, {}",
            style("✓").green(),
            plural(report.points, "point"),
            plural(report.changes, "other change"),
        ),
    }
}
