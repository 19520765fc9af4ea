//! After a `fork` both processes go on: what either logs is there once, and neither hangs.
#![cfg(unix)]

#[path = "../../../tracker-core/tests/forked/mod.rs"]
mod forked;

use tracker_sqlite as _;

/// What the addresses of the stores begin with that are forked.
const SCHEME: &str = "sqlite";
