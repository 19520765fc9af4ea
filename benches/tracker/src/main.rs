//! Runs one workload against the tracker and prints its figures as one line of JSON.
//!
//! ```text
//! cargo run --release -p entia-bench -- WORKLOAD [N] [--store STORE] [--dir DIR]
//! ```

mod add;
mod best;
mod connection;
mod create;
mod creators;
mod history;
mod memory;
mod mlflow;
mod points;
mod processes;
mod raw;
mod rest;
mod runs;
mod sample;
mod scratch;
mod serve;
mod statistics;
mod thinned;

use std::error::Error;
use std::process::ExitCode;

use clap::builder::RangedU64ValueParser;
use clap::{Parser, Subcommand};
use serde::Serialize;

use scratch::{Place, Store};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// Runs one workload against the tracker and prints its figures as one line of JSON.
#[derive(Parser)]
#[command(
    name = "entia-bench",
    arg_required_else_help = true,
    disable_help_subcommand = true,
    subcommand_help_heading = "Workloads",
    subcommand_value_name = "WORKLOAD"
)]
struct Arguments {
    #[command(flatten)]
    place: Place,
    #[command(subcommand)]
    workload: Workload,
}

#[derive(Subcommand)]
enum Workload {
    /// Latency of one `add`: in bursts that are flushed, and at full speed.
    Add {
        /// Points, in each of the two.
        #[arg(default_value_t = 200_000, value_parser = size())]
        n: u64,
    },
    /// Points stored a second and their size on disk, against rows inserted with rusqlite.
    Points {
        /// Points, in two series.
        #[arg(default_value_t = 3_000_000, value_parser = size())]
        n: u64,
    },
    /// Time to read the history of one metric from a store that was just opened.
    History {
        /// Points of the metric.
        #[arg(default_value_t = 100_000, value_parser = size())]
        n: u64,
    },
    /// Time to find the best ten aggregates by a metric.
    Best {
        /// Aggregates.
        #[arg(default_value_t = 1_000, value_parser = size())]
        n: u64,
    },
    /// Time to create aggregates of three modules and ten metrics.
    Create {
        /// Aggregates.
        #[arg(default_value_t = 1_000, value_parser = size())]
        n: u64,
    },
    /// Time to search among runs of three modules and ten metrics, in a store that was just opened.
    Runs {
        /// Runs.
        #[arg(default_value_t = 100_000, value_parser = size())]
        n: u64,
    },
    /// Time to read 2,000 points of a long history, with its peaks, from a store that was just opened.
    Thinned {
        /// Points of the metric.
        #[arg(default_value_t = 1_000_000, value_parser = size())]
        n: u64,
    },
    /// Peak memory of a process that logs as fast as it can.
    Memory {
        /// Points, in two series.
        #[arg(default_value_t = 10_000_000, value_parser = size())]
        n: u64,
    },
    /// Points stored a second by eight processes that write to one store.
    Processes {
        /// Points of all processes together.
        #[arg(default_value_t = 800_000, value_parser = size())]
        n: u64,
    },
    /// Runs created a second by eight processes in one store.
    Creators {
        /// Runs of all processes together.
        #[arg(default_value_t = 8_000, value_parser = size())]
        n: u64,
    },
    /// One of the eight processes.
    #[command(hide = true)]
    Creator {
        address: String,
        index: u64,
        runs: u64,
    },
    /// A server: its start, its memory, and calls of one point each by eight clients.
    Serve {
        /// Calls of all clients together.
        #[arg(default_value_t = 100_000, value_parser = size())]
        n: u64,
    },
    /// Calls of one point each by eight clients that speak MLflow's protocol.
    Mlflow {
        /// Calls of all clients together.
        #[arg(default_value_t = 100_000, value_parser = size())]
        n: u64,
        /// Where a server is; one of Entia's is started unless given.
        #[arg(long)]
        server: Option<std::net::SocketAddr>,
    },
    /// A server over many runs: its start, and the search for the best ten.
    Rest {
        /// Runs.
        #[arg(default_value_t = 100_000, value_parser = size())]
        n: u64,
    },
    /// The server.
    #[command(hide = true)]
    Server { address: String },
    /// One of the eight processes.
    #[command(hide = true)]
    Writer {
        address: String,
        index: u64,
        points: u64,
    },
}

/// At least one point or aggregate.
fn size() -> RangedU64ValueParser {
    clap::value_parser!(u64).range(1..)
}

fn main() -> ExitCode {
    let Arguments { place, workload } = Arguments::parse();
    match run(&place, &workload) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(place: &Place, workload: &Workload) -> Result<()> {
    match workload {
        Workload::Add { n } => place.report("add", *n, add::measure(place, *n)?),
        Workload::Points { n } => place.report("points", *n, points::measure(place, *n)?),
        Workload::History { n } => place.report("history", *n, history::measure(place, *n)?),
        Workload::Best { n } => place.report("best", *n, best::measure(place, *n)?),
        Workload::Create { n } => place.report("create", *n, create::measure(place, *n)?),
        Workload::Runs { n } => place.report("runs", *n, runs::measure(place, *n)?),
        Workload::Thinned { n } => place.report("thinned", *n, thinned::measure(place, *n)?),
        Workload::Memory { n } => place.report("memory", *n, memory::measure(place, *n)?),
        Workload::Processes { n } => place.report("processes", *n, processes::measure(place, *n)?),
        Workload::Creators { n } => place.report("creators", *n, creators::measure(place, *n)?),
        Workload::Creator {
            address,
            index,
            runs,
        } => creators::create(address, *index, *runs),
        Workload::Serve { n } => place.report("serve", *n, serve::measure(place, *n)?),
        Workload::Mlflow { n, server } => {
            place.report("mlflow", *n, mlflow::measure(place, *n, *server)?)
        }
        Workload::Rest { n } => place.report("rest", *n, rest::measure(place, *n)?),
        Workload::Server { address } => serve::serve(address),
        Workload::Writer {
            address,
            index,
            points,
        } => processes::write(address, *index, *points),
    }
}

impl Place {
    fn report(&self, workload: &'static str, n: u64, figures: impl Serialize) -> Result<()> {
        #[derive(Serialize)]
        struct Line<F> {
            workload: &'static str,
            store: Store,
            n: u64,
            #[serde(flatten)]
            figures: F,
        }
        let line = Line {
            workload,
            store: self.store,
            n,
            figures,
        };
        println!("{}", serde_json::to_string(&line)?);
        Ok(())
    }
}
