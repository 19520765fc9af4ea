//! `entia completions`: what a shell needs to complete the options.

use std::io::Write;

use clap::CommandFactory;
use clap_complete::Shell;

use crate::error::Result;
use crate::options::Options;
use crate::output::Output;

pub(crate) fn run(shell: Shell, output: &mut Output) -> Result<()> {
    // The generator panics where it cannot write; a vector takes everything.
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Options::command(), "entia", &mut script);
    Ok(output.write_all(&script)?)
}
