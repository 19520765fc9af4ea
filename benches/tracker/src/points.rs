//! Points stored a second, against rows that are inserted by hand.

use std::time::Instant;

use entia::prelude::Metric;
use serde::Serialize;

use crate::Result;
use crate::raw;
use crate::sample::{self, SERIES, points};
use crate::scratch::{Place, Scratch};
use crate::statistics::{Speed, float, median, rounded};

/// Odd, so that one of them is the median.
const ROUNDS: usize = 5;

/// The tracker and rusqlite alternate; each figure is the median of its rounds.
#[derive(Serialize)]
pub(crate) struct Figures {
    rounds: usize,
    #[serde(flatten)]
    tracker: Stored,
    rusqlite: Stored,
    /// How many times the points a second of rusqlite.
    speedup: f64,
}

#[derive(Serialize)]
pub(crate) struct Stored {
    /// From the first point until all survive a power loss.
    #[serde(flatten)]
    pub(crate) speed: Speed,
    /// The bytes of all files after the store was closed.
    pub(crate) bytes_per_point: f64,
}

impl Stored {
    pub(crate) fn new(n: u64, seconds: f64, bytes: u64) -> Self {
        Self {
            speed: Speed::new(n, seconds),
            bytes_per_point: rounded(float(bytes) / float(n), 2),
        }
    }

    fn median(n: u64, rounds: &[Self]) -> Self {
        let of = |figure: fn(&Self) -> f64| median(rounds.iter().map(figure).collect());
        Self {
            speed: Speed::new(n, of(|round| round.speed.seconds)),
            bytes_per_point: of(|round| round.bytes_per_point),
        }
    }
}

pub(crate) fn measure(place: &Place, n: u64) -> Result<Figures> {
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        ours.push(round(place, n)?);
        theirs.push(raw::round(place, n)?);
    }
    let ratios = std::iter::zip(&ours, &theirs)
        .map(|(ours, theirs)| theirs.speed.seconds / ours.speed.seconds);
    Ok(Figures {
        rounds: ROUNDS,
        speedup: rounded(median(ratios.collect()), 2),
        tracker: Stored::median(n, &ours),
        rusqlite: Stored::median(n, &theirs),
    })
}

fn round(place: &Place, n: u64) -> Result<Stored> {
    let scratch = place.scratch()?;
    let seconds = log(
        &scratch,
        points(n, SERIES.len()).map(|point| point.timed_metric()),
        n,
    )?;
    Ok(Stored::new(n, seconds, scratch.size()?))
}

/// Adds all points and closes the store. Gives the seconds from the first to the end of `flush`.
pub(crate) fn log(
    scratch: &Scratch,
    points: impl Iterator<Item = Result<Metric>>,
    n: u64,
) -> Result<f64> {
    let tracker = scratch.open()?;
    let metrics = sample::track(&tracker)?.metrics();
    let start = Instant::now();
    for point in points {
        metrics.add(point?)?;
    }
    tracker.flush()?;
    let seconds = start.elapsed().as_secs_f64();
    let stored: u64 = metrics.summaries()?.iter().map(|series| series.count).sum();
    if stored == n {
        Ok(seconds)
    } else {
        Err(format!("{n} points were added, {stored} are stored").into())
    }
}
