//! Time to read the history of a metric.

use std::time::Instant;

use serde::Serialize;

use crate::Result;
use crate::sample::{self, PHASE, SERIES, points};
use crate::scratch::Place;
use crate::statistics::{Percentiles, nanoseconds};

const ROUNDS: usize = 51;

#[derive(Serialize)]
pub(crate) struct Figures {
    rounds: usize,
    /// To open the store.
    open_ns: Percentiles,
    /// To read the history for the first time since.
    history_ns: Percentiles,
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
    let (mut opens, mut reads) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let start = Instant::now();
        tracker = scratch.reopen(tracker)?;
        opens.push(nanoseconds(start.elapsed()));
        let metrics = sample::track(&tracker)?.metrics();
        let start = Instant::now();
        let history = metrics.history(SERIES[0], PHASE)?;
        reads.push(nanoseconds(start.elapsed()));
        let numbers = history.numbers().iter().copied();
        if !numbers.eq(points(n, 1).map(|point| point.value)) {
            return Err("the history is not what was added".into());
        }
    }
    Ok(Figures {
        rounds: ROUNDS,
        open_ns: Percentiles::of(opens),
        history_ns: Percentiles::of(reads),
    })
}
