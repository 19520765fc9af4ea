//! What may be written after `serve` and `token`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use entia_server::Role;
use serde::Deserialize;

use crate::complete;

/// Options of `serve`; a configuration file has them under the same names.
#[derive(Args, Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub(crate) struct Serve {
    /// Read options from a TOML file, under the names they have here; what is said here counts more
    #[arg(long, value_name = "FILE")]
    #[serde(skip)]
    pub(crate) config: Option<PathBuf>,

    /// In the file, the store; here it is `--store`
    #[arg(skip)]
    pub(crate) store: Option<String>,

    /// Where to listen; a port alone is one of this machine [default: 127.0.0.1:5005]
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub(crate) listen: Option<String>,

    /// The folder for the contents of artifacts [default: beside the file of the store]
    #[arg(long, value_name = "FOLDER")]
    pub(crate) artifacts: Option<PathBuf>,

    /// Speak TLS, with this certificate and its chain in a PEM file
    #[arg(long, value_name = "FILE")]
    pub(crate) tls_cert: Option<PathBuf>,

    /// The key of the certificate, in a PEM file
    #[arg(long, value_name = "FILE")]
    pub(crate) tls_key: Option<PathBuf>,

    /// Let runs, experiments and artifacts be removed
    #[arg(long)]
    #[serde(default)]
    pub(crate) allow_delete: bool,

    /// Let nothing be changed
    #[arg(long)]
    #[serde(default)]
    pub(crate) read_only: bool,

    /// Listen where other machines can reach it, without asking anybody for a token
    #[arg(long)]
    #[serde(default)]
    pub(crate) insecure: bool,

    /// How to write the log, on standard error [default: text]
    #[arg(long, value_enum, value_name = "FORM")]
    pub(crate) log: Option<Log>,

    /// Log every request
    #[arg(long)]
    #[serde(default)]
    pub(crate) verbose: bool,
}

/// How the log is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Log {
    Text,
    Json,
}

/// What to do with tokens.
#[derive(Debug, Subcommand)]
pub(crate) enum Token {
    /// Make a token, and print it: the only time that it is shown
    Create {
        /// What to call it
        name: String,

        /// What it allows: read, write or admin
        #[arg(long, value_name = "ROLE")]
        role: Role,

        /// How long it is good, as 90d, 12h or 30m [default: until it is revoked]
        #[arg(long, value_name = "TIME", value_parser = span)]
        expires: Option<jiff::SignedDuration>,

        /// An experiment that it is limited to; may be given several times [default: all]
        #[arg(long, value_name = "NAME", add = complete::experiments())]
        experiment: Vec<String>,
    },
    /// List the tokens
    List,
    /// End a token
    Revoke {
        /// What it is called
        name: String,
    },
}

/// A time as people write it.
fn span(text: &str) -> Result<jiff::SignedDuration, String> {
    let refuse = || "write a number and a unit: 90d, 12h or 30m".to_owned();
    let (number, hours) = match text.char_indices().next_back().ok_or_else(refuse)? {
        (at, 'd') => (&text[..at], 24.0),
        (at, 'h') => (&text[..at], 1.0),
        (at, 'm') => (&text[..at], 1.0 / 60.0),
        _ => return Err(refuse()),
    };
    if number.is_empty() || !number.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(refuse());
    }
    let far =
        || "that is too far away; without `--expires` it is good until it is revoked".to_owned();
    let number: u32 = number.parse().map_err(|_| far())?;
    if number == 0 {
        return Err("a token that is good for no time is good for nothing".to_owned());
    }
    let seconds = f64::from(number) * hours * 3_600.0;
    let span = jiff::SignedDuration::try_from_secs_f64(seconds).map_err(|_| far())?;
    let end = jiff::Timestamp::now().checked_add(span);
    end.map_or_else(|_| Err(far()), |_| Ok(span))
}

#[cfg(test)]
mod tests {
    use super::span;

    #[test]
    fn times_have_a_unit() {
        assert_eq!(span("90d").map(|span| span.as_hours()), Ok(90 * 24));
        assert_eq!(span("30m").map(|span| span.as_secs()), Ok(1_800));
        for text in ["", "d", "90", "-1d", "0h", "1.5d", "90 d", "ninety days"] {
            assert!(span(text).is_err(), "{text}");
        }
        for text in ["9999999999999d", "4000000d", "99999999999999999999999m"] {
            let refused = span(text).unwrap_err();
            assert!(refused.starts_with("that is too far away"), "{refused}");
        }
    }
}
