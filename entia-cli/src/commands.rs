//! What each command does.

mod compare;
mod completions;
mod doctor;
mod edit;
mod experiments;
mod export;
mod import;
mod metrics;
mod runs;
mod show;
mod start;
mod verify;

use crate::error::Result;
use crate::options::{Command, Options};
use crate::output::Output;
use crate::store::Store;

/// Does what the options say.
pub(crate) fn run(options: &Options, output: &mut Output) -> Result<()> {
    let Some(command) = &options.command else {
        return start::run(options, output);
    };
    let store = || Store::open(options);
    match command {
        Command::Experiments => experiments::run(&store()?, output),
        Command::Runs(runs) => runs::run(&store()?, runs, output),
        Command::Show(run) => show::run(&store()?, run, output),
        Command::Compare(runs) => compare::run(&store()?, runs, output),
        Command::Metrics(metrics) => metrics::run(&store()?, metrics, output),
        Command::Export(export) => export::run(&store()?, export, output),
        Command::Import { from } => import::run(from, || Store::create(options), output),
        Command::Verify(verify) => verify::run(&store()?, verify, output),
        Command::Doctor => doctor::run(options, output),
        Command::Tag(tag) => edit::tag(&store()?, tag, output),
        Command::Note(note) => edit::note(&store()?, note, output),
        Command::Rename(rename) => edit::rename(&store()?, rename, output),
        Command::Remove(remove) => edit::remove(&store()?, remove, output),
        Command::RemoveExperiment(remove) => edit::remove_experiment(&store()?, remove, output),
        Command::Completions { shell } => completions::run(*shell, output),
    }
}
