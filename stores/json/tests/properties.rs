//! Whatever is done to the store, it answers as the store in memory does.

#[path = "../../../tracker-core/tests/differential/mod.rs"]
mod differential;

use tracker_json::JsonStore;

#[test]
fn json_answers_as_memory() {
    differential::answers_as_memory(16, |path| Box::new(JsonStore::open(path).unwrap()));
}
