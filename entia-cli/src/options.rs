//! What may be written on the command line.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

/// Look at what training runs have recorded: tables, curves, comparisons and exports.
#[derive(Debug, Parser)]
#[command(name = "entia", version, max_term_width = 100, after_help = NOTES)]
pub(crate) struct Options {
    /// The store, as `sqlite:runs.db`
    #[arg(long, global = true, env = "ENTIA_STORE", value_name = "ADDRESS")]
    pub(crate) store: Option<String>,

    /// Print JSON in place of text
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

const NOTES: &str = "\
RUN is the id of a run, or at least the first four characters of it.

JSON has the fields of each thing under names that stay. Times are RFC 3339 in UTC. Numbers that \
JSON does not have are the texts \"NaN\", \"Infinity\" and \"-Infinity\". A point has its number under \
`value`, or any other value, as a confusion matrix, under `json`.";

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
    /// Show runs in a table, with the last values of their metrics
    #[command(after_help = QUERIES)]
    Runs(Runs),
    /// Show all about a run but its points
    Show(RunName),
    /// List the arguments and last metrics in which two runs differ
    Compare(Compare),
    /// Draw the learning curves of a run
    Metrics(Metrics),
    /// Write every point as a row
    ///
    /// The columns are experiment, aggregate, name, phase, epoch, step, time, value and json.
    Export(Export),
    /// Copy another store into this one, which is created where it does not exist
    ///
    /// What is there already is not copied again: an import that was interrupted is completed by
    /// the next.
    Import {
        /// The address of the other store
        from: String,
    },
    /// Check that the recorded arguments of runs give the recorded hashes
    Verify(Verify),
    /// Look over the whole store, and for what processes that died have left
    Doctor,
    /// Set or remove tags of a run
    Tag(Tag),
    /// Set the notes of a run
    Note(Note),
    /// Give an experiment another name
    Rename(Rename),
    /// Remove a run with all it holds
    Remove(Remove),
    /// Remove an experiment with all its runs
    RemoveExperiment(RemoveExperiment),
    /// Print a script with which a shell completes the options
    Completions {
        /// The shell
        shell: Shell,
    },
}

const QUERIES: &str = "\
Queries:
  entia runs digits 'metric.accuracy[test].max > 0.95 and optimizer.lr < 0.01'
  entia runs digits 'tag.stage = \"candidate\" order by metric.loss[test].last limit 10'
  entia runs 'model ~ \"MLP\" and created >= \"2026-01-31\" order by epoch desc'

A query is a condition, then `order by` and `limit`, each if wanted. Metrics have first, last, min, \
max and count; arguments are named by the kind of their module, as optimizer.lr.";

/// Options of `runs`.
#[derive(Args, Debug)]
pub(crate) struct Runs {
    /// The experiment [default: all]
    pub(crate) experiment: Option<String>,

    /// Which runs, and in which order; see below. May stand alone, for the runs of all experiments
    /// [default: all as they were created]
    pub(crate) query: Option<String>,

    /// What to show of each run, as `metric.loss[train].min,optimizer.lr,tag.stage`
    /// [default: its model, epoch, time, metrics and tags]
    #[arg(long, value_name = "FIELDS", value_delimiter = ',')]
    pub(crate) columns: Vec<String>,

    /// Show at most so many
    #[arg(long, value_name = "NUMBER")]
    pub(crate) limit: Option<NonZeroUsize>,
}

/// Options of `compare`.
#[derive(Args, Debug)]
pub(crate) struct Compare {
    /// The one run
    #[arg(value_name = "RUN")]
    pub(crate) left: String,

    /// The other run
    #[arg(value_name = "RUN")]
    pub(crate) right: String,

    /// The experiment of both; given twice, that of each
    #[arg(long, value_name = "NAME")]
    pub(crate) experiment: Vec<String>,
}

/// Options of `verify`.
#[derive(Args, Debug)]
pub(crate) struct Verify {
    /// The runs [default: all]
    #[arg(value_name = "RUN")]
    pub(crate) runs: Vec<String>,

    /// The experiment of the runs
    #[arg(long, value_name = "NAME")]
    pub(crate) experiment: Option<String>,
}

/// Options of `tag`.
#[derive(Args, Debug)]
pub(crate) struct Tag {
    #[command(flatten)]
    pub(crate) run: RunName,

    /// A tag to set
    #[arg(value_name = "KEY[=VALUE]", required_unless_present = "remove")]
    pub(crate) tags: Vec<String>,

    /// A tag to remove; may be given several times
    #[arg(long, value_name = "KEY")]
    pub(crate) remove: Vec<String>,
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
    /// Its present name
    pub(crate) experiment: String,

    /// Its new name
    pub(crate) name: String,
}

/// Options of `remove`.
#[derive(Args, Debug)]
pub(crate) struct Remove {
    #[command(flatten)]
    pub(crate) run: RunName,

    /// Remove it, which cannot be undone
    #[arg(long)]
    pub(crate) yes: bool,
}

/// Options of `remove-experiment`.
#[derive(Args, Debug)]
pub(crate) struct RemoveExperiment {
    /// Its name
    pub(crate) experiment: String,

    /// Remove it, which cannot be undone
    #[arg(long)]
    pub(crate) yes: bool,
}

/// A run, as one names it.
#[derive(Args, Debug)]
pub(crate) struct RunName {
    /// The id of the run, or the beginning of it
    #[arg(value_name = "RUN")]
    pub(crate) id: String,

    /// The experiment of the run, where several have one of this id
    #[arg(long, value_name = "NAME")]
    pub(crate) experiment: Option<String>,
}

/// Options of `metrics`.
#[derive(Args, Debug)]
pub(crate) struct Metrics {
    #[command(flatten)]
    pub(crate) run: RunName,

    /// The series to draw, as `loss@train` or `loss[train]`; `loss` for all its phases [default: all]
    #[arg(value_name = "NAME[@PHASE]")]
    pub(crate) series: Vec<String>,

    /// Draw into an SVG file
    #[arg(long, value_name = "FILE")]
    pub(crate) svg: Option<PathBuf>,
}

/// Options of `export`.
#[derive(Args, Debug)]
pub(crate) struct Export {
    /// The experiment [default: all]
    pub(crate) experiment: Option<String>,

    /// The format [default: that of the ending of the file; without one csv, or jsonl with `--json`]
    #[arg(long, value_enum)]
    pub(crate) format: Option<Format>,

    /// The file to write; standard output without it
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
