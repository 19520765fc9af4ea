//! Time to read as many points of a long history as a chart shows.

use std::time::Instant;

use serde::Serialize;

use crate::Result;
use crate::sample::{self, PHASE, SERIES, points};
use crate::scratch::Place;
use crate::statistics::{Percentiles, nanoseconds};

const ROUNDS: usize = 51;

/// As many points as a wide chart has columns.
const SHOWN: usize = 2_000;

#[derive(Serialize)]
pub(crate) struct Figures {
    rounds: usize,
    shown: usize,
    /// To read them from a store that was just opened.
    thinned_ns: Percentiles,
}

pub(crate) fn measure(place: &Place, n: u64) -> Result<Figures> {
    let scratch = place.scratch()?;
    let mut tracker = scratch.open()?;
    let metrics = sample::track(&tracker)?.metrics();
    for point in points(n, 1) {
        metrics.add(point.metric())?;
    }
    tracker.flush()?;
    drop(metrics);
    let greatest = points(n, 1).map(|point| point.value).fold(0.0, f64::max);
    let mut reads = Vec::new();
    for _ in 0..ROUNDS {
        tracker = scratch.reopen(tracker)?;
        let metrics = sample::track(&tracker)?.metrics();
        let start = Instant::now();
        let history = metrics.thinned(SERIES[0], PHASE, SHOWN)?;
        reads.push(nanoseconds(start.elapsed()));
        if history.total != n || !history.series.numbers().contains(&greatest) {
            return Err("a peak of the history is lost".into());
        }
    }
    Ok(Figures {
        rounds: ROUNDS,
        shown: SHOWN,
        thinned_ns: Percentiles::of(reads),
    })
}
