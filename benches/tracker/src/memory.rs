//! Peak memory while a process logs as fast as it can.

use serde::Serialize;

use crate::Result;
use crate::points::log;
use crate::sample::{SERIES, points};
use crate::scratch::Place;
use crate::statistics::{Speed, float, rounded};

#[derive(Serialize)]
pub(crate) struct Figures {
    #[serde(flatten)]
    speed: Speed,
    /// The most that was resident of the whole process; `null` where it cannot be told.
    peak_mib: Option<f64>,
}

pub(crate) fn measure(place: &Place, n: u64) -> Result<Figures> {
    let scratch = place.scratch()?;
    let metrics = points(n, SERIES.len()).map(|point| Ok(point.metric()));
    let seconds = log(&scratch, metrics, n)?;
    Ok(Figures {
        speed: Speed::new(n, seconds),
        peak_mib: peak_kib().map(|kib| rounded(float(kib) / 1_024.0, 1)),
    })
}

/// As Linux counts it.
fn peak_kib() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix("kB")?.trim().parse().ok()
}
