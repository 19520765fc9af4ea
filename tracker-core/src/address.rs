//! Addresses of stores: `sqlite:runs.db`.

use std::path::Path;

use crate::error::{Error, Result};
use crate::journal::{self, JournalInfo};
use crate::json::JsonStore;
use crate::link::Link;
use crate::memory::MemoryStore;
use crate::sqlite::SqliteStore;

const SCHEMES: [&str; 3] = ["sqlite", "json", "memory"];
const EXISTING: &str = "the schemes are `sqlite:FILE`, `json:FILE` and `memory:`";

/// What an address names.
enum Place<'a> {
    Memory,
    Sqlite(&'a Path),
    Json(&'a Path),
}

/// Opens the store that `address` names, and creates it where there is none.
pub(crate) fn open(address: &str) -> Result<Link> {
    match parse(address)? {
        Place::Memory => Ok(Link::direct(MemoryStore::default())),
        Place::Sqlite(path) => Link::journaled(SqliteStore::open(path)?, path),
        Place::Json(path) => Link::journaled(JsonStore::open(path)?, path),
    }
}

/// Opens the store that `address` names where there is one.
pub(crate) fn open_existing(address: &str) -> Result<Link> {
    match parse(address)? {
        Place::Sqlite(path) | Place::Json(path) if !path.exists() => Err(Error::NoStore {
            path: path.to_path_buf(),
        }),
        _ => open(address),
    }
}

/// The journals beside a store, those of dead processes too: what [`Tracker::open`] would move
/// into the store. None for a store in memory.
///
/// # Errors
///
/// [`Error::Address`], or when the folder cannot be read.
///
/// [`Tracker::open`]: crate::Tracker::open
///
/// # Examples
///
/// ```
/// # let folder = tempfile::tempdir().unwrap();
/// # let address = format!("sqlite:{}", folder.path().join("runs.db").display());
/// assert!(tracker_core::journals(&address)?.is_empty());
/// # Ok::<(), tracker_core::Error>(())
/// ```
pub fn journals(address: &str) -> Result<Vec<JournalInfo>> {
    match parse(address)? {
        Place::Memory => Ok(Vec::new()),
        Place::Sqlite(path) | Place::Json(path) => journal::journals(path),
    }
}

fn parse(address: &str) -> Result<Place<'_>> {
    let Some((scheme, rest)) = address.split_once(':') else {
        let is_json = Path::new(address)
            .extension()
            .is_some_and(|extension| extension == "json");
        let scheme = if is_json { "json" } else { "sqlite" };
        let hint = format!("write `{scheme}:{}`; {EXISTING}", or(address, "runs.db"));
        return Err(refuse(address, "it has no scheme", hint));
    };
    match scheme {
        "memory" if rest.is_empty() => Ok(Place::Memory),
        "memory" => {
            let hint = "write `memory:`; every store in memory is a new one".to_owned();
            Err(refuse(address, "a store in memory has no name", hint))
        }
        "sqlite" | "json" if rest == ":memory:" => {
            let hint = "write `memory:`".to_owned();
            Err(refuse(address, "`:memory:` is not a file", hint))
        }
        "sqlite" => file(address, scheme, rest).map(Place::Sqlite),
        "json" => file(address, scheme, rest).map(Place::Json),
        unknown => {
            let hint = match registry_core::nearest(unknown, SCHEMES) {
                Some(scheme) => format!("did you mean `{scheme}`? The {}", &EXISTING[4..]),
                None => EXISTING.to_owned(),
            };
            let problem = format!("there is no scheme `{unknown}`");
            Err(refuse(address, &problem, hint))
        }
    }
}

/// The file that the rest of an address names.
fn file<'a>(address: &str, scheme: &str, rest: &'a str) -> Result<&'a Path> {
    let refuse = |problem, instead: &str| {
        let hint = format!("write `{scheme}:{instead}`");
        Err(refuse(address, problem, hint))
    };
    if rest.is_empty() {
        let example = if scheme == "json" {
            "runs.json"
        } else {
            "runs.db"
        };
        return refuse("the path of the file is missing", example);
    }
    // Two slashes come from the habit of URLs; as a path they would mean the root folder.
    if rest.starts_with("//") {
        return refuse("`//` is no part of a path", rest.trim_start_matches('/'));
    }
    if rest != rest.trim() {
        return refuse("the path begins or ends with a space", rest.trim());
    }
    Ok(Path::new(rest))
}

fn refuse(address: &str, problem: &str, hint: String) -> Error {
    Error::Address {
        address: address.to_owned(),
        problem: problem.to_owned(),
        hint,
    }
}

fn or<'a>(text: &'a str, fallback: &'a str) -> &'a str {
    if text.is_empty() { fallback } else { text }
}
