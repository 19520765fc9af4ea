//! Stores on a server, and what is left on the way there.

use std::process::{Command, Stdio};

use tracker_core::conformance::Sample;
use tracker_core::{Metric, Tracker};
use tracker_http as _;

use crate::artifacts::with_weights;
use crate::serve::Serving;
use crate::support::Fixture;

/// Names the store to the program that dies.
const STORE: &str = "ENTIA_TEST_LEFT";

/// What it does; nothing when it is not that program.
#[test]
fn left() {
    let Ok(store) = std::env::var(STORE) else {
        return;
    };
    let tracker = Tracker::open(&store).unwrap();
    let run = tracker.experiment("digits").unwrap();
    let run = run.track(&Sample::new("MLP", "{}")).unwrap();
    for step in 0..100 {
        run.metrics()
            .add(Metric::new("loss", 0.5).step(step))
            .unwrap();
    }
    run.set_epoch(run.epoch() + 1).unwrap();
    std::process::exit(0);
}

/// A program that dies with points that it has not sent.
fn dies(fixture: &Fixture, address: &str) {
    let mut program = Command::new(std::env::current_exe().unwrap());
    let program = program
        .args(["remote::left", "--exact"])
        .env(STORE, address)
        .env("XDG_STATE_HOME", fixture.path("state"));
    assert!(program.stdout(Stdio::null()).status().unwrap().success());
}

/// What `entia` prints, and whether it is all right with it.
fn entia(fixture: &Fixture, arguments: &[&str]) -> (bool, String, String) {
    let mut command = fixture.command(arguments);
    command.env("XDG_STATE_HOME", fixture.path("state"));
    let done = command.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (done.status.success(), text(done.stdout), text(done.stderr))
}

#[test]
fn what_was_logged_offline_is_sent() {
    let offline = Fixture::new();
    let there = Fixture::empty();
    let serving = Serving::new(&there, &[]);
    let address = format!("http://{}", serving.host);
    let import = ["import", "sqlite:runs.db", &address];
    let (ok, out, err) = entia(&offline, &import);
    assert!(ok, "{err}");
    assert!(
        out.starts_with(&format!("added to `{address}`: 2 experiments, 3 runs, ")),
        "{out}"
    );
    let (ok, out, err) = entia(&offline, &import);
    assert!(ok, "{err}");
    assert_eq!(
        out,
        format!("`{address}` has all of `sqlite:runs.db` already.\n")
    );
    // It is looked at as any other store.
    let here = offline.json(&["runs"]);
    let over = offline.json(&["--store", &address, "runs"]);
    assert_eq!(over, here);
    let (code, _, err) = serving.end();
    assert_eq!(code, Some(0), "{err}");
    assert_eq!(there.json(&["runs"]), here);
}

#[test]
fn what_programs_have_left_is_sent() {
    let fixture = Fixture::empty();
    assert_eq!(
        entia(&fixture, &["--store", "", "sync"]).1,
        "No program of this user has written to a server.\n"
    );
    let serving = Serving::new(&fixture, &[]);
    let host = serving.host.clone();
    let address = format!("http://{host}");
    dies(&fixture, &address);
    serving.end();
    dies(&fixture, &address);
    let (ok, out, err) = entia(&fixture, &["--store", "", "sync"]);
    // Why is said once.
    assert!(!ok, "{err}");
    assert_eq!(out, format!("{address} ✗ not sent\n"));
    assert!(err.starts_with("error: cannot open the store"), "{err}");
    assert!(err.contains("no server listens there\nhint: "), "{err}");
    let (ok, out, err) = entia(&fixture, &["sync", "foo"]);
    assert!(!ok && err.contains("`foo`"), "{err}");
    assert_eq!(out, "foo ✗ not sent\n");

    let serving = Serving::new(&fixture, &["--listen", &host]);
    let (ok, out, err) = entia(&fixture, &["--store", "", "sync"]);
    assert!(ok, "{err}");
    assert!(out.starts_with(&format!("{address} ✓ sent: ")), "{out}");
    let (_, out, _) = entia(&fixture, &["--store", "", "sync"]);
    assert_eq!(out, format!("{address} ✓ nothing waits\n"));
    let (_, out, _) = entia(&fixture, &["sync", &address, "--json"]);
    assert!(out.contains("\"journals\": 0"), "{out}");
    serving.end();
    // A server for which nothing waits may be gone for ever.
    let (ok, out, _) = entia(&fixture, &["--store", "", "sync"]);
    assert!(ok, "{out}");
    assert_eq!(out, format!("{address} ✓ nothing waits\n"));
    let run = &fixture.runs(&["runs", "digits"])[0];
    assert_eq!(run["epoch"], 2);
    assert_eq!(run["metrics"][0]["count"], 200);
}

/// What waits for a server that has another store now is not said to be sent.
#[test]
fn what_is_kept_is_a_problem() {
    let fixture = Fixture::empty();
    let serving = Serving::new(&fixture, &[]);
    let host = serving.host.clone();
    let address = format!("http://{host}");
    dies(&fixture, &address);
    serving.end();
    dies(&fixture, &address);
    let other = Fixture::empty();
    let serving = Serving::new(&other, &["--listen", &host]);
    let (ok, out, err) = entia(&fixture, &["--store", "", "sync"]);
    assert!(!ok && !out.contains("sent: "), "{out}");
    assert!(err.contains(" kept, and not sent\nhint: "), "{err}");
    serving.end();
}

/// A token goes to the server that is named, and to no other.
#[test]
fn a_token_is_for_the_server_that_is_named() {
    let fixture = Fixture::empty();
    let serving = Serving::new(&fixture, &[]);
    let host = serving.host.clone();
    let address = format!("http://{host}");
    dies(&fixture, &address);
    serving.end();
    dies(&fixture, &address);
    let token = fixture
        .run(&["token", "create", "ci", "--role", "write"])
        .out;
    let token = String::from_utf8(token).unwrap();
    let serving = Serving::new(&fixture, &["--listen", &host]);
    let sync = |store: &str| {
        let mut command = fixture.command(&["--store", store, "sync"]);
        command.env("XDG_STATE_HOME", fixture.path("state"));
        command.env("ENTIA_TOKEN", token.trim_end());
        let done = command.output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (done.status.success(), text(done.stdout), text(done.stderr))
    };
    let (ok, _, err) = sync("");
    assert!(!ok, "{err}");
    assert!(err.contains("ENTIA_TOKEN may not be meant for it"), "{err}");
    assert!(err.contains(&format!("`entia sync {address}`")), "{err}");
    let (ok, out, err) = sync(&address);
    assert!(ok, "{err}");
    assert!(out.starts_with(&format!("{address} ✓ sent: ")), "{out}");
    serving.end();
}

#[test]
fn the_server_checks_its_contents() {
    let fixture = with_weights();
    let serving = Serving::new(&fixture, &[]);
    let address = format!("http://{}", serving.host);
    let doctor = ["--store", &address, "doctor"];
    let (ok, out, err) = entia(&fixture, &doctor);
    assert!(ok, "{out}{err}");
    fixture.damage_contents();
    let (ok, out, _) = entia(&fixture, &doctor);
    assert!(!ok);
    assert!(out.contains("is damaged: its SHA-256 is "), "{out}");
    let (code, _, err) = serving.end();
    assert_eq!(code, Some(0), "{err}");
}

/// Nobody keeps a password: it is asked for, once more, where something waits.
#[test]
fn a_password_is_asked_for() {
    let fixture = Fixture::empty();
    let state = fixture.path("state").join("entia");
    let known = state.join("postgres-1.known");
    std::fs::create_dir_all(&known).unwrap();
    let address = "postgres://me:***@db.example.org/runs";
    let store = serde_json::json!({"address": address, "identity": null});
    std::fs::write(known.join("store"), store.to_string()).unwrap();
    let journal = format!("postgres-1.{}.journal", "0".repeat(32));
    std::fs::write(state.join(journal), "").unwrap();
    let (ok, out, err) = entia(&fixture, &["--store", "", "sync"]);
    assert!(!ok);
    assert_eq!(out, format!("{address} ✗ not sent\n"));
    assert!(err.contains("its password is kept nowhere"), "{err}");
    let remedy =
        format!("hint: type `entia sync {address}`, with the password in the place of `***`");
    assert!(err.contains(&remedy), "{err}");
}
