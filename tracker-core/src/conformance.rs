//! The behaviour that every store must show, as one suite.
//!
//! # Examples
//!
//! In the tests of a store of one's own:
//!
//! ```
//! use tracker_core::{MemoryStore, Tracker, conformance};
//!
//! conformance::run(|| Tracker::new(MemoryStore::default()));
//! ```

mod aggregates;
mod annotations;
mod batches;
mod experiments;
mod history;
mod iterations;
mod metrics;
mod modules;
mod sample;
mod search;
mod tables;

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::aggregate::Aggregate;
use crate::error::Result;
use crate::tracker::Tracker;

pub use sample::Sample;

/// A behaviour by name; it is given an empty store, and asserts what it expects.
type Behaviour = (&'static str, fn(&Tracker) -> Result<()>);

/// Runs every behaviour, each with an empty store from `open`.
///
/// # Panics
///
/// When the store does not behave; the message names each behaviour it does not show, and what was
/// expected.
pub fn run(open: impl Fn() -> Tracker) {
    let groups = [
        experiments::BEHAVIOURS,
        aggregates::BEHAVIOURS,
        modules::BEHAVIOURS,
        annotations::BEHAVIOURS,
        metrics::BEHAVIOURS,
        history::BEHAVIOURS,
        batches::BEHAVIOURS,
        iterations::BEHAVIOURS,
        tables::BEHAVIOURS,
        search::BEHAVIOURS,
    ];
    let behaviours = groups.into_iter().flatten();
    let violations: Vec<String> = behaviours
        .filter_map(|(name, behaviour)| {
            let violation = violation(|| behaviour(&open()))?;
            Some(format!("`{name}`: {violation}"))
        })
        .collect();
    assert!(
        violations.is_empty(),
        "the store does not show:\n{}",
        violations.join("\n")
    );
}

/// What an assertion or the store says against a behaviour.
fn violation(behaviour: impl FnOnce() -> Result<()>) -> Option<String> {
    match catch_unwind(AssertUnwindSafe(behaviour)) {
        Ok(Ok(())) => None,
        Ok(Err(error)) => Some(error.to_string()),
        Err(panic) => Some(
            match (panic.downcast_ref::<&str>(), panic.downcast_ref::<String>()) {
                (Some(text), _) => (*text).to_owned(),
                (_, Some(text)) => text.clone(),
                _ => "it panics".to_owned(),
            },
        ),
    }
}

/// Names behaviours by their functions.
macro_rules! behaviours {
    ($($behaviour:ident),+ $(,)?) => {
        pub(super) const BEHAVIOURS: &[super::Behaviour] =
            &[$((stringify!($behaviour), $behaviour)),+];
    };
}
use behaviours;

fn model() -> Sample {
    Sample::new("MLP", r#"{"layers": 2, "dropout": 0.5}"#)
}

fn tracked(tracker: &Tracker) -> Result<Aggregate> {
    tracker.experiment("digits")?.track(&model())
}

#[cfg(test)]
mod tests {
    use super::{run, violation};
    use crate::error::Error;
    use crate::memory::MemoryStore;
    use crate::tracker::Tracker;

    #[test]
    fn a_violation_says_what_was_found() {
        assert_eq!(violation(|| Ok(())), None);
        let refused = violation(|| Err(Error::experiment_taken("digits")));
        assert!(refused.is_some_and(|text| text.contains("`digits`")));
        let asserted = violation(|| panic!("the sum must be {}", 4));
        assert_eq!(asserted.as_deref(), Some("the sum must be 4"));
    }

    #[test]
    fn a_store_that_is_not_empty_is_found_out() {
        let tracker = Tracker::new(MemoryStore::default());
        let text = violation(|| {
            run(|| tracker.clone());
            Ok(())
        });
        let text = text.unwrap_or_default();
        assert!(
            text.contains("`experiments_are_listed_as_created`: "),
            "{text}"
        );
    }
}
