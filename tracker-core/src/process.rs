//! Whether a process still runs.

use std::sync::OnceLock;

use sysinfo::{Pid, ProcessRefreshKind, ProcessesToUpdate, System};

use crate::fork;

/// Where the numbers of processes mean something: the name of the machine, and what tells one start
/// of it, and a container on it, from another.
pub(crate) fn place() -> &'static str {
    static PLACE: OnceLock<String> = OnceLock::new();
    // A child would wait for ever for a thread of its parent to find it out.
    let _inside = fork::enter();
    PLACE.get_or_init(|| {
        let host = System::host_name().unwrap_or_default();
        let boot = std::fs::read_to_string("/proc/sys/kernel/random/boot_id");
        let boot = boot.unwrap_or_else(|_| System::boot_time().to_string());
        let namespace = std::fs::read_link("/proc/self/ns/pid").unwrap_or_default();
        format!("{host} {} {}", boot.trim(), namespace.display())
            .trim()
            .to_owned()
    })
}

/// When a process began, in seconds since 1970; `None` where there is no such process.
pub(crate) fn started(process: u32) -> Option<u64> {
    let pid = Pid::from_u32(process);
    let mut system = System::new();
    let kind = ProcessRefreshKind::nothing().without_tasks();
    system.refresh_processes_specifics(ProcessesToUpdate::Some(&[pid]), true, kind);
    system.process(pid).map(sysinfo::Process::start_time)
}

/// Whether a process is known to be dead: it would have to run here, and does not.
pub(crate) fn is_dead(place: &str, process: u32, since: u64) -> bool {
    /// Clocks are read in parts of a second.
    const SLACK: u64 = 2;
    place == self::place() && started(process).is_none_or(|started| started.abs_diff(since) > SLACK)
}
