//! What a shell offers where a run, an experiment or a metric may stand.
//!
//! The shell asks this program, with the words of the line so far as arguments. Where the store
//! cannot be read, nothing is offered: an error has no place in the middle of a line.

use std::collections::BTreeSet;
use std::env;

use clap_complete::engine::{ArgValueCandidates, CompletionCandidate};
use tracker_core::ports::{Detail, Row};
use tracker_core::query::{archived, created};
use tracker_core::{Experiment, Query, Result, Tracker};

use crate::{series, text};

/// As many of the newest runs are offered: a store may have a hundred thousand.
const RUNS: usize = 1_000;
/// Metrics are looked for in as many of the newest runs.
const NEWEST: usize = 200;

/// The ids and the names of runs.
pub(crate) fn runs() -> ArgValueCandidates {
    ArgValueCandidates::new(|| of_store(run_candidates))
}

/// The names of experiments.
pub(crate) fn experiments() -> ArgValueCandidates {
    ArgValueCandidates::new(|| of_store(experiment_candidates))
}

/// The names of experiments, and the ids and names of runs.
pub(crate) fn experiments_and_runs() -> ArgValueCandidates {
    ArgValueCandidates::new(|| {
        let experiments = of_store(experiment_candidates).into_iter();
        experiments.chain(of_store(run_candidates)).collect()
    })
}

/// Metrics with their phases.
pub(crate) fn metrics() -> ArgValueCandidates {
    ArgValueCandidates::new(|| of_store(metric_candidates))
}

/// The ids and the names of runs, and metrics with their phases.
pub(crate) fn runs_and_metrics() -> ArgValueCandidates {
    ArgValueCandidates::new(|| {
        let runs = of_store(run_candidates).into_iter();
        runs.chain(of_store(metric_candidates)).collect()
    })
}

fn of_store(
    candidates: impl Fn(&Tracker) -> Result<Vec<CompletionCandidate>>,
) -> Vec<CompletionCandidate> {
    let words = env::args().collect::<Vec<_>>();
    let Some(address) = address(&words).or_else(|| env::var("ENTIA_STORE").ok()) else {
        return Vec::new();
    };
    let tracker = Tracker::read(&address);
    tracker
        .and_then(|tracker| candidates(&tracker))
        .unwrap_or_default()
}

/// The store that the line names.
fn address(words: &[String]) -> Option<String> {
    let mut words = words.iter();
    while let Some(word) = words.next() {
        match word.strip_prefix("--store") {
            Some("") => return words.next().cloned(),
            Some(rest) if rest.starts_with('=') => return Some(rest[1..].to_owned()),
            _ => {}
        }
    }
    None
}

fn candidate(value: &str, help: String) -> CompletionCandidate {
    let help = Some(help).filter(|help| !help.is_empty());
    CompletionCandidate::new(value).help(help.map(|help| text::line(&help).into()))
}

fn newest(tracker: &Tracker, most: usize, detail: Detail) -> Result<Vec<(Experiment, Row)>> {
    let query = Query::new().filter(archived().exists());
    let query = query.order_by(created().desc()).limit(most);
    Ok(tracker.experiments().rows_with(query, detail)?.items)
}

fn run_candidates(tracker: &Tracker) -> Result<Vec<CompletionCandidate>> {
    let mut found = Vec::new();
    for (experiment, row) in newest(tracker, RUNS, Detail::NONE)? {
        let run = &row.aggregate;
        let (experiment, status) = (experiment.name(), text::status(run.status()));
        let about = format!("{} {experiment} {status}", run.name);
        found.push(candidate(&run.id, about.trim().to_owned()));
        if !run.name.is_empty() {
            found.push(candidate(&run.name, format!("{experiment} {status}")));
        }
    }
    Ok(found)
}

fn experiment_candidates(tracker: &Tracker) -> Result<Vec<CompletionCandidate>> {
    let experiments = tracker.experiments().list()?;
    let experiments = experiments.iter();
    Ok(experiments
        .map(|experiment| candidate(&experiment.name(), String::new()))
        .collect())
}

fn metric_candidates(tracker: &Tracker) -> Result<Vec<CompletionCandidate>> {
    let detail = Detail {
        series: None,
        ..Detail::NONE
    };
    let mut names = BTreeSet::new();
    for (_, row) in newest(tracker, NEWEST, detail)? {
        for summary in &row.summaries {
            names.insert(series::typed(summary.name(), summary.phase()));
        }
    }
    let names = names.iter();
    Ok(names.map(|name| candidate(name, String::new())).collect())
}

#[cfg(test)]
mod tests {
    use super::address;

    #[test]
    fn the_line_may_name_the_store() {
        let words = |line: &str| line.split(' ').map(str::to_owned).collect::<Vec<_>>();
        let of = |line| address(&words(line));
        assert_eq!(
            of("entia --store sqlite:a.db runs").as_deref(),
            Some("sqlite:a.db")
        );
        assert_eq!(of("entia runs --store=json:a").as_deref(), Some("json:a"));
        assert_eq!(of("entia runs --stored"), None);
        assert_eq!(of("entia runs --store"), None);
    }
}
