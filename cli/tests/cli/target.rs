//! Where `--output` and `--svg` write to.

use std::fs;

use tracker_core::Tracker;

use crate::support::{FIRST, Fixture};

/// The commands that write a file, without its name.
const COMMANDS: [&[&str]; 3] = [
    &["export", "--format", "csv", "--output"],
    &["metrics", FIRST, "--svg"],
    &["artifacts", FIRST, "weights.bin", "--output"],
];

fn fixture() -> Fixture {
    let fixture = Fixture::new();
    let tracker = Tracker::open(&fixture.absolute()).unwrap();
    let digits = tracker.experiment("digits").unwrap();
    let run = digits.aggregates().get(FIRST).unwrap().unwrap();
    run.artifacts()
        .put_bytes("weights.bin", b"\x00weights")
        .unwrap();
    drop((run, digits, tracker));
    fixture
}

/// What a command writes into a file.
fn content(fixture: &Fixture, command: &[&str]) -> Vec<u8> {
    fixture.text(&[command, &["expected"]].concat());
    let content = fs::read(fixture.path("expected")).unwrap();
    assert!(!content.is_empty());
    fs::remove_file(fixture.path("expected")).unwrap();
    content
}

/// The names in the folder, without those of the store.
fn names(fixture: &Fixture) -> Vec<String> {
    let entries = fixture.folder.path().read_dir().unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.filter(|name| !name.starts_with("runs.db")).collect();
    names.sort();
    names
}

#[test]
fn a_dash_is_standard_output() {
    let fixture = fixture();
    for command in COMMANDS {
        let expected = content(&fixture, command);
        let done = fixture.run(&[command, &["-"]].concat());
        assert_eq!((done.code, &*done.err), (Some(0), ""));
        // Nothing else is said there.
        assert_eq!(done.out, expected, "{command:?}");
        assert_eq!(names(&fixture), [""; 0]);
    }
}

#[test]
fn a_file_is_replaced_as_a_whole() {
    let fixture = fixture();
    for command in COMMANDS {
        let expected = content(&fixture, command);
        fs::write(fixture.path("out"), vec![b'x'; 1 << 20]).unwrap();
        // Who reads the old file reads it to its end.
        fs::hard_link(fixture.path("out"), fixture.path("old")).unwrap();
        fixture.text(&[command, &["out"]].concat());
        assert_eq!(fs::read(fixture.path("out")).unwrap(), expected);
        assert_eq!(fs::read(fixture.path("old")).unwrap().len(), 1 << 20);
        assert_eq!(names(&fixture), ["old", "out"]);
        fs::remove_file(fixture.path("old")).unwrap();
        fs::remove_file(fixture.path("out")).unwrap();
    }
}

#[cfg(unix)]
mod unix {
    use std::fs::{File, Permissions};
    use std::os::unix::fs::{PermissionsExt, symlink};
    use std::process::Command;

    use super::*;

    #[test]
    fn a_link_stays_and_leads_to_what_is_written() {
        let fixture = fixture();
        fs::create_dir(fixture.path("far")).unwrap();
        for command in COMMANDS {
            let expected = content(&fixture, command);
            for (link, target) in [
                ("link", "far/there"),
                ("second", "link"),
                ("new", "far/new"),
            ] {
                symlink(target, fixture.path(link)).unwrap();
                if link == "link" {
                    fs::write(fixture.path("far/there"), "old").unwrap();
                }
                fixture.text(&[command, &[link]].concat());
                assert!(fixture.path(link).is_symlink(), "{link}");
                assert_eq!(fs::read(fixture.path(link)).unwrap(), expected, "{link}");
            }
            assert_eq!(names(&fixture), ["far", "link", "new", "second"]);
            for name in ["link", "second", "new", "far/there", "far/new"] {
                fs::remove_file(fixture.path(name)).unwrap();
            }
        }
    }

    #[test]
    fn a_file_keeps_its_rights() {
        let fixture = fixture();
        for mode in [0o600, 0o664] {
            fs::write(fixture.path("out"), "old").unwrap();
            fs::set_permissions(fixture.path("out"), Permissions::from_mode(mode)).unwrap();
            fixture.text(&[COMMANDS[0], &["out"]].concat());
            let rights = fixture.path("out").metadata().unwrap().permissions();
            assert_eq!(rights.mode() & 0o777, mode);
        }
        fs::set_permissions(fixture.path("out"), Permissions::from_mode(0o444)).unwrap();
        let refused = fixture.refused(&[COMMANDS[0], &["out"]].concat());
        assert!(
            refused.contains("`out` cannot be written: permission denied"),
            "{refused}"
        );
    }

    #[test]
    fn a_pipe_with_a_name_is_written_into() {
        let fixture = fixture();
        let made = Command::new("mkfifo").arg(fixture.path("pipe")).status();
        assert!(made.unwrap().success());
        for command in COMMANDS {
            let expected = content(&fixture, command);
            let path = fixture.path("pipe");
            let reader = std::thread::spawn(move || fs::read(path).unwrap());
            let done = fixture.run(&[command, &["pipe"]].concat());
            assert_eq!((done.code, &*done.err), (Some(0), ""));
            assert_eq!(reader.join().unwrap(), expected);
            assert_eq!(names(&fixture), ["pipe"]);
        }
    }

    #[test]
    fn a_device_stays_one() {
        let fixture = fixture();
        symlink("/dev/null", fixture.path("nowhere")).unwrap();
        for command in COMMANDS {
            for place in ["/dev/null", "nowhere"] {
                fixture.text(&[command, &[place]].concat());
                let null = fs::metadata(place).or_else(|_| fs::metadata(fixture.path(place)));
                assert!(!null.unwrap().is_file());
            }
        }
    }

    /// In a pipe, in a file, and as what a shell has opened.
    #[test]
    fn standard_output_has_names_as_a_file() {
        let fixture = fixture();
        for command in COMMANDS {
            let expected = content(&fixture, command);
            for place in ["/dev/stdout", "/dev/fd/1"] {
                let done = fixture.run(&[command, &[place]].concat());
                assert_eq!(
                    (done.code, done.out),
                    (Some(0), expected.clone()),
                    "{place}"
                );
                let mut file = File::create(fixture.path("out")).unwrap();
                std::io::Write::write_all(&mut file, b"before\n").unwrap();
                let mut told = fixture.command(&[command, &[place]].concat());
                assert!(told.stdout(file).status().unwrap().success());
                let all = [b"before\n", &expected[..]].concat();
                assert_eq!(fs::read(fixture.path("out")).unwrap(), all);
                fs::remove_file(fixture.path("out")).unwrap();
            }
            let mut shell = Command::new("sh");
            let script = "exec 9> out; \"$0\" \"$@\" /dev/fd/9 > told";
            shell
                .args(["-c", script, env!("CARGO_BIN_EXE_entia")])
                .args(command);
            shell
                .env("ENTIA_STORE", "sqlite:runs.db")
                .current_dir(fixture.folder.path());
            assert!(shell.status().unwrap().success());
            assert_eq!(fs::read(fixture.path("out")).unwrap(), expected);
            fs::remove_file(fixture.path("out")).unwrap();
            fs::remove_file(fixture.path("told")).unwrap();
        }
    }
}
