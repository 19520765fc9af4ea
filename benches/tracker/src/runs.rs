//! Time to search among many runs of a store that was just opened.

use std::time::Instant;

use entia::prelude::*;
use entia::tracker::ports::Detail;
use serde::Serialize;

use crate::Result;
use crate::create::{ACCURACY, fill};
use crate::sample::{EXPERIMENT, Mlp, PHASE};
use crate::scratch::{Place, Scratch};
use crate::statistics::{Percentiles, nanoseconds};

const ROUNDS: usize = 21;

/// Each is the first query after the store was opened.
#[derive(Serialize)]
pub(crate) struct Figures {
    rounds: usize,
    /// The best 10 by the largest accuracy.
    best_ns: Percentiles,
    /// The same among those with a learning rate that half of them have.
    best_of_half_ns: Percentiles,
    /// The same among those with a learning rate that one of 1,000 has.
    best_of_few_ns: Percentiles,
    /// The first 100 by id.
    by_id_ns: Percentiles,
    /// The first 50 as a table shows them: the newest, with their modules and some metrics.
    page_ns: Percentiles,
    /// To track a known run, in a store that is open.
    track_ns: Percentiles,
}

pub(crate) fn measure(place: &Place, n: u64) -> Result<Figures> {
    let scratch = place.scratch()?;
    let tracker = scratch.open()?;
    fill(&tracker.experiment(EXPERIMENT)?, n, 1, |_, _| {})?;
    tracker.flush()?;
    drop(tracker);
    let best = format!("order by metric.{ACCURACY}[{PHASE}].max desc limit 10");
    let all = Detail::ALL;
    Ok(Figures {
        rounds: ROUNDS,
        best_ns: searched(&scratch, &best, &Detail::NONE)?,
        best_of_half_ns: searched(
            &scratch,
            &format!("optimizer.lr < 0.5 {best}"),
            &Detail::NONE,
        )?,
        best_of_few_ns: searched(
            &scratch,
            &format!("optimizer.lr < 0.001 {best}"),
            &Detail::NONE,
        )?,
        by_id_ns: searched(&scratch, "order by id limit 100", &Detail::NONE)?,
        page_ns: searched(&scratch, "order by created desc limit 50", &all)?,
        track_ns: tracked(&scratch, n)?,
    })
}

fn searched(scratch: &Scratch, query: &str, detail: &Detail) -> Result<Percentiles> {
    let query: Query = query.parse()?;
    let mut samples = Vec::new();
    for _ in 0..ROUNDS {
        let tracker = scratch.open()?;
        let aggregates = tracker.experiment(EXPERIMENT)?.aggregates();
        let start = Instant::now();
        let found = aggregates.rows_with(&query, detail.clone())?;
        samples.push(nanoseconds(start.elapsed()));
        if found.is_empty() {
            return Err(format!("nothing is found by `{query}`").into());
        }
    }
    Ok(Percentiles::of(samples))
}

fn tracked(scratch: &Scratch, n: u64) -> Result<Percentiles> {
    let tracker = scratch.open()?;
    let experiment = tracker.experiment(EXPERIMENT)?;
    let mut samples = Vec::new();
    for seed in (0..n).rev().take(1_000) {
        let model = Mlp { layers: 2, seed };
        let start = Instant::now();
        let run = experiment.track(&model)?;
        samples.push(nanoseconds(start.elapsed()));
        if run.modules()?.len() != 3 {
            return Err("a known run was not found".into());
        }
    }
    Ok(Percentiles::of(samples))
}
