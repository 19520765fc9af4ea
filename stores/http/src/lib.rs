//! Experiment tracking on a server of a team: the store behind the addresses `http://HOST:PORT` and
//! `https://HOST`, which `entia serve` serves.
//!
//! A program that depends on this crate directly links the schemes with `use tracker_http as _;`; the
//! crate `entia` does so by its feature `http`.
//!
//! ```no_run
//! use tracker_core::Tracker;
//! use tracker_http as _;
//!
//! let tracker = Tracker::open("http://localhost:5005")?;
//! assert!(tracker.experiments().list()?.is_empty());
//! # Ok::<(), tracker_core::Error>(())
//! ```
//!
//! # Addresses
//!
//! `http://HOST:PORT/PREFIX?journals=FOLDER`. The port is 80 unless it is said, or 443 of `https://`;
//! the prefix is for a server behind another, as `https://example.org/runs`; `journals` is a folder
//! for what is on its way, in the place of the one below. No secret stands in an address: a token is
//! taken from the environment variable `ENTIA_TOKEN`. A certificate is good that somebody has signed
//! whom the system trusts, or whose own certificate is in the file that `SSL_CERT_FILE` names.
//!
//! The first of the environment variables `ALL_PROXY`, `HTTPS_PROXY` and `HTTP_PROXY` that is set names
//! a proxy, through which the way to the server leads, unless `NO_PROXY` names the host or the server is
//! on this machine.
//!
//! # While the server is away
//!
//! Every change stands in a journal on the machine of the program until the server has it, in
//! `$XDG_STATE_HOME/entia`, which is `~/.local/state/entia` unless it is set, and in
//! `%LOCALAPPDATA%\entia` on Windows. So:
//!
//! - `add`, and whatever else changes a run but its artifacts, goes on, at the same cost, and says
//!   nothing of it; the server is tried again at longer and longer intervals, up to half a minute.
//!   [`Tracker::ping`](tracker_core::Tracker::ping) tells whether it answers.
//! - What is read, artifacts, and `flush` fail with
//!   [`ErrorKind::Unavailable`]. A server that takes a connection and says nothing is given up after 10
//!   seconds when the store is opened, after 15 by a small read, and else after a minute and a half
//!   without a byte; however large, what goes on arriving is waited for.
//! - A program that is started then opens a store that a program of this machine has written to, and in
//!   it the experiments and runs that were tracked from here, by `experiment` and `track`: with the
//!   epoch, parameters and components that the last program has left, on the way or not. What another
//!   machine has changed since is not known. Another experiment or run needs the server; until it is
//!   back, log to `sqlite:FILE`, and send that later by `entia import`.
//! - When the server is back, everything is there once: each step says how far the journal is, and one
//!   that was taken is not taken again. What a program has left that died is sent by the next that
//!   opens the store on its machine, or by `entia sync`. It goes to the store that it is for, and to no
//!   other that has taken the address.
//!
//! # What a server may refuse
//!
//! A token that only lets read, or a server started with `--read-only`, lets no program open the store
//! to write; [`Tracker::read`](tracker_core::Tracker::read) opens it. Removals are refused with
//! [`Error::NotAllowed`](tracker_core::Error::NotAllowed) unless the server was started with
//! `--allow-delete`. With a token that is limited to some experiments, others are not there.

mod address;
mod client;
mod contents;
mod failure;
#[cfg(test)]
mod silence;
mod store;

pub use contents::HttpContents;
pub use store::HttpStore;

use std::sync::Arc;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use tracker_core::{Access, Address, Driver, ErrorKind, Opened, Result, known_store};

use address::Target;

/// What stands in the name of a file as it is.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.');

tracker_core::register_driver!(Driver {
    scheme: "http",
    form: "http://HOST",
    open,
});

tracker_core::register_driver!(Driver {
    scheme: "https",
    form: "https://HOST",
    open,
});

fn open(address: &Address<'_>, access: Access) -> Result<Opened> {
    let target = Target::parse(address.text());
    let target = target.map_err(|(problem, hint)| address.refuse(&problem, hint))?;
    let journals = target.journals.clone();
    let name = file_name(&target.base);
    let store = HttpStore::at(target, access);
    let contents = Arc::new(store.contents());
    let answered = store.check();
    let store = Arc::new(store);
    let file = tracker_core::state_file(&name, journals.as_deref());
    let opened = if access == Access::Read {
        answered?;
        // What waits beside it is looked at, and left alone.
        Opened {
            remote: true,
            file: file.ok(),
            ..Opened::new(store)
        }
    } else {
        let file = file?;
        if let Err(error) = answered {
            // Programs of this machine have written to it: what they know of it is enough to go on.
            let known = known_store(&file).filter(|_| error.kind() == ErrorKind::Unavailable);
            store.set_identity(known.ok_or(error)?.identity);
        }
        Opened::remote(store, file)
    };
    Ok(opened.with_contents(contents))
}

/// The name of the file beside which the journals for a server stand, which people can read.
fn file_name(base: &str) -> String {
    let place = base.split_once("://").map_or(base, |(_, place)| place);
    let scheme = &base[..base.len() - place.len()].trim_end_matches("://");
    let place = utf8_percent_encode(place, PLAIN);
    format!("{scheme}-{place}")
}

/// The program in the README runs with the other examples.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct ReadMe;

#[cfg(test)]
mod tests {
    use super::file_name;

    #[test]
    fn each_server_has_a_file_of_its_own() {
        assert_eq!(file_name("http://localhost:5005"), "http-localhost%3A5005");
        assert_eq!(file_name("https://host/team"), "https-host%2Fteam");
    }
}
