//! What a store needs so that its program may `fork`, as data loaders and daemons do.
//!
//! A `fork` copies the memory of the process, but of its threads only the one that has called it. So
//! the child has locks that nobody will ever give back, threads that do not run, and files whose
//! position and locks it has in common with its parent. Three things see to that:
//!
//! - [`PerProcess`] holds a value that is made anew in each process, as a journal with its thread;
//! - [`enter`], and a [`Guarded`] value, keep a `fork` waiting while a call is at work that other
//!   calls must not find half done, as one into a library with locks of its own;
//! - [`OwnFile`] is a file that a child has not open, so that its lock ends with the process.
//!
//! Where there is no `fork`, as on Windows, all of this costs next to nothing and changes nothing. A
//! child that executes another program at once needs none of it.

mod gate;
mod guarded;
mod own_file;
mod per_process;

#[cfg(unix)]
mod descriptors;
#[cfg(unix)]
mod handlers;

pub use gate::{Inside, enter, is_torn};
pub use guarded::{Guard, Guarded};
pub use own_file::OwnFile;
pub use per_process::PerProcess;

use std::sync::atomic::{AtomicU32, Ordering};

/// How many forks lie between the first process of the program and this one, since the first value
/// of this module was made.
static GENERATION: AtomicU32 = AtomicU32::new(0);

/// Tells a process from those that it was forked from: no two of them have the same number. To ask
/// is no more than to read a number in memory.
///
/// # Examples
///
/// ```
/// use tracker_core::fork;
///
/// let made_in = fork::generation();
/// assert_eq!(fork::generation(), made_in, "no fork has come between");
/// ```
pub fn generation() -> u32 {
    watch();
    current()
}

/// As [`generation`], for who holds something of this module, so that forks are watched already.
fn current() -> u32 {
    GENERATION.load(Ordering::Relaxed)
}

/// Hears of forks from now on.
fn watch() {
    #[cfg(unix)]
    handlers::register();
}
