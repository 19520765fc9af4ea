//! What changes several runs at once.

use serde_json::json;

use crate::support::{FIRST, Fixture, SECOND, THIRD};

#[test]
fn several_runs_are_removed_at_once() {
    let fixture = Fixture::new();
    insta::assert_snapshot!(fixture.refused(&["remove", FIRST, THIRD]));
    insta::assert_snapshot!(fixture.refused(&["remove", "--where", "epoch < 3"]));
    assert_eq!(fixture.runs(&["runs"]).as_array().unwrap().len(), 3);
    let text = fixture.text(&["remove", FIRST, THIRD, FIRST, "--yes"]);
    assert_eq!(text, "2 runs are removed\n");
    assert_eq!(fixture.runs(&["runs"])[0]["id"], SECOND);
}

#[test]
fn a_query_removes_what_it_finds() {
    let fixture = Fixture::new();
    let query = [
        "--where",
        "model.hidden_size = 256",
        "--experiment",
        "digits",
    ];
    let removed = fixture.json(&[&["remove", "--yes"], &query[..]].concat());
    assert_eq!(
        (removed[0]["id"].as_str(), removed.as_array().unwrap().len()),
        (Some(FIRST), 1)
    );
    let text = fixture.text(&[&["remove", "--yes"], &query[..]].concat());
    assert_eq!(text, "No run is like that.\n");
    let slip = fixture.text(&["remove", "--yes", "--where", "optimzer.lr < 1"]);
    assert!(
        slip.ends_with("no run has a module of the kind `optimzer`\n"),
        "{slip}"
    );
    assert_eq!(
        fixture.json(&["remove", "--yes", "--where", "epoch > 9"]),
        json!([])
    );
}

#[test]
fn a_query_that_says_nothing_takes_nothing() {
    let fixture = Fixture::new();
    insta::assert_snapshot!(fixture.refused(&["remove", "--yes", "--where", ""]));
    let both = ["remove", FIRST, "--yes", "--where", "epoch > 1"];
    assert_eq!(fixture.run(&both).code, Some(2));
    let nobody = [
        "remove",
        "--yes",
        "--where",
        "epoch > 1",
        "--experiment",
        "digit",
    ];
    assert!(fixture.refused(&nobody).contains("did you mean `digits`?"));
    assert_eq!(fixture.runs(&["runs"]).as_array().unwrap().len(), 3);
}

#[test]
fn several_runs_get_the_same_tags() {
    let fixture = Fixture::new();
    let text = fixture.text(&["tag", FIRST, "sweep=7", "--also", THIRD]);
    assert_eq!(text, "2 runs have new tags\n");
    assert_eq!(
        fixture.json(&["show", THIRD])["tags"],
        json!({"sweep": "7"})
    );
    let query = ["--where", "tag.sweep = \"7\""];
    let unasked = fixture.refused(&[&["tag", "seen"], &query[..]].concat());
    assert!(
        unasked.contains("2 runs would be tagged") && unasked.contains("--yes"),
        "{unasked}"
    );
    let tagged = ["tag", "seen", "--remove", "sweep", "--yes"];
    let tagged = fixture.json(&[&tagged, &query[..]].concat());
    assert_eq!(tagged[1]["tags"], json!({"seen": ""}));
    assert_eq!(
        tagged[0]["tags"],
        json!({"best": "", "seen": "", "stage": "candidate"})
    );
    assert_eq!(fixture.json(&["show", SECOND])["tags"], json!({}));
}

#[test]
fn tags_of_several_change_all_or_none() {
    let fixture = Fixture::new();
    let query = ["--where", "epoch >= 1"];
    let remove = ["tag", "seen", "--remove", "stag"];
    insta::assert_snapshot!(fixture.refused(&[&remove[..], &query].concat()));
    insta::assert_snapshot!(fixture.refused(&[&["tag"], &query[..]].concat()));
    assert_eq!(fixture.json(&["show", SECOND])["tags"], json!({}));
    // One of the runs has the tag.
    let text = fixture.text(&[&["tag", "--yes", "--remove", "stage"], &query[..]].concat());
    assert_eq!(text, "2 runs have new tags\n");
}
