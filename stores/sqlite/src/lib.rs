//! Experiment tracking in one SQLite file, which several processes may use at once: the store
//! behind the addresses `sqlite:FILE`.
//!
//! A program that depends on this crate directly links the scheme with `use tracker_sqlite as _;`;
//! the crate `entia` does so by its default feature `sqlite`.
//!
//! ```
//! # let folder = tempfile::tempdir().unwrap();
//! # let address = format!("sqlite:{}", folder.path().join("runs.db").display());
//! use tracker_core::Tracker;
//! use tracker_sqlite as _;
//!
//! # /*
//! let tracker = Tracker::open("sqlite:runs.db")?;
//! # */
//! # let tracker = Tracker::open(&address)?;
//! assert!(tracker.experiments().list()?.is_empty());
//! # Ok::<(), tracker_core::Error>(())
//! ```

mod aggregates;
mod annotations;
mod artifacts;
mod attempts;
mod changes;
mod check;
mod column;
mod connect;
mod connections;
mod experiments;
mod facts;
mod failure;
mod full_disk;
mod histories;
mod iterations;
mod modules;
mod open_file;
mod points;
mod read_only;
mod rewind;
mod rows;
mod schema;
mod search;
mod series;
mod settings;
mod store;
mod summaries;
mod touches;

pub use store::SqliteStore;

use std::sync::Arc;

use tracker_core::{Access, Driver, Opened};

tracker_core::register_driver!(Driver {
    scheme: "sqlite",
    form: "sqlite:FILE",
    open: |address, access| {
        let path = address.file_for(access)?;
        let store = match access {
            Access::Read => SqliteStore::read(path)?,
            Access::Create => SqliteStore::open(path)?,
            Access::Existing => SqliteStore::open_existing(path)?,
        };
        let is_full = store.is_full();
        let opened = Opened::beside(Arc::new(store), path);
        Ok(if is_full {
            opened.without_journal()
        } else {
            opened
        })
    },
});

/// The program in the README runs with the other examples.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct ReadMe;
