//! A store of the tracker in one JSON file, which the Python package `mltracker` reads and writes
//! too.
//!
//! The crate registers the scheme `json:` with [`tracker_core`]; a program that names nothing of it
//! says `use tracker_json as _;`.
//!
//! ```
//! # let folder = tempfile::tempdir().unwrap();
//! # let address = format!("json:{}", folder.path().join("runs.json").display());
//! use tracker_core::Tracker;
//! use tracker_json as _;
//!
//! let tracker = Tracker::open(&address)?; // as `json:runs.json`
//! tracker.experiment("digits")?;
//!
//! let reader = Tracker::read(&address)?;
//! assert_eq!(reader.experiments().list()?.len(), 1);
//! # Ok::<(), tracker_core::Error>(())
//! ```
//!
//! [`JsonStore`] is the store itself, to open a file without journals beside it.
//!
//! # The file
//!
//! It is the file of a `TinyDB`: an object of tables, each an object of documents by number. The
//! tables `experiments`, `models`, `modules`, `metrics` and `iterations` are those of `mltracker`
//! 0.1.5; `journals` says how far journals have been moved into the store, and `identity` has the
//! `uuid` that tells it from every other. A document of
//! `models` is an aggregate; its `id` is the uuid, where that is a UUID in lower case. Members that
//! `mltracker` does not know, and keeps:
//!
//! | table | members |
//! |---|---|
//! | `experiments` | `created`, `tags`, `notes`, `definitions` |
//! | `models` | `aggregate` (an id that is no hash of the model), `created`, `run_name`, `archived`, `params`, `tags`, `notes`, `definitions`, `attempts`, `artifacts` |
//! | `modules` | `scheme` (of the hash), `exact`, `signature` |
//! | `metrics` | `step`, `time`, `json` (a value that is no number) |
//! | `iterations` | `scheme`, `json` (arguments that are no object), `dataset`, `modules` |
//!
//! Each is left out where it says nothing. Times are microseconds since 1970, UTC, but for those in
//! `attempts` and `artifacts`, which are the records of [`tracker_core::ports`] as serde writes them.
//! An experiment or a model that `mltracker` has made has no `created`; it counts as made in 1970,
//! in the order of the file.

mod changes;
mod content;
mod disk;
mod documents;
mod errors;
mod fields;
mod reading;
mod store;
mod tables;

#[cfg(test)]
mod simulated;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use tracker_core::{Access, Driver, Opened};

pub use store::JsonStore;

tracker_core::register_driver!(Driver {
    scheme: "json",
    form: "json:FILE",
    open: |address, access| {
        let path = address.file_for(access)?;
        let store = match access {
            Access::Read => JsonStore::read(path)?,
            Access::Create | Access::Existing => JsonStore::open(path)?,
        };
        Ok(Opened::beside(Arc::new(store), path))
    },
});

/// The program in the README runs with the other examples.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct ReadMe;
