//! `entia completions`: what a shell needs to complete the line.

use std::env;
use std::io::Write;

use clap_complete::env::EnvCompleter;
use clap_complete::env::{Bash, Elvish, Fish, Powershell, Zsh};

use crate::error::Result;
use crate::options::Shell;
use crate::output::Output;

pub(crate) fn run(shell: Shell, output: &mut Output) -> Result<()> {
    let shell: &dyn EnvCompleter = match shell {
        Shell::Bash => &Bash,
        Shell::Elvish => &Elvish,
        Shell::Fish => &Fish,
        Shell::Powershell => &Powershell,
        Shell::Zsh => &Zsh,
    };
    // The program that is asked is this one, wherever it is.
    let program = env::current_exe().ok();
    let program = program.as_deref().and_then(|path| path.to_str());
    let mut script = Vec::new();
    let program = program.unwrap_or("entia");
    shell.write_registration("COMPLETE", "entia", "entia", program, &mut script)?;
    Ok(output.write_all(&script)?)
}
