//! How many threads libtorch computes with.

use std::env;
use std::fs;
use std::thread::available_parallelism;

/// Sets how many threads libtorch computes with, and gives the number. `None` chooses: as many as
/// `OMP_NUM_THREADS` says, or else as there are cores that nobody keeps busy, 1 at least.
///
/// libtorch itself takes every core. Its threads wait for each other at the end of each operation, so
/// that one which has to wait for a busy core holds up all: with others at work on the machine, training
/// becomes slower by far than with a single thread. Results may differ in the last bits between numbers
/// of threads.
///
/// # Examples
///
/// ```
/// assert_eq!(registry_tch::set_threads(Some(2)), 2);
/// assert!(registry_tch::set_threads(None) >= 1);
/// ```
pub fn set_threads(count: Option<usize>) -> usize {
    let count = count.or_else(told).unwrap_or_else(free_cores).max(1);
    let count = i32::try_from(count).unwrap_or(i32::MAX);
    tch::set_num_threads(count);
    usize::try_from(count).unwrap_or(1)
}

fn told() -> Option<usize> {
    env::var("OMP_NUM_THREADS").ok()?.trim().parse().ok()
}

/// The cores less those that were busy in the last minute, where the system says how many.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a load is a small number above zero"
)]
fn free_cores() -> usize {
    let cores = available_parallelism().map_or(1, usize::from);
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load = load
        .split(' ')
        .next()
        .and_then(|load| load.parse::<f64>().ok());
    cores.saturating_sub(load.map_or(0, |load| load.round() as usize))
}
