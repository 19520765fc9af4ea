//! The state of the source, as the `git` command tells it.

use std::io::Read;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use crate::records::Git;

/// A program does not wait longer for it to begin its work.
const LIMIT: Duration = Duration::from_secs(1);

/// The state of the repository that a folder is in; `None` where it is in none, or where `git` is
/// not there or takes too long.
///
/// Files that git does not track are not looked at: a store beside the source would make every run
/// dirty, and a folder of data takes minutes.
pub(super) fn state(folder: &Path) -> Option<Git> {
    let mut git = Command::new("git");
    git.current_dir(folder);
    // What only looks waits for no lock, takes none, and starts no daemon.
    git.args(["--no-optional-locks", "-c", "core.fsmonitor=false"]);
    git.args([
        "status",
        "--porcelain=v2",
        "--branch",
        "--untracked-files=no",
    ]);
    parse(&output(&mut git, LIMIT)?)
}

fn parse(status: &str) -> Option<Git> {
    let (mut commit, mut git) = (None, Git::default());
    for line in status.lines() {
        if let Some(oid) = line.strip_prefix("# branch.oid ") {
            commit = Some(oid);
        } else if let Some(head) = line.strip_prefix("# branch.head ") {
            head.clone_into(&mut git.branch);
        } else if !line.starts_with('#') {
            git.dirty = true;
        }
    }
    // Words in brackets stand for what is not there; a branch may have brackets in its name, but is
    // not named so in earnest.
    if git.branch == "(detached)" {
        git.branch.clear();
    }
    let commit = commit?;
    if commit != "(initial)" {
        commit.clone_into(&mut git.commit);
    }
    Some(git)
}

/// What a command writes; `None` where it cannot be started, or is not done in time.
fn output(command: &mut Command, limit: Duration) -> Option<String> {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    let mut child = command.spawn().ok()?;
    let (sender, receiver) = mpsc::channel();
    let reader = child.stdout.take().and_then(|mut stdout| {
        let read = move || {
            let mut written = Vec::new();
            if stdout.read_to_end(&mut written).is_ok() {
                // Nobody listens any more after the limit.
                let _ = sender.send(String::from_utf8_lossy(&written).into_owned());
            }
        };
        thread::Builder::new().spawn(read).ok()
    });
    let written = reader.and_then(|_| receiver.recv_timeout(limit).ok());
    let _ = child.kill();
    // One that hangs in the kernel, for a disk of the network, is waited for by another.
    if !matches!(child.try_wait(), Ok(Some(_))) {
        let _ = thread::Builder::new().spawn(move || child.wait());
    }
    written
}

#[cfg(test)]
mod tests {
    use super::{output, parse, state};
    use crate::records::Git;
    use std::path::Path;
    use std::process::Command;
    use std::time::Duration;

    #[test]
    fn the_status_is_read() {
        let git = |commit: &str, branch: &str, dirty| Git {
            commit: commit.to_owned(),
            branch: branch.to_owned(),
            dirty,
        };
        let text = "# branch.oid 5f0a\n# branch.head main\n# branch.upstream origin/main\n";
        assert_eq!(parse(text), Some(git("5f0a", "main", false)));
        let text = "# branch.oid 5f0a\n# branch.head (detached)\n1 .M N... src/main.rs\n";
        assert_eq!(parse(text), Some(git("5f0a", "", true)));
        let text = "# branch.oid (initial)\n# branch.head main\n1 A. N... src/main.rs\n";
        assert_eq!(parse(text), Some(git("", "main", true)));
        for text in ["", "fatal: not a git repository", "\0"] {
            assert_eq!(parse(text), None);
        }
    }

    /// Runs `git` without the settings of this user; `None` where there is no `git`.
    fn git(folder: &Path, arguments: &[&str]) -> Option<String> {
        let mut git = Command::new("git");
        git.current_dir(folder)
            .args(["-c", "user.name=a", "-c", "user.email=a@b"]);
        let done = git.args(arguments).output().ok()?;
        assert!(
            done.status.success(),
            "{}",
            String::from_utf8_lossy(&done.stderr)
        );
        Some(String::from_utf8(done.stdout).unwrap().trim().to_owned())
    }

    #[test]
    fn a_repository_tells_its_commit_branch_and_changes() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path();
        if git(path, &["init", "--quiet"]).is_none() {
            return;
        }
        std::fs::write(path.join("main.rs"), "fn main() {}").unwrap();
        git(path, &["checkout", "--quiet", "-b", "wide"]);
        git(path, &["add", "main.rs"]);
        assert_eq!(state(path).unwrap().commit, "", "there is no commit yet");
        git(path, &["commit", "--quiet", "--no-gpg-sign", "-m", "First"]);
        let expected = Git {
            commit: git(path, &["rev-parse", "HEAD"]).unwrap(),
            branch: "wide".to_owned(),
            dirty: false,
        };
        assert_eq!(state(path), Some(expected.clone()));
        std::fs::write(path.join("runs.db"), "").unwrap();
        assert_eq!(
            state(path),
            Some(expected.clone()),
            "git does not track the file"
        );
        std::fs::write(path.join("main.rs"), "fn main() { }").unwrap();
        let dirty = Git {
            dirty: true,
            ..expected
        };
        assert_eq!(state(path), Some(dirty));
    }

    #[test]
    fn no_repository_and_no_folder_are_no_state() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(state(&folder.path().join("missing")), None);
        assert_eq!(state(folder.path()), None);
    }

    #[test]
    fn a_command_that_is_not_there_is_no_error() {
        let limit = Duration::from_secs(1);
        assert_eq!(
            output(&mut Command::new("entia-has-no-such-command"), limit),
            None
        );
    }

    #[cfg(unix)]
    #[test]
    fn a_command_is_not_waited_for_beyond_the_limit() {
        let mut endless = Command::new("tail");
        endless.args(["-f", "/dev/null"]);
        assert_eq!(output(&mut endless, Duration::from_millis(1)), None);
    }

    #[cfg(unix)]
    #[test]
    fn more_than_a_pipe_holds_is_read() {
        let mut much = Command::new("head");
        much.args(["-c", "1000000", "/dev/zero"]);
        let text = output(&mut much, Duration::from_secs(60));
        assert_eq!(text.map(|text| text.len()), Some(1_000_000));
    }
}
