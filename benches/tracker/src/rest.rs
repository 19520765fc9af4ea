//! A server over a store of many runs: its start, and the search for the best of them over HTTP.

use std::time::Instant;

use serde::Serialize;
use serde_json::Value;

use crate::Result;
use crate::connection::Connection;
use crate::create::{ACCURACY, fill};
use crate::sample::{EXPERIMENT, PHASE};
use crate::scratch::Place;
use crate::serve::Running;
use crate::statistics::{Percentiles, float, nanoseconds, rounded};

const ROUNDS: usize = 21;

const BEST: usize = 10;

#[derive(Serialize)]
pub(crate) struct Figures {
    rounds: usize,
    store_mib: f64,
    /// From the start of the process to the end of its first answer.
    start_ns: Percentiles,
    /// The best 10 by the largest accuracy, the first question to each server.
    first_ns: Percentiles,
    /// The same once more.
    again_ns: Percentiles,
}

pub(crate) fn measure(place: &Place, n: u64) -> Result<Figures> {
    let scratch = place.scratch()?;
    let tracker = scratch.open()?;
    let mut greatest = 0_f64;
    fill(&tracker.experiment(EXPERIMENT)?, n, 1, |_, accuracy| {
        greatest = greatest.max(accuracy);
    })?;
    tracker.flush()?;
    drop(tracker);
    let path = format!(
        "/api/v1/runs?experiment={EXPERIMENT}&limit={BEST}\
         &query=order%20by%20metric.{ACCURACY}%5B{PHASE}%5D.max%20desc"
    );
    let (mut start, mut first, mut again) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let begin = Instant::now();
        let server = Running::start(&scratch.address())?;
        let mut connection = Connection::open(server.address)?;
        connection.get("/health")?;
        start.push(nanoseconds(begin.elapsed()));
        for samples in [&mut first, &mut again] {
            let begin = Instant::now();
            let answer = connection.get(&path)?;
            samples.push(nanoseconds(begin.elapsed()));
            let found: Value = serde_json::from_slice(&answer)?;
            if found["runs"].as_array().map(Vec::len) != Some(BEST) {
                return Err(format!("`{path}` does not give the best {BEST}: {found}").into());
            }
        }
    }
    Ok(Figures {
        rounds: ROUNDS,
        store_mib: rounded(float(scratch.size()?) / 1_048_576.0, 1),
        start_ns: Percentiles::of(start),
        first_ns: Percentiles::of(first),
        again_ns: Percentiles::of(again),
    })
}
