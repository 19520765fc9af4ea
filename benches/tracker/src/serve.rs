//! A server: its start, its memory, and calls of one point each by eight clients.

use std::io::Read;
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use entia::prelude::Tracker;
use entia_server::{Options, Server};
use serde::Serialize;

use crate::Result;
use crate::connection::Connection;
use crate::memory::peak_kib;
use crate::scratch::Place;
use crate::statistics::{Percentiles, float, nanoseconds, rounded};

const CLIENTS: u64 = 8;

#[derive(Serialize)]
pub(crate) struct Figures {
    /// From the start of the process to the end of its first answer, with a store that it creates.
    start_ms: f64,
    /// The most that was resident of the server before and after the calls; `null` where it cannot be
    /// told.
    idle_mib: Option<f64>,
    peak_mib: Option<f64>,
    #[serde(flatten)]
    calls: Calls,
}

/// A server in a process of its own, until it is dropped.
pub(crate) struct Running {
    child: Child,
    pub(crate) address: SocketAddr,
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub(crate) fn measure(place: &Place, n: u64) -> Result<Figures> {
    let scratch = place.scratch()?;
    let start = Instant::now();
    let server = Running::start(&scratch.address())?;
    let run = r#"{"experiment": "bench", "id": "run"}"#;
    Connection::open(server.address)?.post("/api/v1/runs", run)?;
    let start_ms = rounded(start.elapsed().as_secs_f64() * 1e3, 1);
    let idle_mib = server.peak();
    let point = |client, step| {
        format!(r#"{{"name": "loss", "phase": "{client}", "value": 0.5, "step": {step}}}"#)
    };
    let calls = Calls::make(server.address, n, "/api/v1/runs/run/points", &point)?;
    Ok(Figures {
        start_ms,
        idle_mib,
        calls,
        peak_mib: server.peak(),
    })
}

impl Running {
    pub(crate) fn start(store: &str) -> Result<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        let mut child = command
            .args(["server", store])
            .stdout(Stdio::piped())
            .spawn()?;
        let mut line = Vec::new();
        let mut out = child.stdout.take().ok_or("no output")?;
        let mut byte = [0];
        while out.read(&mut byte)? > 0 && byte != *b"\n" {
            line.extend(byte);
        }
        let address = String::from_utf8(line)?.parse()?;
        Ok(Self { child, address })
    }

    fn peak(&self) -> Option<f64> {
        let kib = peak_kib(&self.child.id().to_string())?;
        Some(rounded(float(kib) / 1_024.0, 1))
    }
}

/// Calls of eight clients, each over one connection.
#[derive(Serialize)]
pub(crate) struct Calls {
    calls_per_second: f64,
    ns: Percentiles,
}

impl Calls {
    /// So many calls of all clients together, with the body that `body` gives for a client and a step.
    pub(crate) fn make(
        address: SocketAddr,
        n: u64,
        path: &str,
        body: &(impl Fn(u64, u64) -> String + Sync),
    ) -> Result<Self> {
        let begin = Instant::now();
        let mut samples = Vec::new();
        std::thread::scope(|scope| -> Result<()> {
            let clients = (0..CLIENTS).map(|client| {
                let call = move || -> Result<Vec<u64>> {
                    let mut connection = Connection::open(address)?;
                    let sample = |step| -> Result<u64> {
                        let body = body(client, step);
                        let start = Instant::now();
                        connection.post(path, &body)?;
                        Ok(nanoseconds(start.elapsed()))
                    };
                    (0..n / CLIENTS).map(sample).collect()
                };
                scope.spawn(move || call().map_err(|error| error.to_string()))
            });
            for client in clients.collect::<Vec<_>>() {
                samples.extend(client.join().map_err(|_| "a client panicked")??);
            }
            Ok(())
        })?;
        let calls = u64::try_from(samples.len())?;
        Ok(Self {
            calls_per_second: (float(calls) / begin.elapsed().as_secs_f64()).round(),
            ns: Percentiles::of(samples),
        })
    }
}

/// The server itself.
pub(crate) fn serve(store: &str) -> Result<()> {
    let server = Server::new(Tracker::open(store)?, Options::default());
    Ok(server.run("127.0.0.1:0".parse()?, |address| println!("{address}"))?)
}
