//! `entia ui`.

use serde_json::Value;

use crate::serve::Serving;
use crate::support::Fixture;

#[cfg(unix)]
#[test]
fn the_dashboard_of_a_store_is_served_until_the_end() {
    let fixture = Fixture::new();
    let serving = Serving::start(&fixture, &["ui", "--no-browser"]);
    let shown = "Shows sqlite:runs.db at http://127.0.0.1:";
    assert!(serving.first.starts_with(shown), "{}", serving.first);
    let (status, page) = serving.ask("GET", "/experiments/digits", "");
    assert_eq!(status, "200");
    assert!(page.contains("<title>Entia</title>"), "{page}");
    let (code, out, err) = serving.end();
    assert_eq!((code, &*out), (Some(0), "Ctrl-C ends it.\n"), "{err}");
}

#[test]
fn the_store_has_to_be_there() {
    let fixture = Fixture::empty();
    let done = fixture.run(&["ui", "--no-browser"]);
    assert_eq!(done.code, Some(1), "{done:?}");
    assert!(done.err.contains("\nhint: "), "{}", done.err);
    assert!(!fixture.path("runs.db").exists());
}

/// A server has the page already, and is not asked for anything.
#[test]
fn the_dashboard_of_a_server_is_at_its_address() {
    let fixture = Fixture::empty();
    let done = fixture.run(&[
        "--store",
        "http://runs.example.org:5005",
        "ui",
        "--no-browser",
    ]);
    assert_eq!(done.code, Some(0), "{done:?}");
    assert_eq!(done.out, b"Shows http://runs.example.org:5005\n");
    let document = fixture.json(&["--store", "http://runs.example.org", "ui", "--no-browser"]);
    assert_eq!(document["url"], "http://runs.example.org");
}

/// For a program that opens the page itself.
#[cfg(unix)]
#[test]
fn the_address_is_told_as_json() {
    let fixture = Fixture::new();
    let serving = Serving::start(&fixture, &["--json", "ui", "--no-browser"]);
    let (_, out, err) = serving.end();
    // Its first line is read by then.
    let document: Value = serde_json::from_str(&format!("{{{out}")).expect(&err);
    let url = document["url"].as_str().unwrap();
    assert!(url.starts_with("http://127.0.0.1:"), "{url}");
    assert_eq!(document["read_only"], false);
}
