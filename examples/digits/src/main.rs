//! Trains a network on handwritten digits, in the framework that is chosen, from a configuration that
//! describes it, and keeps what was learned and how under the network's identity.

pub mod checkpoint;
pub mod config;
pub mod data;
pub mod engine;
pub mod report;
pub mod session;
pub mod train;

use std::error::Error;
use std::io::{self, Write};
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use thiserror::Error;

use crate::config::Config;
use crate::engine::Engine;
use crate::session::Session;

/// Train a network on handwritten digits. Run it again to train it further.
#[derive(Parser)]
#[command(version)]
struct Options {
    /// The network, criterion and optimizer to train with [default: this example's digits.json]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The framework to train in [default: the first that was built in]
    #[arg(long)]
    engine: Option<Engine>,
    /// The store of scores and checkpoints
    #[arg(long, value_name = "ADDRESS", default_value = "sqlite:digits.db")]
    store: String,
    /// Epochs to train for, in place of those of the configuration
    #[arg(long)]
    epochs: Option<NonZeroU32>,
}

/// What was to be printed is lost.
#[derive(Debug, Error)]
#[error(
    "cannot write to standard output: {0}\n\
     hint: weights and scores are kept; send the output to where there is room"
)]
struct OutputError(io::Error);

fn main() -> ExitCode {
    match run(&Options::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let label = console::style("error:").red().bold().for_stderr();
            // Nobody is left to tell when standard error is closed too.
            let _ = writeln!(io::stderr(), "{label} {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: &Options) -> Result<(), Box<dyn Error>> {
    let default = concat!(env!("CARGO_MANIFEST_DIR"), "/digits.json").into();
    let config = Config::read(options.config.as_ref().unwrap_or(&default))?;
    let engine = options.engine.or(Engine::BUILT.first().copied());
    let epochs = options.epochs.unwrap_or(config.epochs);
    let model = config.model.clone();
    let session = Session::open(config, engine.unwrap_or(Engine::Candle), &options.store)?;
    let experiment = session.experiment().clone();
    let tracker = session.tracker().clone();
    let run = session.train(epochs)?;

    let terminal = console::Term::stdout();
    let width = if terminal.is_term() {
        usize::from(terminal.size().1)
    } else {
        report::PIPED_WIDTH
    };
    // One epoch makes no curve.
    let charts = if run.epoch() > 1 {
        let runs = session::runs(&experiment, &model)?;
        report::charts(&report::figure(&tracker, &runs)?, width)
    } else {
        String::new()
    };
    let text = format!(
        "{charts}{}\nartifacts of {}:\n{}CPU, memory, disk and network are sampled every {} s, in the phase `system`\nsee all of it in a browser: entia ui --store {}\n",
        report::table(&session::rows(&experiment)?, run.id(), width),
        run.id(),
        report::artifacts(&run.artifacts().list()?),
        session::SAMPLES.as_secs(),
        options.store,
    );
    match io::stdout().write_all(text.as_bytes()) {
        // The reader, as `head`, has seen enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => Ok(written.map_err(OutputError)?),
    }
}
