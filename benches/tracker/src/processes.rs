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

const PROCESSES: u64 = 8;

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
    if place.store == Store::Memory {
        return Err("processes share no store in memory\nhint: choose another `--store`".into());
    }
    if !n.is_multiple_of(PROCESSES) {
        return Err(format!(
            "{n} points cannot be shared out\nhint: give a multiple of {PROCESSES}"
        )
        .into());
    }
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

fn round(scratch: &Scratch, each: u64) -> Result<f64> {
    let start = Instant::now();
    let writers = (0..PROCESSES)
        .map(|index| spawn(&scratch.address(), index, each))
        .collect::<Result<Vec<_>>>()?;
    for mut writer in writers {
        let ended = writer.wait()?;
        if !ended.success() {
            return Err(format!("a process failed: {ended}").into());
        }
    }
    Ok(start.elapsed().as_secs_f64())
}

fn spawn(address: &str, index: u64, points: u64) -> Result<Child> {
    let mut command = Command::new(std::env::current_exe()?);
    command.args(["writer", address, &index.to_string(), &points.to_string()]);
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
