//! The suite finds the mistakes that a store is easily written with, each by the behaviour that
//! concerns it.

mod careless;

use std::panic::{AssertUnwindSafe, catch_unwind};

use careless::{Careless, Mistake};
use tracker_core::{Tracker, conformance};

/// What the suite says of a store with this mistake; nothing where it passes.
fn violations(mistake: Option<Mistake>) -> String {
    let run = || conformance::run(|| Tracker::new(Careless::new(mistake)));
    match catch_unwind(AssertUnwindSafe(run)) {
        Ok(()) => String::new(),
        Err(panic) => *panic.downcast::<String>().unwrap(),
    }
}

#[test]
fn without_a_mistake_it_passes() {
    assert_eq!(violations(None), "");
}

#[test]
fn each_mistake_is_found() {
    for (mistake, behaviour) in careless::MISTAKES {
        let text = violations(Some(*mistake));
        assert!(
            text.contains(&format!("`{behaviour}`: ")),
            "{mistake:?} must be found by `{behaviour}`, but: {text}"
        );
    }
}
