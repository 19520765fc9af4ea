//! Addresses of stores: `sqlite:runs.db`.

use std::sync::Arc;

use crate::error::{Error, Result};
use crate::memory::MemoryStore;
use crate::ports::Store;
use crate::sqlite::SqliteStore;

const SCHEMES: [&str; 2] = ["sqlite", "memory"];
const EXISTING: &str = "the schemes are `sqlite:FILE` and `memory:`";

/// Opens the store that `address` names.
pub(crate) fn open(address: &str) -> Result<Arc<dyn Store>> {
    let Some((scheme, rest)) = address.split_once(':') else {
        let hint = format!("write `sqlite:{}`; {EXISTING}", or(address, "runs.db"));
        return Err(refuse(address, "it has no scheme", hint));
    };
    match scheme {
        "memory" if rest.is_empty() => Ok(Arc::new(MemoryStore::default())),
        "memory" => {
            let hint = "write `memory:`; every store in memory is a new one".to_owned();
            Err(refuse(address, "a store in memory has no name", hint))
        }
        "sqlite" if rest == ":memory:" => Err(refuse(
            address,
            "`:memory:` is not a file",
            "write `memory:`".to_owned(),
        )),
        "sqlite" if rest.is_empty() => {
            let hint = "write a path after the colon, as `sqlite:runs.db`".to_owned();
            Err(refuse(address, "the path of the file is missing", hint))
        }
        // Two slashes come from the habit of URLs; as a path they would mean the root folder.
        "sqlite" if rest.starts_with("//") => {
            let hint = format!("write `sqlite:{}`", rest.trim_start_matches('/'));
            Err(refuse(address, "`//` is no part of a path", hint))
        }
        "sqlite" if rest != rest.trim() => {
            let hint = format!("write `sqlite:{}`", rest.trim());
            Err(refuse(
                address,
                "the path begins or ends with a space",
                hint,
            ))
        }
        "sqlite" => Ok(Arc::new(SqliteStore::open(rest)?)),
        unknown => {
            let hint = match near(unknown) {
                Some(scheme) => format!("did you mean `{scheme}`? The {}", &EXISTING[4..]),
                None => EXISTING.to_owned(),
            };
            Err(refuse(
                address,
                &format!("there is no scheme `{unknown}`"),
                hint,
            ))
        }
    }
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

fn near(scheme: &str) -> Option<&'static str> {
    registry_core::nearest(scheme, SCHEMES)
}
