//! Children of a test that are made by `fork`, as those of data loaders and daemons are.

#![allow(
    unsafe_code,
    reason = "a fork copies locks, threads and files as they are"
)]
#![allow(dead_code, reason = "each test that shares this uses some of it")]

use std::io::{self, PipeReader, PipeWriter, Read, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// A child that hangs ends by a signal after so many seconds, so that its test fails.
const PATIENCE: u32 = 300;

/// A process that was forked from this one.
#[must_use = "it is waited for by `wait`"]
pub(crate) struct Forked(libc::pid_t);

/// How a process has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    Exit(i32),
    Signal(i32),
}

/// How a process ends that is killed.
pub(crate) const KILLED: End = End::Signal(libc::SIGKILL);

/// Runs `work` in a child, which ends without destructors and handlers when that returns.
pub(crate) fn fork(work: impl FnOnce()) -> Forked {
    // SAFETY: in the child one thread of several runs, which is what is tested; `work` keeps off
    // locks of the test itself.
    let process = unsafe { libc::fork() };
    assert!(process >= 0, "no more processes");
    if process > 0 {
        return Forked(process);
    }
    // SAFETY: neither takes a pointer; `_exit` does not come back, so that the child never runs what
    // the test does behind its call.
    unsafe {
        libc::alarm(PATIENCE);
        let failed = catch_unwind(AssertUnwindSafe(work)).is_err();
        libc::_exit(i32::from(failed));
    }
}

/// Ends this process at once, as a signal would.
pub(crate) fn exit_now() -> ! {
    // SAFETY: it takes no pointer, and does not come back.
    unsafe { libc::_exit(0) }
}

/// Leaves the session of the parent, as a daemon does.
pub(crate) fn lead_session() {
    // SAFETY: it takes no pointer.
    assert!(unsafe { libc::setsid() } > 0);
}

/// Kills this process, as by `kill -9`.
pub(crate) fn kill_this() {
    // SAFETY: it takes no pointer.
    unsafe { libc::raise(libc::SIGKILL) };
}

/// Ends this process by the handlers that `exit` runs.
pub(crate) fn exit() -> ! {
    std::process::exit(0)
}

impl Forked {
    /// Waits until it ends.
    pub(crate) fn end(self) -> End {
        let mut status = 0;
        loop {
            // SAFETY: the status is a place of this function.
            let ended = unsafe { libc::waitpid(self.0, &raw mut status, 0) };
            if ended == self.0 {
                break;
            }
            let error = io::Error::last_os_error();
            assert_eq!(error.kind(), io::ErrorKind::Interrupted);
        }
        if libc::WIFEXITED(status) {
            End::Exit(libc::WEXITSTATUS(status))
        } else {
            End::Signal(libc::WTERMSIG(status))
        }
    }

    /// Waits until it ends, and fails the test where its work has failed.
    pub(crate) fn wait(self) {
        assert_eq!(self.end(), End::Exit(0), "the child failed");
    }

    /// Kills it, as by `kill -9`.
    pub(crate) fn kill(self) {
        // SAFETY: it takes no pointer, and the child was not waited for yet.
        unsafe { libc::kill(self.0, libc::SIGKILL) };
        assert_eq!(self.end(), KILLED);
    }
}

/// What one process waits for, and another says.
pub(crate) struct Signal {
    reader: PipeReader,
    writer: PipeWriter,
}

impl Signal {
    /// To be made before the fork.
    pub(crate) fn new() -> Self {
        let (reader, writer) = io::pipe().unwrap();
        Self { reader, writer }
    }

    pub(crate) fn give(&self) {
        (&self.writer).write_all(b".").unwrap();
    }

    pub(crate) fn wait(&self) {
        (&self.reader).read_exact(&mut [0]).unwrap();
    }
}
