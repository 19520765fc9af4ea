//! Time to create aggregates with all that a finished run has.

use std::time::Instant;

use entia::prelude::*;
use entia::tracker::Experiment;
use serde::Serialize;

use crate::Result;
use crate::sample::{EXPERIMENT, Mlp, PHASE};
use crate::scratch::Place;
use crate::statistics::{median, rounded};

/// Odd, so that one of them is the median.
const ROUNDS: usize = 3;

pub(crate) const ACCURACY: &str = "accuracy";

const METRICS: [&str; 10] = [
    "loss",
    ACCURACY,
    "precision",
    "recall",
    "f1",
    "auc",
    "perplexity",
    "gradient",
    "rate",
    "time",
];

#[derive(Entity)]
struct CrossEntropy;

#[derive(Entity)]
struct Adam {
    lr: f64,
}

#[derive(Serialize)]
pub(crate) struct Figures {
    rounds: usize,
    /// From the first aggregate to the end of `flush`, the median of the rounds.
    seconds: f64,
}

pub(crate) fn measure(place: &Place, n: u64) -> Result<Figures> {
    let rounds = (0..ROUNDS).map(|_| round(place, n));
    Ok(Figures {
        rounds: ROUNDS,
        seconds: rounded(median(rounds.collect::<Result<_>>()?), 6),
    })
}

fn round(place: &Place, n: u64) -> Result<f64> {
    let scratch = place.scratch()?;
    let tracker = scratch.open()?;
    let experiment = tracker.experiment(EXPERIMENT)?;
    let start = Instant::now();
    fill(&experiment, n, 1, |_, _| {})?;
    tracker.flush()?;
    let seconds = start.elapsed().as_secs_f64();
    let created = experiment.aggregates().list()?.len();
    if u64::try_from(created)? == n {
        Ok(seconds)
    } else {
        Err(format!("{n} aggregates were created, {created} are stored").into())
    }
}

/// Creates aggregates of three modules and ten metrics, with a point of each metric in each epoch.
/// Shows the id and the greatest accuracy of each.
pub(crate) fn fill(
    experiment: &Experiment,
    n: u64,
    epochs: u64,
    mut show: impl FnMut(&str, f64),
) -> Result<()> {
    let mut random = fastrand::Rng::with_seed(7);
    for seed in 0..n {
        let run = experiment
            .track(&Mlp { layers: 2, seed })?
            .with("criterion", &CrossEntropy)?
            .with("optimizer", &Adam { lr: random.f64() })?;
        let metrics = run.metrics();
        let mut greatest = 0_f64;
        for epoch in 1..=epochs {
            for name in METRICS {
                let value = random.f64();
                metrics.add(Metric::new(name, value).phase(PHASE).epoch(epoch))?;
                if name == ACCURACY {
                    greatest = greatest.max(value);
                }
            }
        }
        show(run.id(), greatest);
    }
    Ok(())
}
