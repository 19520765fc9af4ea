//! Trains the models of a configuration, and builds the best one again from its record.

use std::error::Error;
use std::io::{self, Write};
use std::num::NonZero;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use digits_tch::best;
use digits_tch::config::Config;
use digits_tch::session::{Data, SAMPLES, Session};
use entia::tch::datasets::Folder;
use entia::tch::tch::Device;
use entia::tracker::Tracker;

/// What no artifact refers to is removed after so long: another process may have put it there, and be
/// about to write down that it has.
const LEFTOVERS: Duration = Duration::from_secs(24 * 60 * 60);

/// Train models on handwritten digits. Run it again to train them further.
#[derive(Parser)]
#[command(version)]
struct Options {
    /// The models to train, and how [default: this example's digits.json, or mnist.json]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Train on MNIST, whose four IDX files are in this folder
    #[arg(long, value_name = "FOLDER")]
    mnist: Option<PathBuf>,
    /// The store of scores and checkpoints
    #[arg(long, value_name = "ADDRESS", default_value = "sqlite:digits-tch.db")]
    store: String,
    /// Epochs to train each model for, in place of those of the configuration
    #[arg(long)]
    epochs: Option<u32>,
    /// Threads to compute with [default: as many as `OMP_NUM_THREADS` says, or as there are idle cores]
    #[arg(long, value_name = "COUNT")]
    threads: Option<NonZero<usize>>,
}

fn main() -> ExitCode {
    match run(&Options::parse(), &mut io::stdout()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Nobody is left to tell when standard error is closed too.
            let _ = writeln!(io::stderr(), "error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: &Options, output: &mut impl Write) -> Result<(), Box<dyn Error>> {
    let here = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let (default, path) = match &options.mnist {
        Some(folder) => (here.join("mnist.json"), folder.clone()),
        None => (here.join("digits.json"), here.join("../digits/data")),
    };
    entia::tch::set_threads(options.threads.map(NonZero::get));
    let config = Config::read(options.config.as_ref().unwrap_or(&default))?;
    let folder = Folder {
        path,
        device: Device::cuda_if_available(),
    };
    let data = Data::read(&config.dataset, &folder)?;
    let tracker = Tracker::open(&options.store)?;

    let open = |model| Session::open(&config, model, &folder, &data, &tracker);
    // A mistake in the last model is found before the first is trained.
    for model in &config.models {
        open(model)?;
    }
    writeln!(
        output,
        "CPU, memory, disk and network are sampled every {} s, in the phase `system`",
        SAMPLES.as_secs()
    )?;
    let epochs = options.epochs.unwrap_or(config.epochs);
    for model in &config.models {
        let session = open(model)?;
        let (title, epoch) = (session.title(), session.epoch());
        writeln!(output, "{title}, trained for {epoch} epochs")?;
        if epochs > 0 {
            session.train(epochs, output)?;
        }
    }
    tracker.flush()?;
    tracker.remove_unreferenced_artifacts(LEFTOVERS)?;

    let (run, scores) = best::rebuild(&tracker.experiment(&config.dataset)?, &folder)?;
    writeln!(output, "best: {} after {} epochs", run.id(), run.epoch())?;
    writeln!(
        output,
        "built again from its record, with its weights: test accuracy {}, the recorded one to the last bit",
        scores.accuracy
    )?;
    writeln!(
        output,
        "see all of it in a browser: entia ui --store {}",
        options.store
    )?;
    Ok(())
}
