//! `entia ui`: the dashboard of a store, in a browser.

use std::io::Write;
use std::net::Ipv4Addr;

use console::style;
use entia_server::{Options as ServerOptions, Server};
use tracing_subscriber::filter::LevelFilter;
use tracker_core::{Address, Error as TrackerError, StoreProblem, Tracker};

use super::serve::{Listening, asks_for_tokens, log};
use crate::error::{Error, Result};
use crate::memory;
use crate::options::Options;
use crate::output::Output;
use crate::{store, text};

pub(crate) fn run(options: &Options, no_browser: bool, output: &mut Output) -> Result<()> {
    let store = store::address(options).ok_or(Error::NoAddress)?;
    if store.starts_with("http://") || store.starts_with("https://") {
        // A server has the page already.
        if output.json {
            output.document(&serde_json::json!({ "url": Address::shown(store) }))?;
        } else {
            let shown = Address::shown(store);
            writeln!(output, "Shows {}", style(text::line(&shown)).green())?;
        }
        return show(store, no_browser, output);
    }
    let (tracker, read_only) = open(store)?;
    log(LevelFilter::WARN, None);
    let tokens = asks_for_tokens(tracker.clone())?;
    let server = Server::new(
        tracker,
        ServerOptions {
            read_only,
            ..ServerOptions::default()
        },
    );
    memory::give_back();
    server.run((Ipv4Addr::LOCALHOST, 0).into(), |at| {
        let listening = Listening::new(format!("http://{at}"), store, read_only, tokens);
        // It serves, whether or not anybody reads this.
        let _ = tell(&listening, output).and_then(|()| show(&listening.url, no_browser, output));
    })?;
    Ok(())
}

/// The store, which must be there; to be read where it may not be changed.
fn open(address: &str) -> Result<(Tracker, bool)> {
    match Tracker::open_existing(address) {
        Err(TrackerError::Unusable {
            problem: StoreProblem::ReadOnly,
            ..
        }) => Ok((Tracker::read(address)?, true)),
        opened => Ok((opened?, false)),
    }
}

fn tell(listening: &Listening, output: &mut Output) -> Result<()> {
    if output.json {
        return output.document(listening);
    }
    let store = style(text::line(&listening.store)).cyan();
    let what = if listening.read_only {
        ", to be read,"
    } else {
        ""
    };
    let url = style(&listening.url).green();
    writeln!(output, "Shows {store}{what} at {url}")?;
    if listening.tokens {
        writeln!(output, "Asks for tokens; `entia token list` shows them.")?;
    }
    Ok(writeln!(output, "Ctrl-C ends it.")?)
}

/// Opens a browser, and says so where there is none.
fn show(url: &str, no_browser: bool, output: &mut Output) -> Result<()> {
    output.flush()?;
    if !no_browser && open::that_detached(url).is_err() && !output.json {
        writeln!(output, "No browser could be opened: give one this address.")?;
        output.flush()?;
    }
    Ok(())
}
