//! What allocates memory for a server, and how what it no longer needs is given back.

use std::thread;
use std::time::Duration;

/// Answers are made of many small pieces, which one thread of a server allocates and another frees.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// So often is looked for what can be given back.
const PAUSE: Duration = Duration::from_secs(5);

/// Gives back, from now on, what was freed: the allocator does so when it is called, and nobody calls
/// it while nothing is asked.
pub(crate) fn give_back() {
    // Without this thread the memory is kept, which is no harm.
    let _ = thread::Builder::new().name("memory".to_owned()).spawn(|| {
        loop {
            thread::sleep(PAUSE);
            collect();
        }
    });
}

#[expect(
    unsafe_code,
    reason = "a function of C, which crate `mimalloc` leaves out"
)]
fn collect() {
    // SAFETY: it takes no pointer, and may be called by any thread at any time.
    unsafe { libmimalloc_sys::mi_collect(true) }
}
