//! A file that is removed, renamed or replaced while it is open is noticed by the next change.

// Elsewhere nobody can remove or rename a file that is open.
#![cfg(unix)]

#[path = "../../../tracker-core/tests/gone/mod.rs"]
mod gone;

use std::path::Path;

use tracker_sqlite as _;

fn address(path: &Path) -> String {
    format!("sqlite:{}", path.display())
}
