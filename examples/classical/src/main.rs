//! Classifiers of linfa and smartcore, built by name from a configuration, cross-validated, and kept
//! with their scores.

pub mod classifiers;
pub mod config;
pub mod data;
pub mod validation;

use std::error::Error;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use entia::Entity;
use entia::tracker::{Definition, Tracker};
use entia_report::{Column, Table};

use crate::config::Config;
use crate::validation::{CrossValidation, Outcome, real};

/// Cross-validate classifiers. What the store has already is not done again.
#[derive(Parser)]
#[command(version)]
struct Options {
    /// The classifiers, the data, and how they are cut [default: this example's classical.json]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The store of the scores
    #[arg(long, value_name = "ADDRESS", default_value = "sqlite:classical.db")]
    store: String,
}

fn main() -> ExitCode {
    let printed = run(&Options::parse()).and_then(|text| match io::stdout().write_all(&text) {
        // The reader, as `head`, has seen enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => Ok(written?),
    });
    match printed {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Nobody is left to tell when standard error is closed too.
            let _ = writeln!(io::stderr(), "error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: &Options) -> Result<Vec<u8>, Box<dyn Error>> {
    let default = concat!(env!("CARGO_MANIFEST_DIR"), "/classical.json").into();
    let classifiers = Config::read(options.config.as_ref().unwrap_or(&default))?;
    let tracker = Tracker::open(&options.store)?;
    let experiment = tracker.experiment("moons")?;
    for metric in ["accuracy", "fold_accuracy"] {
        experiment.define_metric(metric, Definition::default().maximize())?;
    }
    let mut results = Vec::new();
    for validations in &classifiers {
        let outcomes = validations.iter().map(|it| it.outcome(&experiment));
        let outcomes = outcomes.collect::<Result<Vec<Outcome>, _>>()?;
        results.extend(validations.first().map(|it| Line::new(it, &outcomes)));
    }
    tracker.flush()?;

    results.sort_by(|one, other| other.means[1].0.total_cmp(&one.means[1].0));
    let known: usize = results.iter().map(|line| line.known).sum();
    let all: usize = classifiers.iter().map(Vec::len).sum();
    let mut text = table(&results)?;
    if known > 0 {
        writeln!(
            text,
            "{known} of {all} validations were in the store already"
        )?;
    }
    writeln!(
        text,
        "see all of it in a browser: entia ui --store {}",
        options.store
    )?;
    Ok(text)
}

/// What the validations of a classifier have come to.
struct Line {
    call: String,
    /// Mean and standard deviation over the seeds, in training and testing.
    means: [(f64, f64); 2],
    count: usize,
    known: usize,
}

impl Line {
    fn new(validation: &CrossValidation, outcomes: &[Outcome]) -> Self {
        let classifier = &validation.classifier;
        let arguments = classifier.arguments();
        let named = arguments
            .iter()
            .map(|(name, value)| format!("{name}={value}"));
        let named: Vec<String> = named.collect();
        Self {
            call: format!("{}({})", classifier.name(), named.join(", ")),
            means: [0, 1].map(|phase| spread(outcomes.iter().map(|it| it.accuracy[phase]))),
            count: outcomes.len(),
            known: outcomes.iter().filter(|it| it.is_known).count(),
        }
    }
}

/// Mean and standard deviation.
fn spread(values: impl ExactSizeIterator<Item = f64> + Clone) -> (f64, f64) {
    let count = real(values.len());
    let mean = values.clone().sum::<f64>() / count;
    let squares: f64 = values.map(|value| (value - mean).powi(2)).sum();
    (mean, (squares / count).sqrt())
}

fn table(lines: &[Line]) -> io::Result<Vec<u8>> {
    let mut table = Table::new(vec![
        Column::text("CLASSIFIER"),
        Column::number("RUNS"),
        Column::number("TRAIN ACCURACY"),
        Column::number("TEST ACCURACY"),
    ]);
    for line in lines {
        let [train, test] = line
            .means
            .map(|(mean, spread)| format!("{:.1} ± {:.1} %", mean * 100.0, spread * 100.0));
        table.row(vec![line.call.clone(), line.count.to_string(), train, test]);
    }
    let mut text = Vec::new();
    table.write(&mut text, None)?;
    Ok(text)
}
