//! Several processes that write to one series of one store.

use std::iter::zip;
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use entia::prelude::Tracker;
use serde::Serialize;

use crate::Result;
use crate::sample::{self, PHASE, SERIES, points};
use crate::scratch::{Place, Scratch, Store};
use crate::statistics::{Speed, median};

pub(crate) const PROCESSES: u64 = 8;

/// Odd, so that one of them is the median.
const ROUNDS: usize = 3;

#[derive(Serialize)]
pub(crate) struct Figures {
    rounds: usize,
    processes: u64,
    /// From the start of the first process, with no store yet, to the end of the last; the median
    /// of the rounds.
    #[serde(flatten)]
    speed: Speed,
    /// Of all rounds.
    missing: usize,
    doubled: usize,
}

pub(crate) fn measure(place: &Place, n: u64) -> Result<Figures> {
    check_store(place, n)?;
    let mut figures = Figures {
        rounds: ROUNDS,
        processes: PROCESSES,
        speed: Speed::new(n, f64::NAN),
        missing: 0,
        doubled: 0,
    };
    let mut seconds = Vec::new();
    for _ in 0..ROUNDS {
        let scratch = place.scratch()?;
        seconds.push(round(&scratch, n / PROCESSES)?);
        let tracker = scratch.open()?;
        let metrics = sample::track(&tracker)?.metrics();
        let history = metrics.history(SERIES[0], PHASE)?;
        let mut distinct: Vec<_> = zip(history.epochs(), history.steps()).collect();
        distinct.dedup();
        figures.missing += usize::try_from(n)?.saturating_sub(distinct.len());
        figures.doubled += history.len() - distinct.len();
    }
    figures.speed = Speed::new(n, median(seconds));
    Ok(figures)
}

/// An error where processes cannot share the store, or the work.
pub(crate) fn check_store(place: &Place, n: u64) -> Result<()> {
    if place.store == Store::Memory {
        return Err("processes share no store in memory\nhint: choose another `--store`".into());
    }
    if !n.is_multiple_of(PROCESSES) {
        let hint = format!("give a multiple of {PROCESSES}");
        return Err(format!("{n} cannot be shared out\nhint: {hint}").into());
    }
    Ok(())
}

fn round(scratch: &Scratch, each: u64) -> Result<f64> {
    let start = Instant::now();
    let writers = (0..PROCESSES)
        .map(|index| spawn("writer", &scratch.address(), index, each))
        .collect::<Result<Vec<_>>>()?;
    await_all(writers)?;
    Ok(start.elapsed().as_secs_f64())
}

/// Waits for the end of processes, which must be a good one.
pub(crate) fn await_all(processes: Vec<Child>) -> Result<()> {
    for mut process in processes {
        let ended = process.wait()?;
        if !ended.success() {
            return Err(format!("a process failed: {ended}").into());
        }
    }
    Ok(())
}

/// Starts this program for one of several processes.
pub(crate) fn spawn(workload: &str, address: &str, index: u64, n: u64) -> Result<Child> {
    let mut command = Command::new(std::env::current_exe()?);
    command.args([workload, address, &index.to_string(), &n.to_string()]);
    Ok(command.stdout(Stdio::null()).spawn()?)
}

/// What one process does. Its index is the epoch of its points, so that each is told apart.
pub(crate) fn write(address: &str, index: u64, n: u64) -> Result<()> {
    let tracker = Tracker::open(address)?;
    let metrics = sample::track(&tracker)?.metrics();
    for point in points(n, 1) {
        metrics.add(point.metric().epoch(index))?;
    }
    Ok(tracker.flush()?)
}
