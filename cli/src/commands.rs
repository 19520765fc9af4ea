//! What each command does.

mod artifacts;
mod attempts;
mod compare;
mod completions;
mod doctor;
mod edit;
mod experiments;
mod export;
mod import;
mod metrics;
mod params;
mod remove;
mod runs;
mod runs_table;
mod select;
#[cfg(feature = "serve")]
mod serve;
mod show;
mod start;
mod strangers;
mod sync;
mod tag;
#[cfg(feature = "serve")]
mod token;
#[cfg(feature = "serve")]
mod ui;
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
    let read = || Store::read(options);
    let change = || Store::change(options);
    match command {
        Command::Experiments => experiments::run(&read()?, output),
        Command::Runs(runs) => runs::run(&read()?, runs, output),
        Command::Show(run) => show::run(&read()?, run, output),
        Command::Params(run) => params::run(&read()?, run, output),
        Command::Artifacts(artifacts) => artifacts::run(&read()?, artifacts, output),
        Command::Compare(runs) => compare::run(&read()?, runs, output),
        Command::Metrics(metrics) => metrics::run(&read()?, metrics, output),
        Command::Export(export) => export::run(&read()?, export, output),
        Command::Import { from, to } => import::run(from, to.as_deref(), options, output),
        Command::Sync { address } => sync::run(address.as_deref(), options, output),
        Command::Verify(verify) => verify::run(&read()?, verify, output),
        Command::Doctor => doctor::run(options, output),
        Command::Tag(tag) => tag::run(&change()?, tag, output),
        Command::Note(note) => edit::note(&change()?, note, output),
        Command::Rename(rename) => edit::rename(&change()?, rename, output),
        Command::Archive(runs) => remove::archive(&change()?, runs, output),
        Command::Restore(runs) => remove::restore(&change()?, runs, output),
        Command::Remove(runs) => remove::remove(&change()?, runs, output),
        Command::RemoveExperiment(remove) => remove::remove_experiment(&change()?, remove, output),
        #[cfg(feature = "serve")]
        Command::Ui { no_browser } => ui::run(options, *no_browser, output),
        #[cfg(feature = "serve")]
        Command::Serve(serve) => serve::run(options, serve, output),
        #[cfg(feature = "serve")]
        Command::Token(token) => token::run(&Store::served(options)?, token, output),
        Command::Completions { shell } => completions::run(*shell, output),
    }
}
