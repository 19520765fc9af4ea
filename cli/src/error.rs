//! What can go wrong at the command line.

use std::io;
use std::path::PathBuf;

use parquet::errors::ParquetError;
use thiserror::Error;

/// The result of a command.
pub(crate) type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a command could not do what it was told.
///
/// As in the libraries, the first line says what is wrong, and a line that begins with `hint: `
/// what to do.
#[derive(Error)]
pub(crate) enum Error {
    /// The library says why.
    #[error(transparent)]
    Tracker(#[from] tracker_core::Error),

    /// Nobody says where to look.
    #[error(
        "no store is named\nhint: give its address with `--store sqlite:runs.db`, or set \
         ENTIA_STORE: export ENTIA_STORE=sqlite:runs.db"
    )]
    NoAddress,

    /// No run has this id.
    #[error("{place} has no run `{id}`\nhint: {hint}")]
    NoRun {
        id: String,
        place: String,
        hint: String,
    },

    /// The beginning of an id that says too little.
    #[error(
        "`{id}` is too short for the beginning of an id\nhint: give at least {least} characters"
    )]
    ShortId { id: String, least: usize },

    /// The beginning of several ids.
    #[error("`{id}` may be any of {count} runs\nhint: {remedy}:\n{list}")]
    Ambiguous {
        id: String,
        count: usize,
        remedy: &'static str,
        list: String,
    },

    /// A series that the run does not have.
    #[error("the run `{run}` has no series `{name}`\nhint: {hint}")]
    NoSeries {
        run: String,
        name: String,
        hint: String,
    },

    /// A word that names neither a series nor a run.
    #[error("none of the {runs} runs has a series `{word}`, and no run is named so\nhint: {hint}")]
    Stranger {
        word: String,
        runs: usize,
        hint: String,
    },

    /// More runs than can be told apart.
    #[error("{count} runs are too many for one chart\nhint: name {most} at most")]
    TooManyRuns { count: usize, most: usize },

    /// Points that do not say when they were measured.
    #[error(
        "the points of the run `{run}` have no time\nhint: draw them by `--x epoch` or `--x step`"
    )]
    NoTimes { run: String },

    /// There is nothing that a curve could be drawn from.
    #[error("the run `{run}` has no numbers to draw\nhint: {hint}")]
    NothingToDraw { run: String, hint: &'static str },

    /// What many would miss must be said twice.
    #[error("{what}\nhint: say `--yes` to do it")]
    NotConfirmed { what: String },

    /// The answer to the question was no.
    #[error("nothing was changed\nhint: answer `y`, or say `--yes`")]
    Declined,

    /// A query that says nothing takes all, which is too much where something is changed.
    #[error(
        "`--where` has an empty query, which would take every run\nhint: write a condition; \
         `--where 'epoch >= 0'` takes every run"
    )]
    NoCondition,

    /// A store that would be copied to where it is.
    #[error(
        "`{address}` cannot be imported into itself\nhint: name the store that it is copied to: \
         `entia import {address} sqlite:copy.db`"
    )]
    IntoItself { address: String },

    /// Nothing says what to do with the tags.
    #[error("no tag is named\nhint: write `KEY` or `KEY=VALUE` to set one, or `--remove KEY`")]
    NoTag,

    /// A tag by which a server remembers what MLflow has and Entia has not.
    #[error(
        "the tag `{tag}` is the server's own: what begins with `entia.` tells it how MLflow's \
         client sees a run\nhint: choose another name; `entia archive` puts a run away"
    )]
    OwnTag { tag: String },

    /// A format that no terminal can show.
    #[error("Parquet is no text\nhint: name a file with `--output points.parquet`")]
    ParquetInTerminal,

    /// A format that has one column for all metrics.
    #[error(
        "Parquet is not written with `--wide`\nhint: leave `--wide` out for a row for each point, or \
         write csv or jsonl"
    )]
    WideParquet,

    /// A metric that none of the runs has.
    #[error("none of these runs has the metric `{name}`\nhint: {hint}")]
    NoMetric { name: String, hint: String },

    /// A file whose ending stands for no format.
    #[error(
        "the ending of `{}` stands for no format\nhint: write .csv, .jsonl or .parquet there, or say \
         the format with `--format csv`, `jsonl` or `parquet`",
        path.display()
    )]
    NoFormat { path: PathBuf },

    /// A file that was to be written.
    #[error("`{}` cannot be written: {cause}\nhint: {}", path.display(), remedy(cause))]
    File { path: PathBuf, cause: io::Error },

    /// Standard output.
    #[error("the output cannot be written: {0}\nhint: see where it goes; the disk may be full")]
    Output(io::Error),

    /// The server does not serve.
    #[cfg(feature = "serve")]
    #[error(transparent)]
    Server(#[from] entia_server::ServerError),

    /// A configuration file.
    #[cfg(feature = "serve")]
    #[error(
        "`{}` cannot be read as the options of a server: {problem}\nhint: it is TOML, with the names \
         that `entia serve --help` shows, as `listen = \"127.0.0.1:5005\"`",
        path.display()
    )]
    Config { path: PathBuf, problem: String },

    /// What is no address to listen at.
    #[cfg(feature = "serve")]
    #[error(
        "`{text}` is no address to listen at\nhint: write `127.0.0.1:5005`, `[::1]:5005` or a port; \
         `0.0.0.0:5005` is reached from other machines"
    )]
    Listen { text: String },

    /// A certificate without its key, or the other way round.
    #[cfg(feature = "serve")]
    #[error("TLS needs a certificate and its key\nhint: give both `tls-cert` and `tls-key`")]
    HalfOfTls,

    /// What was looked for was found; the output says what.
    #[error("{0}")]
    Found(String),
}

// What `main` returns is shown by `Debug`, and a person should read the same there.
impl std::fmt::Debug for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(self, f)
    }
}

impl Error {
    /// Whether nobody reads the output any more.
    pub(crate) fn is_broken_pipe(&self) -> bool {
        matches!(self, Self::Output(cause) | Self::File { cause, .. }
            if cause.kind() == io::ErrorKind::BrokenPipe)
    }
}

/// What to do where a file cannot be written.
fn remedy(cause: &io::Error) -> &'static str {
    match cause.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            "the disk is full; make room on it, or name a file elsewhere"
        }
        io::ErrorKind::IsADirectory => "it is a folder; name a file in it",
        _ => "name a file in a folder that may be written",
    }
}

impl From<io::Error> for Error {
    fn from(cause: io::Error) -> Self {
        Self::Output(cause)
    }
}

impl From<serde_json::Error> for Error {
    fn from(cause: serde_json::Error) -> Self {
        Self::Output(cause.into())
    }
}

impl From<csv::Error> for Error {
    fn from(cause: csv::Error) -> Self {
        Self::Output(match cause.into_kind() {
            csv::ErrorKind::Io(cause) => cause,
            cause => io::Error::other(format!("{cause:?}")),
        })
    }
}

impl From<ParquetError> for Error {
    fn from(cause: ParquetError) -> Self {
        Self::Output(match cause {
            ParquetError::External(cause) => match cause.downcast::<io::Error>() {
                Ok(cause) => *cause,
                Err(cause) => io::Error::other(cause),
            },
            cause => io::Error::other(cause),
        })
    }
}
