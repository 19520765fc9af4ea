//! A server: its start, its memory, and calls of one point each by eight clients.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use entia::prelude::Tracker;
use entia_server::{Options, Server};
use serde::Serialize;

use crate::Result;
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
    calls_per_second: f64,
    ns: Percentiles,
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
    let mut stream = TcpStream::connect(server.address)?;
    call(
        &mut stream,
        "/api/v1/runs",
        r#"{"experiment": "bench", "id": "run"}"#,
    )?;
    let start_ms = rounded(start.elapsed().as_secs_f64() * 1e3, 1);
    let idle_mib = server.peak();
    let begin = Instant::now();
    let clients = (0..CLIENTS).map(|client| {
        let address = server.address;
        std::thread::spawn(move || {
            log(address, client, n / CLIENTS).map_err(|error| error.to_string())
        })
    });
    let clients: Vec<_> = clients.collect();
    let mut samples = Vec::new();
    for client in clients {
        samples.extend(client.join().map_err(|_| "a client panicked")??);
    }
    let calls = u64::try_from(samples.len())?;
    Ok(Figures {
        start_ms,
        idle_mib,
        calls_per_second: (float(calls) / begin.elapsed().as_secs_f64()).round(),
        ns: Percentiles::of(samples),
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

/// Adds points one by one, over one connection; how long each took.
fn log(address: SocketAddr, client: u64, n: u64) -> Result<Vec<u64>> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_nodelay(true)?;
    let mut samples = Vec::with_capacity(usize::try_from(n)?);
    for step in 0..n {
        let point =
            format!(r#"{{"name": "loss", "phase": "{client}", "value": 0.5, "step": {step}}}"#);
        let start = Instant::now();
        call(&mut stream, "/api/v1/runs/run/points", &point)?;
        samples.push(nanoseconds(start.elapsed()));
    }
    Ok(samples)
}

fn call(stream: &mut TcpStream, path: &str, body: &str) -> Result<()> {
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all((head + body).as_bytes())?;
    // Answers are short.
    let mut answer = [0; 4_096];
    let length = stream.read(&mut answer)?;
    if answer.starts_with(b"HTTP/1.1 20") {
        return Ok(());
    }
    Err(String::from_utf8_lossy(&answer[..length]).into())
}

/// The server itself.
pub(crate) fn serve(store: &str) -> Result<()> {
    let server = Server::new(Tracker::open(store)?, Options::default());
    Ok(server.run("127.0.0.1:0".parse()?, |address| println!("{address}"))?)
}
