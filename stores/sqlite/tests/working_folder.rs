//! A store stays where it was opened, wherever the process goes.
//!
//! The working folder is that of the whole process, so this test is alone in its own.

#[path = "../../../tracker-core/tests/folder/mod.rs"]
mod folder;

use tracker_sqlite as _;

#[test]
fn another_working_folder_changes_nothing() {
    folder::another_changes_nothing("sqlite:data/runs.db");
}
