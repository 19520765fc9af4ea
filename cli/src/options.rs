//! What may be written on the command line.

#[cfg(feature = "serve")]
mod serve;

use std::path::PathBuf;
use std::str::FromStr;

use clap::{Args, Parser, Subcommand, ValueEnum};
use entia_report::X;
use tracker_core::Status;

use crate::complete;
use crate::help::{COMPLETIONS, NOTES, QUERIES};
#[cfg(feature = "serve")]
pub(crate) use serve::{Log, Serve, Token};

/// Look at what training runs have recorded: tables, curves, comparisons and exports.
#[derive(Debug, Parser)]
#[command(name = "entia", version, max_term_width = 100, after_help = NOTES)]
pub(crate) struct Options {
    /// The store, as `sqlite:runs.db`
    #[arg(long, global = true, env = "ENTIA_STORE", value_name = "ADDRESS")]
    pub(crate) store: Option<String>,

    /// Print JSON in place of text; errors stay text, on standard error
    #[arg(long, global = true)]
    pub(crate) json: bool,

    /// When to use colours; `auto`: in a terminal, unless `NO_COLOR` is set
    #[arg(
        long,
        global = true,
        value_enum,
        value_name = "WHEN",
        default_value = "auto"
    )]
    pub(crate) color: When,

    #[command(subcommand)]
    pub(crate) command: Option<Command>,
}

/// When to use colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum When {
    Auto,
    Always,
    Never,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// List the experiments
    Experiments,
    /// Show runs in a table, with their status and the last values of their metrics
    #[command(after_help = QUERIES)]
    Runs(Runs),
    /// Show all about a run but its points
    Show(RunName),
    /// Show the parameters of a run that belong to no component
    Params(RunName),
    /// List the files that belong to a run, or save one
    Artifacts(Artifacts),
    /// List the arguments and metrics in which runs differ, a column each
    Compare(Compare),
    /// Draw the learning curves of runs
    #[command(override_usage = "entia metrics [OPTIONS] <RUN>... [NAME[@PHASE]]...")]
    Metrics(Metrics),
    /// Write points as rows: all, or those of some runs and metrics
    ///
    /// The columns are experiment, aggregate, name, phase, epoch, step, time, value and json; with
    /// `--wide` experiment, aggregate, epoch, step, time, and one for each metric. Archived runs are
    /// written too, but where `--where` does not ask for them.
    Export(Export),
    /// Copy another store into this one, which is created where it does not exist
    ///
    /// What is there already is not copied again: an import that was interrupted is completed by
    /// the next.
    Import {
        /// The address of the other store
        from: String,
        /// Where it is copied to, as `http://localhost:5005` [default: the store of `--store`]
        to: Option<String>,
    },
    /// Send what programs that died have left on its way to servers
    ///
    /// What a program adds waits in a journal on its machine while the server is away. That of one
    /// that has died is sent by the next program that opens the same store, or by this command. Where
    /// `ENTIA_TOKEN` is set, it is given to the server that is named here or by `--store`, and to no other.
    Sync {
        /// The store [default: every server that programs of this user have written to]
        address: Option<String>,
    },
    /// Check that the recorded arguments of runs give the recorded hashes
    Verify(Verify),
    /// Look over the whole store, and for what processes that died have left
    Doctor,
    /// Set or remove tags of runs
    Tag(Tag),
    /// Set the notes of a run
    Note(Note),
    /// Give an experiment or a run another name
    Rename(Rename),
    /// Archive runs: tables and searches leave them out
    Archive(Asked),
    /// Take runs back that were archived
    Restore(Several),
    /// Remove runs with all they hold
    Remove(Asked),
    /// Remove an experiment with all its runs
    RemoveExperiment(RemoveExperiment),
    /// Open the dashboard of the store in a browser
    #[cfg(feature = "serve")]
    Ui {
        /// Only print its address
        #[arg(long)]
        no_browser: bool,
    },
    /// Serve a store over HTTP, for a team and for programs in other languages
    #[cfg(feature = "serve")]
    Serve(Serve),
    /// Make, list and end the tokens that the servers of a store ask for
    #[cfg(feature = "serve")]
    #[command(subcommand)]
    Token(Token),
    /// Print a script with which a shell completes commands, options, runs, experiments and metrics
    #[command(after_help = COMPLETIONS)]
    Completions {
        /// The shell
        shell: Shell,
    },
}

/// A shell whose lines can be completed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Shell {
    Bash,
    Elvish,
    Fish,
    Powershell,
    Zsh,
}

/// Options of `runs`.
#[derive(Args, Debug)]
pub(crate) struct Runs {
    /// The experiment [default: all]
    #[arg(add = complete::experiments())]
    pub(crate) experiment: Option<String>,

    /// Which runs, and in which order; see below. May stand alone, for the runs of all experiments
    /// [default: all as they were created]
    pub(crate) query: Option<String>,

    /// Only runs that stand so: running, finished, failed, lost, or unknown where nobody said
    #[arg(long, value_name = "STATUS", value_delimiter = ',')]
    pub(crate) status: Vec<Status>,

    /// Show archived runs too
    #[arg(long)]
    pub(crate) archived: bool,

    /// What to show of each run, as `metric.loss[train].min, optimizer.lr, tag.stage`; see below.
    /// With `--json` too [default: its name, status, duration, model, epoch, time, metrics and tags]
    #[arg(long, value_name = "FIELDS")]
    pub(crate) columns: Vec<String>,

    /// Show at most so many, 0 for all: the newest, or the first in the order of the query
    /// [default: 50, or the `limit` of the query]
    #[arg(long, value_name = "NUMBER", value_parser = whole::<usize>, allow_negative_numbers = true)]
    pub(crate) limit: Option<usize>,
}

/// Options of `compare`.
#[derive(Args, Debug)]
pub(crate) struct Compare {
    /// The runs
    #[arg(value_name = "RUN", required = true, num_args = 2.., add = complete::runs())]
    pub(crate) runs: Vec<String>,

    /// The experiment of all; given several times, that of each
    #[arg(long, value_name = "NAME", add = complete::experiments())]
    pub(crate) experiment: Vec<String>,

    /// List what is equal too
    #[arg(long)]
    pub(crate) all: bool,
}

/// Options of `verify`.
#[derive(Args, Debug)]
pub(crate) struct Verify {
    /// The runs [default: all]
    #[arg(value_name = "RUN", add = complete::runs())]
    pub(crate) runs: Vec<String>,

    /// The experiment of the runs
    #[arg(long, value_name = "NAME", add = complete::experiments())]
    pub(crate) experiment: Option<String>,
}

/// Options of `tag`.
#[derive(Args, Debug)]
pub(crate) struct Tag {
    /// The run; with `--where` the first tag to set
    #[arg(value_name = "RUN", required_unless_present = "query", add = complete::runs())]
    pub(crate) first: Option<String>,

    /// A tag to set
    #[arg(value_name = "KEY[=VALUE]", required_unless_present_any = ["remove", "query"])]
    pub(crate) tags: Vec<String>,

    /// A tag to remove; may be given several times
    #[arg(long, value_name = "KEY")]
    pub(crate) remove: Vec<String>,

    /// Another run with the same tags; may be given several times
    #[arg(long, value_name = "RUN", conflicts_with = "query", add = complete::runs())]
    pub(crate) also: Vec<String>,

    /// The runs that a query finds, in the place of RUN
    #[arg(long = "where", value_name = "QUERY")]
    pub(crate) query: Option<String>,

    /// The experiment of the runs
    #[arg(long, value_name = "NAME", add = complete::experiments())]
    pub(crate) experiment: Option<String>,

    /// Do not ask before the runs that a query finds are changed
    #[arg(long)]
    pub(crate) yes: bool,
}

/// Several runs, by their names or by a query.
#[derive(Args, Debug)]
pub(crate) struct Several {
    /// The runs
    #[arg(value_name = "RUN", required_unless_present = "query", add = complete::runs())]
    pub(crate) runs: Vec<String>,

    /// The runs that a query finds, as `metric.loss[test].min > 2`
    #[arg(long = "where", value_name = "QUERY", conflicts_with = "runs")]
    pub(crate) query: Option<String>,

    /// The experiment of the runs
    #[arg(long, value_name = "NAME", add = complete::experiments())]
    pub(crate) experiment: Option<String>,
}

/// Options of `archive` and `remove`.
#[derive(Args, Debug)]
pub(crate) struct Asked {
    #[command(flatten)]
    pub(crate) runs: Several,

    /// Do it without a question
    #[arg(long)]
    pub(crate) yes: bool,
}

/// Options of `note`.
#[derive(Args, Debug)]
pub(crate) struct Note {
    #[command(flatten)]
    pub(crate) run: RunName,

    /// The notes, in the place of those there are; empty for none
    pub(crate) text: String,
}

/// Options of `rename`.
#[derive(Args, Debug)]
pub(crate) struct Rename {
    /// The experiment of this name, or else this run
    #[arg(value_name = "EXPERIMENT|RUN", add = complete::experiments_and_runs())]
    pub(crate) present: String,

    /// Its new name; that of a run need not be unique, and may be empty for none
    pub(crate) name: String,

    /// The experiment of the run: a run is meant then
    #[arg(long, value_name = "NAME", add = complete::experiments())]
    pub(crate) experiment: Option<String>,
}

/// Options of `remove-experiment`.
#[derive(Args, Debug)]
pub(crate) struct RemoveExperiment {
    /// Its name
    #[arg(add = complete::experiments())]
    pub(crate) experiment: String,

    /// Do it without a question
    #[arg(long)]
    pub(crate) yes: bool,
}

/// A run, as one names it.
#[derive(Args, Debug)]
pub(crate) struct RunName {
    /// The run
    #[arg(value_name = "RUN", add = complete::runs())]
    pub(crate) id: String,

    /// The experiment of the run, where several have one of this id
    #[arg(long, value_name = "NAME", add = complete::experiments())]
    pub(crate) experiment: Option<String>,
}

/// Options of `artifacts`.
#[derive(Args, Debug)]
pub(crate) struct Artifacts {
    #[command(flatten)]
    pub(crate) run: RunName,

    /// The artifact to save, as `weights.safetensors` [default: list all]
    #[arg(value_name = "NAME", requires = "output")]
    pub(crate) name: Option<String>,

    /// The epoch of the artifact [default: the one of no epoch, or else of the latest]
    #[arg(
        long,
        value_name = "NUMBER",
        requires = "name",
        value_parser = whole::<u64>,
        allow_negative_numbers = true
    )]
    pub(crate) epoch: Option<u64>,

    /// The file to save it to; `-` is standard output
    #[arg(long, short, value_name = "FILE", requires = "name")]
    pub(crate) output: Option<PathBuf>,
}

/// Options of `metrics`.
#[derive(Args, Debug)]
pub(crate) struct Metrics {
    /// The run, more runs to draw over it, and the series to draw, as `loss@train` or `loss[train]`;
    /// `loss` for all its phases [default: all series]
    #[arg(value_name = "RUN|NAME", required = true, add = complete::runs_and_metrics())]
    pub(crate) words: Vec<String>,

    /// The experiment of the runs, where several have one of this id
    #[arg(long, value_name = "NAME", add = complete::experiments())]
    pub(crate) experiment: Option<String>,

    /// What the values stand above [default: epoch, or what else tells the points apart]
    #[arg(long, value_enum, value_name = "AXIS")]
    pub(crate) x: Option<Along>,

    /// Draw equal ratios of values equally high
    #[arg(long)]
    pub(crate) log: bool,

    /// Draw a running mean, in which what came before has this weight, as 0.9
    #[arg(long, value_name = "WEIGHT", value_parser = weight, allow_negative_numbers = true)]
    pub(crate) smooth: Option<f64>,

    /// Draw into an SVG file; `-` is standard output
    #[arg(long, value_name = "FILE")]
    pub(crate) svg: Option<PathBuf>,
}

/// What the values of a chart stand above.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Along {
    Epoch,
    Step,
    /// The time since the first point of each run
    Time,
}

impl Along {
    /// The axis of a chart.
    pub(crate) fn axis(self) -> X {
        match self {
            Self::Epoch => X::Epoch,
            Self::Step => X::Step,
            Self::Time => X::Time,
        }
    }
}

fn whole<N: FromStr>(text: &str) -> Result<N, String> {
    let number = text.parse();
    number.map_err(|_| "write a whole number, 0 or more".to_owned())
}

fn weight(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(weight) if (0.0..1.0).contains(&weight) => Ok(weight),
        _ => Err("a weight is a number from 0 up to, but not, 1".to_owned()),
    }
}

/// Options of `export`.
#[derive(Args, Debug)]
pub(crate) struct Export {
    /// The experiment [default: all]
    #[arg(add = complete::experiments())]
    pub(crate) experiment: Option<String>,

    /// A run to write; may be given several times [default: all]
    #[arg(long = "run", value_name = "RUN", add = complete::runs())]
    pub(crate) runs: Vec<String>,

    /// The runs that a query finds, as `metric.loss[test].min < 0.1`; `entia runs --help` tells how
    /// it is written
    #[arg(long = "where", value_name = "QUERY", conflicts_with = "runs")]
    pub(crate) query: Option<String>,

    /// A metric to write, as `loss@train` or `loss[train]`; `loss` for all its phases; may be given
    /// several times [default: all]
    #[arg(long = "metric", value_name = "NAME[@PHASE]", add = complete::metrics())]
    pub(crate) metrics: Vec<String>,

    /// Write one row for each epoch and step of a run, with a column for each metric
    #[arg(long)]
    pub(crate) wide: bool,

    /// The format [default: that of the ending of the file; without one csv, or jsonl with `--json`]
    #[arg(long, value_enum)]
    pub(crate) format: Option<Format>,

    /// The file to write; standard output without it, or with `-`
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}

/// How points are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    Csv,
    Jsonl,
    Parquet,
}
