//! A `fork` in the midst of a call that takes too long goes on, and the child is told. Alone in its
//! process: every other child would be told so, too.
#![cfg(unix)]

#[path = "forked/process.rs"]
mod process;

use std::sync::Barrier;

use process::fork;
use tracker_core::fork::{enter, is_torn};

#[test]
fn a_child_knows_that_it_was_forked_in_the_midst_of_a_call() {
    let (entered, forked) = (Barrier::new(2), Barrier::new(2));
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let _inside = enter();
            entered.wait();
            forked.wait();
        });
        entered.wait();
        let child = fork(|| assert!(is_torn()));
        forked.wait();
        child.wait();
    });
    // The call that forks.
    let inside = enter();
    let child = fork(|| assert!(is_torn()));
    drop(inside);
    child.wait();

    assert!(!is_torn());
    fork(|| assert!(!is_torn())).wait();
}
