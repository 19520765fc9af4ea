//! Trains the models of a configuration, and builds the best one again from its record.

use std::error::Error;
use std::fs;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use digits_tch::best;
use digits_tch::config::Config;
use digits_tch::session::{Data, Session};
use entia::tch::datasets::Folder;
use entia::tch::tch::Device;
use entia::tracker::Tracker;

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
    /// The store of the metrics
    #[arg(long, value_name = "ADDRESS", default_value = "sqlite:digits-tch.db")]
    store: String,
    /// The folder of the weights
    #[arg(long, value_name = "FOLDER", default_value = ".")]
    dir: PathBuf,
    /// Epochs to train each model for, in place of those of the configuration
    #[arg(long)]
    epochs: Option<u32>,
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
    let config = Config::read(options.config.as_ref().unwrap_or(&default))?;
    let folder = Folder {
        path,
        device: Device::cuda_if_available(),
    };
    let data = Data::read(&config.dataset, &folder)?;
    let dir = &options.dir;
    fs::create_dir_all(dir).map_err(|error| {
        format!(
            "`{}`: {error}\nhint: choose another folder with `--dir`",
            dir.display()
        )
    })?;
    let tracker = Tracker::open(&options.store)?;

    let open = |model| Session::open(&config, model, &folder, &data, &tracker, dir);
    // A mistake in the last model is found before the first is trained.
    for model in &config.models {
        open(model)?;
    }
    for model in &config.models {
        let mut session = open(model)?;
        writeln!(
            output,
            "{}, trained for {} epochs",
            session.title(),
            session.epoch()
        )?;
        for _ in 0..options.epochs.unwrap_or(config.epochs) {
            let [train, test] = session.train()?;
            writeln!(
                output,
                "  epoch {:>3}: train loss {:.4}, test loss {:.4}, test accuracy {:.2} %",
                session.epoch(),
                train.loss,
                test.loss,
                test.accuracy * 100.0
            )?;
        }
    }

    let (run, scores) = best::rebuild(&tracker.experiment(&config.dataset)?, &folder, dir)?;
    writeln!(output, "best: {} after {} epochs", run.id(), run.epoch())?;
    writeln!(
        output,
        "built again from its record, with its weights: test accuracy {}, the recorded one to the last bit",
        scores.accuracy
    )?;
    Ok(())
}
