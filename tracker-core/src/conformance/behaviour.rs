//! What a behaviour is, and what most of them begin with.

use super::sample::Sample;
use crate::aggregate::Aggregate;
use crate::error::Result;
use crate::tracker::Tracker;

/// A behaviour by name; it is given an empty store, and asserts what it expects.
pub(super) type Behaviour = (&'static str, fn(&Tracker) -> Result<()>);

/// Names behaviours by their functions.
macro_rules! behaviours {
    ($($behaviour:ident),+ $(,)?) => {
        pub(super) const BEHAVIOURS: &[crate::conformance::behaviour::Behaviour] =
            &[$((stringify!($behaviour), $behaviour)),+];
    };
}
pub(super) use behaviours;

pub(super) fn model() -> Sample {
    Sample::new("MLP", r#"{"layers": 2, "dropout": 0.5}"#)
}

pub(super) fn tracked(tracker: &Tracker) -> Result<Aggregate> {
    tracker.experiment("digits")?.track(&model())
}
