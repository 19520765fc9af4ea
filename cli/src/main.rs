//! The command line of Entia: looks at, compares, draws and exports what training runs have
//! recorded.

mod commands;
mod complete;
mod confirm;
mod document;
mod error;
mod export;
mod find;
mod help;
mod json;
#[cfg(feature = "serve")]
mod memory;
mod options;
mod output;
mod series;
mod store;
mod target;

use std::env;
use std::ffi::OsString;
use std::io::{self, Write};
use std::process::ExitCode;

use clap::{CommandFactory, Parser};
use clap_complete::CompleteEnv;
use entia_report::text;
// Their schemes are there because they are linked.
#[cfg(feature = "http")]
use tracker_http as _;
use tracker_json as _;
#[cfg(feature = "postgres")]
use tracker_postgres as _;
use tracker_sqlite as _;

use crate::options::Options;
use crate::output::Output;

fn main() -> ExitCode {
    // Answers a shell that asks how the line may go on, and ends then.
    CompleteEnv::with_factory(Options::command).complete();
    let mut words: Vec<OsString> = env::args_os().collect();
    // clap takes what stands behind `help` for the name of a command, `--help` too.
    if words.get(1).is_some_and(|word| word == "help") {
        words.retain(|word| word != "--help" && word != "-h");
    }
    let options = Options::parse_from(words);
    let mut output = Output::new(&options);
    let done = commands::run(&options, &mut output);
    match done.and_then(|()| Ok(output.flush()?)) {
        Ok(()) => ExitCode::SUCCESS,
        // The reader, as `head`, has seen enough.
        Err(error) if error.is_broken_pipe() => ExitCode::SUCCESS,
        Err(error) => {
            // What was found is said before what is wrong with it. Nobody is left to tell when
            // standard error is closed too.
            let _ = output.flush();
            let _ = writeln!(io::stderr(), "{}", text::problem(&error.to_string()));
            ExitCode::FAILURE
        }
    }
}
