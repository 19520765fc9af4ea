//! Who only looks changes no byte.

use std::collections::BTreeMap;
use std::fs;

use crate::doctor::orphaned;
use crate::support::{FIRST, Fixture, SECOND};

const LOOKS: [&[&str]; 10] = [
    &[],
    &["experiments"],
    &["runs"],
    &["show", FIRST],
    &["params", FIRST],
    &["artifacts", FIRST],
    &["compare", FIRST, SECOND],
    &["metrics", FIRST],
    &["verify"],
    &["export"],
];

/// Each file of the folder with its bytes.
fn files(fixture: &Fixture) -> BTreeMap<String, Vec<u8>> {
    let entries = fixture.folder.path().read_dir().unwrap();
    let entries = entries.map(|entry| entry.unwrap());
    entries
        .map(|entry| {
            let name = entry.file_name().into_string().unwrap();
            (name, fs::read(entry.path()).unwrap())
        })
        .collect()
}

#[test]
fn no_byte_changes() {
    let fixture = Fixture::new();
    let before = files(&fixture);
    for command in LOOKS {
        fixture.text(command);
        assert_eq!(files(&fixture), before, "{command:?}");
    }
}

#[test]
fn what_waits_in_journals_is_told_and_left() {
    let fixture = orphaned();
    let before = files(&fixture);
    for command in LOOKS {
        let done = fixture.run(command);
        assert_eq!(done.code, Some(0), "{done:?}");
        assert_eq!(
            done.err,
            "note: 2 points wait in the journal of a process that died; the next program that \
             opens the store to write moves them there, and so does `entia doctor`\n",
            "{command:?}"
        );
        assert_eq!(files(&fixture), before, "{command:?}");
    }
    fixture.text(&["doctor"]);
    fixture.text(&["show", FIRST]);
}

#[test]
fn an_import_tells_what_waits_in_its_source() {
    let fixture = orphaned();
    let done = fixture.run(&["--store", "sqlite:copy.db", "import", "sqlite:runs.db"]);
    assert_eq!(done.code, Some(0), "{done:?}");
    assert!(
        done.err.starts_with("note: 2 points wait in the journal"),
        "{done:?}"
    );
}

#[cfg(unix)]
#[test]
fn no_right_to_write_is_needed() {
    use std::os::unix::fs::PermissionsExt;

    let fixture = Fixture::new();
    let set = |file: u32, folder: u32| {
        fs::set_permissions(fixture.path("runs.db"), fs::Permissions::from_mode(file)).unwrap();
        fs::set_permissions(fixture.folder.path(), fs::Permissions::from_mode(folder)).unwrap();
    };
    set(0o444, 0o555);
    let done: Vec<_> = LOOKS.iter().map(|command| fixture.run(command)).collect();
    set(0o644, 0o755);
    for done in done {
        assert_eq!((done.code, &*done.err), (Some(0), ""), "{done:?}");
    }
}
