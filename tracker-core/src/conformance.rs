//! The behaviour that every store must show, as one suite; for tests, with the feature `conformance`.
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
mod archive;
mod artifacts;
mod attempts;
mod batches;
mod behaviour;
mod contents;
mod definitions;
mod experiments;
mod histories;
mod history;
mod iterations;
mod metrics;
mod modules;
mod pages;
mod params;
mod rewind;
mod sample;
mod search;
mod search_life;
mod search_words;
mod tables;
mod touches;

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::error::Result;
use crate::tracker::Tracker;

use behaviour::{behaviours, model, tracked};
pub use contents::run_contents;
pub use sample::Sample;

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
        params::BEHAVIOURS,
        archive::BEHAVIOURS,
        metrics::BEHAVIOURS,
        definitions::BEHAVIOURS,
        history::BEHAVIOURS,
        histories::BEHAVIOURS,
        batches::BEHAVIOURS,
        iterations::BEHAVIOURS,
        rewind::BEHAVIOURS,
        attempts::BEHAVIOURS,
        artifacts::BEHAVIOURS,
        tables::BEHAVIOURS,
        search::BEHAVIOURS,
        search_life::BEHAVIOURS,
        search_words::BEHAVIOURS,
        pages::BEHAVIOURS,
        touches::BEHAVIOURS,
    ];
    let behaviours = groups.into_iter().flatten();
    let found = violations(behaviours.map(|(name, behaviour)| {
        let run = || behaviour(&open());
        (*name, run)
    }));
    assert!(
        found.is_empty(),
        "the store does not show:\n{}",
        found.join("\n")
    );
}

/// What is said against each behaviour that is not shown.
fn violations<'b>(
    behaviours: impl Iterator<Item = (&'b str, impl FnOnce() -> Result<()>)>,
) -> Vec<String> {
    let found = behaviours.filter_map(|(name, behaviour)| {
        let violation = violation(behaviour)?;
        Some(format!("`{name}`: {violation}"))
    });
    found.collect()
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
