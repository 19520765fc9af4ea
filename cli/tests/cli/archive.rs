//! `entia archive` and `restore`.

use serde_json::{Value, json};

use crate::support::{FIRST, Fixture, SECOND, THIRD};

fn ids(document: &Value) -> Vec<&str> {
    let runs = document.as_array().unwrap().iter();
    runs.map(|run| run["id"].as_str().unwrap()).collect()
}

#[test]
fn an_archived_run_is_left_out_until_it_is_restored() {
    let fixture = Fixture::new();
    insta::assert_snapshot!(fixture.refused(&["archive", FIRST, SECOND]));
    // What names one run means it.
    let text = fixture.text(&["archive", FIRST]);
    assert_eq!(text, format!("{FIRST} is archived\n"));
    assert_eq!(ids(&fixture.runs(&["runs"])), [SECOND, THIRD]);
    assert_eq!(
        ids(&fixture.runs(&["runs", "--archived"])),
        [FIRST, SECOND, THIRD]
    );
    assert_eq!(ids(&fixture.runs(&["runs", "archived = true"])), [FIRST]);
    assert_eq!(fixture.json(&["show", FIRST])["archived"], true);
    assert!(
        fixture
            .text(&["show", FIRST])
            .contains("\narchived    yes\n")
    );
    assert_eq!(
        fixture.text(&["restore", FIRST]),
        format!("{FIRST} is restored\n")
    );
    assert_eq!(ids(&fixture.runs(&["runs"])), [FIRST, SECOND, THIRD]);
}

#[test]
fn a_query_archives_and_restores_many() {
    let fixture = Fixture::new();
    let all = ["--where", "epoch >= 0"];
    let text = fixture.text(&[&["archive", "--yes"], &all[..]].concat());
    assert_eq!(text, "3 runs are archived\n");
    assert_eq!(fixture.runs(&["runs"]), json!([]));
    // Those that are archived already are not found again.
    let again = fixture.text(&[&["archive", "--yes"], &all[..]].concat());
    assert_eq!(again, "No run is like that.\n");
    let digits = [
        "restore",
        "--where",
        "epoch >= 0",
        "--experiment",
        "digits",
        "--json",
    ];
    let document: Value = serde_json::from_str(&fixture.text(&digits)).unwrap();
    assert_eq!(ids(&document), [FIRST, SECOND]);
    assert_eq!(document[0]["archived"], false);
    assert_eq!(ids(&fixture.runs(&["runs"])), [FIRST, SECOND]);
}

#[test]
fn what_cannot_be_archived_is_said() {
    let fixture = Fixture::new();
    insta::assert_snapshot!(fixture.refused(&["archive", FIRST, "nobody", "--yes"]));
    assert_eq!(ids(&fixture.runs(&["runs"])), [FIRST, SECOND, THIRD]);
    insta::assert_snapshot!(fixture.refused(&["restore", "--where", "epoch >> 3"]));
    assert_eq!(fixture.run(&["restore"]).code, Some(2));
}
