//! What is logged: a model, and points that are the same in every run.

use entia::prelude::*;
use entia::tracker::{Aggregate, Timestamp};

use crate::Result;

pub(crate) const EXPERIMENT: &str = "bench";
pub(crate) const PHASE: &str = "train";

/// The names of the series.
pub(crate) const SERIES: [&str; 2] = ["loss", "accuracy"];

const STEPS_PER_EPOCH: i64 = 1_000;

#[derive(Entity)]
pub(crate) struct Mlp {
    pub(crate) layers: u32,
    pub(crate) seed: u64,
}

/// The run that most workloads log to.
pub(crate) fn track(tracker: &Tracker) -> Result<Aggregate> {
    let model = Mlp { layers: 2, seed: 0 };
    Ok(tracker.experiment(EXPERIMENT)?.track(&model)?)
}

/// A point, before it is a metric or a row.
pub(crate) struct Point {
    /// An index into [`SERIES`].
    pub(crate) series: usize,
    pub(crate) epoch: u64,
    pub(crate) step: i64,
    /// A millisecond after the last step, give or take a tenth.
    pub(crate) microseconds: i64,
    pub(crate) value: f64,
}

impl Point {
    /// As users write it: measured now.
    pub(crate) fn metric(&self) -> Metric {
        Metric::new(SERIES[self.series], self.value)
            .phase(PHASE)
            .epoch(self.epoch)
            .step(self.step)
    }

    /// Measured when the point says.
    pub(crate) fn timed_metric(&self) -> Result<Metric> {
        let time = Timestamp::from_microsecond(self.microseconds)?;
        Ok(self.metric().time(time))
    }
}

/// Points of the first so many series in turn.
pub(crate) fn points(n: u64, series: usize) -> impl Iterator<Item = Point> {
    let mut random = fastrand::Rng::with_seed(7);
    let mut microseconds = 1_700_000_000_000_000;
    let mut steps = 0;
    (0..n).zip((0..series).cycle()).map(move |(_, series)| {
        if series == 0 {
            steps += 1;
            microseconds += random.i64(900..1_100);
        }
        Point {
            series,
            epoch: u64::try_from((steps - 1) / STEPS_PER_EPOCH).unwrap_or(0),
            step: steps - 1,
            microseconds,
            // Of one number some bits are always 0; of the product every one is random.
            value: random.f64() * random.f64(),
        }
    })
}
