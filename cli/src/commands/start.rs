//! `entia` without a command: what there is, and what to do first.

use std::io::Write;

use console::style;
use serde::Serialize;
use tracker_core::ports::Detail;
use tracker_core::{Error as TrackerError, Query, StoreProblem};

use crate::error::{Error, Result};
use crate::options::Options;
use crate::output::Output;
use crate::store::{self, Store};
use crate::text;

#[derive(Serialize)]
struct Start {
    version: &'static str,
    store: String,
    experiments: usize,
    runs: usize,
}

/// Commands to try, and what they show.
const COMMANDS: [(&str, &str); 7] = [
    ("entia experiments", "the experiments of the store"),
    ("entia runs", "all runs in a table"),
    (
        "entia show RUN",
        "all about a run; RUN is the beginning of its id",
    ),
    ("entia metrics RUN", "its learning curves"),
    ("entia compare RUN RUN", "what is different in two runs"),
    ("entia export -o points.csv", "every point as a row"),
    ("entia help", "all commands"),
];

pub(crate) fn run(options: &Options, output: &mut Output) -> Result<()> {
    if !output.json && store::address(options).is_none() {
        return no_address(output);
    }
    let store = match Store::read(options) {
        Err(Error::Tracker(TrackerError::Unusable {
            place,
            problem: StoreProblem::Absent,
        })) if !output.json => return no_store(&place, output),
        opened => opened?,
    };
    let experiments = store.experiments(None)?;
    let runs = store
        .tracker
        .experiments()
        .rows_with(Query::new(), Detail::NONE)?
        .len();
    if output.json {
        return output.document(&Start {
            version: env!("CARGO_PKG_VERSION"),
            store: store.address,
            experiments: experiments.len(),
            runs,
        });
    }
    writeln!(
        output,
        "{} has {} with {}.\n",
        style(&store.address).cyan(),
        text::plural(experiments.len(), "experiment"),
        text::plural(runs, "run")
    )?;
    commands(output)
}

fn no_address(output: &mut Output) -> Result<()> {
    let set = if cfg!(windows) {
        "set ENTIA_STORE=sqlite:runs.db"
    } else {
        "export ENTIA_STORE=sqlite:runs.db"
    };
    writeln!(
        output,
        "entia shows what training runs have recorded. First say where that is:\n\n  \
         {}\n\nThe address is the one that the program which trains gives to `Tracker::open`; \
         `--store ADDRESS`\nnames another for one command. Then try:\n",
        style(set).green()
    )?;
    commands(output)
}

fn no_store(place: &str, output: &mut Output) -> Result<()> {
    writeln!(
        output,
        "There is no store at {} yet. The program that trains creates it with `Tracker::open`;\n\
         `--store ADDRESS` or ENTIA_STORE name another. When it is there, try:\n",
        style(text::line(place)).cyan()
    )?;
    commands(output)
}

fn commands(output: &mut Output) -> Result<()> {
    for (command, shows) in COMMANDS {
        writeln!(
            output,
            "  {}  {shows}",
            style(format!("{command:<26}")).green()
        )?;
    }
    Ok(())
}
