//! What can be done where the disk has no room, or the user no right.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use crate::doctor::orphaned;
use crate::support::{FIRST, Fixture, SECOND};

/// Runs commands of a shell in the folder `disk`, which is a small disk of its own with the store
/// and what stands beside it, and full. Nothing where this system lets nobody have one.
fn on_full_disk(fixture: &Fixture, commands: &str) -> Option<String> {
    let script = format!(
        "mkdir disk && mount -t tmpfs -o size=16m tmpfs disk || exit 77\n\
         cp -r runs.db* disk/\n\
         cat /dev/zero > disk/filler 2> errors\n\
         grep -q 'No space left' errors || exit 78\n\
         cd disk\n{commands}"
    );
    let mut shell = Command::new("unshare");
    shell.args(["--user", "--map-root-user", "--mount", "sh", "-c", &script]);
    let done = shell
        .env("ENTIA_STORE", "sqlite:runs.db")
        .env("ENTIA", env!("CARGO_BIN_EXE_entia"))
        .current_dir(fixture.folder.path())
        .output()
        .ok()?;
    let text = [done.stdout, done.stderr].concat();
    let text = String::from_utf8(text).unwrap();
    match done.status.code() {
        // It may not mount anything.
        Some(1) if text.contains("unshare") => None,
        Some(77) => None,
        code => {
            assert_eq!(code, Some(0), "{text}");
            Some(text)
        }
    }
}

fn looks() -> String {
    let looks = [
        "experiments",
        "runs",
        &format!("show {FIRST}"),
        &format!("compare {FIRST} {SECOND}"),
        "export -o ../points.csv",
        &format!("metrics {FIRST} --svg ../curve.svg"),
        "doctor",
    ];
    looks
        .map(|look| format!("$ENTIA {look} || exit 1\n"))
        .concat()
}

#[test]
fn a_full_disk_can_be_looked_at() {
    let fixture = Fixture::new();
    let Some(text) = on_full_disk(&fixture, &looks()) else {
        return;
    };
    assert!(
        text.contains("the store is sound") && !text.contains("wait"),
        "{text}"
    );
    let points = fs::read_to_string(fixture.path("points.csv")).unwrap();
    assert_eq!(points.lines().count(), 11);
    assert!(fixture.path("curve.svg").is_file());
}

#[test]
fn what_waits_in_a_journal_is_told_there_too() {
    let fixture = orphaned();
    let Some(text) = on_full_disk(&fixture, &looks()) else {
        return;
    };
    let note = "note: 2 points wait in the journal of a process that died";
    assert_eq!(text.matches(note).count(), 6, "{text}");
    let told = "left by a process that died; 2 points wait in it until the store can be written";
    assert!(text.contains(told), "{text}");
}

#[test]
fn runs_can_be_removed_where_nothing_can_be_added() {
    for fixture in [Fixture::new(), orphaned()] {
        let commands = format!(
            "$ENTIA tag {SECOND} a=b 2>&1 && exit 1\n\
             $ENTIA remove {FIRST} --yes || exit 1\n\
             $ENTIA runs 2>&1 || exit 1\n\
             $ENTIA doctor 2>&1 || exit 1"
        );
        let Some(text) = on_full_disk(&fixture, &commands) else {
            return;
        };
        let full = "/runs.db`: no space is left on it\nhint: the disk is full; make room on it, for which runs can be removed even now\n";
        assert!(
            text.replace("`runs.db`", "`/runs.db`").contains(full),
            "{text}"
        );
        assert!(
            text.contains(&format!("{FIRST} is removed from `digits`\n")),
            "{text}"
        );
        let (_, after) = text.split_once("is removed").unwrap();
        assert!(
            !after.contains(&FIRST[..8]) && after.contains(&SECOND[..8]),
            "{text}"
        );
        assert!(after.contains("the store is sound"), "{text}");
    }
}

/// What another user sees of the store, where this one is root and may do everything.
fn as_stranger(fixture: &Fixture, arguments: &[&str]) -> String {
    use std::os::unix::process::CommandExt;

    let mut command = fixture.command(arguments);
    command
        .env("ENTIA_STORE", fixture.absolute())
        .current_dir("/");
    if fs::metadata("/proc/self").is_ok_and(|own| std::os::unix::fs::MetadataExt::uid(&own) == 0) {
        command.uid(65_534);
    }
    let done = command.output().unwrap();
    assert_eq!(done.status.code(), Some(1));
    String::from_utf8(done.stderr).unwrap()
}

#[test]
fn a_folder_that_may_not_be_entered_is_no_missing_store() {
    let fixture = Fixture::new();
    let rights = |mode| {
        fs::set_permissions(fixture.folder.path(), fs::Permissions::from_mode(mode)).unwrap();
    };
    rights(0o000);
    let refused: Vec<String> = [&["runs"][..], &[], &["doctor"], &["tag", FIRST, "a=b"]]
        .map(|arguments| as_stranger(&fixture, arguments))
        .into();
    rights(0o755);
    for refused in refused {
        let place = fixture.path("runs.db");
        let expected = format!(
            "error: cannot open the store in `{}`: Permission denied (os error 13)\n\
             hint: give this user the right to read and write there\n",
            place.display()
        );
        assert_eq!(refused, expected);
    }
}

#[test]
fn a_file_that_may_not_be_read_is_told_so() {
    let fixture = Fixture::new();
    fs::set_permissions(fixture.folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
    fs::set_permissions(fixture.path("runs.db"), fs::Permissions::from_mode(0o000)).unwrap();
    let refused = as_stranger(&fixture, &["runs"]);
    assert!(
        refused.contains("ermission denied") && refused.contains("hint: give"),
        "{refused}"
    );
}
