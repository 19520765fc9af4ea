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
        peak_mib: peak_kib("self").map(|kib| rounded(float(kib) / 1_024.0, 1)),
    })
}

/// Of a process by its number, or of `self`, as Linux counts it.
pub(crate) fn peak_kib(process: &str) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix("kB")?.trim().parse().ok()
}
