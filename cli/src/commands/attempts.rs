//! The attempts on a run, as `entia show` tells them.

use std::io::{self, Write};

use console::style;
use tracker_core::ports::AttemptRecord;
use tracker_core::{Git, Outcome, Provenance, System};

use crate::output::Output;
use crate::text;

/// As many are told; a job that is started again and again has hundreds.
const NEWEST: usize = 5;
/// The characters of a commit that tell it from others.
const COMMIT: usize = 10;

/// A block for each of the newest attempts.
pub(super) fn write(attempts: &[AttemptRecord], output: &mut Output) -> io::Result<()> {
    let earlier = attempts.len().saturating_sub(NEWEST);
    if earlier > 0 {
        let note = format!(
            "{}: `--json` has them",
            text::plural(earlier, "earlier attempt")
        );
        writeln!(output, "\n{}", style(note).dim())?;
    }
    for (index, attempt) in attempts.iter().enumerate().skip(earlier) {
        write_attempt(index + 1, attempt, output)?;
    }
    Ok(())
}

fn write_attempt(number: usize, attempt: &AttemptRecord, output: &mut Output) -> io::Result<()> {
    let state = &attempt.state;
    let status = text::colored_status(state.status());
    writeln!(
        output,
        "\n{} {status}",
        style(format!("attempt {number}")).bold()
    )?;
    let reason = match &state.outcome {
        Outcome::Failed { reason } => reason.as_str(),
        Outcome::Running | Outcome::Finished => "",
    };
    let provenance = &attempt.provenance;
    let versions = provenance.versions.iter();
    let versions = versions.map(|(name, version)| format!("{name} {version}"));
    for (name, value) in [
        ("reason", reason.to_owned()),
        ("started", text::time(state.started, output.width.is_some())),
        ("duration", text::duration(state.duration())),
        ("host", host(provenance)),
        ("command", provenance.command.join(" ")),
        ("folder", provenance.folder.clone()),
        ("git", provenance.git.as_ref().map_or_else(String::new, git)),
        ("versions", versions.collect::<Vec<_>>().join(", ")),
        ("features", provenance.features.join(", ")),
        ("system", provenance.system.os.clone()),
        ("CPU", cpu(&provenance.system)),
        ("GPU", gpus(&provenance.system.gpus)),
    ] {
        write_line(name, &value, output)?;
    }
    for (name, value) in &provenance.more {
        write_line(name, &text::argument(value), output)?;
    }
    Ok(())
}

fn write_line(name: &str, value: &str, output: &mut Output) -> io::Result<()> {
    if value.is_empty() {
        return Ok(());
    }
    let name = format!("{:<12}", text::line(name));
    writeln!(output, "  {}  {}", style(name).dim(), text::line(value))
}

fn host(provenance: &Provenance) -> String {
    match (provenance.host.as_str(), provenance.user.as_str()) {
        (host, "") => host.to_owned(),
        ("", user) => format!("user {user}"),
        (host, user) => format!("{host}, user {user}"),
    }
}

/// A commit as `1a2b3c4d5e on main, with changes`.
fn git(git: &Git) -> String {
    let mut text = text::beginning(&git.commit, COMMIT).to_owned();
    if !git.branch.is_empty() {
        text.extend([" on ", git.branch.as_str()]);
    }
    if git.dirty {
        text += ", with changes that are not committed";
    }
    text
}

fn cpu(system: &System) -> String {
    let threads = (system.cpus > 0).then(|| text::plural(system.cpus as usize, "thread"));
    let memory = (system.memory > 0).then(|| format!("{} of memory", text::bytes(system.memory)));
    let model = Some(system.cpu.clone()).filter(|model| !model.is_empty());
    let parts: Vec<String> = [model, threads, memory].into_iter().flatten().collect();
    parts.join(", ")
}

/// The names, each once with how many there are.
fn gpus(names: &[String]) -> String {
    let mut counts: Vec<(&str, usize)> = Vec::new();
    for name in names {
        match counts.iter_mut().find(|(known, _)| known == name) {
            Some((_, count)) => *count += 1,
            None => counts.push((name, 1)),
        }
    }
    let each = counts.into_iter().map(|(name, count)| match count {
        1 => name.to_owned(),
        count => format!("{count} x {name}"),
    });
    each.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn graphics_processors_are_counted() {
        let names = ["H200", "H200", "A10"].map(str::to_owned);
        assert_eq!(gpus(&names), "2 x H200, A10");
        assert_eq!(gpus(&[]), "");
    }

    #[test]
    fn what_is_not_known_is_left_out() {
        assert_eq!(cpu(&System::default()), "");
        assert_eq!(host(&Provenance::default()), "");
        let commit = Git {
            commit: "1a2b3c4d5e6f".to_owned(),
            ..Git::default()
        };
        assert_eq!(git(&commit), "1a2b3c4d5e");
    }
}
