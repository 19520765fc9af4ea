//! What happens around a `fork`, in the thread that calls it.

use std::sync::atomic::{AtomicBool, Ordering};

use super::gate::closed;
use super::{GENERATION, descriptors};

/// Lets the handlers run around each `fork` from now on.
pub(super) fn register() {
    static REGISTERED: AtomicBool = AtomicBool::new(false);
    if !REGISTERED.load(Ordering::Acquire) {
        add();
        // Threads that come here at once add them more than once, which does no harm; were one of
        // them to wait for another, a child could wait for ever.
        REGISTERED.store(true, Ordering::Release);
    }
}

#[cold]
#[expect(unsafe_code, reason = "the system is given functions to call")]
fn add() {
    // SAFETY: the handlers are functions that live as long as the code of this library, and do not
    // unwind. `before` and `in_parent` run as any call does. `in_child` runs where of several
    // threads one is left: it only reads and writes atomics and cells without a destructor, and
    // calls `close`; nothing of that takes a lock or memory. Where there is no memory for them, no
    // fork is heard of, as if there were none.
    let _ = unsafe { libc::pthread_atfork(Some(before), Some(in_parent), Some(in_child)) };
}

extern "C" fn before() {
    closed::close();
}

extern "C" fn in_parent() {
    closed::open();
}

extern "C" fn in_child() {
    if closed::open_in_child() {
        GENERATION.fetch_add(1, Ordering::Relaxed);
        descriptors::take(close);
    }
}

#[expect(unsafe_code, reason = "a file is closed by its number")]
fn close(number: i32) {
    // SAFETY: the number is that of an `OwnFile` of the parent. This process has it open, and
    // closes it by nothing else: `OwnFile` leaves those of other processes alone.
    let _ = unsafe { libc::close(number) };
}
