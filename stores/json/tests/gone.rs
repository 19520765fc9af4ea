//! A file that is removed, renamed or replaced while it is open is noticed by the next change.

// Elsewhere nobody can remove or rename a file that is open.
#![cfg(unix)]

#[path = "../../../tracker-core/tests/gone/mod.rs"]
mod gone;

use std::path::Path;

use tracker_json as _;

fn address(path: &Path) -> String {
    format!("json:{}", path.display())
}

#[test]
fn another_store_in_its_place_is_not_the_one_that_was_opened() {
    gone::come_back(|path| drop(gone::open(path).experiment("letters")));
}
