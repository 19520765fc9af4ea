//! `entia params`.

use serde_json::json;

use crate::support::{FIRST, Fixture, SECOND};

#[test]
fn a_table_of_parameters() {
    let fixture = Fixture::with_lives();
    insta::assert_snapshot!(fixture.text(&["params", FIRST]));
    let expected = json!({"seed": 17, "schedule": {"warmup": 100}});
    assert_eq!(fixture.json(&["params", FIRST]), expected);
}

#[test]
fn a_run_without_parameters_says_how_to_set_them() {
    let fixture = Fixture::with_lives();
    insta::assert_snapshot!(fixture.text(&["params", SECOND]));
    assert_eq!(fixture.json(&["params", SECOND]), json!({}));
    insta::assert_snapshot!(fixture.refused(&["params", "nobody"]));
}
