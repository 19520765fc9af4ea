//! How long the training thread waits for one `add`.

use std::hint::black_box;
use std::time::Instant;

use rusqlite::Connection;
use serde::Serialize;

use crate::Result;
use crate::sample::{self, points};
use crate::scratch::{Place, Store};
use crate::statistics::{Percentiles, Speed, float, median, nanoseconds, rounded};

/// The points between two flushes; so many fit into the queue.
const BURST: u64 = 50_000;

#[derive(Serialize)]
pub(crate) struct Figures {
    /// What the clock alone takes; the latencies contain it.
    timer_ns: u64,
    /// What it takes to make a metric that is not added; the latencies contain it.
    metric_ns: f64,
    burst: Latency,
    full_speed: Latency,
    /// While another program keeps the store locked, where it can.
    #[serde(skip_serializing_if = "Option::is_none")]
    locked_ns: Option<Percentiles>,
    /// While the server is away.
    #[serde(skip_serializing_if = "Option::is_none")]
    away_ns: Option<Percentiles>,
}

#[derive(Serialize)]
struct Latency {
    ns: Percentiles,
    /// From the first `add` to the end of the last `flush`.
    #[serde(flatten)]
    speed: Speed,
}

pub(crate) fn measure(place: &Place, n: u64) -> Result<Figures> {
    Ok(Figures {
        timer_ns: timer(n),
        metric_ns: metric(n)?,
        burst: latency(place, n, BURST)?,
        full_speed: latency(place, n, n)?,
        locked_ns: match place.store {
            Store::Sqlite => Some(locked(place, n)?),
            _ => None,
        },
        away_ns: match place.store {
            Store::Http => Some(away(place, n)?),
            _ => None,
        },
    })
}

fn timer(n: u64) -> u64 {
    let sample = |_| nanoseconds(Instant::now().elapsed());
    Percentiles::of((0..n).map(sample).collect()).median
}

/// The median of batches, each too long for the clock to matter and too short to be interrupted.
fn metric(n: u64) -> Result<f64> {
    let all: Vec<_> = points(n, 1).collect();
    let batches = all.chunks(100).map(|batch| -> Result<f64> {
        let start = Instant::now();
        for point in batch {
            black_box(black_box(point).metric());
        }
        let seconds = start.elapsed().as_secs_f64();
        Ok(seconds * 1e9 / float(u64::try_from(batch.len())?))
    });
    Ok(rounded(median(batches.collect::<Result<_>>()?), 1))
}

/// Adds all points while the store is locked.
fn locked(place: &Place, n: u64) -> Result<Percentiles> {
    let scratch = place.scratch()?;
    let tracker = scratch.open()?;
    let metrics = sample::track(&tracker)?.metrics();
    tracker.flush()?;
    let other = Connection::open(scratch.path().join("runs.db"))?;
    other.execute_batch("BEGIN IMMEDIATE")?;
    let sample = |point: sample::Point| -> Result<u64> {
        let start = Instant::now();
        metrics.add(point.metric())?;
        Ok(nanoseconds(start.elapsed()))
    };
    let samples = points(n, 1).map(sample).collect::<Result<_>>()?;
    other.execute_batch("ROLLBACK")?;
    tracker.flush()?;
    Ok(Percentiles::of(samples))
}

/// Adds all points while there is no server.
fn away(place: &Place, n: u64) -> Result<Percentiles> {
    let mut scratch = place.scratch()?;
    let tracker = scratch.open()?;
    let metrics = sample::track(&tracker)?.metrics();
    tracker.flush()?;
    drop(scratch.running.take());
    let sample = |point: sample::Point| -> Result<u64> {
        let start = Instant::now();
        metrics.add(point.metric())?;
        Ok(nanoseconds(start.elapsed()))
    };
    let samples = points(n, 1).map(sample).collect::<Result<_>>()?;
    Ok(Percentiles::of(samples))
}

/// Adds all points with a flush after each burst.
fn latency(place: &Place, n: u64, burst: u64) -> Result<Latency> {
    let scratch = place.scratch()?;
    let tracker = scratch.open()?;
    let metrics = sample::track(&tracker)?.metrics();
    let mut samples = Vec::with_capacity(usize::try_from(n)?);
    let begin = Instant::now();
    for (index, point) in (1..).zip(points(n, 1)) {
        let start = Instant::now();
        metrics.add(point.metric())?;
        samples.push(nanoseconds(start.elapsed()));
        if index % burst == 0 {
            tracker.flush()?;
        }
    }
    tracker.flush()?;
    Ok(Latency {
        speed: Speed::new(n, begin.elapsed().as_secs_f64()),
        ns: Percentiles::of(samples),
    })
}
