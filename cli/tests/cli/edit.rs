//! `entia tag`, `note`, `rename` and `remove`.

use serde_json::json;
use tracker_core::Tracker;

use crate::support::{FIRST, Fixture, SECOND, THIRD, uuid};

#[test]
fn tags() {
    let fixture = Fixture::new();
    let text = fixture.text(&["tag", SECOND, "stage=a=b", "seen"]);
    assert_eq!(text, format!("{SECOND} has the tags seen, stage=a=b\n"));
    let run = fixture.json(&["tag", SECOND, "--remove", "seen"]);
    assert_eq!(run[0]["tags"], json!({"stage": "a=b"}));
    let text = fixture.text(&["tag", SECOND, "--remove", "stage"]);
    assert_eq!(text, format!("{SECOND} has no tags now\n"));
    insta::assert_snapshot!(fixture.refused(&["tag", SECOND, "=value"]));
    assert_eq!(fixture.run(&["tag", SECOND]).code, Some(2));
}

#[test]
fn tags_of_the_server_are_left_to_it() {
    let fixture = Fixture::new();
    let refused = fixture.refused(&["tag", SECOND, "stage=a", "entia.deleted=1"]);
    assert!(
        refused.starts_with("error: the tag `entia.deleted` is the server's own: "),
        "{refused}"
    );
    assert!(refused.contains("\nhint: choose another name"), "{refused}");
    assert_eq!(fixture.json(&["show", SECOND])["tags"], json!({}));
    // What an older version has let through goes away.
    let tracker = Tracker::open(&fixture.absolute()).unwrap();
    let run = tracker.aggregate(uuid(2)).unwrap().unwrap();
    run.set_tag("entia.deleted", "1").unwrap();
    tracker.flush().unwrap();
    fixture.text(&["tag", SECOND, "--remove", "entia.deleted"]);
    assert_eq!(fixture.json(&["show", SECOND])["tags"], json!({}));
}

#[test]
fn tags_change_all_or_none() {
    let fixture = Fixture::new();
    fixture.text(&["tag", SECOND, "stage=first", "seen"]);
    fixture.refused(&["tag", SECOND, "stage=second", "=x"]);
    insta::assert_snapshot!(fixture.refused(&["tag", SECOND, "stage=second", "--remove", "sean"]));
    insta::assert_snapshot!(fixture.refused(&["tag", SECOND, "--remove", "seen", "--remove", "x"]));
    assert!(
        fixture
            .refused(&["tag", THIRD, "--remove", "x"])
            .ends_with("\nhint: it has no tags\n")
    );
    assert_eq!(
        fixture.json(&["show", SECOND])["tags"],
        json!({"seen": "", "stage": "first"})
    );
}

#[test]
fn notes() {
    let fixture = Fixture::new();
    assert_eq!(
        fixture.text(&["note", SECOND, "good"]),
        format!("{SECOND} has new notes\n")
    );
    assert_eq!(fixture.json(&["show", SECOND])["notes"], "good");
    assert_eq!(fixture.json(&["note", SECOND, ""])["notes"], "");
    assert!(
        fixture
            .refused(&["note", "nobody", "good"])
            .contains("no run `nobody`")
    );
}

#[test]
fn an_experiment_gets_another_name() {
    let fixture = Fixture::new();
    assert_eq!(
        fixture.text(&["rename", "digits", "mnist"]),
        "`digits` is `mnist` now\n"
    );
    assert_eq!(fixture.json(&["show", FIRST])["experiment_name"], "mnist");
    insta::assert_snapshot!(fixture.refused(&["rename", "mnist", "letters"]));
    insta::assert_snapshot!(fixture.refused(&["rename", "digits", "other"]));
}

#[test]
fn a_run_gets_another_name() {
    let fixture = Fixture::new();
    let name = |id| fixture.json(&["show", id])["name"].take();
    assert_eq!(
        fixture.text(&["rename", SECOND, "second try"]),
        format!("{SECOND} is named `second try` now\n")
    );
    assert_eq!(name(SECOND), "second try");
    // By its name, by the beginning of its id, and with its experiment.
    fixture.text(&["rename", "second try", "third"]);
    assert_eq!(
        fixture.json(&["rename", "a1b2f", "fourth"])["name"],
        "fourth"
    );
    assert_eq!(
        fixture.text(&["rename", SECOND, "", "--experiment", "digits"]),
        format!("{SECOND} has no name now\n")
    );
    // An experiment of that name is meant first.
    fixture.text(&["rename", THIRD, "digits"]);
    assert_eq!(
        fixture.text(&["rename", "digits", "mnist"]),
        "`digits` is `mnist` now\n"
    );
    fixture.text(&["rename", "digits", "baseline", "--experiment", "letters"]);
    assert_eq!(name(THIRD), "baseline");
    let refused = fixture.refused(&["rename", "a1b2", "x"]);
    assert!(refused.contains("may be any of 2 runs"), "{refused}");
    for (slip, hint) in [
        (
            "lettres",
            "did you mean `letters`? `entia experiments` lists them",
        ),
        (
            "basline",
            "did you mean `baseline`? `entia runs` lists them",
        ),
        ("x", "`entia experiments` and `entia runs` list them"),
    ] {
        assert_eq!(
            fixture.refused(&["rename", slip, "y"]),
            format!(
                "error: the store `sqlite:runs.db` has no experiment or run `{slip}`\nhint: {hint}\n"
            )
        );
    }
}

#[test]
fn a_run_is_removed_when_that_is_said_twice() {
    let fixture = Fixture::new();
    insta::assert_snapshot!(fixture.refused(&["remove", FIRST]));
    assert_eq!(
        fixture.runs(&["runs", "digits"]).as_array().unwrap().len(),
        2
    );
    let text = fixture.text(&["remove", FIRST, "--yes"]);
    assert_eq!(text, format!("{FIRST} is removed from `digits`\n"));
    assert_eq!(fixture.runs(&["runs", "digits"])[0]["id"], SECOND);
    assert_eq!(fixture.json(&["remove", SECOND, "--yes"])[0]["id"], SECOND);
    assert!(
        fixture
            .refused(&["remove", FIRST, "--yes"])
            .contains("hint: ")
    );
}

#[test]
fn an_experiment_is_removed_when_that_is_said_twice() {
    let fixture = Fixture::new();
    let refused = fixture.refused(&["remove-experiment", "digits"]);
    assert_eq!(
        refused,
        "error: the experiment `digits` would be removed with 2 runs and all their points\n\
         hint: say `--yes` to do it\n"
    );
    assert_eq!(fixture.runs(&["runs"]).as_array().unwrap().len(), 3);
    let text = fixture.text(&["remove-experiment", "digits", "--yes"]);
    assert_eq!(text, "`digits` is removed with 2 runs\n");
    assert_eq!(fixture.runs(&["runs"]).as_array().unwrap().len(), 1);
    let left = fixture.json(&["remove-experiment", "letters", "--yes"]);
    assert_eq!(left, json!([]));
    assert!(
        fixture
            .refused(&["remove-experiment", "digits", "--yes"])
            .contains("no experiment `digits`")
    );
}
