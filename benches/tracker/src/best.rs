//! Time to find the best aggregates by a metric.

use std::time::Instant;

use entia::tracker::query::metric;
use entia::tracker::{Aggregate, Query};
use serde::Serialize;

use crate::Result;
use crate::create::{ACCURACY, fill};
use crate::sample::{EXPERIMENT, PHASE};
use crate::scratch::Place;
use crate::statistics::{Percentiles, nanoseconds};

const ROUNDS: usize = 51;

/// How many points each metric has; none of them should be read.
const EPOCHS: u64 = 10;

const BEST: usize = 10;

#[derive(Serialize)]
pub(crate) struct Figures {
    rounds: usize,
    /// To find the ten for the first time since the store was opened.
    first_ns: Percentiles,
    /// To find them once more.
    again_ns: Percentiles,
}

pub(crate) fn measure(place: &Place, n: u64) -> Result<Figures> {
    let scratch = place.scratch()?;
    let mut tracker = scratch.open()?;
    let mut expected = Vec::new();
    fill(
        &tracker.experiment(EXPERIMENT)?,
        n,
        EPOCHS,
        |id, greatest| {
            expected.push((greatest, id.to_owned()));
        },
    )?;
    tracker.flush()?;
    expected.sort_by(|(a, _), (b, _)| b.total_cmp(a));
    expected.truncate(BEST);

    let query = Query::new()
        .order_by(metric(ACCURACY).phase(PHASE).max().desc())
        .limit(BEST);
    let (mut first, mut again) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        tracker = scratch.reopen(tracker)?;
        let aggregates = tracker.experiment(EXPERIMENT)?.aggregates();
        for samples in [&mut first, &mut again] {
            let start = Instant::now();
            let found = aggregates.find(&query)?;
            samples.push(nanoseconds(start.elapsed()));
            let ids = expected.iter().map(|(_, id)| id.as_str());
            if !found.iter().map(Aggregate::id).eq(ids) {
                return Err("the aggregates that were found are not the best".into());
            }
        }
    }
    Ok(Figures {
        rounds: ROUNDS,
        first_ns: Percentiles::of(first),
        again_ns: Percentiles::of(again),
    })
}
