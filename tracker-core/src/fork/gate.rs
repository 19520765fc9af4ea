//! A gate that calls pass, and that a `fork` closes until nobody is inside.

use std::cell::Cell;
use std::marker::PhantomData;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

/// How long a thread sleeps before it looks again whether the gate is open.
const PAUSE: Duration = Duration::from_micros(50);

/// How many threads are inside.
static INSIDE: AtomicUsize = AtomicUsize::new(0);

/// How many threads are about to fork, each of which has closed the gate.
static FORKS: AtomicUsize = AtomicUsize::new(0);

/// Whether this process began while a thread was inside that does not run here.
static TORN: AtomicBool = AtomicBool::new(false);

thread_local! {
    /// How often this thread is inside; it counts once in `INSIDE`.
    static DEPTH: Cell<usize> = const { Cell::new(0) };
}

/// A call that no `fork` comes into the midst of, until this is dropped.
#[must_use = "a fork waits until this is dropped"]
pub struct Inside {
    /// It counts for the thread that has entered.
    _thread: PhantomData<*const ()>,
}

/// Begins a call that no `fork` of another thread may come into the midst of.
///
/// A `fork` waits until all such calls have ended, two seconds at most: then the child is
/// [torn](is_torn). So a call must not wait in here for another process, which may take long. A call
/// within a call is one call. What a child must not find locked for ever is locked inside only.
///
/// # Examples
///
/// ```
/// use tracker_core::fork;
///
/// let inside = fork::enter();
/// // ... a call into a library that has locks of its own
/// drop(inside);
/// ```
pub fn enter() -> Inside {
    super::watch();
    let depth = DEPTH.get();
    if depth == 0 {
        // Sequentially consistent, as what `close` does: either it sees this thread inside, or this
        // thread sees the gate closed.
        INSIDE.fetch_add(1, Ordering::SeqCst);
        while FORKS.load(Ordering::SeqCst) > 0 {
            INSIDE.fetch_sub(1, Ordering::SeqCst);
            while FORKS.load(Ordering::SeqCst) > 0 {
                std::thread::sleep(PAUSE);
            }
            INSIDE.fetch_add(1, Ordering::SeqCst);
        }
    }
    DEPTH.set(depth + 1);
    Inside {
        _thread: PhantomData,
    }
}

impl Drop for Inside {
    fn drop(&mut self) {
        let depth = DEPTH.get() - 1;
        DEPTH.set(depth);
        if depth == 0 {
            INSIDE.fetch_sub(1, Ordering::SeqCst);
        }
    }
}

/// Whether this process was forked in the midst of a call that had [entered](enter): one that took
/// longer than a `fork` waits, or that itself has forked.
///
/// What calls of this kind share is in an unknown state then, for good.
///
/// # Examples
///
/// ```
/// assert!(!tracker_core::fork::is_torn());
/// ```
pub fn is_torn() -> bool {
    TORN.load(Ordering::Relaxed)
}

/// What the handlers of a `fork` do with the gate; all run in the thread that forks.
#[cfg(unix)]
pub(super) mod closed {
    use std::cell::Cell;
    use std::sync::atomic::Ordering;
    use std::time::{Duration, Instant};

    use super::{DEPTH, FORKS, INSIDE, PAUSE, TORN};

    /// How long a `fork` waits for calls to end.
    const PATIENCE: Duration = Duration::from_secs(2);

    thread_local! {
        /// The fork that this thread is about to make.
        static FORK: Cell<Option<Fork>> = const { Cell::new(None) };
    }

    #[derive(Clone, Copy)]
    struct Fork {
        /// Whether the thread is in a call itself.
        is_inside: bool,
        is_torn: bool,
    }

    /// Closes the gate, and waits until nobody is inside.
    pub(in super::super) fn close() {
        if FORK.get().is_some() {
            return;
        }
        FORKS.fetch_add(1, Ordering::SeqCst);
        let depth = DEPTH.get();
        let is_inside = depth > 0;
        let start = Instant::now();
        while INSIDE.load(Ordering::SeqCst) > usize::from(is_inside) && start.elapsed() < PATIENCE {
            std::thread::sleep(PAUSE);
        }
        let is_torn = is_inside || INSIDE.load(Ordering::SeqCst) > 0;
        FORK.set(Some(Fork { is_inside, is_torn }));
        // Other handlers of this fork may call as well; they find the gate open.
        DEPTH.set(depth + 1);
    }

    /// Opens the gate again, in the process that has forked.
    pub(in super::super) fn open() {
        if FORK.take().is_some() {
            DEPTH.set(DEPTH.get() - 1);
            FORKS.fetch_sub(1, Ordering::SeqCst);
        }
    }

    /// Opens the gate in the new process, where no other thread is inside or forks; `false` where
    /// that was done for this fork already.
    pub(in super::super) fn open_in_child() -> bool {
        let Some(fork) = FORK.take() else {
            return false;
        };
        if fork.is_torn {
            TORN.store(true, Ordering::Relaxed);
        }
        DEPTH.set(DEPTH.get() - 1);
        INSIDE.store(usize::from(fork.is_inside), Ordering::SeqCst);
        FORKS.store(0, Ordering::SeqCst);
        true
    }
}
