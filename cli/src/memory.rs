//! What allocates memory for a server, and how what it no longer needs is given back.

use std::hint::black_box;
use std::thread;
use std::time::Duration;

/// Answers are made of many small pieces, which one thread of a server allocates and another frees.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// So often is looked for what can be given back.
const PAUSE: Duration = Duration::from_secs(5);

/// Gives back, from now on, memory that has been free for a while: the allocator does so when it is
/// called, and nobody calls it while nothing is asked. What a thread keeps for itself is given back when
/// that thread ends, as those do that wait for a store.
pub(crate) fn give_back() {
    let keep_giving = || {
        // The allocator knows only threads that have allocated.
        drop(black_box(Box::new(0_u8)));
        loop {
            thread::sleep(PAUSE);
            collect();
        }
    };
    let thread = thread::Builder::new().name("memory".to_owned());
    // Where there can be no further thread, memory is kept, which is no error.
    let _ = thread.spawn(keep_giving);
}

#[expect(
    unsafe_code,
    reason = "a function of C, which the crate `mimalloc` leaves out"
)]
fn collect() {
    // SAFETY: it takes no pointer, and any thread may call it at any time.
    unsafe { libmimalloc_sys::mi_collect(false) }
}
