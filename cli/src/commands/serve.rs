//! `entia serve`: a server over a store.

use std::io::{self, Write};
use std::net::{Ipv4Addr, SocketAddr, ToSocketAddrs as _};
use std::path::Path;

use console::style;
use entia_server::{Options as ServerOptions, Server, Tokens};
use serde::Serialize;
use tracing_subscriber::filter::LevelFilter;
use tracker_core::{Address, ErrorKind, FolderContents, Tracker};

use crate::error::{Error, Result};
use crate::memory;
use crate::options::{Log, Options, Serve};
use crate::output::Output;
use crate::store;
use crate::text;

const PORT: u16 = 5_005;

pub(crate) fn run(options: &Options, serve: &Serve, output: &mut Output) -> Result<()> {
    let file = serve.config.as_deref().map(configured).transpose()?;
    let serve = serve.over(file.unwrap_or_default())?;
    let named = store::address(options).or(serve.store.as_deref());
    let address = named.unwrap_or(store::SERVED);
    let mut tracker = if serve.read_only {
        Tracker::read(address)?
    } else {
        Tracker::open(address)?
    };
    if let Some(folder) = &serve.artifacts {
        tracker = tracker.with_artifacts(FolderContents::new(folder));
    }
    let level = if serve.verbose {
        LevelFilter::DEBUG
    } else {
        LevelFilter::INFO
    };
    log(level, serve.log);
    let mut server = Server::new(
        tracker.clone(),
        ServerOptions {
            store: Address::shown(address),
            allow_delete: serve.allow_delete,
            read_only: serve.read_only,
            ..ServerOptions::default()
        },
    );
    if let (Some(certificate), Some(key)) = (&serve.tls_cert, &serve.tls_key) {
        server = server.with_tls(certificate, key)?;
    }
    if serve.insecure {
        server = server.insecure();
    }
    let has_tokens = asks_for_tokens(tracker)?;
    let listen = serve.listen.as_deref().map(place).transpose()?;
    let listen = listen.unwrap_or((Ipv4Addr::LOCALHOST, PORT).into());
    let greeting = Greeting {
        store: address,
        is_default: named.is_none(),
        serve: &serve,
        has_tokens,
    };
    memory::give_back();
    server.run(listen, |at| {
        // It serves, whether or not anybody reads this.
        let _ = greeting
            .write(at, output)
            .and_then(|()| Ok(output.flush()?));
    })?;
    Ok(())
}

/// An address to listen at, as people write it: `127.0.0.1:5005`, `localhost:5005` or `5005`.
fn place(text: &str) -> Result<SocketAddr> {
    if let Ok(port) = text.trim_start_matches(':').parse::<u16>() {
        return Ok((Ipv4Addr::LOCALHOST, port).into());
    }
    let mut found = text.to_socket_addrs().into_iter().flatten();
    found.next().ok_or_else(|| Error::Listen {
        text: text.to_owned(),
    })
}

/// The options in a file.
fn configured(path: &Path) -> Result<Serve> {
    let refuse = |problem: String| Error::Config {
        path: path.to_path_buf(),
        problem,
    };
    let text = std::fs::read_to_string(path).map_err(|error| refuse(error.to_string()))?;
    toml::from_str(&text).map_err(|problem| refuse(problem.to_string().trim_end().to_owned()))
}

impl Serve {
    /// What is said on the command line, over what a file says.
    fn over(&self, file: Self) -> Result<Self> {
        let both = Self {
            config: None,
            store: file.store,
            listen: self.listen.clone().or(file.listen),
            artifacts: self.artifacts.clone().or(file.artifacts),
            tls_cert: self.tls_cert.clone().or(file.tls_cert),
            tls_key: self.tls_key.clone().or(file.tls_key),
            allow_delete: self.allow_delete || file.allow_delete,
            read_only: self.read_only || file.read_only,
            insecure: self.insecure || file.insecure,
            log: self.log.or(file.log),
            verbose: self.verbose || file.verbose,
        };
        if both.tls_cert.is_some() != both.tls_key.is_some() {
            return Err(Error::HalfOfTls);
        }
        Ok(both)
    }
}

/// Whether the servers of a store ask for tokens.
pub(super) fn asks_for_tokens(tracker: Tracker) -> Result<bool> {
    match Tokens::of(tracker).list() {
        Ok(tokens) => Ok(!tokens.is_empty()),
        Err(error) if error.kind() == ErrorKind::Unsupported => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// Writes what the server says to standard error.
pub(super) fn log(level: LevelFilter, form: Option<Log>) {
    let writer = tracing_subscriber::fmt()
        .with_max_level(level)
        .with_writer(io::stderr)
        .with_target(false)
        .with_ansi(console::colors_enabled_stderr());
    // Fails where there is one already, which is as good.
    let _ = match form {
        Some(Log::Json) => writer.json().try_init(),
        _ => writer.try_init(),
    };
}

/// What is said when the server listens, as `--json` prints it.
#[derive(Serialize)]
pub(super) struct Listening {
    pub(super) url: String,
    pub(super) store: String,
    pub(super) read_only: bool,
    /// Whether it asks for tokens.
    pub(super) tokens: bool,
}

impl Listening {
    /// A password in the address of the store is not shown.
    pub(super) fn new(url: String, address: &str, read_only: bool, tokens: bool) -> Self {
        Self {
            url,
            store: Address::shown(address),
            read_only,
            tokens,
        }
    }
}

/// What is said when the server listens.
struct Greeting<'g> {
    store: &'g str,
    is_default: bool,
    serve: &'g Serve,
    has_tokens: bool,
}

impl Greeting<'_> {
    fn write(&self, at: SocketAddr, output: &mut Output) -> Result<()> {
        let scheme = if self.serve.tls_cert.is_some() {
            "https"
        } else {
            "http"
        };
        let listening = Listening::new(
            format!("{scheme}://{at}"),
            self.store,
            self.serve.read_only,
            self.has_tokens,
        );
        if output.json {
            return output.document(&listening);
        }
        let url = &listening.url;
        let store = style(text::line(&listening.store)).cyan();
        let what = if self.serve.read_only {
            "Serves, to be read,"
        } else {
            "Serves"
        };
        let place = match std::env::current_dir() {
            Ok(folder) if self.is_default => {
                format!(" in {}", text::line(&folder.display().to_string()))
            }
            _ => String::new(),
        };
        writeln!(output, "{what} {store}{place} at {}", style(url).green())?;
        let who = match (
            self.has_tokens,
            self.serve.insecure && !at.ip().is_loopback(),
        ) {
            (true, _) => "Asks for tokens; `entia token list` shows them.",
            (false, true) => "Everybody who reaches it may do everything.",
            (false, false) => "Only this machine reaches it, and nobody is asked for a token.",
        };
        writeln!(output, "{who} Ctrl-C ends it.")?;
        if self.serve.read_only {
            return Ok(());
        }
        let token = if self.has_tokens {
            " -H \"Authorization: Bearer $ENTIA_TOKEN\""
        } else {
            ""
        };
        Ok(writeln!(
            output,
            "\nLog a first run:\n  \
             curl{token} --json '{{\"experiment\": \"digits\", \"id\": \"first\"}}' {url}/api/v1/runs\n  \
             curl{token} --json '{{\"name\": \"loss\", \"value\": 0.31, \"step\": 1}}' \
             {url}/api/v1/runs/first/points\n  \
             curl{token} {url}/api/v1/runs/first"
        )?)
    }
}

#[cfg(test)]
mod tests {
    use super::{Listening, place};

    #[test]
    fn a_password_is_not_shown() {
        let address = "postgres://me:hunter2@db/runs";
        let listening = Listening::new("http://127.0.0.1:5005".to_owned(), address, false, false);
        assert_eq!(listening.store, "postgres://me:***@db/runs");
    }

    #[test]
    fn an_address_may_be_short() {
        for (text, expected) in [
            ("127.0.0.1:80", "127.0.0.1:80"),
            ("[::1]:80", "[::1]:80"),
            ("5005", "127.0.0.1:5005"),
            (":5005", "127.0.0.1:5005"),
        ] {
            assert_eq!(place(text).unwrap().to_string(), expected, "{text}");
        }
        assert!(place("localhost:5005").unwrap().ip().is_loopback());
        for text in ["", "127.0.0.1", "5005x", "70000", "http://127.0.0.1:5005"] {
            let error = place(text).unwrap_err().to_string();
            assert!(error.contains("\nhint: write "), "{error}");
        }
    }
}
