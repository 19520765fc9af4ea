//! Several processes that create runs in one store.

use std::time::Instant;

use entia::prelude::Tracker;
use serde::Serialize;

use crate::Result;
use crate::processes::{PROCESSES, await_all, check_store, spawn};
use crate::sample::{EXPERIMENT, Mlp};
use crate::scratch::{Place, Scratch};
use crate::statistics::{Speed, median};

/// Odd, so that one of them is the median.
const ROUNDS: usize = 3;

#[derive(Serialize)]
pub(crate) struct Figures {
    rounds: usize,
    processes: u64,
    /// From the start of the first process to the end of the last; the median of the rounds.
    #[serde(flatten)]
    speed: Speed,
}

pub(crate) fn measure(place: &Place, n: u64) -> Result<Figures> {
    check_store(place, n)?;
    let mut seconds = Vec::new();
    for _ in 0..ROUNDS {
        let scratch = place.scratch()?;
        seconds.push(round(&scratch, n / PROCESSES)?);
        let created = scratch.open()?.experiment(EXPERIMENT)?.aggregates();
        let created = u64::try_from(created.list()?.len())?;
        if created != n {
            return Err(format!("{n} runs were created, {created} are stored").into());
        }
    }
    Ok(Figures {
        rounds: ROUNDS,
        processes: PROCESSES,
        speed: Speed::new(n, median(seconds)),
    })
}

fn round(scratch: &Scratch, each: u64) -> Result<f64> {
    // The store is there already: that is another figure.
    drop(scratch.open()?.experiment(EXPERIMENT)?);
    let start = Instant::now();
    let creators = (0..PROCESSES)
        .map(|index| spawn("creator", &scratch.address(), index, each))
        .collect::<Result<Vec<_>>>()?;
    await_all(creators)?;
    Ok(start.elapsed().as_secs_f64())
}

/// What one process does. Its index tells its models from those of the others.
pub(crate) fn create(address: &str, index: u64, n: u64) -> Result<()> {
    let experiment = Tracker::open(address)?.experiment(EXPERIMENT)?;
    for number in 0..n {
        let seed = index * n + number;
        experiment.track(&Mlp { layers: 2, seed })?;
    }
    Ok(())
}
