//! What was stored is there when the file is opened again.

#[path = "../../../tracker-core/tests/reopened/mod.rs"]
mod reopened;

use std::path::Path;

use tracker_json as _;

fn address(path: &Path) -> String {
    format!("json:{}", path.display())
}
