//! Every macro in a crate that depends on `entia` and on nothing else.

use entia as library;

/// What this crate is.
pub fn provenance() -> entia::tracker::Provenance {
    entia::provenance!()
}

include!("../../components.rs");
