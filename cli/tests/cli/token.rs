//! `entia token`.

use serde_json::json;

use crate::support::Fixture;

#[test]
fn a_token_is_shown_once() {
    let fixture = Fixture::new();
    let done = fixture.run(&[
        "token",
        "create",
        "ci",
        "--role",
        "write",
        "--expires",
        "90d",
    ]);
    assert_eq!(done.code, Some(0), "{done:?}");
    let secret = String::from_utf8(done.out).unwrap();
    assert_eq!(
        (secret.starts_with("entia_"), secret.trim_end().len()),
        (true, 70)
    );
    assert!(done.err.contains("the only time"), "{}", done.err);
    fixture.run(&[
        "token",
        "create",
        "page",
        "--role",
        "read",
        "--experiment",
        "digits",
    ]);
    let list = fixture.text(&["token", "list"]);
    assert!(!list.contains(secret.trim_end()), "{list}");
    let lines: Vec<Vec<&str>> = list
        .lines()
        .map(|line| line.split_whitespace().collect())
        .collect();
    assert_eq!(lines[0], ["TOKEN", "ROLE", "CREATED", "EXPIRES", "ONLY"]);
    assert_eq!(lines[1][..2], ["ci", "write"]);
    assert_eq!((lines[2][0], lines[2].last()), ("page", Some(&"digits")));
    let tokens = fixture.json(&["token", "list"]);
    assert_eq!(tokens[1]["experiments"], json!(["digits"]));
    assert!(tokens[0].get("token").is_none() && tokens[0].get("digest").is_none());
}

#[test]
fn a_token_is_revoked_by_its_name() {
    let fixture = Fixture::new();
    assert_eq!(
        fixture.text(&["token", "list"]),
        "No tokens yet. `entia token create NAME --role read` makes one.\n"
    );
    fixture.run(&["token", "create", "ci", "--role", "admin"]);
    assert_eq!(
        fixture.refused(&["token", "create", "ci", "--role", "read"]),
        "error: there is an access token `ci` already\nhint: choose another name, or revoke that one first\n"
    );
    assert_eq!(
        fixture.refused(&["token", "revoke", "c"]),
        "error: the store has no token `c`\nhint: did you mean `ci`? `entia token list` shows all\n"
    );
    assert_eq!(
        fixture.text(&["token", "revoke", "ci"]),
        "The token `ci` is good for nothing any more.\n"
    );
    assert_eq!(fixture.json(&["token", "list"]), json!([]));
    fixture.run(&["token", "create", "page", "--role", "read"]);
    let revoked = fixture.json(&["token", "revoke", "page"]);
    assert_eq!(
        (&revoked["name"], &revoked["role"]),
        (&json!("page"), &json!("read"))
    );
    assert!(revoked.get("token").is_none());
    assert_eq!(fixture.json(&["token", "list"]), json!([]));
}

#[test]
fn a_token_is_limited_to_experiments_that_are_there() {
    let fixture = Fixture::new();
    let create = ["token", "create", "e", "--role", "read", "--experiment"];
    assert_eq!(
        fixture.refused(&[&create[..], &["digitz"]].concat()),
        "error: the store `sqlite:runs.db` has no experiment `digitz`\n\
         hint: did you mean `digits`? `entia experiments` lists them\n"
    );
    assert_eq!(fixture.json(&["token", "list"]), json!([]));
    assert_eq!(fixture.json(&["experiments"]).as_array().unwrap().len(), 2);
}

#[test]
fn a_slip_is_told() {
    let fixture = Fixture::new();
    for (arguments, expected) in [
        (
            ["--role=read", "--expires=9999999999999d"],
            "that is too far away; without `--expires` it is good until it is revoked",
        ),
        (
            ["--role", "writ"],
            "there is no role `writ`: it is one of read, write and admin",
        ),
        (
            ["--role=read", "--expires=soon"],
            "write a number and a unit: 90d, 12h or 30m",
        ),
    ] {
        let done = fixture.run(&[&["token", "create", "x"], &arguments[..]].concat());
        assert_eq!(done.code, Some(2));
        assert!(done.err.contains(expected), "{}", done.err);
    }
}

#[test]
fn a_store_without_a_place_for_tokens_says_so() {
    let fixture = Fixture::empty();
    let done = fixture.refused(&[
        "--store",
        "json:runs.json",
        "token",
        "create",
        "x",
        "--role",
        "read",
    ]);
    assert!(
        done.starts_with("error: cannot read the settings in `this store`"),
        "{done}"
    );
    assert!(
        done.contains("hint: use a store at `sqlite:FILE`"),
        "{done}"
    );
}
